/**
 * frame-clock.ts - the time of each frame, by the clock of the camera or the file where it has one, else by when it came.
 *
 * Times only go forward. Frames may come late, but not before their time: where they do, those before were late (a stream
 * that is opened gives what it has gathered first). A live camera's clock that jumps (it was set, its stream began anew) or
 * stands still is followed by the time of arrival from there on, so that a jump is never taken for a pause.
 */

/** So much more than has passed since the frame before a live camera's clock may claim. */
const MOST_LEAP_MS = 2000;
/** So far behind the arrival of its frames it may be. */
const MOST_LATE_MS = 10_000;
/** Between frames that claim to be of one moment. */
const LEAST_STEP_MS = 1;

export class FrameClock {
  readonly #isLive: boolean;
  /** Added to the source's own times; undefined before the first. */
  #offsetMs: number | undefined;
  /** When a frame of time 0 would have come without delay. */
  #originMs = 0;
  #lastMs = -Infinity;
  #lastOwnMs = NaN;
  #lastArrivalMs = 0;

  constructor(isLive: boolean) {
    this.#isLive = isLive;
  }

  /** ms since the first frame. `ownMs`: what the source says, NaN when it says nothing. `arrivalMs`: monotonic clock. */
  next(ownMs: number, arrivalMs: number): number {
    if (this.#lastMs === -Infinity) {
      this.#originMs = arrivalMs;
      this.#lastMs = 0;
      if (!Number.isNaN(ownMs)) this.#offsetMs = -ownMs;
    } else {
      const timeMs = Number.isNaN(ownMs) ? arrivalMs - this.#originMs : this.#byOwnClock(ownMs, arrivalMs);
      this.#lastMs = Math.max(timeMs, this.#lastMs + LEAST_STEP_MS);
    }
    this.#lastOwnMs = ownMs;
    this.#lastArrivalMs = arrivalMs;
    return this.#lastMs;
  }

  #byOwnClock(ownMs: number, arrivalMs: number): number {
    const arrived = arrivalMs - this.#originMs;
    this.#offsetMs ??= arrived - ownMs;
    const timeMs = ownMs + this.#offsetMs;
    if (!this.#isLive) return timeMs;
    const isBack = ownMs < this.#lastOwnMs;
    const hasLeapt = ownMs - this.#lastOwnMs > arrivalMs - this.#lastArrivalMs + MOST_LEAP_MS;
    if (isBack || hasLeapt || arrived - timeMs > MOST_LATE_MS) {
      this.#offsetMs = arrived - ownMs;
      return arrived;
    }
    if (timeMs > arrived) this.#originMs -= timeMs - arrived;
    return timeMs;
  }
}
