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

export const BOOST_MODES = ['none', 'exponential', 'logarithmic'] as const;
export type BoostMode = (typeof BOOST_MODES)[number];

const LEAST_DUTY = 0.001;
/** Duty cycles are summed in whole numbers of 1 / DUTY_UNIT. */
const DUTY_UNIT = 2 ** 30;
/** Entries of the table of `quickExp`, and the logarithm of 2 over them; the other way round. */
const STEPS = 32;
const STEP = 0.02166084939249829;
const PER_STEP = 46.16624130844683;

export const boostFields = (shape: SpatialPoolerShape) => {
  const columns = Math.ceil(columnsOf(shape) / 4) * 4; // whole vectors
  return {
    activeDutyCycle: field('f32', columns, 'learned'), // [columns] share of steps won
    overlapDutyCycle: field('f32', columns, 'learned'), // [columns] share of steps at or above the stimulus threshold
    leastOverlapDuty: field('f32', columns, 'learned'), // [columns] overlap duty cycle below which a column is weak
    boost: field('f32', columnsOf(shape), 'learned'), // [columns] factor on the overlap
    nearbyDuty: field('f64', columnsOf(shape), 'scratch'), // [columns] mean active duty cycle of the neighbourhood
    turned: field('f64', shape.inhibitionRadius === null ? 0 : columnsOf(shape), 'scratch'), // room of a kernel
    expTable: field('f64', STEPS, 'scratch'), // powers of 2 ^ (1 / 32)
    line: field('f64', Math.max(shape.columnWidth, shape.columnHeight), 'scratch'), // one row or column of the grid
  };
};
export type BoostViews = Views<ReturnType<typeof boostFields>>;

/**
 * After a learning step: duty cycles over the last `1 / rate` steps. `winners[0..count)` have won. Returns whether there are
 * weak columns: with an overlap duty cycle below their least.
 */
export function updateDutyCycles(
  views: BoostViews,
  kernels: Kernels | null,
  overlap: Uint16Array,
  threshold: number,
  winners: Uint32Array,
  count: number,
  rate: number,
): boolean {
  const step = Math.fround(rate);
  let weak: boolean;
  if (kernels === null) weak = averageDuty(views, overlap, threshold, step);
  else
    weak =
      kernels.averageDuty(
        overlap.byteOffset,
        views.overlapDutyCycle.byteOffset,
        views.activeDutyCycle.byteOffset,
        views.leastOverlapDuty.byteOffset,
        views.activeDutyCycle.length,
        threshold,
        step,
      ) !== 0;
  for (let i = 0; i < count; i++) views.activeDutyCycle[winners[i]!]! += step;
  return weak;
}

/** In steps of f32, as vectors of four do it. */
function averageDuty(
  { overlapDutyCycle, activeDutyCycle, leastOverlapDuty }: BoostViews,
  overlap: Uint16Array,
  threshold: number,
  rate: number,
): boolean {
  let weak = false;
  for (let column = 0; column < activeDutyCycle.length; column++) {
    const reached = column < overlap.length && overlap[column]! >= threshold ? 1 : 0;
    const overlapDuty = overlapDutyCycle[column]!;
    overlapDutyCycle[column] = overlapDuty + Math.fround(rate * Math.fround(reached - overlapDuty));
    const activeDuty = activeDutyCycle[column]!;
    activeDutyCycle[column] = activeDuty - Math.fround(rate * activeDuty);
    if (overlapDutyCycle[column]! < leastOverlapDuty[column]!) weak = true;
  }
  return weak;
}

/**
 * The least overlap duty cycle of every column: `share` of the largest there is, of all columns (`radius` null) or of its
 * neighbourhood. By the largest of all, a region where nothing ever happens would be raised for ever.
 */
export function updateLeastDuty(
  shape: SpatialPoolerShape,
  views: BoostViews,
  share: number,
  radius: number | null,
): void {
  const { overlapDutyCycle, leastOverlapDuty, nearbyDuty, line } = views;
  const { columnWidth, columnHeight, wrapAround } = shape;
  const columns = columnWidth * columnHeight;
  if (radius === null) {
    let largest = 0;
    for (let column = 0; column < columns; column++) largest = Math.max(largest, overlapDutyCycle[column]!);
    leastOverlapDuty.fill(share * largest, 0, columns);
    return;
  }
  for (let y = 0; y < columnHeight; y++) {
    for (let x = 0; x < columnWidth; x++) line[x] = overlapDutyCycle[y * columnWidth + x]!;
    largestAround(line, columnWidth, radius, wrapAround, nearbyDuty, y * columnWidth, 1);
  }
  const turns = columnHeight > 1 ? columnWidth : 0;
  for (let x = 0; x < turns; x++) {
    for (let y = 0; y < columnHeight; y++) line[y] = nearbyDuty[y * columnWidth + x]!;
    largestAround(line, columnHeight, radius, wrapAround, nearbyDuty, x, columnWidth);
  }
  for (let column = 0; column < columns; column++) leastOverlapDuty[column] = share * nearbyDuty[column]!;
}

function largestAround(
  line: Float64Array,
  length: number,
  radius: number,
  wrapAround: boolean,
  out: Float64Array,
  start: number,
  stride: number,
): void {
  const reach = Math.min(radius, length - 1);
  for (let i = 0; i < length; i++) {
    let largest = 0;
    for (let j = i - reach; j <= i + reach; j++) {
      if (!wrapAround && (j < 0 || j >= length)) continue;
      const value = line[j < 0 ? j + length : j >= length ? j - length : j]!;
      if (value > largest) largest = value;
    }
    out[start + i * stride] = largest;
  }
}

/** New factors from the duty cycles. `density` is the share of columns that win; `radius` null: global inhibition. */
export function updateBoost(
  shape: SpatialPoolerShape,
  views: BoostViews,
  kernels: Kernels | null,
  mode: BoostMode,
  strength: number,
  density: number,
  radius: number | null,
): void {
  if (mode === 'none') return;
  const { activeDutyCycle, boost, nearbyDuty, expTable } = views;
  if (mode === 'exponential' && kernels !== null) return updateFast(shape, views, kernels, strength, density, radius);
  if (radius !== null) averageNeighbours(shape, views, radius);
  for (let column = 0; column < boost.length; column++) {
    const duty = activeDutyCycle[column]!;
    const target = radius === null ? density : nearbyDuty[column]!;
    boost[column] =
      mode === 'exponential'
        ? quickExp(strength * (target - duty), expTable)
        : ln(Math.max(duty, target * LEAST_DUTY)) / ln(Math.min(target, 0.5));
  }
}

function updateFast(
  shape: SpatialPoolerShape,
  { activeDutyCycle, boost, nearbyDuty, turned, expTable }: BoostViews,
  kernels: Kernels,
  strength: number,
  density: number,
  radius: number | null,
): void {
  const [dutyAt, boostAt, tableAt] = [activeDutyCycle.byteOffset, boost.byteOffset, expTable.byteOffset];
  if (radius === null) {
    kernels.boostAll(dutyAt, boostAt, boost.length, density, strength, tableAt);
    return;
  }
  kernels.boostNearby(
    dutyAt,
    boostAt,
    nearbyDuty.byteOffset,
    turned.byteOffset,
    shape.columnWidth,
    shape.columnHeight,
    radius,
    shape.wrapAround ? 1 : 0,
    DUTY_UNIT,
    strength,
    tableAt,
  );
}

/** The powers of 2 ^ (1 / 32) that `quickExp` begins with. */
export function fillExpTable({ expTable }: BoostViews): void {
  for (let i = 0; i < STEPS; i++) expTable[i] = exp((i * Math.LN2) / STEPS);
}

const powerOfTwo = new Float64Array(1);
const powerWords = new Uint32Array(powerOfTwo.buffer);
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** e to the power of x, by a table and a short polynomial: to 1e-11 relative, far below what an f32 keeps. */
function quickExp(x: number, table: Float64Array): number {
  const bounded = Math.min(700, Math.max(-700, x));
  const step = Math.floor(bounded * PER_STEP + 0.5);
  const rest = bounded - step * STEP;
  const power =
    1 +
    rest *
      (1 + rest * (0.5 + rest * (0.16666666666666666 + rest * (0.041666666666666664 + rest * 0.008333333333333333))));
  powerWords[HIGH] = ((step >> 5) + 1023) << 20;
  return table[step & 31]! * power * powerOfTwo[0]!;
}

/** Mean active duty cycle of each neighbourhood: running sums along rows, then along columns of the grid. */
function averageNeighbours(
  { columnWidth, columnHeight, wrapAround }: SpatialPoolerShape,
  { activeDutyCycle, nearbyDuty, line }: BoostViews,
  radius: number,
): void {
  for (let y = 0; y < columnHeight; y++) {
    // Whole numbers: sums of them are exact, however they are made.
    for (let x = 0; x < columnWidth; x++) line[x] = Math.floor(activeDutyCycle[y * columnWidth + x]! * DUTY_UNIT);
    sumAround(line, columnWidth, radius, wrapAround, nearbyDuty, y * columnWidth, 1);
  }
  const turns = columnHeight > 1 ? columnWidth : 0;
  for (let x = 0; x < turns; x++) {
    for (let y = 0; y < columnHeight; y++) line[y] = nearbyDuty[y * columnWidth + x]!;
    sumAround(line, columnHeight, radius, wrapAround, nearbyDuty, x, columnWidth);
  }
  for (let y = 0, column = 0; y < columnHeight; y++) {
    const rows = columnHeight === 1 ? 1 : reachOf(y, columnHeight, radius, wrapAround);
    for (let x = 0; x < columnWidth; x++, column++)
      nearbyDuty[column]! /= rows * reachOf(x, columnWidth, radius, wrapAround) * DUTY_UNIT;
  }
}

/** How many of `length` lie within `radius` of `i`. */
function reachOf(i: number, length: number, radius: number, wrapAround: boolean): number {
  if (wrapAround) return Math.min(length, 2 * radius + 1);
  return Math.min(length - 1, i + radius) - Math.max(0, i - radius) + 1;
}

function sumAround(
  line: Float64Array,
  length: number,
  radius: number,
  wrapAround: boolean,
  out: Float64Array,
  start: number,
  stride: number,
): void {
  const whole = wrapAround && 2 * radius + 1 >= length;
  const at = (i: number): number => {
    if (i >= 0 && i < length) return line[i]!;
    return wrapAround ? line[i < 0 ? i + length : i - length]! : 0;
  };
  let sum = 0;
  for (let i = whole ? 0 : -radius; i <= (whole ? length - 1 : radius); i++) sum += at(i);
  for (let i = 0; i < length; i++) {
    out[start + i * stride] = sum;
    if (!whole) sum += at(i + radius + 1) - at(i - radius);
  }
}
