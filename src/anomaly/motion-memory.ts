/**
 * motion-memory.ts - which way things usually move at each place.
 *
 * Directions are categories, so they are counted: 8 sectors per zone, neighbours sharing a quarter. How fast things move
 * is a number and has a memory of its own (speed-memory.ts).
 */
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';

export const DIRECTIONS = 8;

export const motionMemoryFields = (zones: number) => ({
  directionCount: field('u16', zones * DIRECTIONS, 'learned'), // [zones, 8] those of a zone add up to less than FULL
});
export type MotionMemory = Views<ReturnType<typeof motionMemoryFields>>;

/** Movements remembered at a place. Without a bound a lane that moves is told the longer the more was seen before it. */
const FULL = 256;
const DIRECTION_PRIOR = 0.2;
const NEIGHBOUR_SHARE = 0.25;

/** Sector 0 = right, counted clockwise as seen (y grows downwards): 2 = down, 4 = left, 6 = up. */
export function directionOf(dx: number, dy: number): number {
  // Sector borders lie at odd multiples of 22.5 degrees, tangent .41421.
  const [x, y] = [Math.abs(dx), Math.abs(dy)];
  const octant = y <= 0.41421356 * x ? 0 : x <= 0.41421356 * y ? 2 : 1;
  if (octant === 0) return dx >= 0 ? 0 : 4;
  if (octant === 2) return dy >= 0 ? 2 : 6;
  if (dx >= 0) return dy >= 0 ? 1 : 7;
  return dy >= 0 ? 3 : 5;
}

/** How rare a direction is at a zone, before it is learned: a third of -ln p beyond 2, >= 0. */
export function judgeDirection(memory: MotionMemory, zone: number, direction: number): number {
  const { directionCount } = memory;
  const at = zone * DIRECTIONS;
  const count = directionCount[at + direction]!;
  const before = directionCount[at + ((direction + DIRECTIONS - 1) % DIRECTIONS)]!;
  const after = directionCount[at + ((direction + 1) % DIRECTIONS)]!;
  const likely = count + NEIGHBOUR_SHARE * (before + after) + DIRECTION_PRIOR;
  const probability = likely / (Math.max(totalAt(memory, zone), meanTotal(memory)) + 2);
  return Math.max(0, -ln(Math.min(1, probability)) - 2) / 3;
}

/** Learn a movement; the counts of a place that is full are halved. */
export function learnDirection(memory: MotionMemory, zone: number, direction: number): void {
  const { directionCount } = memory;
  const at = zone * DIRECTIONS;
  directionCount[at + direction]!++;
  if (totalAt(memory, zone) < FULL) return;
  for (let i = at; i < at + DIRECTIONS; i++) directionCount[i] = directionCount[i]! >> 1;
}

/** The most frequent direction at a zone, or -1 when none was seen. */
export function usualDirection({ directionCount }: MotionMemory, zone: number): number {
  let best = -1;
  for (let direction = 0; direction < DIRECTIONS; direction++) {
    const count = directionCount[zone * DIRECTIONS + direction]!;
    if (count > 0 && (best < 0 || count > directionCount[zone * DIRECTIONS + best]!)) best = direction;
  }
  return best;
}

function totalAt({ directionCount }: MotionMemory, zone: number): number {
  let total = 0;
  for (let i = zone * DIRECTIONS; i < (zone + 1) * DIRECTIONS; i++) total += directionCount[i]!;
  return total;
}

/** Movements per zone on average: a place where nothing ever moved is judged as if it had been watched this long. */
function meanTotal({ directionCount }: MotionMemory): number {
  let total = 0;
  for (const count of directionCount) total += count;
  return (total * DIRECTIONS) / directionCount.length;
}
