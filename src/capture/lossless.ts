/**
 * lossless.ts - every one of the first frames, then newest-first: a rendered scene is learned from as fast as the model
 * takes it before it runs in real time.
 */
import { type LatestFrame, newestOf } from './latest.ts';
import type { CapturedFrame } from './types.ts';

/** The first `count` frames one by one as they are taken, the rest newest-first. */
export async function* lossless(
  source: AsyncIterable<CapturedFrame>,
  count: number,
  latest: LatestFrame,
): AsyncGenerator<CapturedFrame> {
  const iterator = source[Symbol.asyncIterator]();
  for (let taken = 0; taken < count; taken++) {
    const next = await iterator.next();
    if (next.done === true) return;
    yield next.value;
  }
  yield* newestOf({ [Symbol.asyncIterator]: () => iterator }, latest);
}
