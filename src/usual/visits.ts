/**
 * visits.ts - how often things come to a place, or begin there: counts with back-off to what is around.
 *
 *     cell -> mean of 3 x 3 cells -> mean of 7 x 7 -> mean of the picture
 *
 * The chance that the next thing comes by a cell is (1 - w) (n + k p') / (N + k) + w p', p' the chance by the next coarser
 * level: however often things have kept to a way, one beside it is near it. N is the number of things seen, or, in a place
 * where little happens, the time watched in units of PATIENCE_MS: where nothing ever came, that something comes is news.
 */
import { type Views, field } from '../memory/layout.ts';
import { bitsOf } from './bits.ts';
import type { Places } from './places.ts';

const PRIOR = 2;
/** Weight (w) of what is around a cell, however much is known of the cell: places of things are seen to about a cell. */
const AROUND = 0.2;
/** Counts of things are halved when they reach this: ways that are not used any more are forgotten. */
const MOST = 1000;
/** So much time in which nothing came counts as one thing that came elsewhere, up to MOST_QUIET of them. */
const PATIENCE_MS = 5000;
const MOST_QUIET = 128;

export const visitFields = (places: Places) => ({
  visits: field('f32', places.columns * places.rows, 'learned'), // [cells] things that came by
  things: field('f32', 1, 'learned'), // all
});
export type Visits = Views<ReturnType<typeof visitFields>>;

/** The chance that the next thing comes by `cell`, after `watchedMs`. */
export function visitChance(
  { visits, things }: Visits,
  { columns, rows }: Places,
  cell: number,
  watchedMs: number,
): number {
  const all = Math.max(things[0]!, Math.min(MOST_QUIET, watchedMs / PATIENCE_MS));
  const column = cell % columns;
  const row = (cell - column) / columns;
  let chance = (things[0]! > 0 ? meanOf(visits, 0, 0, columns - 1, rows - 1, columns) : 0) + 0.25;
  chance /= all + 1;
  for (let reach = 3; reach >= 1; reach -= 2) {
    const mean = meanOf(
      visits,
      Math.max(0, column - reach),
      Math.max(0, row - reach),
      Math.min(columns - 1, column + reach),
      Math.min(rows - 1, row + reach),
      columns,
    );
    chance = ((1 - AROUND) * (mean + PRIOR * chance)) / (all + PRIOR) + AROUND * chance;
  }
  return ((1 - AROUND) * (visits[cell]! + PRIOR * chance)) / (all + PRIOR) + AROUND * chance;
}

export function visitBits(plane: Visits, places: Places, cell: number, watchedMs: number): number {
  return bitsOf(visitChance(plane, places, cell, watchedMs));
}

function meanOf(
  visits: Float32Array,
  left: number,
  top: number,
  right: number,
  bottom: number,
  columns: number,
): number {
  let sum = 0;
  for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) sum += visits[y * columns + x]!;
  return sum / ((right - left + 1) * (bottom - top + 1));
}

/** A thing came: `weight` 1 at each cell it came by. Call `countThing` once a thing. */
export function learnVisit({ visits }: Visits, cell: number): void {
  visits[cell]! += 1;
}

export function countThing({ visits, things }: Visits): void {
  things[0]! += 1;
  if (things[0]! < MOST) return;
  things[0]! /= 2;
  for (let cell = 0; cell < visits.length; cell++) visits[cell]! /= 2;
}
