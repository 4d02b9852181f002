/**
 * frames.ts - frames of a source, taken until there are enough.
 */
import { openSource } from '../../src/capture/open.ts';
import type { CapturedFrame, PreprocessConfig, SourceConfig } from '../../src/capture/types.ts';

export const SMALL: PreprocessConfig = { width: 64, height: 48, crop: null, masks: [] };

/** The first `count` frames; the source is closed whatever happens. */
export async function take(
  config: SourceConfig,
  count: number,
  preprocess: PreprocessConfig = SMALL,
): Promise<CapturedFrame[]> {
  const source = await openSource(config, preprocess, () => undefined);
  const frames: CapturedFrame[] = [];
  try {
    for await (const frame of source) {
      frames.push(frame);
      if (frames.length === count) break;
    }
    return frames;
  } finally {
    await source.close();
  }
}

export const mean = (luma: Uint8Array): number => luma.reduce((sum, value) => sum + value, 0) / luma.length;
