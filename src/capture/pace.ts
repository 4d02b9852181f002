/**
 * pace.ts - lets frame k through no sooner than k / fps seconds after the first, by the monotonic clock.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export class Pacer {
  readonly #intervalMs: number;
  #nextMs: number | undefined;

  constructor(fps: number) {
    this.#intervalMs = 1000 / fps;
  }

  /** Wait until the next frame is due. A source that fell behind goes on from now; it does not hurry to catch up. */
  async wait(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const due = this.#nextMs ?? now;
    this.#nextMs = Math.max(due, now - this.#intervalMs) + this.#intervalMs;
    if (due > now) await sleep(due - now, undefined, { signal }).catch(() => undefined);
  }
}
