/**
 * latest.ts - newest frame wins: a live source never waits for the model, and the model never works on old frames.
 */
import type { CapturedFrame } from './types.ts';

export class LatestFrame implements AsyncIterable<CapturedFrame> {
  #frame: CapturedFrame | undefined;
  #wake: (() => void) | undefined;
  #error: unknown;
  #ended = false;
  /** Frames replaced by a newer one before they were taken. */
  dropped = 0;

  /** Offer a frame; an older one that nobody has taken is dropped and counted. */
  put(frame: CapturedFrame): void {
    if (this.#frame !== undefined) this.dropped++;
    this.#frame = frame;
    this.#wake?.();
  }

  /** No more frames will come; with `error`, the reader is told after the last frame. */
  end(error?: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CapturedFrame> {
    for (;;) {
      const frame = this.#frame;
      if (frame !== undefined) {
        this.#frame = undefined;
        yield frame;
      } else if (this.#ended) {
        if (this.#error !== undefined) throw this.#error;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = undefined;
      }
    }
  }
}

/** Read a live source at its own pace and give on only the newest frame. `latest` holds the count of dropped ones. */
export function newestOf(source: AsyncIterable<CapturedFrame>, latest: LatestFrame): LatestFrame {
  const pump = async (): Promise<void> => {
    for await (const frame of source) latest.put(frame);
  };
  pump().then(
    () => latest.end(),
    (error: unknown) => latest.end(error ?? new Error('The source failed')),
  );
  return latest;
}
