/**
 * spatial-pooler.ts - a few columns that learn to stand for what the input looks like.
 *
 * One step (BAMI, chapter "Spatial Pooling", phases 1 to 4):
 *   computeOverlaps    connected synapses of each column that see an active input
 *   boostOverlaps      columns that are used too little count for more
 *   inhibit            the columns with the largest boosted overlap win, of all or of their neighbourhood
 *   adaptColumns       winners move their synapses towards the input; duty cycles; columns that never reach the overlap
 *                      of their peers get all their permanences raised
 *
 * Shapes   sp-shape.ts: with or without topology. Permanences 0..255 stand for 0..1; a synapse never falls below 1, and
 *          0 marks an input outside the column's potential pool.
 * Speed    the overlaps are counted 32 columns or 32 inputs at a time (sp-global.ts, sp-local.ts), from bits derived from
 *          the permanences; kernels make that vectors of 128 and change no bit of the result.
 * Ties     are broken by a fixed random ranking, so that no column is favoured by its number, or as `globalTies` says;
 *          under local inhibition as `localTies` says.
 */
import { type Views, below, field } from '../memory/layout.ts';
import { randomBelow, seedWord } from '../memory/random.ts';
import {
  type BoostMode,
  boostFields,
  fillExpTable,
  updateBoost,
  updateDutyCycles,
  updateLeastDuty,
} from './boosting.ts';
import { checkPoolerParams, checkPoolerShape } from './check-params.ts';
import { MAX_SCORE, inhibitGlobally, inhibitLocally, inhibitionFields, setLimits } from './inhibition.ts';
import type { Kernels } from './kernels/kernels.ts';
import {
  type GlobalViews,
  adaptColumnRows,
  connectRows,
  globalFields,
  globalLanes,
  overlapRows,
  prepareLearning,
} from './sp-global.ts';
import { type SparseViews, adaptColumnSparse, connectSparse, prepareSparse, sparseFields } from './sp-sparse.ts';
import { spanOfConnected } from './sp-span.ts';
import { type LocalViews, adaptColumnMask, connectMasks, localFields, overlapWindows } from './sp-local.ts';
import {
  type SpatialPoolerShape,
  type WindowLayout,
  centreOf,
  columnsOf,
  inputsOf,
  poolOf,
  windowLayout,
} from './sp-shape.ts';

/** Spelled as in NuPIC; permanences in units of 1/255. */
export type SpatialPoolerParams = {
  /** Share of a column's window that may become synapses. */
  readonly potentialPct: number;
  /** Share of the potential synapses that a newborn has connected. */
  readonly initConnectedPct: number;
  /** How far newborn permanences reach from the connected threshold: 1 = over the whole range, as in NuPIC. */
  readonly initSpread: number;
  /** Winners of all columns (k); with local inhibition the same share of every neighbourhood. */
  readonly activeColumns: number;
  readonly connectedPermanence: number;
  readonly permanenceIncrement: number;
  readonly permanenceDecrement: number;
  /** Columns whose overlap is below this never win; winners get permanences raised until they have as many connected. */
  readonly stimulusThreshold: number;
  /** Steps over which duty cycles are averaged. */
  readonly dutyCyclePeriod: number;
  readonly boostMode: BoostMode;
  /** Of exponential boosting. */
  readonly boostStrength: number;
  /** Learning steps between two updates of the boost factors. */
  readonly boostPeriod: number;
  /** Columns whose overlap duty cycle is below this share of the largest one of their neighbourhood are bumped. */
  readonly minPctOverlapDutyCycle: number;
  /** Derive the inhibition radius from how far connected synapses reach, up to the shape's; else it is the shape's. */
  readonly adaptInhibitionRadius: boolean;
  /**
   * Learning steps between two looks at what the least overlap duty cycle of a column is, and at the inhibition radius.
   * Default 50, as in NuPIC; 1 is BAMI.
   */
  readonly updatePeriod?: number;
  /**
   * Which of equal overlaps wins under local inhibition. `order` (default; BAMI, htm.core): the columns are visited in
   * turn, and an equal counts against a column only once it has won. `ranking`: a fixed random ranking decides, so that no
   * column is favoured by its number, and one whose better ranked equals lose to others loses with them.
   */
  readonly localTies?: 'order' | 'ranking';
  /** Which of equal overlaps wins of all columns. `ranking` (default; NuPIC): by chance, once for all. `index` (htm.core): the last. */
  readonly globalTies?: 'ranking' | 'index';
};

export const SPATIAL_POOLER_DEFAULTS: SpatialPoolerParams = {
  potentialPct: 0.75,
  initConnectedPct: 0.5,
  initSpread: 0.5,
  activeColumns: 4,
  connectedPermanence: 128,
  permanenceIncrement: 8,
  permanenceDecrement: 2,
  stimulusThreshold: 2,
  dutyCyclePeriod: 1000,
  boostMode: 'exponential',
  boostStrength: 3,
  boostPeriod: 1,
  minPctOverlapDutyCycle: 0.001,
  adaptInhibitionRadius: false,
};

/** Places in the `counters` field. */
const COUNTER = { random: 0, learnedSteps: 1, boostFrozen: 2, inhibitionRadius: 3 } as const;
/** The default of `updatePeriod`. */
const UPDATE_EVERY = 50;
/** Boosted overlaps are compared in units of 1 / SCORE_UNIT. */
const SCORE_UNIT = 256;

export const spatialPoolerFields = (shape: SpatialPoolerShape) => ({
  ...rowFields(shape),
  ...boostFields(shape),
  ...inhibitionFields(shape),
  ranking: field('u16', columnsOf(shape), 'learned', below(columnsOf(shape))), // [columns] fixed random order that breaks ties
  counters: field('u32', 4, 'state'), // see COUNTER
  activeInputs: field('u32', inputsOf(shape), 'scratch'), // the input as a list
  allOnes: field('u32', onesWords(shape), 'scratch'), // an input on which everything is active
});

function rowFields(shape: SpatialPoolerShape) {
  if (shape.potentialRadius !== null) return localFields(shape, shape.potentialRadius);
  return shape.potentialInputs === undefined ? globalFields(shape) : sparseFields(shape, shape.potentialInputs);
}

function onesWords(shape: SpatialPoolerShape): number {
  if (shape.potentialRadius === null) return Math.ceil(globalLanes(shape) / 32);
  return windowLayout(shape, shape.potentialRadius).maskWords;
}

type RowViews = GlobalViews & SparseViews & LocalViews;
type CommonViews = Omit<Views<ReturnType<typeof spatialPoolerFields>>, keyof RowViews>;
/** The fields of all kinds; which there are, `window` and the shape's `potentialInputs` tell. */
export type SpatialPoolerViews = CommonViews & RowViews;

export type SpatialPooler = {
  readonly shape: SpatialPoolerShape;
  readonly params: SpatialPoolerParams;
  readonly views: SpatialPoolerViews;
  /** null: columns watch the whole input. */
  readonly window: WindowLayout | null;
  readonly kernels: Kernels | null;
};

/** A pooler over its views. Throws RangeError when shape and parameters contradict each other. */
export function openSpatialPooler(
  shape: SpatialPoolerShape,
  params: SpatialPoolerParams,
  views: Views<ReturnType<typeof spatialPoolerFields>>,
  kernels: Kernels | null = null,
): SpatialPooler {
  checkPoolerShape(shape);
  checkPoolerParams(params, shape);
  const window = shape.potentialRadius === null ? null : windowLayout(shape, shape.potentialRadius);
  return { shape, params, views: views as SpatialPoolerViews, window, kernels };
}

/** Make a zero-filled block a newborn pooler: random pools, some synapses connected, the others not. */
export function initSpatialPooler(sp: SpatialPooler, seed: number): void {
  const { shape, params, views } = sp;
  views.counters[COUNTER.random] = seedWord(seed, 2);
  for (let column = 0; column < columnsOf(shape); column++) drawPool(sp, column);
  const columns = columnsOf(shape);
  const isByIndex = shape.inhibitionRadius === null && params.globalTies === 'index';
  for (let i = 0; i < columns; i++) views.ranking[i] = isByIndex ? columns - 1 - i : i;
  for (let i = isByIndex ? columns : 0; i < columns; i++) {
    const j = i + randomBelow(views.counters, columns - i);
    const rank = views.ranking[i]!;
    views.ranking[i] = views.ranking[j]!;
    views.ranking[j] = rank;
  }
  views.boost.fill(1);
  views.activeDutyCycle.fill(params.activeColumns / columns);
  views.counters[COUNTER.inhibitionRadius] = shape.inhibitionRadius ?? 0;
  restoreSpatialPooler(sp);
}

/** Derive what is not saved, after the persistent bytes were replaced by saved ones. */
export function restoreSpatialPooler(sp: SpatialPooler): void {
  const { shape, params, views, window } = sp;
  if (isSparse(shape)) connectSparse(shape, views, params.connectedPermanence);
  else if (window === null) connectRows(shape, views, params.connectedPermanence);
  else connectMasks(shape, views, window, params.connectedPermanence);
  views.allOnes.fill(0xffffffff);
  fillExpTable(views);
  const spread = isInOrder(sp) ? 1 : 255;
  for (let column = 0; column < views.tie.length; column++)
    views.tie[column] = spread - (views.ranking[column]! % spread);
  if (shape.inhibitionRadius !== null) setLimits(shape, views, radiusOf(sp), densityOf(sp));
}

/** `potentialPct` of the column's inputs become potential synapses, the exact number drawn without repetition. */
function drawPool({ shape, params, views, window }: SpatialPooler, column: number): void {
  const { counters, permanence, potential } = views;
  const lanes = window === null ? inputsOf(shape) : window.lanes;
  const isInput = window === null ? null : windowInputs(shape, window, column);
  let left = isInput === null ? inputsOf(shape) : isInput.reduce((sum, is) => sum + is, 0);
  let wanted = poolOf(params.potentialPct, left);
  const first = column * (permanence.length / columnsOf(shape));
  for (let lane = 0, found = 0; lane < lanes && wanted > 0; lane++) {
    if (isInput !== null && isInput[lane] === 0) continue;
    if (randomBelow(counters, left--) >= wanted) continue;
    wanted--;
    const slot = first + (isSparse(shape) ? found++ : lane);
    permanence[slot] = newbornPermanence(params, counters);
    if (isSparse(shape)) potential[slot] = lane;
  }
}

/** Whether rows are compact. */
function isSparse({ potentialInputs }: SpatialPoolerShape): boolean {
  return potentialInputs !== undefined;
}

function newbornPermanence(params: SpatialPoolerParams, random: Uint32Array): number {
  const { connectedPermanence, initSpread } = params;
  const isConnected = randomBelow(random, 65536) < params.initConnectedPct * 65536;
  const span = isConnected ? 256 - connectedPermanence : connectedPermanence - 1;
  const distance = randomBelow(random, Math.max(1, Math.round(span * initSpread)));
  return isConnected ? connectedPermanence + distance : connectedPermanence - 1 - distance;
}

/** [lanes] 1 where a lane of the column's window is an input. */
function windowInputs(shape: SpatialPoolerShape, window: WindowLayout, column: number): Uint8Array {
  const isInput = new Uint8Array(window.lanes);
  const centreX = centreOf(column % shape.columnWidth, shape.columnWidth, shape.inputWidth);
  const centreY = centreOf(Math.floor(column / shape.columnWidth), shape.columnHeight, shape.inputHeight);
  for (let row = 0; row < window.height; row++) {
    const y = centreY - window.radiusY + row;
    if (!shape.wrapAround && (y < 0 || y >= shape.inputHeight)) continue;
    for (let i = 0; i < window.width; i++) {
      const x = centreX - window.radiusX + i;
      if (shape.wrapAround || (x >= 0 && x < shape.inputWidth)) isInput[row * window.rowWords * 32 + i] = 1;
    }
  }
  return isInput;
}

/**
 * One step. `active[0..count)` are the active inputs, ascending. Returns the number of winners; they are
 * `views.winners`, ascending.
 */
export function poolSpatially(
  sp: SpatialPooler,
  active: Uint16Array | Uint32Array,
  count: number,
  learn: boolean,
): number {
  computeOverlaps(sp, active, count);
  boostOverlaps(sp);
  const winners = inhibit(sp);
  if (learn) adaptColumns(sp, winners, count);
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

/** The radius within which columns compete now; meaningless with global inhibition. */
export function radiusOf({ views }: SpatialPooler): number {
  return views.counters[COUNTER.inhibitionRadius]!;
}

function densityOf({ shape, params }: SpatialPooler): number {
  return params.activeColumns / columnsOf(shape);
}

function computeOverlaps(sp: SpatialPooler, active: Uint16Array | Uint32Array, count: number): void {
  const { shape, views, window, kernels } = sp;
  // Kernels read the list from the model's own buffer.
  for (let i = 0; i < count; i++) views.activeInputs[i] = active[i]!;
  if (window === null) overlapRows(shape, views, kernels, views.activeInputs, count);
  else overlapWindows(shape, views, window, kernels, views.activeInputs, count);
}

/** Whether equal overlaps are decided by the order of the columns. */
function isInOrder({ shape, params }: SpatialPooler): boolean {
  return shape.inhibitionRadius === null ? params.globalTies === 'index' : params.localTies !== 'ranking';
}

/** Boosted overlaps as keys: 256 times the score in fixed point, and below that a fixed random number, or the same for all. */
function boostOverlaps(sp: SpatialPooler): void {
  const { overlap, boost, key, tie } = sp.views;
  const { stimulusThreshold } = sp.params;
  if (sp.kernels !== null) {
    sp.kernels.boostOverlaps(
      overlap.byteOffset,
      boost.byteOffset,
      tie.byteOffset,
      key.byteOffset,
      key.length,
      stimulusThreshold,
      SCORE_UNIT,
      MAX_SCORE,
    );
    return;
  }
  for (let column = 0; column < key.length; column++) {
    const count = overlap[column]!;
    const score = Math.min(MAX_SCORE, Math.floor(count * boost[column]! * SCORE_UNIT));
    key[column] = count < stimulusThreshold ? 0 : (score << 8) + tie[column]!;
  }
}

function inhibit(sp: SpatialPooler): number {
  const { shape, params, views, kernels } = sp;
  if (shape.inhibitionRadius === null && kernels !== null) {
    const { key, ranking, winners } = views;
    return kernels.inhibitGlobally(
      key.byteOffset,
      ranking.byteOffset,
      key.length,
      params.activeColumns,
      winners.byteOffset,
    );
  }
  if (shape.inhibitionRadius === null) return inhibitGlobally(views, views.ranking, params.activeColumns);
  return inhibitLocally(shape, views, kernels, radiusOf(sp), isInOrder(sp));
}

function adaptColumns(sp: SpatialPooler, winnerCount: number, activeCount: number): void {
  const { shape, params, views, kernels } = sp;
  const { permanenceIncrement, permanenceDecrement } = params;
  if (isSparse(shape) && kernels !== null) prepareSparse(views, views.activeInputs, activeCount);
  else if (sp.window === null && kernels !== null)
    prepareLearning(shape, views, kernels, permanenceIncrement, permanenceDecrement);
  for (let i = 0; i < winnerCount; i++) {
    const column = views.winners[i]!;
    let connected = adaptColumn(sp, column, false, permanenceIncrement, permanenceDecrement);
    for (let tries = 0; connected < params.stimulusThreshold && tries < 255; tries++)
      connected = adaptColumn(sp, column, true, raiseOf(params), 0);
  }
  const step = ++views.counters[COUNTER.learnedSteps]!;
  const rate = 1 / Math.min(step, params.dutyCyclePeriod);
  const threshold = Math.max(1, params.stimulusThreshold);
  const radius = shape.inhibitionRadius === null ? null : radiusOf(sp);
  if (updateDutyCycles(views, kernels, views.overlap, threshold, views.winners, winnerCount, rate)) bumpWeakColumns(sp);
  if (views.counters[COUNTER.boostFrozen] === 0 && step % params.boostPeriod === 0) {
    updateBoost(shape, views, kernels, params.boostMode, params.boostStrength, densityOf(sp), radius);
  }
  if (step % (params.updatePeriod ?? UPDATE_EVERY) !== 0) return;
  if (params.adaptInhibitionRadius) updateInhibitionRadius(sp);
  updateLeastDuty(shape, views, params.minPctOverlapDutyCycle, radius === null ? null : radiusOf(sp));
}

/** Learn on one column's window of this step's input, or on one where everything is active. */
function adaptColumn(sp: SpatialPooler, column: number, all: boolean, increment: number, decrement: number): number {
  const { shape, params, views, window, kernels } = sp;
  const { connectedPermanence } = params;
  if (isSparse(shape)) {
    return adaptColumnSparse(shape, views, kernels, column, all, increment, decrement, connectedPermanence);
  }
  if (window === null) {
    return adaptColumnRows(shape, views, kernels, column, all, increment, decrement, connectedPermanence);
  }
  const bits = all ? views.allOnes : views.gathered;
  const x = column % shape.columnWidth;
  const y = (column - x) / shape.columnWidth;
  const rows = shape.inputHeight + 2 * window.radiusY;
  const start = all ? 0 : (x * rows + views.tops[y]!) * window.rowWords;
  return adaptColumnMask(views, window, kernels, column, bits, start, increment, decrement, connectedPermanence);
}

/** A tenth of the connected threshold (NuPIC `synPermBelowStimulusInc`). */
function raiseOf(params: SpatialPoolerParams): number {
  return Math.ceil(params.connectedPermanence / 10);
}

/** A column that hardly ever overlaps the input gets all its permanences raised. */
function bumpWeakColumns(sp: SpatialPooler): void {
  const { shape, params, views } = sp;
  const { overlapDutyCycle, leastOverlapDuty } = views;
  for (let column = 0; column < columnsOf(shape); column++)
    if (overlapDutyCycle[column]! < leastOverlapDuty[column]!) adaptColumn(sp, column, true, raiseOf(params), 0);
}

/** BAMI phase 4: neighbourhoods reach as far as the connected synapses do, in columns. */
function updateInhibitionRadius(sp: SpatialPooler): void {
  const { shape, views, window } = sp;
  if (shape.inhibitionRadius === null || window === null) return;
  const diameter = spanOfConnected(shape, views, window) * (shape.columnWidth / shape.inputWidth);
  const radius = Math.min(shape.inhibitionRadius, Math.max(1, Math.round((diameter - 1) / 2)));
  if (radius === radiusOf(sp)) return;
  views.counters[COUNTER.inhibitionRadius] = radius;
  setLimits(shape, views, radius, densityOf(sp));
}
