/**
 * block-motion.ts - where the foreground of a zone moves: masked block matching between the last two levelled pictures.
 *
 * Only foreground pixels of the zone (and a rim) vote, so the still ground does not hold the estimate at zero. A
 * displacement counts only when it explains the pixels clearly better than standing still does.
 */
import type { Geometry, ZoneGrid } from './geometry.ts';

/** Largest displacement looked for, each way (px per frame). */
const REACH = 5;
/** Pixels around the zone that may vote. */
const RIM = 2;
/** A displacement must leave less than this share of the standing-still error. */
const CLEARLY_BETTER = 0.75;
const MIN_PIXELS = 6;
/** More pixels than this do not make the estimate better. */
const MAX_PIXELS = 128;

/** The planes that matching reads, all [height, width]. */
export type MotionPlanes = {
  readonly level: Uint8Array;
  readonly previousLevel: Uint8Array;
  readonly foregroundPixel: Uint8Array;
};

/** Places (flat pixel indices) of the voting pixels; reused between calls. */
const voters = new Uint32Array(MAX_PIXELS);

/** The zone's displacement in px since the last frame into `out` [dx, dy]; returns false when nothing moves clearly. */
export function matchZone(
  planes: MotionPlanes,
  geometry: Geometry,
  grid: ZoneGrid,
  zone: number,
  out: Float32Array,
): boolean {
  const { width, height } = geometry;
  const column = zone % grid.columns;
  const row = (zone - column) / grid.columns;
  const left = Math.max(REACH, Math.floor((column * width) / grid.columns) - RIM);
  const right = Math.min(width - REACH, Math.ceil(((column + 1) * width) / grid.columns) + RIM);
  const top = Math.max(REACH, Math.floor((row * height) / grid.rows) - RIM);
  const bottom = Math.min(height - REACH, Math.ceil(((row + 1) * height) / grid.rows) + RIM);
  const count = collectVoters(planes.foregroundPixel, width, left, right, top, bottom);
  out[0] = 0;
  out[1] = 0;
  if (count < MIN_PIXELS) return false;
  const still = errorAt(planes, count, 0, Infinity);
  let best = still;
  for (let dy = -REACH; dy <= REACH; dy++) {
    for (let dx = -REACH; dx <= REACH; dx++) {
      const error = errorAt(planes, count, dy * width + dx, best);
      if (error < best) {
        best = error;
        // The pixel was at +offset before, so the thing moved by -offset.
        out[0] = -dx;
        out[1] = -dy;
      }
    }
  }
  if (best < CLEARLY_BETTER * still) return true;
  out[0] = 0;
  out[1] = 0;
  return false;
}

function collectVoters(
  mask: Uint8Array,
  width: number,
  left: number,
  right: number,
  top: number,
  bottom: number,
): number {
  let count = 0;
  for (let y = top; y < bottom; y++) {
    for (let i = y * width + left, end = y * width + right; i < end; i++) {
      if (mask[i] === 1 && count < MAX_PIXELS) voters[count++] = i;
    }
  }
  return count;
}

/** Sum of absolute differences; gives up once it exceeds `limit`. */
function errorAt({ level, previousLevel }: MotionPlanes, count: number, offset: number, limit: number): number {
  let error = 0;
  for (let k = 0; k < count; k++) {
    const i = voters[k]!;
    const difference = level[i]! - previousLevel[i + offset]!;
    error += difference < 0 ? -difference : difference;
    if (error > limit) return error;
  }
  return error;
}
