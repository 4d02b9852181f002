/**
 * value-queue.ts - values that come by themselves, taken one by one. When they come faster than they are taken the oldest
 * are dropped and counted.
 */
import type { SensorValue } from './values.ts';

const LONGEST = 1000;

export class ValueQueue implements AsyncIterable<SensorValue> {
  dropped = 0;
  readonly #waiting: SensorValue[] = [];
  #wake: (() => void) | null = null;
  #isClosed = false;

  push(value: SensorValue): void {
    if (this.#waiting.length === LONGEST) {
      this.#waiting.shift();
      this.dropped++;
    }
    this.#waiting.push(value);
    this.#wake?.();
  }

  /** No more values: what is waiting is still given out. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SensorValue> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next;
      } else {
        if (this.#isClosed) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = null;
      }
    }
  }
}
