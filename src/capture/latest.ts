/**
 * latest.ts - newest frame wins: a live source never waits for the model, and the model never works on old frames.
 */
import type { CapturedFrame } from './types.ts';

/** One place for the newest value; an older one that nobody has taken is dropped. */
export class Newest<T extends object> implements AsyncIterable<T> {
  #value: T | undefined;
  #wake: (() => void) | undefined;
  #error: unknown;
  #ended = false;
  /** Values replaced by a newer one before they were taken. */
  dropped = 0;

  /** Offer a value; an older one that nobody has taken is dropped and counted. */
  put(value: T): void {
    if (this.#value !== undefined) this.dropped++;
    this.#value = value;
    this.#wake?.();
  }

  /** No more will come; with `error`, the reader is told after the last. */
  end(error?: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const value = this.#value;
      if (value !== undefined) {
        this.#value = undefined;
        yield value;
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

export class LatestFrame extends Newest<CapturedFrame> {}

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
