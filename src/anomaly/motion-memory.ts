/**
 * motion-memory.ts - which way and how fast things usually move at each place.
 *
 * Directions are counted in 8 sectors per zone, neighbours sharing a quarter; speeds keep mean and variance of their
 * logarithm. Surprise of a movement = how rare its direction is here + how far its speed lies beyond what was seen
 * (an extrapolating tail: speeds never seen before are the more unusual the further out they are).
 */
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';

export const DIRECTIONS = 8;

export const motionMemoryFields = (zones: number) => ({
  directionCount: field('u16', zones * DIRECTIONS, 'learned'), // [zones, 8] halved together when one is full
  speedCount: field('u16', zones, 'learned'), // [zones] saturating
  // f32: logarithms
  speedMean: field('f32', zones, 'learned'), // [zones] of ln(px per 100 ms)
  speedVariance: field('f32', zones, 'learned'),
});
export type MotionMemory = Views<ReturnType<typeof motionMemoryFields>>;

const MIN_SPEED_COUNT = 10;
const SPEED_RATE = 0.01;
const MIN_SPEED_VARIANCE = 0.02;
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

/** What is unusual about a movement at a zone; both parts >= 0. */
export type MotionSurprise = { direction: number; speed: number };

/** Judge a movement before learning it. `speed` in px per 100 ms, > 0. */
export function judgeMotion(
  memory: MotionMemory,
  zone: number,
  direction: number,
  speed: number,
  out: MotionSurprise,
): void {
  const { directionCount, speedCount, speedMean, speedVariance } = memory;
  const at = zone * DIRECTIONS;
  const count = directionCount[at + direction]!;
  const before = directionCount[at + ((direction + DIRECTIONS - 1) % DIRECTIONS)]!;
  const after = directionCount[at + ((direction + 1) % DIRECTIONS)]!;
  const likely = count + NEIGHBOUR_SHARE * (before + after) + DIRECTION_PRIOR;
  const probability = likely / (Math.max(totalAt(memory, zone), meanTotal(memory)) + 2);
  out.direction = Math.max(0, -ln(Math.min(1, probability)) - 2) / 3;
  out.speed = 0;
  if (speedCount[zone]! >= MIN_SPEED_COUNT) {
    const spread = Math.sqrt(Math.max(MIN_SPEED_VARIANCE, speedVariance[zone]!));
    const z = (ln(speed) - speedMean[zone]!) / spread;
    out.speed = 0.35 * Math.min(10, Math.max(0, z - 2));
  }
}

/** Learn a movement. */
export function learnMotion(memory: MotionMemory, zone: number, direction: number, speed: number): void {
  const { directionCount, speedCount, speedMean, speedVariance } = memory;
  const at = zone * DIRECTIONS;
  if (++directionCount[at + direction]! === 65535) {
    for (let i = at; i < at + DIRECTIONS; i++) directionCount[i] = directionCount[i]! >> 1;
  }
  const count = Math.min(65535, speedCount[zone]! + 1);
  speedCount[zone] = count;
  const rate = Math.max(1 / count, SPEED_RATE);
  const deviation = ln(speed) - speedMean[zone]!;
  speedMean[zone]! += rate * deviation;
  if (count > 1) speedVariance[zone]! += rate * (deviation * deviation * (1 - rate) - speedVariance[zone]!);
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
function meanTotal(memory: MotionMemory): number {
  let total = 0;
  for (const count of memory.directionCount) total += count;
  return total / memory.speedCount.length;
}
