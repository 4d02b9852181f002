/**
 * rain.ts - slanted, half transparent streaks, elsewhere in every frame: a drop falls through the picture within one.
 */
import { randomBelow } from '../../memory/random.ts';
import { type Nuisance, type Stage, clampByte } from './nuisance.ts';

/** Pixels per streak at full strength. */
const PIXELS_PER_DROP = 170;
const LIGHT = 215;
/** Relative to the height of the picture. */
const LENGTH = [0.04, 0.1] as const;
const OPACITY = [0.2, 0.45] as const;

export function createRain({ width, height, random }: Stage): Nuisance {
  const slant = 0.15 + randomBelow(random, 20) / 100;
  return {
    spellS: [30, 90],
    pauseS: [60, 200],
    rampS: 10,
    paint(plane, { strength }) {
      const drops = Math.round((strength * width * height) / PIXELS_PER_DROP);
      for (let drop = 0; drop < drops; drop++) {
        const length = Math.round(height * (LENGTH[0] + ((LENGTH[1] - LENGTH[0]) * randomBelow(random, 100)) / 100));
        const opacity = OPACITY[0] + ((OPACITY[1] - OPACITY[0]) * randomBelow(random, 100)) / 100;
        const left = randomBelow(random, width);
        const top = randomBelow(random, height + length) - length;
        for (let step = 0; step < length; step++) {
          const x = left - Math.round(step * slant);
          const y = top + step;
          if (x < 0 || y < 0 || y >= height) continue;
          const at = y * width + x;
          plane[at] = clampByte(plane[at]! + (LIGHT - plane[at]!) * opacity);
        }
      }
    },
  };
}
