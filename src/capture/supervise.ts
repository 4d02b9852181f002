/**
 * supervise.ts - the one supervisor of all sources, child process or not: a source is alive while good frames come from it.
 *
 * What goes wrong makes no difference here. A folder that was emptied, a child that hangs, drips, floods or dies, a stream
 * that goes grey and a picture that stands still all end the same way: no good frame for too long.
 */
import { CortexdError } from '../errors.ts';
import type { StillWatch } from './still-watch.ts';
import type { CapturedFrame, FrameSource } from './types.ts';

/** How often someone who waits says that it is still waiting (ms). */
export const TICK_MS = 1000;

export type FrameLimits = {
  /** Until the first frame after opening, and between two (ms). */
  readonly firstMs: number;
  readonly betweenMs: number;
};

export type SupervisePorts = {
  readonly limits: FrameLimits;
  /** null: a source that may stand still */
  readonly still: StillWatch | null;
  /** Called now and then while it is waited for a frame, and never while a frame is worked on. */
  readonly waiting: () => void;
  /** A good frame has come. */
  readonly good: () => void;
};

/** The good frames of `frames`, which come from `source`. Throws CortexdError('unavailable') when there are none for too long. */
export async function* supervised(
  frames: AsyncIterable<CapturedFrame>,
  source: FrameSource,
  { limits, still, waiting, good }: SupervisePorts,
): AsyncGenerator<CapturedFrame> {
  const iterator = frames[Symbol.asyncIterator]();
  const begun = performance.now();
  let limitMs = limits.firstMs;
  let goodMs = begun;
  const deadline = (): number => Math.max(goodMs, source.counters.dueMs ?? 0) + limitMs;
  for (;;) {
    const next = await inTime(iterator.next(), waiting, deadline, () => noFrames(source, still, limitMs));
    if (next.done === true) return;
    const frame = next.value;
    if (still === null || still.isBelievable(frame.luma, performance.now())) {
      good();
      yield frame;
      limitMs = limits.betweenMs;
      goodMs = performance.now();
    } else if (performance.now() > deadline() || goodMs > begun) {
      throw noFrames(source, still, limitMs);
    } else {
      waiting();
    }
  }
}

/** The result of `work`, with `waiting` called on the way; throws what `tooLate` makes when it is not there at the deadline. */
export async function inTime<T>(
  work: Promise<T>,
  waiting: () => void,
  deadline: () => number,
  tooLate: () => CortexdError,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const look = (): void => {
      const leftMs = deadline() - performance.now();
      if (leftMs <= 0) return reject(tooLate());
      waiting();
      timer = setTimeout(look, Math.min(leftMs, TICK_MS));
    };
    timer = setTimeout(look, Math.max(0, Math.min(deadline() - performance.now(), TICK_MS)));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    // What is not waited for any more may fail unheard.
    work.catch(() => undefined);
  }
}

function noFrames(source: FrameSource, still: StillWatch | null, limitMs: number): CortexdError {
  if (still?.isStill === true) {
    return new CortexdError('unavailable', 'Expected a picture that lives but it stays the same to the last bit', {
      hint: 'The camera, or something between it and here, repeats its last picture. frozen_after_s: 0 takes it for real.',
    });
  }
  const { frames, badFrames } = source.counters;
  const bad = badFrames === 0 ? '' : `, and ${badFrames} damaged ones so far`;
  const words = source.lastWords?.() ?? '';
  return new CortexdError(
    'unavailable',
    `Expected ${frames === 0 ? 'a first picture' : 'pictures'} but received none for ${limitMs / 1000} s${bad}${words === '' ? '' : `: ${words}`}`,
  );
}
