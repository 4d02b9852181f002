/**
 * boosting.ts - duty cycles, and the factors that give columns used too little a larger say.
 *
 *   exponential   b = e^(strength * (target - duty))        htm.core, Cui 2017
 *   logarithmic   b = ln(duty) / ln(target)                 McDougall; needs no strength; duty is taken as at least target / 1000
 *
 * The target is the density of winners; with local inhibition it is the mean duty cycle of the neighbourhood.
 *
 * Newborn phase   boosting acts until `freezeBoost`; the factors then stay as they are. Dropping them instead would
 *                 change every code at once and be taken for novelty by all that listens.
 * Exact           f32 by + - * / and the exact logarithm and exponential: the same on every machine.
 */
import { exp, ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';
import type { Kernels } from './kernels/kernels.ts';
import { type SpatialPoolerShape, columnsOf } from './sp-shape.ts';

export type BoostMode = 'none' | 'exponential' | 'logarithmic';

const LEAST_DUTY = 0.001;

export const boostFields = (shape: SpatialPoolerShape) => {
  const columns = Math.ceil(columnsOf(shape) / 4) * 4; // whole vectors
  return {
    activeDutyCycle: field('f32', columns, 'learned'), // [columns] share of steps won
    overlapDutyCycle: field('f32', columns, 'learned'), // [columns] share of steps at or above the stimulus threshold
    boost: field('f32', columnsOf(shape), 'learned'), // [columns] factor on the overlap
    nearbyDuty: field('f64', columnsOf(shape), 'scratch'), // [columns] mean active duty cycle of the neighbourhood
    line: field('f64', Math.max(shape.columnWidth, shape.columnHeight), 'scratch'), // one row or column of the grid
  };
};
export type BoostViews = Views<ReturnType<typeof boostFields>>;

/** After a learning step: duty cycles over the last `1 / rate` steps. `winners[0..count)` have won. */
export function updateDutyCycles(
  views: BoostViews,
  kernels: Kernels | null,
  overlap: Uint16Array,
  threshold: number,
  winners: Uint32Array,
  count: number,
  rate: number,
): void {
  const step = Math.fround(rate);
  if (kernels === null) averageDuty(views, overlap, threshold, step);
  else
    kernels.averageDuty(
      overlap.byteOffset,
      views.overlapDutyCycle.byteOffset,
      views.activeDutyCycle.byteOffset,
      views.activeDutyCycle.length,
      threshold,
      step,
    );
  for (let i = 0; i < count; i++) views.activeDutyCycle[winners[i]!]! += step;
}

/** In steps of f32, as vectors of four do it. */
function averageDuty(
  { overlapDutyCycle, activeDutyCycle }: BoostViews,
  overlap: Uint16Array,
  threshold: number,
  rate: number,
): void {
  for (let column = 0; column < activeDutyCycle.length; column++) {
    const reached = column < overlap.length && overlap[column]! >= threshold ? 1 : 0;
    const overlapDuty = overlapDutyCycle[column]!;
    overlapDutyCycle[column] = overlapDuty + Math.fround(rate * Math.fround(reached - overlapDuty));
    const activeDuty = activeDutyCycle[column]!;
    activeDutyCycle[column] = activeDuty - Math.fround(rate * activeDuty);
  }
}

/** New factors from the duty cycles. `density` is the share of columns that win; `radius` null: global inhibition. */
export function updateBoost(
  shape: SpatialPoolerShape,
  views: BoostViews,
  mode: BoostMode,
  strength: number,
  density: number,
  radius: number | null,
): void {
  if (mode === 'none') return;
  const { activeDutyCycle, boost, nearbyDuty } = views;
  if (radius !== null) averageNeighbours(shape, views, radius);
  for (let column = 0; column < boost.length; column++) {
    const duty = activeDutyCycle[column]!;
    const target = radius === null ? density : nearbyDuty[column]!;
    boost[column] =
      mode === 'exponential'
        ? exp(strength * (target - duty))
        : ln(Math.max(duty, target * LEAST_DUTY)) / ln(Math.min(target, 0.5));
  }
}

/** Mean active duty cycle of each neighbourhood: along rows, then along columns of the grid. */
function averageNeighbours(
  shape: SpatialPoolerShape,
  { activeDutyCycle, nearbyDuty, line }: BoostViews,
  radius: number,
): void {
  const { columnWidth, columnHeight, wrapAround } = shape;
  for (let y = 0; y < columnHeight; y++) {
    for (let x = 0; x < columnWidth; x++) line[x] = activeDutyCycle[y * columnWidth + x]!;
    meanAround(line, columnWidth, radius, wrapAround, nearbyDuty, y * columnWidth, 1);
  }
  if (columnHeight === 1) return;
  for (let x = 0; x < columnWidth; x++) {
    for (let y = 0; y < columnHeight; y++) line[y] = nearbyDuty[y * columnWidth + x]!;
    meanAround(line, columnHeight, radius, wrapAround, nearbyDuty, x, columnWidth);
  }
}

function meanAround(
  line: Float64Array,
  length: number,
  radius: number,
  wrapAround: boolean,
  out: Float64Array,
  start: number,
  stride: number,
): void {
  for (let i = 0; i < length; i++) {
    let sum = 0;
    let count = 0;
    for (let j = i - radius; j <= i + radius && count < length; j++) {
      if (!wrapAround && (j < 0 || j >= length)) continue;
      sum += line[((j % length) + length) % length]!;
      count++;
    }
    out[start + i * stride] = sum / count;
  }
}
