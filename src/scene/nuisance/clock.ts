/**
 * clock.ts - the time of day that a camera burns into a corner of its picture.
 */
import { randomBelow } from '../../memory/random.ts';
import type { Nuisance, Stage } from './nuisance.ts';

/** Rows of three dots from top to bottom, as bits. */
const DIGITS = [
  [7, 5, 5, 5, 7],
  [2, 6, 2, 2, 7],
  [7, 1, 7, 4, 7],
  [7, 1, 7, 1, 7],
  [5, 5, 7, 1, 1],
  [7, 4, 7, 1, 7],
  [7, 4, 7, 5, 7],
  [7, 1, 1, 2, 2],
  [7, 5, 7, 5, 7],
  [7, 5, 7, 1, 7],
] as const;
/** A dot, relative to the picture's width; and the least that can be read (px). */
const DOT = 0.006;
const PAPER = 15;
const INK = 235;

export function createClock({ width, height, random }: Stage): Nuisance {
  const dot = Math.max(1, Math.round(DOT * width));
  const columns = 6 * 4 + 2 * 2 + 1;
  const isRight = randomBelow(random, 2) === 0;
  const isBelow = randomBelow(random, 3) === 0;
  const left = isRight ? width - (columns + 1) * dot : dot;
  const top = isBelow ? height - 8 * dot : dot;
  const begins = randomBelow(random, 86_400);
  const fill = (luma: Uint8Array, column: number, row: number, shade: number): void => {
    for (let y = top + row * dot; y < top + (row + 1) * dot; y++) {
      for (let x = left + column * dot; x < left + (column + 1) * dot; x++) {
        if (x >= 0 && x < width && y >= 0 && y < height) luma[y * width + x] = shade;
      }
    }
  };
  return {
    spellS: [120, 400],
    pauseS: [60, 300],
    rampS: 0,
    overlay(luma, { time, strength }) {
      if (strength === 0) return;
      const now = Math.floor(begins + time) % 86_400;
      const parts = [Math.floor(now / 3600), Math.floor(now / 60) % 60, now % 60];
      for (let row = 0; row < 7; row++) for (let column = 0; column < columns; column++) fill(luma, column, row, PAPER);
      let at = 1;
      parts.forEach((part, i) => {
        for (const digit of [Math.floor(part / 10), part % 10]) {
          DIGITS[digit]!.forEach((bits, row) => {
            for (let bit = 0; bit < 3; bit++) if ((bits >> (2 - bit)) & 1) fill(luma, at + bit, row + 1, INK);
          });
          at += 4;
        }
        if (i === 2) return;
        fill(luma, at, 2, INK);
        fill(luma, at, 4, INK);
        at += 2;
      });
    },
  };
}
