/** frame-rate.ts - frames per second over the last seconds. */

const WINDOW_MS = 5000;

export class FrameRate {
  #times: number[] = [];

  count(): void {
    const now = performance.now();
    this.#times.push(now);
    while (this.#times.length > 0 && this.#times[0]! < now - WINDOW_MS) this.#times.shift();
  }

  perSecond(): number {
    const now = performance.now();
    const recent = this.#times.filter((time) => time >= now - WINDOW_MS).length;
    return Math.round((recent * 10_000) / WINDOW_MS) / 10;
  }
}
