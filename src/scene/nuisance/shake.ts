/**
 * shake.ts - the camera trembles on its pole in the wind: the picture moves by less than a hundredth, and never rests.
 */
import { between } from '../dice.ts';
import { sine } from '../view/trigonometry.ts';
import type { Nuisance, Stage } from './nuisance.ts';

/** Largest movement, relative to the picture's width. */
const REACH = [0.0012, 0.004] as const;

export function createShake({ width, height, random }: Stage): Nuisance {
  const reach = between(random, ...REACH) * width;
  const phase = between(random, 0, 6);
  const scratch = new Uint8Array(width * height);
  return {
    spellS: [30, 120],
    pauseS: [40, 150],
    rampS: 3,
    paint(plane, { time, strength }) {
      if (strength === 0) return;
      const gust = strength * (0.5 + 0.5 * sine(time / 4 + phase));
      const dx = reach * gust * (0.6 * sine(time * 5.3) + 0.4 * sine(time * 11.9 + phase));
      const dy = 0.7 * reach * gust * (0.6 * sine(time * 6.1 + 1) + 0.4 * sine(time * 13.7));
      scratch.set(plane);
      const column = Math.floor(dx);
      const row = Math.floor(dy);
      const u = dx - column;
      const v = dy - row;
      const at = (value: number, limit: number): number => (value < 0 ? 0 : value >= limit ? limit - 1 : value);
      for (let y = 0, i = 0; y < height; y++) {
        const above = at(y + row, height) * width;
        const below = at(y + row + 1, height) * width;
        for (let x = 0; x < width; x++, i++) {
          const left = at(x + column, width);
          const right = at(x + column + 1, width);
          const upper = scratch[above + left]! * (1 - u) + scratch[above + right]! * u;
          const lower = scratch[below + left]! * (1 - u) + scratch[below + right]! * u;
          plane[i] = upper * (1 - v) + lower * v + 0.5;
        }
      }
    },
  };
}
