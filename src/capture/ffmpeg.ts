/**
 * ffmpeg.ts - the frames of anything that ffmpeg can read, with their own times.
 *
 * ffmpeg decodes, turns the picture as its metadata says, cuts, averages and greys it, so only the model's pixels cross the
 * pipe. Raw pixels carry no time: each frame's is printed by the last filter on file descriptor 3, one line a frame, before
 * the frame itself is written.
 */
import { CortexdError } from '../errors.ts';
import { FrameChild } from './child.ts';
import { FrameClock } from './frame-clock.ts';
import { Pacer } from './pace.ts';
import { createMask } from './preprocess.ts';
import type { CapturedFrame, FrameSource, PreprocessConfig } from './types.ts';

const FIRST_BYTES_MS = 30_000;
const BETWEEN_BYTES_MS = 60_000;

export type FfmpegInput = {
  /** Up to and with `-i`. */
  readonly args: readonly string[];
  /** Given on standard input; its `secrets` are hidden in what ffmpeg says. */
  readonly stdin?: string;
  readonly secrets?: readonly string[];
  readonly isLive: boolean;
  /** Thin to at most this rate; null = every frame. */
  readonly fps: number | null;
  /** Wait until each frame is due by its own time. */
  readonly paced: boolean;
  /** What to say when there was no frame at all; `words` are ffmpeg's. */
  readonly empty: (words: string) => CortexdError;
  /** Makes the error of a child that failed into one the user understands. */
  readonly explain?: (error: CortexdError) => CortexdError;
};

/** The filters between the decoder and the pipe. */
export function filterChain({ width, height, crop }: PreprocessConfig, fps: number | null): string {
  const filters = [];
  // Thinned by its own times, never filled up: a picture that did not come was not seen.
  if (fps !== null) {
    const slot = (time: string): string => `floor(${time}*${fps}+0.01)`;
    filters.push(`select='isnan(prev_selected_t)+not(eq(${slot('t')},${slot('prev_selected_t')}))'`);
  }
  if (crop !== null) {
    const [x, y, w, h] = crop;
    filters.push(`crop=w='max(1,iw*${w})':h='max(1,ih*${h})':x='iw*${x}':y='ih*${y}':exact=1`);
  }
  filters.push(`scale=${width}:${height}:flags=area`, 'format=gray');
  // The printing filter passes over frames without any metadata.
  filters.push('metadata=add:key=t:value=0', "metadata=print:file='pipe\\:3':direct=1");
  return filters.join(',');
}

export function openFfmpeg(input: FfmpegInput, preprocess: PreprocessConfig): FrameSource {
  const { width, height } = preprocess;
  const hide = createMask(preprocess);
  const times = new TimeLines();
  const child = new FrameChild({
    command: 'ffmpeg',
    args: [
      '-nostdin',
      '-hide_banner',
      '-loglevel',
      'error',
      ...input.args,
      '-map',
      '0:v:0',
      '-an',
      '-vf',
      filterChain(preprocess, input.fps),
      // Every frame once: ffmpeg would otherwise repeat or drop frames to make the rate constant.
      '-fps_mode',
      'passthrough',
      '-f',
      'rawvideo',
      'pipe:1',
    ],
    firstMs: FIRST_BYTES_MS,
    betweenMs: BETWEEN_BYTES_MS,
    note: (text) => times.take(text),
    ...(input.stdin === undefined ? {} : { stdin: input.stdin }),
    ...(input.secrets === undefined ? {} : { secrets: input.secrets }),
  });
  const counters: FrameSource['counters'] = { frames: 0, badFrames: 0 };
  const closing = new AbortController();

  async function* frames(): AsyncGenerator<CapturedFrame> {
    const clock = new FrameClock(input.isLive);
    const pacer = new Pacer();
    try {
      for await (const luma of child.pieces(width * height)) {
        const timeMs = clock.next(await times.next(), performance.now());
        if (input.paced) {
          counters.dueMs = pacer.dueMs(timeMs);
          await pacer.wait(counters.dueMs, closing.signal);
        }
        if (closing.signal.aborted) return;
        yield { sequence: counters.frames++, timeMs, capturedAtMs: Date.now(), width, height, luma: hide(luma) };
      }
    } catch (error) {
      throw error instanceof CortexdError && input.explain !== undefined ? input.explain(error) : error;
    } finally {
      await child.close();
    }
    if (counters.frames === 0) throw input.empty(child.lastWords());
  }

  return {
    counters,
    [Symbol.asyncIterator]: frames,
    lastWords: () => child.lastWords(),
    close: async () => {
      closing.abort();
      await child.close();
    },
  };
}

/** The times that ffmpeg prints, in the order of the frames. */
class TimeLines {
  readonly #waiting: number[] = [];
  #rest = '';
  #wake: (() => void) | undefined;

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const match = /^frame:\d+\s.*\bpts_time:(\S+)/.exec(line);
      // "NOPTS" becomes NaN: the frame has no time of its own.
      if (match) this.#waiting.push(Number(match[1]) * 1000);
    }
    this.#wake?.();
  }

  /** The time of the next frame (ms), NaN when ffmpeg knows none. It was printed before the frame was written. */
  async next(): Promise<number> {
    // The two pipes are read by turns, so the line may still lie in the other.
    for (let attempt = 0; this.#waiting.length === 0 && attempt < 100; attempt++) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 10);
      });
    }
    return this.#waiting.shift() ?? NaN;
  }
}
