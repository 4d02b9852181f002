/**
 * moving-light.ts - does a thing move, or the light on it?
 *
 * Where a thing moves the change between two pictures follows from their gradients; where light passes over what stands
 * still it is what is there times a smooth factor. Both are fitted to the change I_t of a window of 12 x 12 px,
 *
 *     a thing   I_t = -(I_x v_x + I_y v_y)             2 unknowns (flow-plane.ts)
 *     light     I_t = I (a + b x + c y)                3 unknowns, I the mean of both pictures
 *
 * and the one that leaves less of it unexplained is taken.
 */
import type { CensusPlane } from './census-plane.ts';
import type { FlowPlane } from './flow-plane.ts';
import { type Geometry, SUBCELL } from './geometry.ts';

/** Share of the squared change that light must explain to be it. */
const SHARE = 0.6;

/** Clears `moving` where the change since the picture before is light; after updateFlowPlane, on the same two pictures. */
export function dismissMovingLight(flow: FlowPlane, { level, previousLevel }: CensusPlane, geometry: Geometry): void {
  const { moving } = flow;
  for (let subcell = 0; subcell < moving.length; subcell++) {
    if (moving[subcell] === 1 && isMovingLight(flow, level, previousLevel, geometry, subcell)) moving[subcell] = 0;
  }
}

function isMovingLight(
  flow: FlowPlane,
  now: Uint8Array,
  before: Uint8Array,
  { width, height, subColumns }: Geometry,
  subcell: number,
): boolean {
  const column = subcell % subColumns;
  const row = (subcell - column) / subColumns;
  const left = Math.max(0, (column - 1) * SUBCELL);
  const right = Math.min(width, (column + 2) * SUBCELL);
  const top = Math.max(0, (row - 1) * SUBCELL);
  const bottom = Math.min(height, (row + 2) * SUBCELL);
  const middleX = (left + right - 1) / 2;
  const middleY = (top + bottom - 1) / 2;
  let [tt, it, ix, iy, ii, bx, by, xx, xy, yy] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let v = top; v < bottom; v++) {
    const y = v - middleY;
    for (let u = left, i = v * width + left; u < right; u++, i++) {
      const x = u - middleX;
      const change = now[i]! - before[i]!;
      const mean = (now[i]! + before[i]!) / 2;
      const product = change * mean;
      const square = mean * mean;
      tt += change * change;
      it += product;
      ix += product * x;
      iy += product * y;
      ii += square;
      bx += square * x;
      by += square * y;
      xx += square * x * x;
      xy += square * x * y;
      yy += square * y * y;
    }
  }
  // The symmetric 3 x 3 system by its cofactors.
  const c00 = xx * yy - xy * xy;
  const c01 = by * xy - bx * yy;
  const c02 = bx * xy - by * xx;
  const determinant = ii * c00 + bx * c01 + by * c02;
  if (determinant <= 0) return false;
  const a = (c00 * it + c01 * ix + c02 * iy) / determinant;
  const b = (c01 * it + (ii * yy - by * by) * ix + (bx * by - ii * xy) * iy) / determinant;
  const c = (c02 * it + (bx * by - ii * xy) * ix + (ii * xx - bx * bx) * iy) / determinant;
  const byLight = (a * it + b * ix + c * iy) / tt;
  return byLight > SHARE && byLight > flow.explained[subcell]!;
}
