/**
 * data.ts - UCSD Ped2 (Mahadevan et al., CVPR 2010) from a folder: clips as the product sees them, labels and masks.
 *
 * Pictures go through the same preprocessing as a camera's. Decoding takes longer than looking at them, so decoded clips
 * are kept in `cache`.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { createPreprocessor } from '../../../src/capture/preprocess.ts';
import { listPictures } from '../../../src/capture/sources/images.ts';
import { CortexdError } from '../../../src/errors.ts';

/** Clips in order, `train/01` ... `test/12`, with 0 | 1 per frame. */
export type Clip = { readonly name: string; readonly labels: readonly number[] };

export function readClips(folder: string): Clip[] {
  const { clips } = JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')) as {
    readonly clips: { readonly [name: string]: { readonly labels: readonly number[] } };
  };
  return Object.entries(clips)
    .map(([name, { labels }]) => ({ name, labels }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Frames of a clip, each [height, width]. */
export async function readFrames(
  folder: string,
  cache: string,
  clip: Clip,
  width: number,
  height: number,
): Promise<Uint8Array[]> {
  const file = join(cache, `${clip.name.replace('/', '-')}-${width}x${height}.luma`);
  const size = width * height;
  if (!existsSync(file)) {
    const preprocessor = createPreprocessor({ width, height, crop: null, masks: [] });
    const path = join(folder, clip.name);
    const planes: Uint8Array[] = [];
    for (const name of await listPictures(path)) {
      planes.push(await preprocessor.fromEncoded(readFileSync(join(path, name))));
    }
    mkdirSync(cache, { recursive: true });
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, Buffer.concat(planes));
    renameSync(partial, file);
  }
  const bytes = readFileSync(file);
  if (bytes.length !== size * clip.labels.length) {
    throw new CortexdError(
      'usage',
      `Expected ${clip.labels.length} frames of ${clip.name} but received ${bytes.length / size}; delete ${file}`,
    );
  }
  return clip.labels.map((_, frame) => bytes.subarray(frame * size, (frame + 1) * size));
}

/** Share (0..1) of each position of a grid [rows * columns] that is anomalous in a frame of a test clip. */
export async function readMask(
  folder: string,
  clip: Clip,
  frame: number,
  columns: number,
  rows: number,
): Promise<Float64Array> {
  // Masks count from 001, frames from 000, and some clips' masks are called otherwise: their order is what holds.
  const masks = join(folder, 'masks', clip.name.slice(-2));
  const names = await listPictures(masks);
  const { data, info } = await sharp(join(masks, names[frame]!))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const marked = new Float64Array(columns * rows);
  const area = new Float64Array(columns * rows);
  for (let y = 0; y < info.height; y++) {
    const row = Math.floor((y * rows) / info.height);
    for (let x = 0; x < info.width; x++) {
      const position = row * columns + Math.floor((x * columns) / info.width);
      area[position]!++;
      if (data[(y * info.width + x) * info.channels]! > 127) marked[position]!++;
    }
  }
  return marked.map((count, position) => count / area[position]!);
}
