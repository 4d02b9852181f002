/**
 * still-watch.ts - tells a picture that stands still from a place where nothing happens: a sensor always has noise, so a
 * picture that stays the same to the last bit comes from a camera, or a decoder, that has stopped looking. The even grey
 * that decoders fill in for what they have not received counts as standing still, too.
 */

/** Grey of concealed pictures, and how even a plane is that is nothing else. */
const CONCEALED = 128;
const CONCEALED_WITHIN = 16;
const EVEN = 2;

export class StillWatch {
  readonly #limitMs: number;
  #last = Buffer.alloc(0);
  #sinceMs = 0;
  #isStill = false;

  /** `limitMs`: how long a picture may stay the same. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /**
   * Whether a frame shows that the camera still looks. Once a picture has been the same for too long, that very picture is
   * not believed any more, however often the camera is opened anew.
   */
  isBelievable(luma: Uint8Array, nowMs: number): boolean {
    if (
      this.#last.length === luma.length &&
      (this.#last.equals(luma) || (isConcealed(luma) && isConcealed(this.#last)))
    ) {
      this.#isStill ||= nowMs - this.#sinceMs >= this.#limitMs;
      return !this.#isStill;
    }
    if (this.#last.length !== luma.length) this.#last = Buffer.alloc(luma.length);
    this.#last.set(luma);
    this.#sinceMs = nowMs;
    this.#isStill = false;
    return true;
  }

  get isStill(): boolean {
    return this.#isStill;
  }
}

function isConcealed(luma: Uint8Array): boolean {
  let least = 255;
  let most = 0;
  for (const value of luma) {
    if (value < least) least = value;
    if (value > most) most = value;
    if (most - least > EVEN) return false;
  }
  return Math.abs(least - CONCEALED) <= CONCEALED_WITHIN;
}
