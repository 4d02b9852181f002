/**
 * auto-exposure.ts - the camera holds the middle of the picture at an even grey: whatever comes there, all else becomes
 * darker or lighter, with a lag.
 */
import type { Nuisance, Stage } from './nuisance.ts';

const TARGET = 105;
/** Within so much of the target nothing is done; else the gain changes so much a second. */
const DEAD_BAND = 0.06;
const SPEED = 0.3;
/** Longest time between two frames that counts (s). */
const LONGEST = 0.25;
const LIMITS = [0.6, 1.6] as const;

export function createAutoExposure({ width, height }: Stage): Nuisance {
  let factor = 1;
  let last = 0;
  return {
    spellS: [60, 200],
    pauseS: [30, 120],
    rampS: 0,
    expose(plane, { time, strength }, exposure) {
      const step = SPEED * Math.min(LONGEST, Math.max(0, time - last));
      last = time;
      // Between spells the factor goes back to 1.
      const ratio = strength > 0 ? (middle(plane, width, height) * exposure.gain * factor) / TARGET : factor;
      if (ratio > 1 + DEAD_BAND) factor = Math.max(LIMITS[0], factor * (1 - step));
      else if (ratio < 1 - DEAD_BAND) factor = Math.min(LIMITS[1], factor * (1 + step));
      exposure.gain *= factor;
    },
  };
}

/** Mean grey of every third pixel of the middle ninth. */
function middle(plane: Uint8Array, width: number, height: number): number {
  let sum = 0;
  let count = 0;
  for (let y = Math.floor(height / 3); y < (2 * height) / 3; y += 3) {
    for (let x = Math.floor(width / 3); x < (2 * width) / 3; x += 3) {
      sum += plane[y * width + x]!;
      count++;
    }
  }
  return sum / count;
}
