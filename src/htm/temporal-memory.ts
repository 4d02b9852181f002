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
 * Costs    one pass over the used synapses per step; no allocation.
 * Differs  from BAMI in one thing: within a step all predicted columns learn first, then wrong predictions are punished,
 *          then bursting columns learn, new segments last, so that a replacement in the full pool can never take a
 *          segment that is still to learn in this step. The result does not depend on the order of the columns.
 */
import { type Views, field } from '../memory/layout.ts';
import { randomBelow, seedWord } from '../memory/random.ts';
import {
  POOL_COUNTER,
  type SegmentPool,
  adaptSegment,
  allocateSegment,
  creditSegment,
  growSynapses,
  indexKind,
  segmentPoolFields,
} from './segment-pool.ts';

/** Fixed when the model is made; decides the bytes. */
export type TemporalMemoryShape = {
  readonly columns: number;
  readonly cellsPerColumn: number;
  readonly segments: number;
  readonly synapsesPerSegment: number;
};

/** Tunable; spelled as in NuPIC. Permanences in units of 1/255. */
export type TemporalMemoryParams = {
  /** Active connected synapses that make a segment active: its cell is predicted. */
  readonly activationThreshold: number;
  /** Active synapses, connected or not, that make a segment matching: the best one learns in a bursting column. */
  readonly minThreshold: number;
  /** Synapses a segment should have to the cells that won in the last step. */
  readonly maxNewSynapseCount: number;
  readonly permanenceIncrement: number;
  readonly permanenceDecrement: number;
  readonly initialPermanence: number;
  readonly connectedPermanence: number;
  /** Taken from synapses of segments that predicted a column that did not become active. */
  readonly predictedSegmentDecrement: number;
};

/** The parameters of NuPIC and BAMI in u8 units (.21, .5, .1). */
export const TEMPORAL_MEMORY_DEFAULTS: TemporalMemoryParams = {
  activationThreshold: 13,
  minThreshold: 10,
  maxNewSynapseCount: 20,
  permanenceIncrement: 26,
  permanenceDecrement: 26,
  initialPermanence: 54,
  connectedPermanence: 128,
  predictedSegmentDecrement: 0,
};

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
} as const;

const NO_SEGMENT = 0xffffffff;

export const temporalMemoryFields = (shape: TemporalMemoryShape) => {
  const cells = shape.columns * shape.cellsPerColumn;
  const kind = indexKind(cells);
  return {
    ...segmentPoolFields({ ...shape, cells }),
    activeCell: field('u8', cells, 'state'), // [cells] 0|1
    activeCells: field(kind, cells, 'state'), // the same as a list
    winnerCells: field(kind, shape.columns * shape.cellsPerColumn, 'state'), // list
    counts: field('u32', 6, 'state'), // see TM_COUNT
    previousActiveCell: field('u8', cells, 'scratch'), // [cells] 0|1, activity that the predictions were made from
    candidates: field(kind, cells, 'scratch'), // last winners, reordered while growing
    connectedCount: field('u8', shape.segments, 'scratch'), // [segments] active connected synapses
    potentialCount: field('u8', shape.segments, 'scratch'), // [segments] active synapses
    activeSegments: field('u32', shape.segments, 'scratch'), // list, ascending
    matchingSegments: field('u32', shape.segments, 'scratch'), // list, ascending
    segmentCounts: field('u32', 2, 'scratch'), // lengths of the two lists
    predictedColumn: field('u8', shape.columns, 'scratch'), // [columns] 0|1 expected next
    bestMatching: field('u32', shape.columns, 'scratch'), // [columns] segment, or NO_SEGMENT
    columnActive: field('u8', shape.columns, 'scratch'), // [columns] 0|1 in this step
    columnBursting: field('u8', shape.columns, 'scratch'), // [columns] 0|1 in this step
  };
};
export type TemporalMemoryViews = Views<ReturnType<typeof temporalMemoryFields>>;

export type TemporalMemory = {
  readonly shape: TemporalMemoryShape;
  readonly params: TemporalMemoryParams;
  readonly views: TemporalMemoryViews;
  readonly pool: SegmentPool;
};

/** A temporal memory over its views. Throws RangeError when shape and parameters contradict each other. */
export function openTemporalMemory(
  shape: TemporalMemoryShape,
  params: TemporalMemoryParams,
  views: TemporalMemoryViews,
): TemporalMemory {
  if (params.minThreshold > params.activationThreshold) {
    throw new RangeError(
      `Expected minThreshold <= activationThreshold but received ${params.minThreshold} > ${params.activationThreshold}`,
    );
  }
  if (shape.synapsesPerSegment > 255) {
    throw new RangeError(`Expected at most 255 synapses per segment but received ${shape.synapsesPerSegment}`);
  }
  const cells = shape.columns * shape.cellsPerColumn;
  const pool = { shape: { cells, segments: shape.segments, synapsesPerSegment: shape.synapsesPerSegment }, views };
  return { shape, params, views, pool };
}

/** Make a zero-filled block a newborn memory. */
export function initTemporalMemory(tm: TemporalMemory, seed: number): void {
  tm.views.poolCounters[POOL_COUNTER.random] = seedWord(seed, 1);
  activateDendrites(tm);
}

/** Forget the current context (a new sequence begins); what was learned stays. */
export function resetTemporalMemory(tm: TemporalMemory): void {
  tm.views.activeCell.fill(0);
  tm.views.counts.fill(0);
  activateDendrites(tm);
}

/** Both phases: `activeColumns[0..count)` unique. */
export function stepTemporalMemory(
  tm: TemporalMemory,
  activeColumns: Uint16Array | Uint32Array,
  count: number,
  learn: boolean,
): void {
  activateCells(tm, activeColumns, count, learn);
  activateDendrites(tm);
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
  const { activeCell, activeCells, winnerCells, columnActive, columnBursting, predictedColumn, counts } = views;
  const { cellsPerColumn } = shape;
  views.previousActiveCell.set(activeCell);
  const previousWinners = counts[TM_COUNT.winners]!;
  views.candidates.set(winnerCells.subarray(0, previousWinners));

  for (let i = 0, active = counts[TM_COUNT.active]!; i < active; i++) activeCell[activeCells[i]!] = 0;
  columnActive.fill(0);
  columnBursting.fill(0);
  let bursting = 0;
  for (let i = 0; i < count; i++) {
    const column = activeColumns[i]!;
    columnActive[column] = 1;
    if (predictedColumn[column] === 0) {
      columnBursting[column] = 1;
      bursting++;
    }
  }
  counts[TM_COUNT.active] = 0;
  counts[TM_COUNT.winners] = 0;
  counts[TM_COUNT.activeColumns] = count;
  counts[TM_COUNT.bursting] = bursting;
  counts[TM_COUNT.predictedActive] = count - bursting;

  activatePredictedColumns(tm, previousWinners, learn);
  if (learn && tm.params.predictedSegmentDecrement > 0) punishPredictedColumns(tm);
  for (let column = 0; column < shape.columns && bursting > 0; column++) {
    if (columnBursting[column] === 0) continue;
    bursting--;
    for (let cell = column * cellsPerColumn, end = cell + cellsPerColumn; cell < end; cell++) activate(views, cell);
    learnInBurstingColumn(tm, column, previousWinners, learn);
  }
}

/** Every cell with an active segment in an active column becomes active and a winner; its active segments learn. */
function activatePredictedColumns(tm: TemporalMemory, previousWinners: number, learn: boolean): void {
  const { views, params, pool, shape } = tm;
  const { activeSegments, segmentCell, columnActive, activeCell, potentialCount } = views;
  const length = views.segmentCounts[0]!;
  for (let i = 0; i < length; i++) {
    const segment = activeSegments[i]!;
    const cell = segmentCell[segment]!;
    if (columnActive[(cell / shape.cellsPerColumn) | 0] === 0) continue;
    if (activeCell[cell] === 0) {
      activate(views, cell);
      win(views, cell);
    }
    if (!learn) continue;
    creditSegment(pool, segment);
    const missing = params.maxNewSynapseCount - potentialCount[segment]!;
    if (!adaptSegment(pool, segment, views.previousActiveCell, params.permanenceIncrement, params.permanenceDecrement))
      continue;
    if (missing > 0) growTo(tm, segment, missing, previousWinners);
  }
}

/** Segments that matched but whose column stayed inactive lose strength on the synapses that misled them. */
function punishPredictedColumns({ views, params, pool, shape }: TemporalMemory): void {
  const { matchingSegments, segmentCell, columnActive, previousActiveCell } = views;
  const length = views.segmentCounts[1]!;
  for (let i = 0; i < length; i++) {
    const segment = matchingSegments[i]!;
    if (columnActive[(segmentCell[segment]! / shape.cellsPerColumn) | 0] !== 0) continue;
    if (views.synapseCount[segment] === 0) continue;
    adaptSegment(pool, segment, previousActiveCell, -params.predictedSegmentDecrement, 0);
  }
}

/** Choose the winner of a bursting column: the owner of the best matching segment, else the cell with fewest segments. */
function learnInBurstingColumn(tm: TemporalMemory, column: number, previousWinners: number, learn: boolean): void {
  const { views, params, pool, shape } = tm;
  const segment = views.bestMatching[column]!;
  // A segment may have been punished to death or replaced by another column's new one since it matched.
  const usable =
    segment !== NO_SEGMENT &&
    views.synapseCount[segment] !== 0 &&
    ((views.segmentCell[segment]! / shape.cellsPerColumn) | 0) === column &&
    views.potentialCount[segment]! >= params.minThreshold;
  if (usable) {
    win(views, views.segmentCell[segment]!);
    if (!learn) return;
    const missing = params.maxNewSynapseCount - views.potentialCount[segment]!;
    if (!adaptSegment(pool, segment, views.previousActiveCell, params.permanenceIncrement, params.permanenceDecrement))
      return;
    if (missing > 0) growTo(tm, segment, missing, previousWinners);
    return;
  }
  const cell = leastUsedCell(tm, column, learn);
  win(views, cell);
  if (!learn || previousWinners === 0) return;
  const grown = allocateSegment(pool, cell);
  // The replaced segment's counts must not make this one look as if it had matched.
  views.potentialCount[grown] = 0;
  views.connectedCount[grown] = 0;
  growTo(tm, grown, Math.min(params.maxNewSynapseCount, previousWinners), previousWinners);
}

/** The cell of a column with the fewest segments; ties are broken at random while learning, else by index. */
function leastUsedCell({ views, shape }: TemporalMemory, column: number, learn: boolean): number {
  const { segmentsOfCell } = views;
  const first = column * shape.cellsPerColumn;
  const end = first + shape.cellsPerColumn;
  let fewest = segmentsOfCell[first]!;
  let ties = 0;
  for (let cell = first; cell < end; cell++) {
    const count = segmentsOfCell[cell]!;
    if (count < fewest) {
      fewest = count;
      ties = 1;
    } else if (count === fewest) ties++;
  }
  let pick = learn && ties > 1 ? randomBelow(views.poolCounters, ties, POOL_COUNTER.random) : 0;
  for (let cell = first; cell < end; cell++) if (segmentsOfCell[cell] === fewest && pick-- === 0) return cell;
  return first;
}

function growTo(tm: TemporalMemory, segment: number, wanted: number, previousWinners: number): void {
  const { views, params, pool } = tm;
  growSynapses(
    pool,
    segment,
    wanted,
    views.candidates,
    previousWinners,
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
export function activateDendrites({ views, shape, params }: TemporalMemory): void {
  const { synapseCount, presynapticCell, permanence, activeCell, segmentCell } = views;
  const { connectedCount, potentialCount, activeSegments, matchingSegments, predictedColumn, bestMatching } = views;
  const { synapsesPerSegment, cellsPerColumn } = shape;
  const { activationThreshold, minThreshold, connectedPermanence } = params;
  const highWater = views.poolCounters[POOL_COUNTER.highWater]!;
  predictedColumn.fill(0);
  bestMatching.fill(NO_SEGMENT);
  let active = 0;
  let matching = 0;
  let predicted = 0;
  for (let segment = 0; segment < highWater; segment++) {
    const start = segment * synapsesPerSegment;
    const end = start + synapseCount[segment]!;
    let connected = 0;
    let potential = 0;
    for (let slot = start; slot < end; slot++) {
      const seen = activeCell[presynapticCell[slot]!]!;
      potential += seen;
      if (permanence[slot]! >= connectedPermanence) connected += seen;
    }
    connectedCount[segment] = connected;
    potentialCount[segment] = potential;
    if (potential < minThreshold) continue;
    const column = (segmentCell[segment]! / cellsPerColumn) | 0;
    matchingSegments[matching++] = segment;
    const best = bestMatching[column]!;
    if (best === NO_SEGMENT || potential > potentialCount[best]!) bestMatching[column] = segment;
    if (connected < activationThreshold) continue;
    activeSegments[active++] = segment;
    if (predictedColumn[column] === 0) {
      predictedColumn[column] = 1;
      predicted++;
    }
  }
  views.segmentCounts[0] = active;
  views.segmentCounts[1] = matching;
  views.counts[TM_COUNT.predictedColumns] = predicted;
}
