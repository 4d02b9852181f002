/**
 * rain.ts - slanted, half transparent streaks, elsewhere in every frame: a drop falls through the picture within one.
 */
import { randomBelow } from '../../memory/random.ts';
import { type Nuisance, type Stage, clampByte } from './nuisance.ts';

/** Streaks in a picture as wide as it is high, at full strength. */
const DROPS = 55;
const LIGHT = 215;
/** Relative to the height of the picture. */
const LENGTH = [0.04, 0.1] as const;
const OPACITY = [0.2, 0.45] as const;
/** Relative to the width of the picture. */
const THICK = 0.006;

export function createRain({ width, height, random }: Stage): Nuisance {
  const thick = Math.max(1, Math.round(THICK * width));
  const slant = 0.15 + randomBelow(random, 20) / 100;
  return {
    spellS: [30, 90],
    pauseS: [60, 200],
    rampS: 10,
    paint(plane, { strength }) {
      const drops = Math.round((strength * DROPS * width) / height);
      for (let drop = 0; drop < drops; drop++) {
        const length = Math.round(height * (LENGTH[0] + ((LENGTH[1] - LENGTH[0]) * randomBelow(random, 100)) / 100));
        const opacity = OPACITY[0] + ((OPACITY[1] - OPACITY[0]) * randomBelow(random, 100)) / 100;
        const left = randomBelow(random, width);
        const top = randomBelow(random, height + length) - length;
        for (let step = 0; step < length; step++) {
          const y = top + step;
          if (y < 0 || y >= height) continue;
          const from = left - Math.round(step * slant);
          for (let x = Math.max(0, from); x < Math.min(width, from + thick); x++) {
            const at = y * width + x;
            plane[at] = clampByte(plane[at]! + (LIGHT - plane[at]!) * opacity);
          }
        }
      }
    },
  };
}
