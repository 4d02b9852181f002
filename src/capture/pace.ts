/**
 * pace.ts - when a recorded frame is due, by the monotonic clock: as long after the first as its own time says.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** A source that is so far behind goes on from now; it does not hurry to catch up. */
const MOST_LATE_MS = 250;

export class Pacer {
  #offsetMs: number | undefined;

  /** The monotonic time at which the frame of `timeMs` is due. */
  dueMs(timeMs: number): number {
    const now = performance.now();
    this.#offsetMs ??= now - timeMs;
    const due = timeMs + this.#offsetMs;
    if (due < now - MOST_LATE_MS) this.#offsetMs = now - timeMs;
    return due;
  }

  /** Wait until then, or until `signal`. */
  async wait(dueMs: number, signal: AbortSignal): Promise<void> {
    const leftMs = dueMs - performance.now();
    if (leftMs > 0) await sleep(leftMs, undefined, { signal }).catch(() => undefined);
  }
}
