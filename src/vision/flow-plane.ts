/**
 * flow-plane.ts - how fast the picture moves at every subcell, crowd or not: no foreground is needed.
 *
 * Between the last two levelled pictures, per window of 3 x 3 subcells (12 x 12 px), from sums of products of the
 * gradients I_x, I_y (mean of both pictures) and the difference I_t:
 *
 *     flow speed    |v|, v = the least-squares solution of  I_x v_x + I_y v_y + I_t = 0   (Lucas and Kanade 1981)
 *     normal speed  sqrt(sum I_t^2 / sum (I_x^2 + I_y^2)): what moves across the edges, defined also where v is not
 *
 * Both are held down by RIGIDITY where there is no texture. A subcell counts as moving when its difference rises above its
 * own noise, a quantile of its past that is tracked all the time: grain, compression and leaves stay below.
 */
import { type Views, field } from '../memory/layout.ts';
import { type Geometry, SUBCELL } from './geometry.ts';
import { levelPicture } from './level.ts';

/** Added to the squared gradients, per pixel, besides the square of the noise: (grey levels per px)^2. */
const RIGIDITY = 1;
/** Variance of a difference whose mean size is 1 (normally distributed): what noise adds to the squared differences. */
const NOISE_VARIANCE = 1.5708;
/** Mean |difference| of a window of 2 x 2 subcells that is motion: this much, and so many times the usual noise more. */
const MIN_DIFFERENCE = 0.6;
const NOISE_FACTOR = 1.3;
/** The noise tracker grows or shrinks by itself in about so long (ms), and rests at this quantile. */
const NOISE_MS = 5000;
const NOISE_QUANTILE = 0.25;
const MIN_NOISE = 0.2;
/** Frames before the noise is known; the first ones set it quickly. */
const FIRST_FRAMES = 20;
const FIRST_RATE = 0.2;
/** Share of the squared difference that a velocity must explain for its direction to count. */
const CLEAR_SHARE = 0.3;
const UNIT_MS = 100;

export const flowPlaneFields = (geometry: Geometry) => {
  const subcells = geometry.subColumns * geometry.subRows;
  return {
    // f32: exact arithmetic on sums of grey levels
    noise: field('f32', subcells, 'state'), // [subRows, subColumns] usual mean |difference|, grey levels
    flowFrames: field('u32', 1, 'state'), // since birth
    hasPrevious: field('u8', 1, 'state'), // 0 = this is the first frame of a clip
    level: field('u8', geometry.width * geometry.height, 'state'), // [height, width] the levelled picture of this frame
    previousLevel: field('u8', geometry.width * geometry.height, 'scratch'), // and of the frame before
    rowSums: field('u16', geometry.width * geometry.height, 'scratch'), // horizontal sums of the blur
    moving: field('u8', subcells, 'scratch'), // [subcells] 0|1
    velocityX: field('f32', subcells, 'scratch'), // [subcells] px per 100 ms; 0 where nothing moves
    velocityY: field('f32', subcells, 'scratch'),
    normalSpeed: field('f32', subcells, 'scratch'), // [subcells] px per 100 ms
    explained: field('f32', subcells, 'scratch'), // [subcells] share of the squared difference that the velocity explains
    isClear: field('u8', subcells, 'scratch'), // [subcells] 0|1: that share is large enough for the direction to count
    // Sums over the pixels of one subcell; gradients are in quarters of a grey level per px.
    sumDifference: field('i32', subcells, 'scratch'),
    sumTT: field('i32', subcells, 'scratch'),
    sumXX: field('i32', subcells, 'scratch'),
    sumXY: field('i32', subcells, 'scratch'),
    sumYY: field('i32', subcells, 'scratch'),
    sumXT: field('i32', subcells, 'scratch'),
    sumYT: field('i32', subcells, 'scratch'),
  };
};
export type FlowPlane = Views<ReturnType<typeof flowPlaneFields>>;

/** Measure the movement in `luma` [height, width] since the last frame, `elapsedMs` (> 0) ago; returns how many subcells move. */
export function updateFlowPlane(plane: FlowPlane, geometry: Geometry, luma: Uint8Array, elapsedMs: number): number {
  const { moving, velocityX, velocityY, normalSpeed } = plane;
  moving.fill(0);
  velocityX.fill(0);
  velocityY.fill(0);
  normalSpeed.fill(0);
  plane.isClear.fill(0);
  const frames = plane.flowFrames[0]!++;
  plane.previousLevel.set(plane.level);
  levelPicture(luma, geometry.width, geometry.height, plane.rowSums, plane.level);
  // Without a picture before there is no movement.
  const hadPrevious = plane.hasPrevious[0] === 1;
  plane.hasPrevious[0] = 1;
  if (!hadPrevious) return 0;
  sumSubcells(plane, geometry, plane.level, plane.previousLevel);
  const { subColumns, subRows } = geometry;
  const scale = UNIT_MS / elapsedMs;
  const pace = Math.min(1, elapsedMs / NOISE_MS);
  let count = 0;
  for (let y = 0; y < subRows; y++) {
    for (let x = 0; x < subColumns; x++) {
      const subcell = y * subColumns + x;
      if (!risesAboveNoise(plane, subColumns, subRows, x, y, frames, pace)) continue;
      moving[subcell] = 1;
      solveWindow(plane, subColumns, subRows, x, y, scale);
      count++;
    }
  }
  return count;
}

/** Nothing moves, and the next frame has no predecessor. */
export function resetFlowPlane(plane: FlowPlane): void {
  plane.hasPrevious[0] = 0;
  plane.moving.fill(0);
}

function sumSubcells(plane: FlowPlane, geometry: Geometry, now: Uint8Array, before: Uint8Array): void {
  const { sumDifference, sumTT, sumXX, sumXY, sumYY, sumXT, sumYT } = plane;
  const { width, height, subColumns, subRows } = geometry;
  for (let row = 0, subcell = 0; row < subRows; row++) {
    const top = Math.max(1, row * SUBCELL);
    const bottom = Math.min(height - 1, (row + 1) * SUBCELL);
    for (let column = 0; column < subColumns; column++, subcell++) {
      const left = Math.max(1, column * SUBCELL);
      const right = Math.min(width - 1, (column + 1) * SUBCELL);
      let difference = 0;
      let tt = 0;
      let xx = 0;
      let xy = 0;
      let yy = 0;
      let xt = 0;
      let yt = 0;
      for (let y = top; y < bottom; y++) {
        for (let i = y * width + left, end = y * width + right; i < end; i++) {
          const t = now[i]! - before[i]!;
          const gx = now[i + 1]! - now[i - 1]! + before[i + 1]! - before[i - 1]!;
          const gy = now[i + width]! - now[i - width]! + before[i + width]! - before[i - width]!;
          difference += t < 0 ? -t : t;
          tt += t * t;
          xx += gx * gx;
          xy += gx * gy;
          yy += gy * gy;
          xt += gx * t;
          yt += gy * t;
        }
      }
      sumDifference[subcell] = difference;
      sumTT[subcell] = tt;
      sumXX[subcell] = xx;
      sumXY[subcell] = xy;
      sumYY[subcell] = yy;
      sumXT[subcell] = xt;
      sumYT[subcell] = yt;
    }
  }
}

/** Whether the window of 2 x 2 subcells from here to the lower right moves; its noise is tracked on the way. */
function risesAboveNoise(
  { noise, sumDifference }: FlowPlane,
  columns: number,
  rows: number,
  x: number,
  y: number,
  frames: number,
  pace: number,
): boolean {
  const subcell = y * columns + x;
  const right = x < columns - 1 ? 1 : 0;
  const below = y < rows - 1 ? columns : 0;
  const total =
    sumDifference[subcell]! +
    sumDifference[subcell + right]! +
    sumDifference[subcell + below]! +
    sumDifference[subcell + below + right]!;
  const difference = total / (4 * SUBCELL * SUBCELL);
  const usual = noise[subcell]!;
  const settled = frames >= FIRST_FRAMES;
  const step = settled
    ? (difference > usual ? NOISE_QUANTILE : NOISE_QUANTILE - 1) * pace * usual
    : (usual === 0 ? 1 : FIRST_RATE) * (difference - usual);
  noise[subcell] = Math.max(MIN_NOISE, usual + step);
  return settled && difference > MIN_DIFFERENCE + NOISE_FACTOR * usual;
}

function solveWindow(plane: FlowPlane, columns: number, rows: number, x: number, y: number, scale: number): void {
  const { sumTT, sumXX, sumXY, sumYY, sumXT, sumYT, velocityX, velocityY, normalSpeed, explained, isClear } = plane;
  let tt = 0;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  let xt = 0;
  let yt = 0;
  for (let v = Math.max(0, y - 1), bottom = Math.min(rows - 1, y + 1); v <= bottom; v++) {
    for (let i = v * columns + Math.max(0, x - 1), end = v * columns + Math.min(columns - 1, x + 1); i <= end; i++) {
      tt += sumTT[i]!;
      xx += sumXX[i]!;
      xy += sumXY[i]!;
      yy += sumYY[i]!;
      xt += sumXT[i]!;
      yt += sumYT[i]!;
    }
  }
  // Gradients were four times too large.
  const pixels = 9 * SUBCELL * SUBCELL;
  const noise = plane.noise[y * columns + x]!;
  const square = noise * noise;
  const rigidity = (RIGIDITY + square) * pixels;
  const a = xx / 16 + rigidity;
  const b = xy / 16;
  const d = yy / 16 + rigidity;
  const determinant = a * d - b * b;
  const subcell = y * columns + x;
  const vx = (b * yt - d * xt) / (4 * determinant);
  const vy = (b * xt - a * yt) / (4 * determinant);
  velocityX[subcell] = scale * vx;
  velocityY[subcell] = scale * vy;
  const share = -(vx * xt + vy * yt) / (4 * tt);
  explained[subcell] = share;
  isClear[subcell] = share > CLEAR_SHARE ? 1 : 0;
  normalSpeed[subcell] = scale * Math.sqrt(Math.max(0, tt - NOISE_VARIANCE * square * pixels) / (a + d));
}
