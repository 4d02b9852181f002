/**
 * clouds.ts - shadows of clouds drift over the scene, with soft, uneven edges.
 */
import { between } from '../dice.ts';
import { createTexture, smoothNoise } from '../paint/texture.ts';
import { type Nuisance, type Stage, clampByte } from './nuisance.ts';

/** Points at which the shade is worked out; smooth in between. */
const COLUMNS = 16;
const ROWS = 12;
/** Clouds in a picture's width, and how much of the sky is free. */
const SIZE = 2.6;
const FREE = 0.45;
/** How sudden the edge of a shadow is. */
const EDGE = 5;

export function createClouds({ width, height, random }: Stage): Nuisance {
  const texture = createTexture(random);
  const shades = new Float64Array((COLUMNS + 1) * (ROWS + 1));
  let darkness = between(random, 0.25, 0.45);
  let speedX = between(random, 0.06, 0.2);
  let speedY = between(random, -0.05, 0.05);
  return {
    spellS: [20, 80],
    pauseS: [40, 150],
    rampS: 4,
    begin() {
      darkness = between(random, 0.25, 0.45);
      speedX = between(random, 0.06, 0.2) * (between(random, -1, 1) < 0 ? -1 : 1);
      speedY = between(random, -0.05, 0.05);
    },
    paint(plane, { time, strength }) {
      if (strength === 0) return;
      for (let row = 0, at = 0; row <= ROWS; row++) {
        for (let column = 0; column <= COLUMNS; column++, at++) {
          const x = (SIZE * column) / COLUMNS + speedX * time;
          const y = (SIZE * row * height) / (ROWS * width) + speedY * time;
          const thick = smoothNoise(texture, x + 7, y + 7) - FREE;
          shades[at] = 1 - strength * darkness * Math.max(0, Math.min(1, EDGE * thick));
        }
      }
      for (let y = 0, i = 0; y < height; y++) {
        const v = (y / height) * ROWS;
        const row = Math.floor(v);
        const down = v - row;
        for (let x = 0; x < width; x++, i++) {
          const u = (x / width) * COLUMNS;
          const column = Math.floor(u);
          const along = u - column;
          const at = row * (COLUMNS + 1) + column;
          const above = shades[at]! + (shades[at + 1]! - shades[at]!) * along;
          const below = shades[at + COLUMNS + 1]! + (shades[at + COLUMNS + 2]! - shades[at + COLUMNS + 1]!) * along;
          plane[i] = clampByte(plane[i]! * (above + (below - above) * down));
        }
      }
    },
  };
}
