/**
 * rpicam.ts - the camera module of a Raspberry Pi, read by rpicam-vid: the camera's own hardware scales, and of each raw
 * picture the luma plane is taken as it is.
 */
import { CortexdError } from '../../errors.ts';
import { FrameChild } from '../child.ts';
import { FrameClock } from '../frame-clock.ts';
import { isOnPath } from '../on-path.ts';
import { createPreprocessor } from '../preprocess.ts';
import type { CapturedFrame, FrameSource, RpicamSourceConfig, SourceKind } from '../types.ts';
import type { View } from '../view.ts';

const FIRST_BYTES_MS = 30_000;
const BETWEEN_BYTES_MS = 30_000;
/** The newer name first. */
const PROGRAMS = ['rpicam-vid', 'libcamera-vid'] as const;

export const rpicamSource: SourceKind<RpicamSourceConfig> = {
  isLive: true,
  open: async (config, preprocess) => {
    const { width, height } = config.size;
    const preprocessor = createPreprocessor(preprocess);
    const child = new FrameChild({
      command: programOf(process.env['PATH']),
      args: argumentsOf(config),
      firstMs: FIRST_BYTES_MS,
      betweenMs: BETWEEN_BYTES_MS,
      package: 'rpicam-apps',
    });
    const counters: FrameSource['counters'] = { frames: 0, badFrames: 0 };
    let isClosing = false;
    async function* frames(): AsyncGenerator<CapturedFrame> {
      const clock = new FrameClock(true);
      try {
        for await (const picture of child.pieces(bytesOf(config))) {
          if (isClosing) return;
          const timeMs = clock.next(NaN, performance.now());
          const luma = preprocessor.fromLuma(picture.subarray(0, width * height), width, height);
          const { width: w, height: h } = preprocess;
          const { crop } = preprocess;
          const view = (): View => ({ kind: 'yuv420', data: picture, width, height, crop });
          yield { sequence: counters.frames++, timeMs, capturedAtMs: Date.now(), width: w, height: h, luma, view };
        }
      } catch (error) {
        throw error instanceof CortexdError ? explain(error) : error;
      } finally {
        await child.close();
      }
      if (!isClosing) throw new CortexdError('unavailable', `The camera program ended: ${child.lastWords()}`);
    }
    return {
      counters,
      [Symbol.asyncIterator]: frames,
      lastWords: () => child.lastWords(),
      close: async () => {
        isClosing = true;
        await child.close();
      },
    };
  },
  probeSize: async ({ size }) => size,
};

/** YUV 4:2:0: the luma plane, then two of a quarter each. The width has no padding, see `config`. */
function bytesOf({ size: { width, height } }: RpicamSourceConfig): number {
  return (width * height * 3) / 2;
}

export function programOf(path: string | undefined): string {
  return PROGRAMS.find((name) => isOnPath(name, path)) ?? PROGRAMS[0];
}

function argumentsOf({ camera, size, fps, upsideDown }: RpicamSourceConfig): string[] {
  return [
    '--nopreview',
    '--timeout',
    '0',
    // Without it the end of each picture waits in a buffer for the beginning of the next.
    '--flush',
    '--codec',
    'yuv420',
    '--camera',
    String(camera),
    '--width',
    String(size.width),
    '--height',
    String(size.height),
    '--framerate',
    String(fps),
    // What it costs is better spent on the model, which knows noise.
    '--denoise',
    'cdn_off',
    '--buffer-count',
    '4',
    ...(upsideDown ? ['--rotation', '180'] : []),
    '--output',
    '-',
  ];
}

function explain(error: CortexdError): CortexdError {
  const hint = /no cameras available/i.test(error.message)
    ? 'Is the ribbon cable in on both ends, the right way round? rpicam-hello --list-cameras shows what is found.'
    : /in use|busy|failed to acquire/i.test(error.message)
      ? 'Another program has the camera open; only one can.'
      : /frontend has timed out/i.test(error.message)
        ? 'The camera gives no pictures any more: its cable is loose or damaged, or it wants to be switched off and on.'
        : error.hint;
  return new CortexdError(error.code, error.message, hint === undefined ? {} : { hint });
}
