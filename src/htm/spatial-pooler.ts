/**
 * spatial-pooler.ts - a few columns that learn to stand for what the input looks like.
 *
 * One step (BAMI, chapter "Spatial Pooling", phases 1 to 4):
 *   computeOverlaps    connected synapses of each column that see an active input
 *   boostOverlaps      columns that are used too little count for more
 *   inhibitColumns     the k columns with the largest boosted overlap win
 *   adaptColumns       winners move their synapses towards the input; duty cycles; columns that never reach the overlap
 *                      of their peers get all their permanences raised
 *
 * Shapes   potential synapses are [columns, poolSize]: `potentialInput` names the input, `permanence` 0..255 stands for 0..1.
 * Ties     go to the column with the lower index of a fixed random ranking, so that no column is favoured by its number.
 * Newborn  boosting acts only until `freezeBoost` is called; the factors then stay as they are. Dropping them instead
 *          would change every code at once.
 * Exact    duty cycles and boost factors are f32 made by + - * / only: the same on every machine.
 */
import { exp } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';
import { randomBelow, seedWord } from '../memory/random.ts';
import { indexKind } from './segment-pool.ts';

export type SpatialPoolerShape = {
  readonly inputs: number;
  readonly columns: number;
  /** Potential synapses per column, drawn at random among the inputs: potentialPct * inputs. */
  readonly poolSize: number;
};

/** Spelled as in NuPIC; permanences in units of 1/255. */
export type SpatialPoolerParams = {
  /** Winners per step (k). */
  readonly activeColumns: number;
  readonly connectedPermanence: number;
  readonly permanenceIncrement: number;
  readonly permanenceDecrement: number;
  /** Columns whose overlap is below this never win. */
  readonly stimulusThreshold: number;
  /** Steps over which duty cycles are averaged. */
  readonly dutyCyclePeriod: number;
  /** 0 = no boosting */
  readonly boostStrength: number;
  /** Columns whose overlap duty cycle falls below this share of the largest one are bumped. */
  readonly minPctOverlapDutyCycle: number;
};

export const SPATIAL_POOLER_DEFAULTS: SpatialPoolerParams = {
  activeColumns: 4,
  connectedPermanence: 128,
  permanenceIncrement: 8,
  permanenceDecrement: 2,
  stimulusThreshold: 2,
  dutyCyclePeriod: 1000,
  boostStrength: 3,
  minPctOverlapDutyCycle: 0.001,
};

/** Places in the `counters` field. */
const COUNTER = { random: 0, learnedSteps: 1, boostFrozen: 2 } as const;
/** Steps between two looks at columns that are never used. */
const BUMP_EVERY = 50;

export const spatialPoolerFields = (shape: SpatialPoolerShape) => ({
  potentialInput: field(indexKind(shape.inputs), shape.columns * shape.poolSize, 'learned'), // [columns, poolSize]
  permanence: field('u8', shape.columns * shape.poolSize, 'learned'), // same shape
  ranking: field('u16', shape.columns, 'learned'), // [columns] fixed random order that breaks ties
  activeDutyCycle: field('f32', shape.columns, 'learned'), // [columns] share of steps won
  overlapDutyCycle: field('f32', shape.columns, 'learned'), // [columns] share of steps above the stimulus threshold
  boost: field('f32', shape.columns, 'learned'), // [columns] factor on the overlap
  counters: field('u32', 4, 'state'), // see COUNTER
  overlap: field('u16', shape.columns, 'scratch'), // [columns]
  boosted: field('f32', shape.columns, 'scratch'), // [columns]
  winners: field('u16', shape.columns, 'scratch'), // the active columns, ascending
});
export type SpatialPoolerViews = Views<ReturnType<typeof spatialPoolerFields>>;

export type SpatialPooler = {
  readonly shape: SpatialPoolerShape;
  readonly params: SpatialPoolerParams;
  readonly views: SpatialPoolerViews;
};

export function openSpatialPooler(
  shape: SpatialPoolerShape,
  params: SpatialPoolerParams,
  views: SpatialPoolerViews,
): SpatialPooler {
  if (shape.poolSize < 1 || shape.poolSize > shape.inputs) {
    throw new RangeError(`Expected a pool of 1 to ${shape.inputs} potential synapses but received ${shape.poolSize}`);
  }
  return { shape, params, views };
}

/** Make a zero-filled block a newborn pooler: random pools, half of the permanences just connected, half just not. */
export function initSpatialPooler({ shape, params, views }: SpatialPooler, seed: number): void {
  const { counters, potentialInput, permanence, ranking } = views;
  counters[COUNTER.random] = seedWord(seed, 2);
  const order = Uint32Array.from({ length: Math.max(shape.inputs, shape.columns) }, (_, index) => index);
  for (let column = 0; column < shape.columns; column++) {
    drawInPlace(order, shape.inputs, shape.poolSize, counters);
    const start = column * shape.poolSize;
    potentialInput.set(order.subarray(0, shape.poolSize).toSorted(), start);
    for (let slot = start; slot < start + shape.poolSize; slot++) {
      const isConnected = randomBelow(counters, 2) === 1;
      const span = isConnected ? 256 - params.connectedPermanence : params.connectedPermanence;
      const distance = randomBelow(counters, Math.max(1, span >> 1));
      permanence[slot] = isConnected
        ? params.connectedPermanence + distance
        : params.connectedPermanence - 1 - distance;
    }
  }
  const ranks = Uint32Array.from({ length: shape.columns }, (_, index) => index);
  drawInPlace(ranks, shape.columns, shape.columns, counters);
  ranking.set(ranks);
  views.boost.fill(1);
  views.activeDutyCycle.fill(params.activeColumns / shape.columns);
}

/** Partial Fisher-Yates over items[0..limit): afterwards items[0..count) are drawn without repetition. */
function drawInPlace(items: Uint32Array, limit: number, count: number, random: Uint32Array): void {
  for (let i = 0; i < count; i++) {
    const j = i + randomBelow(random, limit - i);
    const item = items[i]!;
    items[i] = items[j]!;
    items[j] = item;
  }
}

/**
 * One step on a dense input. `input` [inputs] 0|1. Returns the number of winners; they are `views.winners`, ascending.
 */
export function poolSpatially(sp: SpatialPooler, input: Uint8Array, learn: boolean): number {
  computeOverlaps(sp, input);
  boostOverlaps(sp);
  const winners = inhibitColumns(sp);
  if (learn) {
    adaptColumns(sp, input, winners);
    updateDutyCycles(sp, winners);
    if (sp.views.counters[COUNTER.learnedSteps]! % BUMP_EVERY === 0) bumpWeakColumns(sp);
  }
  return winners;
}

/** End of the newborn phase: boost factors stay as they are from now on. */
export function freezeBoost({ views }: SpatialPooler): void {
  views.counters[COUNTER.boostFrozen] = 1;
}

/** Steps learned so far. */
export function learnedSteps({ views }: SpatialPooler): number {
  return views.counters[COUNTER.learnedSteps]!;
}

function computeOverlaps({ shape, params, views }: SpatialPooler, input: Uint8Array): void {
  const { potentialInput, permanence, overlap } = views;
  const { poolSize, columns } = shape;
  const { connectedPermanence } = params;
  for (let column = 0, slot = 0; column < columns; column++) {
    let count = 0;
    for (const end = slot + poolSize; slot < end; slot++) {
      if (permanence[slot]! >= connectedPermanence) count += input[potentialInput[slot]!]!;
    }
    overlap[column] = count;
  }
}

function boostOverlaps({ shape, views }: SpatialPooler): void {
  const { overlap, boost, boosted } = views;
  for (let column = 0; column < shape.columns; column++) boosted[column] = overlap[column]! * boost[column]!;
}

/** k passes over the columns: k is a handful, and no order of equals is left to chance. */
function inhibitColumns({ shape, params, views }: SpatialPooler): number {
  const { overlap, boosted, winners, ranking } = views;
  let found = 0;
  for (; found < params.activeColumns; found++) {
    let best = -1;
    for (let column = 0; column < shape.columns; column++) {
      const value = boosted[column]!;
      if (value < 0 || overlap[column]! < params.stimulusThreshold) continue;
      if (best < 0 || value > boosted[best]! || (value === boosted[best]! && ranking[column]! < ranking[best]!))
        best = column;
    }
    if (best < 0) break;
    winners[found] = best;
    boosted[best] = -1;
  }
  winners.subarray(0, found).sort();
  return found;
}

function adaptColumns({ shape, params, views }: SpatialPooler, input: Uint8Array, winnerCount: number): void {
  const { winners, potentialInput, permanence } = views;
  for (let i = 0; i < winnerCount; i++) {
    const start = winners[i]! * shape.poolSize;
    for (let slot = start; slot < start + shape.poolSize; slot++) {
      const change = input[potentialInput[slot]!]! !== 0 ? params.permanenceIncrement : -params.permanenceDecrement;
      const value = permanence[slot]! + change;
      permanence[slot] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

function updateDutyCycles({ shape, params, views }: SpatialPooler, winnerCount: number): void {
  const { activeDutyCycle, overlapDutyCycle, overlap, winners, boost, counters } = views;
  const step = ++counters[COUNTER.learnedSteps]!;
  const rate = 1 / Math.min(step, params.dutyCyclePeriod);
  for (let column = 0; column < shape.columns; column++) {
    const overlapped = overlap[column]! >= Math.max(1, params.stimulusThreshold) ? 1 : 0;
    overlapDutyCycle[column]! += rate * (overlapped - overlapDutyCycle[column]!);
    activeDutyCycle[column]! -= rate * activeDutyCycle[column]!;
  }
  for (let i = 0; i < winnerCount; i++) activeDutyCycle[winners[i]!]! += rate;
  if (params.boostStrength === 0 || counters[COUNTER.boostFrozen] === 1) return;
  const target = params.activeColumns / shape.columns;
  for (let column = 0; column < shape.columns; column++) {
    boost[column] = exp(params.boostStrength * (target - activeDutyCycle[column]!));
  }
}

/** A column that hardly ever overlaps the input gets all its permanences raised by a tenth of the connected threshold. */
function bumpWeakColumns({ shape, params, views }: SpatialPooler): void {
  const { overlapDutyCycle, permanence } = views;
  let largest = 0;
  for (let column = 0; column < shape.columns; column++) largest = Math.max(largest, overlapDutyCycle[column]!);
  const raise = Math.ceil(params.connectedPermanence / 10);
  for (let column = 0; column < shape.columns; column++) {
    if (overlapDutyCycle[column]! >= params.minPctOverlapDutyCycle * largest) continue;
    const start = column * shape.poolSize;
    for (let slot = start; slot < start + shape.poolSize; slot++)
      permanence[slot] = Math.min(255, permanence[slot]! + raise);
  }
}
