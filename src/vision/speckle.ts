/**
 * speckle.ts - while it rains or snows, a subcell counts as foreground only where something was in the frame before.
 *
 * Drops and flakes are elsewhere in every frame; a thing is near to where it was. That it rains shows in how many subcells
 * are foreground all alone, in space and in time, which in dry weather hardly one is: measured on the rendered street at
 * 10 fps and 128 x 96 px, .02 to .05 a frame on average, .15 on a belt with presses, .2 in gusts, 2 to 4 in rain. Only then
 * a frame is worth waiting for: always asked for, it takes the moment from what pops up.
 */
import { type Views, field } from '../memory/layout.ts';
import { type Geometry, countAround } from './geometry.ts';

/** Lonely subcells per frame above which it rains, as a share of all: .35 of the 768 of a picture of 128 x 96 px. */
const RAINING = 0.35 / 768;
/** Pace at which their mean follows, per frame, and the most that one frame adds. */
const RATE = 0.01;
const MOST = 5;

export const speckleFields = ({ subColumns, subRows }: Geometry) => ({
  // f32: running mean, exact arithmetic
  lonely: field('f32', 1, 'state'), // lonely subcells per frame
  before: field('u8', subColumns * subRows, 'state'), // [subRows, subColumns] 0|1 foreground in the frame before
  now: field('u8', subColumns * subRows, 'scratch'), // [subRows, subColumns] 0|1
});
export type Speckle = Views<ReturnType<typeof speckleFields>>;

/**
 * Clear of `subcellPixels` [subcells] (0 = no foreground) what only a drop explains. Returns how many subcells are
 * foreground then.
 */
export function dismissSpeckle(
  { lonely, before, now }: Speckle,
  { subColumns, subRows }: Geometry,
  subcellPixels: Uint8Array,
): number {
  for (let subcell = 0; subcell < now.length; subcell++) now[subcell] = subcellPixels[subcell] === 0 ? 0 : 1;
  const isRaining = lonely[0]! > RAINING * now.length;
  let count = 0;
  let alone = 0;
  for (let subcell = 0; subcell < now.length; subcell++) {
    if (now[subcell] === 0) continue;
    const wasNear = countAround(before, subColumns, subRows, subcell) > 0;
    if (!wasNear && countAround(now, subColumns, subRows, subcell) < 3) alone++;
    if (wasNear || !isRaining) count++;
    else subcellPixels[subcell] = 0;
  }
  lonely[0]! += RATE * (Math.min(MOST, alone) - lonely[0]!);
  before.set(now);
  return count;
}
