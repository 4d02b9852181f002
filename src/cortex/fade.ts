/**
 * fade.ts - evidence loses a share of itself every frame, and becomes exactly nothing in the end.
 */

/** Below this evidence is nothing: numbers that shrink for ever become denormal, which is slow and never zero. */
const NOTHING = 1e-3;

/** Multiply every value (>= 0) by `factor`. */
export function fade(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! * factor;
    values[i] = value < NOTHING ? 0 : value;
  }
}
