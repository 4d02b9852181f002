/**
 * gusts.ts - a branch that reaches into the picture: it trembles in calm air and swings far in a gust.
 */
import { randomBelow } from '../../memory/random.ts';
import { type Nuisance, type Stage, triangle } from './nuisance.ts';

/** Size of the branch, relative to the picture; it hangs in one of the upper corners. */
const SIZE = [0.3, 0.3] as const;
/** Dots of the branch across and down. */
const DOTS = 36;
/** Swing to each side (relative to the picture's width) in calm air and in a gust. */
const CALM = 0.008;
const GUST = 0.06;

export function createGusts({ width, height, random }: Stage): Nuisance {
  const isLeft = randomBelow(random, 2) === 0;
  const columns = Math.round(SIZE[0] * width);
  const rows = Math.round(SIZE[1] * height);
  // 0 = one looks through. As many dots at every size of picture.
  const leaves = new Uint8Array(DOTS * DOTS);
  for (let leaf = 0; leaf < leaves.length / 7; leaf++) {
    const shade = 35 + randomBelow(random, 90);
    const x = randomBelow(random, DOTS - 1);
    const y = randomBelow(random, DOTS - 1);
    // Sparser to the left and below: the branch comes from the corner.
    if (x < y * 0.8) continue;
    for (const at of [y * DOTS + x, y * DOTS + x + 1, (y + 1) * DOTS + x]) leaves[at] = shade;
  }
  return {
    spellS: [8, 40],
    pauseS: [30, 120],
    rampS: 3,
    paint(plane, { time, strength }) {
      const reach = (CALM + (GUST - CALM) * strength) * width;
      for (let row = 0; row < rows; row++) {
        // The tip of the branch, below, swings farther and later than its root.
        const swing = triangle(time + 0.3 - (0.6 * row) / rows, 2.4) + 0.4 * triangle(time, 1.3);
        const shift = Math.round(reach * swing * (0.3 + (0.7 * row) / rows));
        for (let column = 0; column < columns; column++) {
          const shade = leaves[Math.floor((row * DOTS) / rows) * DOTS + Math.floor((column * DOTS) / columns)]!;
          const across = width - columns + column + shift;
          const x = isLeft ? width - 1 - across : across;
          if (shade !== 0 && x >= 0 && x < width) plane[row * width + x] = shade;
        }
      }
    },
  };
}
