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
import { addToFit, clearFit, explainedByFit, newFactorFit, solveFit } from './smooth-factor.ts';

/** Share of the squared change that light must explain to be it: with .6 slow things in places of their own were light. */
const SHARE = 0.85;

const fit = newFactorFit();

/**
 * Where the change since the picture before is light nothing moves, and no direction counts; after updateFlowPlane, on the
 * same two pictures.
 */
export function dismissMovingLight(flow: FlowPlane, { level, previousLevel }: CensusPlane, geometry: Geometry): void {
  const { moving, isClear } = flow;
  for (let subcell = 0; subcell < moving.length; subcell++) {
    if (moving[subcell] === 0 || !isMovingLight(flow, level, previousLevel, geometry, subcell)) continue;
    moving[subcell] = 0;
    isClear[subcell] = 0;
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
  clearFit(fit);
  for (let v = top; v < bottom; v++) {
    for (let u = left, i = v * width + left; u < right; u++, i++) {
      addToFit(fit, now[i]! - before[i]!, (now[i]! + before[i]!) / 2, u - middleX, v - middleY);
    }
  }
  if (!solveFit(fit)) return false;
  const byLight = explainedByFit(fit) / fit.vv;
  return byLight > SHARE && byLight > flow.explained[subcell]!;
}
