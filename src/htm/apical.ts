/**
 * apical.ts - feedback from a region above: which of several predicted cells is meant.
 *
 * Apical segments watch the cells of another region. They never predict a column by themselves: where several cells of a
 * column are predicted by their basal segments, only those with an active apical segment are, if there are any
 * (htmresearch `ApicalTiebreakTemporalMemory`; Hawkins and Ahmad 2016, "feedback"). So an upper region that knows which
 * sequence this is picks one context where the lower one expects a union of them.
 *
 * Order of a step   activateCells learns against the feedback that was there when the prediction was made; then
 *                   `setApicalInput` takes the new feedback; then activateDendrites predicts with it.
 */
import { type Views, field } from '../memory/layout.ts';
import { expectWhole } from '../memory/expect.ts';
import { checkMemoryParams } from './check-params.ts';
import {
  type DendriteParams,
  type DendriteViews,
  type Dendrites,
  SEGMENT_COUNT,
  dendriteFields,
  openDendrites,
  potentialOf,
  recognize,
} from './dendrites.ts';
import type { Kernels } from './kernels/kernels.ts';
import { MOST_INDEXED } from './synapse-index.ts';
import {
  type SegmentPoolShape,
  adaptSegment,
  allocateSegment,
  creditSegment,
  growSynapses,
  indexKind,
} from './segment-pool.ts';

export type ApicalShape = {
  /** Cells of the memory that receives the feedback, and how many make a column. */
  readonly cells: number;
  readonly cellsPerColumn: number;
  /** Cells of the region above. */
  readonly apicalInputs: number;
  readonly segments: number;
  readonly synapsesPerSegment: number;
  readonly indexed: boolean;
};

/** As the basal ones; see `TemporalMemoryParams`. */
export type ApicalParams = DendriteParams & {
  readonly maxNewSynapseCount: number;
  readonly permanenceIncrement: number;
  readonly permanenceDecrement: number;
  readonly initialPermanence: number;
  readonly predictedSegmentDecrement: number;
};

const poolShape = (shape: ApicalShape): SegmentPoolShape => ({ ...shape, sources: shape.apicalInputs });
const NO_SEGMENT = 0xffffffff;
/** Values of `lesson`: whether a cell is a winner, and has learned already. */
const LESSON = { none: 0, due: 1, done: 2 } as const;

export const apicalFields = (shape: ApicalShape) => {
  const kind = indexKind(shape.apicalInputs);
  return {
    ...dendriteFields(poolShape(shape)),
    apicalActive: field('u8', shape.apicalInputs, 'state'), // [apicalInputs] 0|1
    apicalBits: field(kind, shape.apicalInputs, 'state'), // the same as a list
    apicalCount: field('u32', 1, 'state'), // its length
    candidates: field(kind, shape.apicalInputs, 'scratch'), // the list, reordered while growing
    supported: field('u8', shape.cells, 'scratch'), // [cells] 0|1 has an active apical segment
    prior: field('u8', shape.cells / shape.cellsPerColumn, 'scratch'), // [columns] 0|1 a predicted cell is supported
    lesson: field('u8', shape.cells, 'scratch'), // [cells] see LESSON, all `none` between steps
    best: field('u32', shape.cells, 'scratch'), // [cells] best matching segment; valid where a lesson is due
  };
};
export type ApicalViews = Views<ReturnType<typeof apicalFields>>;

export type ApicalDendrites = {
  readonly shape: ApicalShape;
  readonly params: ApicalParams;
  readonly views: ApicalViews;
  readonly dendrites: Dendrites;
};

/** Throws RangeError when shape and parameters make no feedback. */
export function checkApical(shape: ApicalShape, params: ApicalParams): void {
  expectWhole('the number of apical inputs', shape.apicalInputs, 1, 2 ** 24);
  expectWhole('segments', shape.segments, 1, MOST_INDEXED);
  expectWhole('synapsesPerSegment', shape.synapsesPerSegment, 1, 255);
  checkMemoryParams(params, shape.synapsesPerSegment);
}

/** Apical dendrites over their views. Throws RangeError for impossible shapes and parameters. `seed` the block's generator through its pool counters as for a temporal memory. */
export function openApical(
  shape: ApicalShape,
  params: ApicalParams,
  views: ApicalViews,
  kernels: Kernels | null = null,
): ApicalDendrites {
  checkApical(shape, params);
  return { shape, params, views, dendrites: openDendrites(poolShape(shape), params, views, kernels) };
}

/** The feedback that the next prediction uses: active cells of the region above, unique. */
export function setApicalInput({ views }: ApicalDendrites, bits: Uint16Array | Uint32Array, count: number): void {
  const { apicalActive, apicalBits, apicalCount } = views;
  for (let i = 0; i < apicalCount[0]!; i++) apicalActive[apicalBits[i]!] = 0;
  for (let i = 0; i < count; i++) {
    apicalActive[bits[i]!] = 1;
    apicalBits[i] = bits[i]!;
  }
  apicalCount[0] = count;
}

/** Which cells the feedback supports, and in which columns that decides; `basal` has just recognized its activity. */
export function supportCells({ shape, views, dendrites }: ApicalDendrites, basal: DendriteViews): void {
  recognize(dendrites, views.apicalActive, views.apicalBits, views.apicalCount[0]!);
  views.supported.fill(0);
  views.prior.fill(0);
  for (let i = 0; i < views.segmentCounts[SEGMENT_COUNT.active]!; i++)
    views.supported[views.segmentCell[views.activeSegments[i]!]!] = 1;
  for (let i = 0; i < basal.segmentCounts[SEGMENT_COUNT.active]!; i++) {
    const cell = basal.segmentCell[basal.activeSegments[i]!]!;
    if (views.supported[cell] === 1) views.prior[(cell / shape.cellsPerColumn) | 0] = 1;
  }
}

/** Whether a cell with an active basal segment is really predicted: no other cell of its column is preferred to it. */
export function hasPriority({ shape, views }: ApicalDendrites, cell: number): boolean {
  return views.supported[cell] === 1 || views.prior[(cell / shape.cellsPerColumn) | 0] === 0;
}

/**
 * Every winner cell learns the feedback that was there: on its active apical segments, else on the best matching one,
 * else on a new one. Segments that matched in a column that stayed inactive are punished.
 */
export function learnApical(
  apical: ApicalDendrites,
  winnerCells: Uint16Array | Uint32Array,
  winners: number,
  columnActive: Uint8Array,
): void {
  const { views, dendrites } = apical;
  const { lesson, best, segmentCell, activeSegments, segmentCounts } = views;
  if (views.apicalCount[0] === 0) return;
  for (let i = 0; i < winners; i++) {
    lesson[winnerCells[i]!] = LESSON.due;
    best[winnerCells[i]!] = NO_SEGMENT;
  }
  for (let i = 0; i < segmentCounts[SEGMENT_COUNT.active]!; i++) {
    const segment = activeSegments[i]!;
    if (lesson[segmentCell[segment]!] === LESSON.none) continue;
    creditSegment(dendrites.pool, segment);
    reinforce(apical, segment);
    lesson[segmentCell[segment]!] = LESSON.done;
  }
  chooseAndPunish(apical, columnActive);
  for (let i = 0; i < winners; i++) {
    const cell = winnerCells[i]!;
    if (lesson[cell] !== LESSON.due || best[cell] === NO_SEGMENT) continue;
    reinforce(apical, best[cell]!);
    lesson[cell] = LESSON.done;
  }
  // New segments last: a replacement in the full pool must not take one that is still to learn.
  for (let i = 0; i < winners; i++) {
    const cell = winnerCells[i]!;
    if (lesson[cell] === LESSON.due) grow(apical, allocateSegment(dendrites.pool, cell), 0);
    lesson[cell] = LESSON.none;
  }
}

/** The best matching segment of each winner with a lesson due; matching segments of inactive columns are weakened. */
function chooseAndPunish({ views, shape, params, dendrites }: ApicalDendrites, columnActive: Uint8Array): void {
  const { matchingSegments, segmentCell, lesson, best } = views;
  for (let i = 0; i < views.segmentCounts[SEGMENT_COUNT.matching]!; i++) {
    const segment = matchingSegments[i]!;
    const cell = segmentCell[segment]!;
    if (columnActive[(cell / shape.cellsPerColumn) | 0] === 0) {
      if (params.predictedSegmentDecrement > 0)
        adaptSegment(dendrites.pool, segment, views.apicalActive, -params.predictedSegmentDecrement, 0);
      continue;
    }
    if (lesson[cell] !== LESSON.due) continue;
    const rival = best[cell]!;
    if (rival === NO_SEGMENT || potentialOf(views, segment) > potentialOf(views, rival)) best[cell] = segment;
  }
}

function reinforce(apical: ApicalDendrites, segment: number): void {
  const { params, views, dendrites } = apical;
  const seen = potentialOf(views, segment);
  if (adaptSegment(dendrites.pool, segment, views.apicalActive, params.permanenceIncrement, params.permanenceDecrement))
    grow(apical, segment, seen);
}

/** Up to `maxNewSynapseCount` active synapses; it has `seen` already. */
function grow({ params, views, dendrites }: ApicalDendrites, segment: number, seen: number): void {
  const count = views.apicalCount[0]!;
  const wanted = Math.min(params.maxNewSynapseCount - seen, count);
  if (wanted <= 0) return;
  for (let i = 0; i < count; i++) views.candidates[i] = views.apicalBits[i]!;
  growSynapses(dendrites.pool, segment, wanted, views.candidates, count, views.apicalActive, params.initialPermanence);
}
