/**
 * headlights.ts - a cone of light sweeps over the scene within a second or two and is gone.
 */
import { between } from '../dice.ts';
import { type Nuisance, type Stage, clampByte } from './nuisance.ts';

/** Half axes of the cone, relative to the picture. */
const REACH = [0.3, 0.2] as const;

export function createHeadlights({ width, height, random }: Stage): Nuisance {
  let row = 0;
  let power = 0;
  let direction = 1;
  return {
    spellS: [1.2, 3],
    pauseS: [30, 120],
    rampS: 0,
    begin() {
      row = between(random, 0.2, 0.8) * height;
      power = between(random, 0.6, 1.6);
      direction = between(random, -1, 1) < 0 ? -1 : 1;
    },
    paint(plane, { strength, progress }) {
      if (strength === 0) return;
      const along = direction > 0 ? -0.4 + 1.8 * progress : 1.4 - 1.8 * progress;
      for (let y = 0, i = 0; y < height; y++) {
        const down = (y - row) / (REACH[1] * height);
        if (down <= -1 || down >= 1) {
          i += width;
          continue;
        }
        for (let x = 0; x < width; x++, i++) {
          const across = (x - along * width) / (REACH[0] * width);
          const inside = 1 - across * across - down * down;
          // Light falls on what is there: bright things become brighter than dark ones.
          if (inside > 0) plane[i] = clampByte(plane[i]! * (1 + power * inside * inside) + 15 * power * inside);
        }
      }
    },
  };
}
