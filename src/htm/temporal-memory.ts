/**
 * temporal-memory.ts - which cells are active given what came before, and which columns come next.
 *
 * One step, in this order (BAMI, chapter "Temporal Memory", phases 1 and 2; Hawkins and Ahmad 2016):
 *   activateCells      a predicted active column activates its predictive cells; an unpredicted one bursts and chooses a
 *                      winner cell; segments that predicted wrongly are punished
 *   activateDendrites  count active synapses on every segment: these are the predictions for the next step
 *
 * Shapes   columns x cellsPerColumn cells, flat index column * cellsPerColumn + i.
 * Units    permanences 0..255 stand for 0..1; thresholds are numbers of synapses.
 * Keeps    predictions are scratch: `activateDendrites` rebuilds them from the saved activity after a restore.
 * Costs    with the activity, not with the pool (`dendrites.ts`); no allocation.
 * Differs  from BAMI in one thing: within a step all predicted columns learn first, then wrong predictions are punished,
 *          then bursting columns learn, new segments last, so that a replacement in the full pool can never take a
 *          segment that is still to learn in this step. The result does not depend on the order of the columns.
 */
import { type Views, FLAG, below, field, upTo } from '../memory/layout.ts';
import { seedWord } from '../memory/random.ts';
import { type ApicalDendrites, hasPriority, learnApical, supportCells } from './apical.ts';
import { checkMemoryParams, checkMemoryShape } from './check-params.ts';
import { type Dendrites, SEGMENT_COUNT, dendriteFields, openDendrites, potentialOf, recognize } from './dendrites.ts';
import type { Kernels } from './kernels/kernels.ts';
import type { TemporalMemoryParams, TemporalMemoryShape } from './memory-params.ts';
import { describeMemory, memoryArgFields } from './memory-kernels.ts';
import {
  POOL_COUNTER,
  type SegmentPool,
  type SegmentPoolShape,
  adaptSegment,
  allocateSegment,
  creditSegment,
  growSynapses,
  indexKind,
  rebuildIndex,
} from './segment-pool.ts';

export { TEMPORAL_MEMORY_DEFAULTS, type TemporalMemoryParams, type TemporalMemoryShape } from './memory-params.ts';

/** Up to this many segments one pass over all synapses is no slower than following an index, and needs no memory. */
const INDEXED_FROM = 1024;

/** Places in the `counts` field. */
export const TM_COUNT = {
  /** Cells in `activeCells`, cells in `winnerCells`. */
  active: 0,
  winners: 1,
  /** Of the last step: active columns, those that were predicted, those that burst. */
  activeColumns: 2,
  predictedActive: 3,
  bursting: 4,
  /** Columns that the predictions of the last step named. */
  predictedColumns: 5,
  /** External bits, listed in `activeCells` behind the active cells. */
  external: 6,
} as const;

const NO_SEGMENT = 0xffffffff;

/** Cells first, external bits behind them: what the synapses can watch. */
function sourcesOf(shape: TemporalMemoryShape): number {
  return shape.columns * shape.cellsPerColumn + (shape.externalInputs ?? 0);
}

function poolShape(shape: TemporalMemoryShape): SegmentPoolShape {
  return {
    cells: shape.columns * shape.cellsPerColumn,
    sources: sourcesOf(shape),
    segments: shape.segments,
    synapsesPerSegment: shape.synapsesPerSegment,
    indexed: shape.indexed ?? shape.segments > INDEXED_FROM,
  };
}

export const temporalMemoryFields = (shape: TemporalMemoryShape) => {
  const cells = shape.columns * shape.cellsPerColumn;
  const sources = sourcesOf(shape);
  const kind = indexKind(sources);
  return {
    ...dendriteFields(poolShape(shape)),
    activeCell: field('u8', sources, 'state', FLAG), // [cells, externalInputs] 0|1
    activeCells: field(kind, sources, 'state', below(sources)), // the same as a list: active cells, then external bits
    winnerCells: field(kind, cells, 'state', below(cells)), // list
    counts: field('u32', 8, 'state', upTo(Math.max(sources, shape.columns))), // see TM_COUNT
    previousActiveCell: field('u8', sources, 'scratch'), // 0|1 activity that the predictions were made from
    previousActiveCells: field(kind, sources, 'scratch'), // the same as a list
    previousCount: field('u32', 1, 'scratch'), // its length
    candidates: field(kind, sources, 'scratch'), // last winners and external bits, reordered while growing
    predictedColumn: field('u8', shape.columns, 'scratch'), // [columns] 0|1 expected next
    bestMatching: field('u32', shape.columns, 'scratch'), // [columns] segment, or NO_SEGMENT
    columnActive: field('u8', shape.columns, 'scratch'), // [columns] 0|1 in this step
    burstingColumns: field('u32', shape.columns, 'scratch'), // list
    ...memoryArgFields(shape.columns),
  };
};
export type TemporalMemoryViews = Views<ReturnType<typeof temporalMemoryFields>>;

export type TemporalMemory = {
  readonly shape: TemporalMemoryShape;
  readonly params: TemporalMemoryParams;
  readonly views: TemporalMemoryViews;
  readonly pool: SegmentPool;
  readonly dendrites: Dendrites;
  /** Feedback from a region above, or null. */
  readonly apical: ApicalDendrites | null;
};

/**
 * A temporal memory over its views. `kernels` makes counting faster and changes no result; `apical` adds feedback from a
 * region above. Throws RangeError when shape and parameters contradict each other.
 */
export function openTemporalMemory(
  shape: TemporalMemoryShape,
  params: TemporalMemoryParams,
  views: TemporalMemoryViews,
  { kernels = null, apical = null }: { kernels?: Kernels | null; apical?: ApicalDendrites | null } = {},
): TemporalMemory {
  checkMemoryShape(shape);
  checkMemoryParams(params, shape.synapsesPerSegment);
  const dendrites = openDendrites(poolShape(shape), params, views, kernels);
  return { shape, params, views, pool: dendrites.pool, dendrites, apical };
}

/** Make any memory a zero-filled block again, ready for `initTemporalMemory`. Of the pool only what was ever used is written. */
export function clearTemporalMemory({ views, shape }: TemporalMemory): void {
  const { segmentCell, synapseCount, usefulness, presynapticCell, permanence, ...others } = views;
  const used = views.poolCounters[POOL_COUNTER.highWater]!;
  for (const view of [segmentCell, synapseCount, usefulness]) view.fill(0, 0, used);
  for (const view of [presynapticCell, permanence]) view.fill(0, 0, used * shape.synapsesPerSegment);
  for (const view of Object.values(others)) view.fill(0);
}

/** Make a zero-filled block a newborn memory. */
export function initTemporalMemory(tm: TemporalMemory, seed: number): void {
  tm.views.poolCounters[POOL_COUNTER.random] = seedWord(seed, 1);
  restoreTemporalMemory(tm);
}

/** Derive what is not saved, after the persistent bytes were replaced by saved ones: the index and the predictions. */
export function restoreTemporalMemory(tm: TemporalMemory): void {
  describeMemory(tm);
  rebuildIndex(tm.pool);
  if (tm.apical) rebuildIndex(tm.apical.dendrites.pool);
  activateDendrites(tm);
}

/** Forget the current context (a new sequence begins); what was learned stays. */
export function resetTemporalMemory(tm: TemporalMemory): void {
  tm.views.activeCell.fill(0);
  tm.views.counts.fill(0);
  activateDendrites(tm);
}

/**
 * Both phases: `activeColumns[0..count)` unique. `external[0..externalCount)`, unique, is the SDR from outside that is
 * active now: together with the cells it decides what is predicted for the next step.
 */
export function stepTemporalMemory(
  tm: TemporalMemory,
  activeColumns: Uint16Array | Uint32Array,
  count: number,
  learn: boolean,
  external?: Uint16Array | Uint32Array,
  externalCount = 0,
): void {
  activateCells(tm, activeColumns, count, learn);
  if (external) setExternalInputs(tm, external, externalCount);
  activateDendrites(tm);
}

/** The bits from outside that are active together with the cells from now on, until the next `activateCells`. */
export function setExternalInputs(
  { views, shape }: TemporalMemory,
  bits: Uint16Array | Uint32Array,
  count: number,
): void {
  const { activeCell, activeCells, counts } = views;
  const cells = shape.columns * shape.cellsPerColumn;
  const active = counts[TM_COUNT.active]!;
  for (let i = 0; i < counts[TM_COUNT.external]!; i++) activeCell[activeCells[active + i]!] = 0;
  for (let i = 0; i < count; i++) {
    activeCell[cells + bits[i]!] = 1;
    activeCells[active + i] = cells + bits[i]!;
  }
  counts[TM_COUNT.external] = count;
}

/** Share of the active columns of the last step that had not been predicted, 0..1; 0 when none were active. */
export function rawAnomaly({ views }: TemporalMemory): number {
  const active = views.counts[TM_COUNT.activeColumns]!;
  return active === 0 ? 0 : views.counts[TM_COUNT.bursting]! / active;
}

/** Phase 1: activate, burst, punish; learning uses the activity and the winners of the step before. */
export function activateCells(
  tm: TemporalMemory,
  activeColumns: Uint16Array | Uint32Array,
  count: number,
  learn: boolean,
): void {
  const { views, shape } = tm;
  const { columnActive, burstingColumns, predictedColumn, counts } = views;
  if (tm.pool.kernels && tm.apical === null) {
    for (let i = 0; i < count; i++) views.columnInput[i] = activeColumns[i]!;
    tm.pool.kernels.activateCells(views.memoryArgs.byteOffset, views.poolArgs.byteOffset, count, learn ? 1 : 0);
    return;
  }
  const candidates = rememberPrevious(views);
  columnActive.fill(0);
  let bursting = 0;
  for (let i = 0; i < count; i++) {
    const column = activeColumns[i]!;
    columnActive[column] = 1;
    if (predictedColumn[column] === 0) burstingColumns[bursting++] = column;
  }
  counts[TM_COUNT.activeColumns] = count;
  counts[TM_COUNT.bursting] = bursting;
  counts[TM_COUNT.predictedActive] = count - bursting;

  activatePredictedColumns(tm, candidates, learn);
  if (learn && tm.params.predictedSegmentDecrement > 0) punishPredictedColumns(tm);
  if (bursting > 1) burstingColumns.subarray(0, bursting).sort();
  for (let i = 0; i < bursting; i++) {
    const first = burstingColumns[i]! * shape.cellsPerColumn;
    for (let cell = first; cell < first + shape.cellsPerColumn; cell++) activate(views, cell);
    learnInBurstingColumn(tm, burstingColumns[i]!, candidates, learn);
  }
  if (learn && tm.apical) learnApical(tm.apical, views.winnerCells, counts[TM_COUNT.winners]!, columnActive);
}

/** Keep the last activity for learning, and clear it. Returns how many cells and bits new synapses may grow to. */
function rememberPrevious(views: TemporalMemoryViews): number {
  const { activeCell, activeCells, winnerCells, candidates, counts } = views;
  const { previousActiveCell, previousActiveCells, previousCount } = views;
  const active = counts[TM_COUNT.active]!;
  const external = counts[TM_COUNT.external]!;
  const winners = counts[TM_COUNT.winners]!;
  for (let i = 0; i < winners; i++) candidates[i] = winnerCells[i]!;
  for (let i = 0; i < external; i++) candidates[winners + i] = activeCells[active + i]!;
  for (let i = 0; i < previousCount[0]!; i++) previousActiveCell[previousActiveCells[i]!] = 0;
  for (let i = 0; i < active + external; i++) {
    const source = activeCells[i]!;
    previousActiveCells[i] = source;
    previousActiveCell[source] = 1;
    activeCell[source] = 0;
  }
  previousCount[0] = active + external;
  counts[TM_COUNT.active] = 0;
  counts[TM_COUNT.winners] = 0;
  counts[TM_COUNT.external] = 0;
  return winners + external;
}

/**
 * Every predicted cell of an active column becomes active and a winner; its active segments learn. A cell is predicted by
 * an active segment, unless feedback prefers another cell of its column.
 */
function activatePredictedColumns(tm: TemporalMemory, candidates: number, learn: boolean): void {
  const { views, pool, shape, apical } = tm;
  const { activeSegments, segmentCell, columnActive, activeCell } = views;
  const length = views.segmentCounts[SEGMENT_COUNT.active]!;
  for (let i = 0; i < length; i++) {
    const segment = activeSegments[i]!;
    const cell = segmentCell[segment]!;
    if (columnActive[(cell / shape.cellsPerColumn) | 0] === 0) continue;
    if (apical !== null && !hasPriority(apical, cell)) continue;
    if (activeCell[cell] === 0) {
      activate(views, cell);
      win(views, cell);
    }
    if (!learn) continue;
    creditSegment(pool, segment);
    reinforce(tm, segment, candidates);
  }
}

/** Segments that matched but whose column stayed inactive lose strength on the synapses that misled them. */
function punishPredictedColumns({ views, params, pool, shape }: TemporalMemory): void {
  const { matchingSegments, segmentCell, columnActive, previousActiveCell } = views;
  const length = views.segmentCounts[SEGMENT_COUNT.matching]!;
  for (let i = 0; i < length; i++) {
    const segment = matchingSegments[i]!;
    if (columnActive[(segmentCell[segment]! / shape.cellsPerColumn) | 0] !== 0) continue;
    adaptSegment(pool, segment, previousActiveCell, -params.predictedSegmentDecrement, 0);
  }
}

/** Choose the winner of a bursting column: the owner of the best matching segment, else the cell with fewest segments. */
function learnInBurstingColumn(tm: TemporalMemory, column: number, candidates: number, learn: boolean): void {
  const { views, params, pool, shape } = tm;
  const segment = views.bestMatching[column]!;
  // It may have been replaced by another column's new segment since it matched.
  const usable =
    segment !== NO_SEGMENT &&
    views.synapseCount[segment] !== 0 &&
    ((views.segmentCell[segment]! / shape.cellsPerColumn) | 0) === column &&
    potentialOf(views, segment) >= params.minThreshold;
  if (usable) {
    win(views, views.segmentCell[segment]!);
    if (learn) reinforce(tm, segment, candidates);
    return;
  }
  const cell = leastUsedCell(tm, column);
  win(views, cell);
  if (!learn || candidates === 0) return;
  const grown = allocateSegment(pool, cell, params.maxSegmentsPerCell);
  // The replaced segment's counts must not make this one look as if it had matched.
  views.activity[grown] = 0;
  growTo(tm, grown, params.maxNewSynapseCount, candidates);
}

/** Strengthen what the segment saw, weaken the rest, and grow it to as many active synapses as it should have. */
function reinforce(tm: TemporalMemory, segment: number, candidates: number): void {
  const { views, params, pool } = tm;
  const missing = params.maxNewSynapseCount - potentialOf(views, segment);
  if (!adaptSegment(pool, segment, views.previousActiveCell, params.permanenceIncrement, params.permanenceDecrement))
    return;
  if (missing > 0) growTo(tm, segment, missing, candidates);
}

/**
 * The cell of a column with the fewest segments, the first of equals. BAMI draws among equals; then a column that bursts
 * twice in the same context may have two winners, what follows learns from either, and an endless repetition never settles.
 */
function leastUsedCell({ views, shape }: TemporalMemory, column: number): number {
  const { segmentsOfCell } = views;
  let least = column * shape.cellsPerColumn;
  for (let cell = least + 1, end = least + shape.cellsPerColumn; cell < end; cell++)
    if (segmentsOfCell[cell]! < segmentsOfCell[least]!) least = cell;
  return least;
}

function growTo({ views, params, pool }: TemporalMemory, segment: number, wanted: number, candidates: number): void {
  growSynapses(
    pool,
    segment,
    Math.min(wanted, candidates),
    views.candidates,
    candidates,
    views.previousActiveCell,
    params.initialPermanence,
  );
}

function activate(views: TemporalMemoryViews, cell: number): void {
  views.activeCell[cell] = 1;
  views.activeCells[views.counts[TM_COUNT.active]!++] = cell;
}

function win(views: TemporalMemoryViews, cell: number): void {
  views.winnerCells[views.counts[TM_COUNT.winners]!++] = cell;
}

/** Phase 2: count active synapses on every segment; what is active or matching now is the prediction for the next step. */
export function activateDendrites({ views, shape, dendrites, apical }: TemporalMemory): void {
  const { counts } = views;
  recognize(dendrites, views.activeCell, views.activeCells, counts[TM_COUNT.active]! + counts[TM_COUNT.external]!);
  if (dendrites.kernels) dendrites.kernels.predictColumns(views.memoryArgs.byteOffset, views.poolArgs.byteOffset);
  else predictColumns(views, shape.cellsPerColumn);
  if (apical !== null) supportCells(apical, views);
}

/** The best matching segment of each column, and the columns with an active one. */
function predictColumns(views: TemporalMemoryViews, cellsPerColumn: number): void {
  const { segmentCell, segmentCounts, activeSegments, matchingSegments, predictedColumn, bestMatching } = views;
  bestMatching.fill(NO_SEGMENT);
  for (let i = 0; i < segmentCounts[SEGMENT_COUNT.matching]!; i++) {
    const segment = matchingSegments[i]!;
    const column = (segmentCell[segment]! / cellsPerColumn) | 0;
    const best = bestMatching[column]!;
    if (best === NO_SEGMENT || potentialOf(views, segment) > potentialOf(views, best)) bestMatching[column] = segment;
  }
  predictedColumn.fill(0);
  let predicted = 0;
  for (let i = 0; i < segmentCounts[SEGMENT_COUNT.active]!; i++) {
    const column = (segmentCell[activeSegments[i]!]! / cellsPerColumn) | 0;
    if (predictedColumn[column] === 0) {
      predictedColumn[column] = 1;
      predicted++;
    }
  }
  views.counts[TM_COUNT.predictedColumns] = predicted;
}
