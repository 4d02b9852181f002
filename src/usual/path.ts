/**
 * path.ts - the places a thing has come by, and what it was like there: kept while it is followed, learned when it is gone,
 * or when it has come by PATH places: what is always there is never gone.
 *
 * One entry per cell entered; when all are taken the oldest gives way.
 */
import { type Views, below, field, upTo } from '../memory/layout.ts';
import { MOST_THINGS, PATH } from '../things/pool.ts';
import type { Places } from './places.ts';

export const pathFields = ({ columns, rows }: Places) => ({
  pathLength: field('u8', MOST_THINGS, 'state', upTo(PATH)), // entries, up to PATH
  pathAt: field('u8', MOST_THINGS, 'state', below(PATH)), // newest entry
  cell: field('u16', MOST_THINGS * PATH, 'state', below(columns * rows)), // [things, PATH]
  // f32: sums over the pictures in which it was measured there
  novelty: field('f32', MOST_THINGS * PATH, 'state'), // bits of the visit, when it came
  speeds: field('f32', MOST_THINGS * PATH, 'state'), // of ln(heights per second)
  speedCount: field('f32', MOST_THINGS * PATH, 'state'),
  alongX: field('f32', MOST_THINGS * PATH, 'state'), // of the way it went, heights
  alongY: field('f32', MOST_THINGS * PATH, 'state'),
  heights: field('f32', MOST_THINGS * PATH, 'state'), // of ln(height)
  shapes: field('f32', MOST_THINGS * PATH, 'state'), // of ln(width / height)
  sizeCount: field('f32', MOST_THINGS * PATH, 'state'),
  stayMs: field('f32', MOST_THINGS * PATH, 'state'), // longest time without moving on
});
export type Path = Views<ReturnType<typeof pathFields>>;

export function beginPath(path: Path, slot: number): void {
  path.pathLength[slot] = 0;
  path.pathAt[slot] = PATH - 1;
}

export function isFull({ pathLength }: Path, slot: number): boolean {
  return pathLength[slot] === PATH;
}

/** Whether a thing is still in the cell of its newest entry. */
export function isStillAt({ pathLength, pathAt, cell: cells }: Path, slot: number, cell: number): boolean {
  return pathLength[slot]! > 0 && cells[slot * PATH + pathAt[slot]!] === cell;
}

/** The newest entry. */
export function newestEntry({ pathAt }: Path, slot: number): number {
  return slot * PATH + pathAt[slot]!;
}

/** A thing has come to another cell: an entry for it. */
export function enter(path: Path, slot: number, cell: number): number {
  path.pathAt[slot] = (path.pathAt[slot]! + 1) % PATH;
  path.pathLength[slot] = Math.min(PATH, path.pathLength[slot]! + 1);
  const entry = newestEntry(path, slot);
  path.cell[entry] = cell;
  path.novelty[entry] = 0;
  path.speeds[entry] = 0;
  path.speedCount[entry] = 0;
  path.alongX[entry] = 0;
  path.alongY[entry] = 0;
  path.heights[entry] = 0;
  path.shapes[entry] = 0;
  path.sizeCount[entry] = 0;
  path.stayMs[entry] = 0;
  return entry;
}

/** Mean novelty of the last `most` entries. */
export function meanNovelty(path: Path, slot: number, most: number): number {
  const length = Math.min(most, path.pathLength[slot]!);
  let sum = 0;
  for (let back = 0; back < length; back++) {
    sum += path.novelty[slot * PATH + ((path.pathAt[slot]! + PATH - back) % PATH)]!;
  }
  return length > 0 ? sum / length : 0;
}
