/**
 * contexts.ts - several sequences followed at once by one temporal memory: what is learned on one serves all.
 *
 * The segments belong to the memory; what a sequence needs for itself is a context: the cells that are active, those
 * that won, and the counts of its last step. A memory holds one context at a time; `enterContext` puts the one it holds
 * back into its slot and takes up another.
 *
 *     contexts = openContexts(tm, shape, views)       slots 0 .. contexts-1, all forgotten at first
 *     enterContext(contexts, slot)                    predictions of that sequence, by the segments as they are now
 *     stepContext(contexts, slot, columns, count, learn)   enter, then activate and learn
 *     resetContext(contexts, slot)                    a new sequence begins in that slot
 *
 * Predictions are never kept with a context: others have learned meanwhile, and a segment that predicted may be gone.
 * They are made when the context is entered, so that a step costs one count of the synapses, as it does without
 * contexts. `stepContext` leaves the counting of what comes next to the next `enterContext`; call that to read it.
 *
 * Room      a slot has room for `activeColumns` bursting columns and all bits from outside; a step with more columns is
 *           refused where it is stepped, not cut.
 */
import { type Views, field } from '../memory/layout.ts';
import { indexKind } from './segment-pool.ts';
import {
  TM_COUNT,
  type TemporalMemory,
  type TemporalMemoryShape,
  activateCells,
  activateDendrites,
  setExternalInputs,
} from './temporal-memory.ts';

export type ContextsShape = {
  /** Sequences that can be followed at the same time. */
  readonly contexts: number;
  /** Most columns that are ever active in one step; all of them when not given. */
  readonly activeColumns?: number;
  /** Cells of the region above, where the memory has feedback from one. */
  readonly apicalInputs?: number;
};

const COUNTS = 8;
/** Places in `contextState`: the slot that the memory holds. */
const STATE = { held: 0 } as const;

const columnsKept = (shape: TemporalMemoryShape, { activeColumns }: ContextsShape): number =>
  activeColumns ?? shape.columns;
const sourcesKept = (shape: TemporalMemoryShape, contexts: ContextsShape): number =>
  columnsKept(shape, contexts) * shape.cellsPerColumn + (shape.externalInputs ?? 0);
/** A column has at most as many winners as cells. */
const winnersKept = (shape: TemporalMemoryShape, contexts: ContextsShape): number =>
  columnsKept(shape, contexts) * shape.cellsPerColumn;

/** The fields that keep the contexts of a memory of `shape`; a block of their own, beside the memory's. */
export const contextFields = (shape: TemporalMemoryShape, contexts: ContextsShape) => {
  const sources = shape.columns * shape.cellsPerColumn + (shape.externalInputs ?? 0);
  const apicalInputs = contexts.apicalInputs ?? 0;
  return {
    contextCells: field(indexKind(sources), contexts.contexts * sourcesKept(shape, contexts), 'state'), // [contexts, sources] lists
    contextWinners: field(indexKind(sources), contexts.contexts * winnersKept(shape, contexts), 'state'), // [contexts, winners] lists
    contextCounts: field('u32', contexts.contexts * COUNTS, 'state'), // [contexts, 8] see TM_COUNT
    contextApical: field(indexKind(apicalInputs), contexts.contexts * apicalInputs, 'state'), // [contexts, apicalInputs] lists
    contextApicalCount: field('u32', apicalInputs === 0 ? 0 : contexts.contexts, 'state'), // [contexts]
    contextState: field('u32', 4, 'state'), // see STATE
    contextFresh: field('u8', 1, 'scratch'), // 0|1 the memory's predictions are those of the context it holds
  };
};
export type ContextViews = Views<ReturnType<typeof contextFields>>;

export type TemporalContexts = {
  readonly tm: TemporalMemory;
  readonly shape: ContextsShape;
  readonly views: ContextViews;
};

/** Contexts over their views; zero-filled views are contexts without activity. Throws RangeError for impossible shapes. */
export function openContexts(tm: TemporalMemory, shape: ContextsShape, views: ContextViews): TemporalContexts {
  const columns = columnsKept(tm.shape, shape);
  if (!(Number.isInteger(shape.contexts) && shape.contexts >= 1))
    throw new RangeError(`Expected contexts to be a whole number from 1 on but received ${shape.contexts}`);
  if (!(Number.isInteger(columns) && columns >= 1 && columns <= tm.shape.columns))
    throw new RangeError(`Expected activeColumns from 1 to ${tm.shape.columns} but received ${columns}`);
  const above = tm.apical?.shape.apicalInputs ?? 0;
  if ((shape.apicalInputs ?? 0) !== above)
    throw new RangeError(`Expected apicalInputs to be ${above}, as in the memory, but received ${shape.apicalInputs}`);
  return { tm, shape, views };
}

/** The slot whose context the memory holds. */
export function heldContext({ views }: TemporalContexts): number {
  return views.contextState[STATE.held]!;
}

/** Hold the context of `slot`: its activity is the memory's, and what it predicts is what the segments say now. */
export function enterContext(contexts: TemporalContexts, slot: number): void {
  const { tm, views } = contexts;
  if (!hold(contexts, slot) && views.contextFresh[0] === 1) return;
  activateDendrites(tm);
  views.contextFresh[0] = 1;
}

/**
 * One step of the sequence in `slot`. As `stepTemporalMemory`, but that the predictions of the next step are not made
 * yet. Throws RangeError for more columns than a slot has room for.
 */
export function stepContext(
  contexts: TemporalContexts,
  slot: number,
  activeColumns: Uint16Array | Uint32Array,
  count: number,
  learn: boolean,
  external?: Uint16Array | Uint32Array,
  externalCount = 0,
): void {
  const { tm, shape, views } = contexts;
  const most = columnsKept(tm.shape, shape);
  if (count > most) throw new RangeError(`Expected at most ${most} active columns in a context but received ${count}`);
  enterContext(contexts, slot);
  activateCells(tm, activeColumns, count, learn);
  if (external) setExternalInputs(tm, external, externalCount);
  views.contextFresh[0] = 0;
}

/** Forget the sequence in `slot`: a new one begins there. What was learned stays. */
export function resetContext(contexts: TemporalContexts, slot: number): void {
  const { views, tm } = contexts;
  checkSlot(contexts, slot);
  views.contextCounts.fill(0, slot * COUNTS, (slot + 1) * COUNTS);
  if (tm.apical) views.contextApicalCount[slot] = 0;
  if (slot === heldContext(contexts)) load(contexts, slot);
}

/** The sequence in `to` goes on from where the one in `from` is: a thing that splits, or two that may be one. */
export function copyContext(contexts: TemporalContexts, from: number, to: number): void {
  const { views } = contexts;
  checkSlot(contexts, from);
  checkSlot(contexts, to);
  if (from === to) return;
  store(contexts);
  const copy = (view: Uint16Array | Uint32Array): void => {
    const length = view.length / contexts.shape.contexts;
    view.copyWithin(to * length, from * length, (from + 1) * length);
  };
  for (const view of [views.contextCells, views.contextWinners, views.contextCounts, views.contextApical]) copy(view);
  copy(views.contextApicalCount);
  if (to === heldContext(contexts)) load(contexts, to);
}

/** Make the memory hold the context of `slot`, without its predictions. Returns whether it held another. */
function hold(contexts: TemporalContexts, slot: number): boolean {
  checkSlot(contexts, slot);
  if (slot === heldContext(contexts)) return false;
  store(contexts);
  load(contexts, slot);
  return true;
}

/** Put what the memory holds into its slot. */
function store(contexts: TemporalContexts): void {
  const { tm, views, shape } = contexts;
  const slot = heldContext(contexts);
  const { counts, activeCells, winnerCells } = tm.views;
  const cells = counts[TM_COUNT.active]! + counts[TM_COUNT.external]!;
  const room = sourcesKept(tm.shape, shape);
  if (counts[TM_COUNT.activeColumns]! > columnsKept(tm.shape, shape))
    throw new RangeError(
      `Expected at most ${columnsKept(tm.shape, shape)} active columns in a context but the memory has ${counts[TM_COUNT.activeColumns]}`,
    );
  views.contextCounts.set(counts, slot * COUNTS);
  views.contextCells.set(activeCells.subarray(0, cells), slot * room);
  views.contextWinners.set(winnerCells.subarray(0, counts[TM_COUNT.winners]), slot * winnersKept(tm.shape, shape));
  if (!tm.apical) return;
  const { apicalBits, apicalCount } = tm.apical.views;
  views.contextApicalCount[slot] = apicalCount[0]!;
  views.contextApical.set(apicalBits.subarray(0, apicalCount[0]), slot * tm.apical.shape.apicalInputs);
}

/** Make what is in `slot` the memory's activity. */
function load(contexts: TemporalContexts, slot: number): void {
  const { tm, views, shape } = contexts;
  const { counts, activeCell, activeCells, winnerCells } = tm.views;
  for (let i = 0; i < counts[TM_COUNT.active]! + counts[TM_COUNT.external]!; i++) activeCell[activeCells[i]!] = 0;
  counts.set(views.contextCounts.subarray(slot * COUNTS, (slot + 1) * COUNTS));
  const cells = counts[TM_COUNT.active]! + counts[TM_COUNT.external]!;
  const first = slot * sourcesKept(tm.shape, shape);
  for (let i = 0; i < cells; i++) {
    const cell = views.contextCells[first + i]!;
    activeCells[i] = cell;
    activeCell[cell] = 1;
  }
  const won = slot * winnersKept(tm.shape, shape);
  for (let i = 0; i < counts[TM_COUNT.winners]!; i++) winnerCells[i] = views.contextWinners[won + i]!;
  if (tm.apical) loadFeedback(contexts, slot);
  views.contextState[STATE.held] = slot;
  views.contextFresh[0] = 0;
}

function loadFeedback({ tm, views }: TemporalContexts, slot: number): void {
  const { apicalActive, apicalBits, apicalCount } = tm.apical!.views;
  for (let i = 0; i < apicalCount[0]!; i++) apicalActive[apicalBits[i]!] = 0;
  const count = views.contextApicalCount[slot]!;
  for (let i = 0; i < count; i++) {
    const bit = views.contextApical[slot * apicalActive.length + i]!;
    apicalBits[i] = bit;
    apicalActive[bit] = 1;
  }
  apicalCount[0] = count;
}

function checkSlot({ shape }: TemporalContexts, slot: number): void {
  if (!(Number.isInteger(slot) && slot >= 0 && slot < shape.contexts))
    throw new RangeError(`Expected a context from 0 to ${shape.contexts - 1} but received ${slot}`);
}
