/**
 * kind-columns.ts - what a thing looks like, as a few active columns of a spatial pooler shared by all things.
 *
 * The thing's own part of the picture is scaled to GRID x GRID places whatever its size; each says whether it is brighter or
 * darker than the scene behind it.
 *
 *     input   [GRID, GRID, brighter | darker]
 */
import { type SpatialPoolerShape, flatShape } from '../htm/sp-shape.ts';
import { type SpatialPooler, freezeBoost, learnedSteps, poolSpatially } from '../htm/spatial-pooler.ts';
import { type Views, field } from '../memory/layout.ts';
import type { Eye } from '../vision/eye.ts';
import type { Things } from '../things/pool.ts';

const GRID = 8;
export const INPUTS = GRID * GRID * 2;
/** A place counts when its mean difference exceeds so many spreads of its noise. */
const CLEAR = 1.5;
/** Steps after which the pooler's boost factors are frozen: it has seen what there is to see. */
const NEWBORN_STEPS = 4000;

export const kindFields = () => ({
  input: field('u16', INPUTS, 'scratch'), // set bits, ascending
});
export type KindColumns = { readonly views: Views<ReturnType<typeof kindFields>>; readonly pooler: SpatialPooler };

export function kindShape(columns: number): SpatialPoolerShape {
  return flatShape(INPUTS, columns);
}

/** The columns of a thing, in `pooler.views.winners`; returns how many. */
export function columnsOfThing(
  { views, pooler }: KindColumns,
  eye: Eye,
  things: Things,
  slot: number,
  learn: boolean,
): number {
  const count = readCrop(views.input, eye, things, slot);
  if (count === 0) return 0;
  const winners = poolSpatially(pooler, views.input, count, learn);
  if (learn && learnedSteps(pooler) === NEWBORN_STEPS) freezeBoost(pooler);
  return winners;
}

/** The set bits of a thing's own picture to `input`, ascending; returns how many. */
export function readCrop(input: Uint16Array, { views, noise, shape }: Eye, things: Things, slot: number): number {
  const { width, height } = shape;
  const w = things.width[slot]! * height;
  const h = things.height[slot]! * height;
  const left = things.x[slot]! * height - w / 2;
  const top = things.y[slot]! * height - h / 2;
  let count = 0;
  for (let row = 0; row < GRID; row++) {
    const y0 = bound(top + (row * h) / GRID, height);
    const y1 = Math.max(y0 + 1, bound(top + ((row + 1) * h) / GRID, height));
    for (let column = 0; column < GRID; column++) {
      const x0 = bound(left + (column * w) / GRID, width);
      const x1 = Math.max(x0 + 1, bound(left + ((column + 1) * w) / GRID, width));
      let sum = 0;
      let spread = 0;
      for (let y = y0; y < y1; y++) {
        for (let i = y * width + x0; i < y * width + x1; i++) {
          sum += views.residual[i]!;
          spread += noise.noise[i]!;
        }
      }
      const place = (row * GRID + column) * 2;
      if (sum > CLEAR * spread) input[count++] = place;
      else if (-sum > CLEAR * spread) input[count++] = place + 1;
    }
  }
  return count;
}

function bound(value: number, limit: number): number {
  return Math.min(limit - 1, Math.max(0, Math.floor(value)));
}
