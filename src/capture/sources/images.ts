/**
 * images.ts - a folder of JPEG or PNG pictures in name order, as a camera.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CortexdError, messageOf } from '../../errors.ts';
import { Pacer } from '../pace.ts';
import { readPicture } from '../picture-file.ts';
import { createPreprocessor, pictureSize } from '../preprocess.ts';
import { TimeLimit } from '../time-limit.ts';
import type { CapturedFrame, FrameSource, ImagesSourceConfig, SourceKind } from '../types.ts';
import type { View } from '../view.ts';

const PICTURE = /\.(jpe?g|png)$/i;
const byName = new Intl.Collator('en', { numeric: true }).compare;
const READ_MS = 15_000;
/** So many unreadable pictures are named one by one in each round, the others only counted. */
const NAMED = 3;

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
  if (pictures.length > 0) return pictures;
  throw new CortexdError(
    'no_input',
    `Expected JPEG or PNG pictures in ${folder} but received ${names.length} other files`,
    { hint: 'Pictures are recognised by their names: .jpg, .jpeg or .png.' },
  );
}

/** Folders that hang stay known over the life of one source: each try would hold another thread. */
const limits = new Map<string, TimeLimit>();

function limitOf(folder: string): TimeLimit {
  const known = limits.get(folder) ?? new TimeLimit(folder, READ_MS);
  limits.set(folder, known);
  return known;
}

export const imagesSource: SourceKind<ImagesSourceConfig> = {
  isLive: false,
  open: async (config, preprocess, warn) => {
    const { path: folder, fps } = config;
    const limit = limitOf(folder);
    const list = (): Promise<string[]> => limit.within(() => listPictures(folder));
    const first = await list();
    const preprocessor = createPreprocessor(preprocess);
    const { width, height } = preprocess;
    const counters: FrameSource['counters'] = { frames: 0, badFrames: 0 };
    const closing = new AbortController();

    async function* frames(): AsyncGenerator<CapturedFrame> {
      const pacer = new Pacer();
      let index = 0;
      let pictures = first;
      do {
        let good = 0;
        let bad = 0;
        for (const name of pictures) {
          const sequence = index++;
          const timeMs = (sequence * 1000) / fps;
          if (config.pace === 'source') {
            counters.dueMs = pacer.dueMs(timeMs);
            await pacer.wait(counters.dueMs, closing.signal);
          }
          if (closing.signal.aborted) return;
          const path = join(folder, name);
          let luma: Uint8Array;
          let encoded: Buffer;
          try {
            encoded = await limit.within(() => readPicture(path));
            luma = await preprocessor.fromEncoded(encoded);
          } catch (error) {
            if (!(error instanceof CortexdError) || error.code === 'unavailable') throw error;
            counters.badFrames++;
            if (++bad <= NAMED) warn(`Skipped ${path}: ${error.message}`);
            continue;
          }
          good++;
          counters.frames++;
          const view = (): View => ({ kind: 'encoded', data: encoded, crop: preprocess.crop });
          yield { sequence, timeMs, capturedAtMs: Date.now(), width, height, luma, view };
        }
        if (bad > NAMED) warn(`Skipped ${bad - NAMED} more pictures of ${folder}`);
        if (good === 0) {
          throw new CortexdError('no_input', `Expected at least one readable picture in ${folder} but received none`, {
            hint: 'All pictures of this folder are damaged, gone or no pictures.',
          });
        }
        // Pictures come and go while a folder is watched.
        if (config.loop) pictures = await list();
      } while (config.loop);
    }

    return { counters, [Symbol.asyncIterator]: frames, close: async () => closing.abort() };
  },
  probeSize: async ({ path }) => {
    const limit = limitOf(path);
    let last: unknown;
    for (const name of await limit.within(() => listPictures(path))) {
      try {
        return await pictureSize(await limit.within(() => readPicture(join(path, name))));
      } catch (error) {
        last = error;
      }
    }
    throw last;
  },
};
