/**
 * directions.ts - which ways things go at a place: a histogram of directions with back-off (places.ts).
 *
 * Evidence is the probability of a direction as rare as this one or rarer.
 */
import { type Views, field } from '../memory/layout.ts';
import { bitsOf } from './bits.ts';
import { LEVELS, type Places } from './places.ts';

export const DIRECTIONS = 16;
const PRIOR = 4;
/** Counts of a place are halved when they reach this: old ways are forgotten. */
const MOST = 400;
const FEWEST = 6;
/** How one sample is spread over its direction and the two beside it. */
const OWN = 0.5;
const BESIDE = 0.25;

export const directionFields = (places: Places) => ({
  // f32: sums of quarters, exact
  ways: field('f32', places.count * DIRECTIONS, 'learned'), // [places, DIRECTIONS]
  wayTotal: field('f32', places.count, 'learned'), // [places]
});
export type Directions = Views<ReturnType<typeof directionFields>>;

// Unit vectors of the middle of each direction, as decimal constants: sines may differ between machines.
const C = [1, 0.9238795325, Math.SQRT1_2, 0.3826834324, 0, -0.3826834324, -Math.SQRT1_2, -0.9238795325];
const COS = Float64Array.from([...C, ...C.map((value) => -value)]);
const SIN = Float64Array.from(COS, (_, i) => COS[(i + 12) % 16]!);

/** How far apart two directions are, the shorter way round: 0 to half of DIRECTIONS. */
export function waysApart(one: number, other: number): number {
  const apart = Math.abs(one - other) % DIRECTIONS;
  return Math.min(apart, DIRECTIONS - apart);
}

/** The direction of a movement: 0 = to the right, 4 = down. */
export function directionOf(dx: number, dy: number): number {
  let best = 0;
  let most = -Infinity;
  for (let direction = 0; direction < DIRECTIONS; direction++) {
    const along = dx * COS[direction]! + dy * SIN[direction]!;
    if (along > most) [best, most] = [direction, along];
  }
  return best;
}

const chances = new Float64Array(DIRECTIONS);

/** Probabilities of all directions at a cell, in a borrowed array; null while nothing is known. */
export function wayChances({ ways, wayTotal }: Directions, places: Places, cell: number): Float64Array | null {
  const picture = places.chain[cell * LEVELS + LEVELS - 1]!;
  if (wayTotal[picture]! < FEWEST) return null;
  chances.fill(1 / DIRECTIONS);
  for (let level = LEVELS - 1; level >= 0; level--) {
    const at = places.chain[cell * LEVELS + level]!;
    const n = wayTotal[at]!;
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      chances[direction] = (ways[at * DIRECTIONS + direction]! + PRIOR * chances[direction]!) / (n + PRIOR);
    }
  }
  return chances;
}

/** Bits of a direction at a cell: of all that are as rare or rarer. */
export function directionBits(directions: Directions, places: Places, cell: number, direction: number): number {
  const all = wayChances(directions, places, cell);
  if (all === null) return 0;
  const own = all[direction]! * 1.0001;
  let tail = 0;
  for (let other = 0; other < DIRECTIONS; other++) if (all[other]! <= own) tail += all[other]!;
  return bitsOf(tail);
}

export function learnDirection({ ways, wayTotal }: Directions, places: Places, cell: number, direction: number): void {
  for (let level = 0; level < LEVELS; level++) {
    const at = places.chain[cell * LEVELS + level]!;
    const base = at * DIRECTIONS;
    if (wayTotal[at]! >= MOST) {
      wayTotal[at]! /= 2;
      for (let other = 0; other < DIRECTIONS; other++) ways[base + other]! /= 2;
    }
    ways[base + direction]! += OWN;
    ways[base + ((direction + 1) % DIRECTIONS)]! += BESIDE;
    ways[base + ((direction + DIRECTIONS - 1) % DIRECTIONS)]! += BESIDE;
    wayTotal[at]! += 1;
  }
}
