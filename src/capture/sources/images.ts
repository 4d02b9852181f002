/**
 * images.ts - a folder of JPEG or PNG pictures in name order, as a camera.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CortexdError, messageOf } from '../../errors.ts';
import { Pacer } from '../pace.ts';
import type { Preprocessor } from '../preprocess.ts';
import type { CapturedFrame, FrameSource, ImagesSourceConfig } from '../types.ts';

const PICTURE = /\.(jpe?g|png)$/i;
const byName = new Intl.Collator('en', { numeric: true }).compare;

/** Names of the pictures of a folder in natural order; throws CortexdError('no_input') when there are none. */
export async function listPictures(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new CortexdError('no_input', `Expected a folder of pictures at ${folder} but received: ${messageOf(error)}`, {
      hint: 'Check the path and that it may be read.',
    });
  }
  const pictures = names.filter((name) => PICTURE.test(name)).toSorted(byName);
  if (pictures.length === 0) {
    throw new CortexdError(
      'no_input',
      `Expected JPEG or PNG pictures in ${folder} but received ${names.length} other files`,
      {
        hint: 'Pictures are recognised by their names: .jpg, .jpeg or .png.',
      },
    );
  }
  return pictures;
}

/** Open a folder; unreadable pictures are counted, told to `warn`, and skipped. */
export async function openImages(
  config: ImagesSourceConfig,
  preprocessor: Preprocessor,
  warn: (message: string) => void,
): Promise<FrameSource> {
  const pictures = await listPictures(config.path);
  const counters = { frames: 0, badFrames: 0 };
  const closing = new AbortController();
  async function* frames(): AsyncGenerator<CapturedFrame> {
    const pacer = new Pacer(config.fps);
    let index = 0;
    do {
      for (const name of pictures) {
        if (config.pace === 'source') await pacer.wait(closing.signal);
        if (closing.signal.aborted) return;
        const sequence = index++;
        const path = join(config.path, name);
        try {
          const luma = await preprocessor.fromEncoded(await readFile(path));
          counters.frames++;
          yield { ...frameAt(sequence, config.fps, preprocessor), luma };
        } catch (error) {
          counters.badFrames++;
          warn(`Skipped ${path}: ${messageOf(error)}`);
        }
      }
      if (counters.frames === 0) {
        throw new CortexdError(
          'no_input',
          `Expected at least one readable picture in ${config.path} but received none`,
          {
            hint: 'All pictures of this folder are damaged or no pictures.',
          },
        );
      }
    } while (config.loop);
  }
  return {
    counters,
    [Symbol.asyncIterator]: frames,
    close: async () => closing.abort(),
  };
}

/** The fields of a frame that follow from its number. */
export function frameAt(sequence: number, fps: number, { width, height }: { width: number; height: number }) {
  return { sequence, timeMs: (sequence * 1000) / fps, capturedAtMs: Date.now(), width, height };
}

/** Whether a path is a folder; throws CortexdError('no_input') when there is nothing. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new CortexdError(
      'no_input',
      `Expected a video file or a folder of pictures at ${path} but received: ${messageOf(error)}`,
      {
        hint: 'Check the path; folders hold .jpg or .png files in name order.',
      },
    );
  }
}
