/**
 * results.ts - what an engine found in its last step, in words: no need to know how its memory is laid out.
 *
 * Lists are views of the engine's own memory: nothing is copied, and the next step overwrites them. What must be kept is
 * copied by the caller (`slice`). Lists that have to be put together are new arrays.
 */
import { mostProbable } from './sdr-classifier.ts';
import type { SdrClassifier } from './sdr-classifier.ts';
import { radiusOf } from './spatial-pooler.ts';
import type { SpatialPooler } from './spatial-pooler.ts';
import { SEGMENT_COUNT } from './dendrites.ts';
import { hasPriority } from './apical.ts';
import { evictionsOf, segmentsInUse } from './segment-pool.ts';
import { TM_COUNT, type TemporalMemory, rawAnomaly } from './temporal-memory.ts';

type Bits = Uint16Array | Uint32Array;

/** Cells active after the last step; not sorted. */
export function activeCellsOf({ views }: TemporalMemory): Bits {
  return views.activeCells.subarray(0, views.counts[TM_COUNT.active]);
}

/** Cells that learned in the last step, one per bursting column and all that were predicted; not sorted. */
export function winnerCellsOf({ views }: TemporalMemory): Bits {
  return views.winnerCells.subarray(0, views.counts[TM_COUNT.winners]);
}

/** Columns expected next, ascending; a new array. */
export function predictedColumnsOf({ views }: TemporalMemory): Uint32Array {
  const found = new Uint32Array(views.counts[TM_COUNT.predictedColumns]!);
  let count = 0;
  for (let column = 0; column < views.predictedColumn.length; column++)
    if (views.predictedColumn[column] === 1) found[count++] = column;
  return found;
}

/** Cells that are predictive now: those with an active segment that feedback does not put behind others. Ascending, new. */
export function predictiveCellsOf({ views, apical }: TemporalMemory): Uint32Array {
  const cells = new Set<number>();
  for (let i = 0; i < views.segmentCounts[SEGMENT_COUNT.active]!; i++) {
    const cell = views.segmentCell[views.activeSegments[i]!]!;
    if (apical === null || hasPriority(apical, cell)) cells.add(cell);
  }
  return Uint32Array.from(cells).toSorted();
}

/** The last step in numbers. */
export type StepSummary = {
  /** Share of the active columns that had not been predicted. */
  readonly anomaly: number;
  readonly activeColumns: number;
  readonly burstingColumns: number;
  readonly activeCells: number;
  readonly winnerCells: number;
  /** Expected in the next step. */
  readonly predictedColumns: number;
  readonly segments: number;
  /** Segments replaced since birth because the pool, or a cell, was full. */
  readonly evictions: number;
};

export function summaryOf(tm: TemporalMemory): StepSummary {
  const { counts } = tm.views;
  return {
    anomaly: rawAnomaly(tm),
    activeColumns: counts[TM_COUNT.activeColumns]!,
    burstingColumns: counts[TM_COUNT.bursting]!,
    activeCells: counts[TM_COUNT.active]!,
    winnerCells: counts[TM_COUNT.winners]!,
    predictedColumns: counts[TM_COUNT.predictedColumns]!,
    segments: segmentsInUse(tm.pool),
    evictions: evictionsOf(tm.pool),
  };
}

/** One synapse: the cell (or, from the number of cells on, the bit from outside) it watches, and how strong it is, 0..1. */
export type Synapse = { readonly presynapticCell: number; readonly permanence: number; readonly isConnected: boolean };
export type Segment = { readonly cell: number; readonly synapses: readonly Synapse[] };

/** All segments there are; for looking, not for every step. */
export function segmentsOf({ views, pool }: TemporalMemory): Segment[] {
  const { synapsesPerSegment } = pool.shape;
  const found: Segment[] = [];
  for (let segment = 0; segment < views.synapseCount.length; segment++) {
    const count = views.synapseCount[segment]!;
    if (count === 0) continue;
    const synapses = Array.from({ length: count }, (_, place): Synapse => {
      const slot = segment * synapsesPerSegment + place;
      const permanence = views.permanence[slot]!;
      return {
        presynapticCell: views.presynapticCell[slot]!,
        permanence: permanence / 255,
        isConnected: permanence >= pool.connectedPermanence,
      };
    });
    found.push({ cell: views.segmentCell[segment]!, synapses });
  }
  return found;
}

/** The winners of the last step: `count` is what `poolSpatially` returned. Ascending. */
export function winnersOf({ views }: SpatialPooler, count: number): Uint32Array {
  return views.winners.subarray(0, count);
}

/** [columns] connected synapses on active inputs in the last step. */
export function overlapsOf({ views }: SpatialPooler): Uint16Array {
  return views.overlap.subarray(0, views.key.length);
}

/** [columns] the factor on each column's overlap. */
export function boostFactorsOf({ views }: SpatialPooler): Float32Array {
  return views.boost;
}

/** [columns] share of the last steps in which a column won. */
export function activeDutyCyclesOf({ views }: SpatialPooler): Float32Array {
  return views.activeDutyCycle.subarray(0, views.key.length);
}

/** The radius within which columns compete now, or null with global inhibition. */
export function inhibitionRadiusOf(sp: SpatialPooler): number | null {
  return sp.shape.inhibitionRadius === null ? null : radiusOf(sp);
}

/** [classes] probability of each class in the last answer. */
export function probabilitiesOf({ views }: SdrClassifier): Float64Array {
  return views.probability;
}

/** The last answer: the likeliest class and its probability. */
export function answerOf(classifier: SdrClassifier): { readonly best: number; readonly probability: number } {
  const best = mostProbable(classifier);
  return { best, probability: classifier.views.probability[best]! };
}
