/**
 * ffmpeg.ts - the frames of anything that ffmpeg can read, with their own times.
 *
 * ffmpeg decodes, turns the picture as its metadata says, cuts, averages and greys it, so only the model's pixels cross the
 * pipe. Raw pixels carry no time: each frame's is printed by the last filter on file descriptor 3, one line a frame, before
 * the frame itself is written. Pictures for people, where they are wanted, come through file descriptor 4: larger, in colour,
 * five a second at most.
 */
import { CortexdError } from '../errors.ts';
import { FrameChild } from './child.ts';
import { FrameClock } from './frame-clock.ts';
import { Pacer } from './pace.ts';
import { createMask } from './preprocess.ts';
import type { CapturedFrame, FrameSource, PreprocessConfig, Size } from './types.ts';
import type { View } from './view.ts';

const FIRST_BYTES_MS = 30_000;
const BETWEEN_BYTES_MS = 60_000;
/** Least time between two pictures for people (s): a little less than a fifth, since times are rounded. */
const VIEW_EVERY_S = 0.19;

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

/** The filters between the decoder and the pipes: a chain, or with `view` a graph whose outputs are [model] and [view]. */
export function filterChain({ width, height, crop, view }: PreprocessConfig, fps: number | null): string {
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
  const model = [
    `scale=${width}:${height}:flags=area`,
    'format=gray',
    // The printing filter passes over frames without any metadata.
    'metadata=add:key=t:value=0',
    "metadata=print:file='pipe\\:3':direct=1",
  ];
  if (view === undefined) return [...filters, ...model].join(',');
  const people = [
    `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${VIEW_EVERY_S})+lt(t,prev_selected_t)'`,
    `scale=${view.width}:${view.height}:flags=area`,
    'format=yuv420p',
  ];
  return `[0:v:0]${[...filters, 'split'].join(',')}[a][b];[a]${model.join(',')}[model];[b]${people.join(',')}[view]`;
}

const RAW = ['-fps_mode', 'passthrough', '-f', 'rawvideo'];

/** What comes out, and where. Every frame once: ffmpeg would otherwise repeat or drop frames to make the rate constant. */
function outputs(preprocess: PreprocessConfig, fps: number | null): string[] {
  const filters = filterChain(preprocess, fps);
  if (preprocess.view === undefined) return ['-map', '0:v:0', '-an', '-vf', filters, ...RAW, 'pipe:1'];
  const both = ['-map', '[model]', ...RAW, 'pipe:1', '-map', '[view]', ...RAW, 'pipe:4'];
  return ['-filter_complex', filters, ...both];
}

export function openFfmpeg(input: FfmpegInput, preprocess: PreprocessConfig): FrameSource {
  const { width, height } = preprocess;
  const hide = createMask(preprocess);
  const times = new TimeLines();
  const views = preprocess.view === undefined ? undefined : new NewestView(preprocess.view);
  const child = new FrameChild({
    command: 'ffmpeg',
    args: ['-nostdin', '-hide_banner', '-loglevel', 'error', ...input.args, ...outputs(preprocess, input.fps)],
    firstMs: FIRST_BYTES_MS,
    betweenMs: BETWEEN_BYTES_MS,
    note: (text) => times.take(text),
    ...(views === undefined ? {} : { views: (chunk: Uint8Array) => views.take(chunk) }),
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
        const capturedAtMs = Date.now();
        const view = views?.newest;
        const { giveBack } = child;
        yield { sequence: counters.frames++, timeMs, capturedAtMs, width, height, luma: hide(luma), view, giveBack };
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

/**
 * The newest whole picture for people, in two buffers by turns: one is filled while the other can be looked at. Nearly all are
 * looked at by nobody, and would be some MB of garbage a second.
 */
class NewestView {
  readonly #size: Size;
  #filling: Uint8Array;
  #spare: Uint8Array;
  #filled = 0;
  #shown: View | undefined;
  readonly #look = (): View => this.#shown!;

  constructor(size: Size) {
    this.#size = size;
    const bytes = (size.width * size.height * 3) / 2;
    this.#filling = new Uint8Array(bytes);
    this.#spare = new Uint8Array(bytes);
  }

  /** Gives the newest picture at the time of asking; undefined while there is none. */
  get newest(): (() => View) | undefined {
    return this.#shown === undefined ? undefined : this.#look;
  }

  take(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(this.#filling.length - this.#filled, chunk.length - at);
      this.#filling.set(chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled < this.#filling.length) continue;
      this.#shown = { kind: 'yuv420', data: this.#filling, ...this.#size, crop: null };
      [this.#filling, this.#spare] = [this.#spare, this.#filling];
      this.#filled = 0;
    }
  }
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
