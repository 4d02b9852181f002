/**
 * frame-clock.ts - the time of each frame, by the clock of the camera or the file where it has one, else by when it came.
 *
 * Times only go forward. A camera whose clock jumps (it was set, its stream began anew) is followed by the time of arrival
 * from there on, so that a jump is never taken for a pause.
 */

/** So far a live camera's clock may be from the time its frames come. */
const MOST_DRIFT_MS = 2000;
/** Between frames that claim to be of one moment. */
const LEAST_STEP_MS = 1;

export class FrameClock {
  readonly #isLive: boolean;
  /** Added to the source's own times; undefined before the first. */
  #offsetMs: number | undefined;
  #arrivalStartMs = 0;
  #lastMs = -Infinity;

  constructor(isLive: boolean) {
    this.#isLive = isLive;
  }

  /** ms since the first frame. `ownMs`: what the source says, NaN when it says nothing. `arrivalMs`: monotonic clock. */
  next(ownMs: number, arrivalMs: number): number {
    if (this.#lastMs === -Infinity) {
      this.#arrivalStartMs = arrivalMs;
      this.#lastMs = 0;
      if (!Number.isNaN(ownMs)) this.#offsetMs = -ownMs;
      return 0;
    }
    const arrived = arrivalMs - this.#arrivalStartMs;
    let timeMs = arrived;
    if (!Number.isNaN(ownMs)) {
      this.#offsetMs ??= arrived - ownMs;
      timeMs = ownMs + this.#offsetMs;
      if (this.#isLive && Math.abs(timeMs - arrived) > MOST_DRIFT_MS) {
        this.#offsetMs = arrived - ownMs;
        timeMs = arrived;
      }
    }
    this.#lastMs = Math.max(timeMs, this.#lastMs + LEAST_STEP_MS);
    return this.#lastMs;
  }
}
