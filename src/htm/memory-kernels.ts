/**
 * memory-kernels.ts - where the arrays of a temporal memory lie and what its parameters are, for the kernels of its step.
 */
import { type Views, field } from '../memory/layout.ts';
import type { TemporalMemory } from './temporal-memory.ts';

/** Places in the `memoryArgs` field; kernels/assembly/memory.ts reads them by number. */
const MEMORY_ARG = {
  activeCell: 0,
  activeCells: 1,
  winnerCells: 2,
  counts: 3,
  previousActiveCell: 4,
  previousActiveCells: 5,
  previousCount: 6,
  candidates: 7,
  predictedColumn: 8,
  bestMatching: 9,
  columnActive: 10,
  burstingColumns: 11,
  activity: 12,
  activeSegments: 13,
  matchingSegments: 14,
  segmentCounts: 15,
  columns: 21,
  cellsPerColumn: 22,
  columnInput: 23,
  minThreshold: 25,
  maxNewSynapseCount: 26,
  permanenceIncrement: 27,
  permanenceDecrement: 28,
  initialPermanence: 29,
  predictedSegmentDecrement: 30,
  wideSources: 31,
  maxSegmentsPerCell: 24,
} as const;
const VIEWS = [
  'activeCell',
  'activeCells',
  'winnerCells',
  'counts',
  'previousActiveCell',
  'previousActiveCells',
  'previousCount',
  'candidates',
  'predictedColumn',
  'bestMatching',
  'columnActive',
  'burstingColumns',
  'activity',
  'activeSegments',
  'matchingSegments',
  'segmentCounts',
  'columnInput',
] as const;
const PARAMS = [
  'minThreshold',
  'maxNewSynapseCount',
  'permanenceIncrement',
  'permanenceDecrement',
  'initialPermanence',
  'predictedSegmentDecrement',
] as const;

export const memoryArgFields = (columns: number) => ({
  columnInput: field('u32', columns, 'scratch'), // the active columns of this step, where kernels can read them
  memoryArgs: field('u32', 32, 'scratch'), // see MEMORY_ARG
});
export type MemoryArgViews = Views<ReturnType<typeof memoryArgFields>>;

/** Write down where everything is; needed once after the memory was opened or cleared. */
export function describeMemory({ views, shape, params }: TemporalMemory): void {
  const { memoryArgs } = views;
  for (const name of VIEWS) memoryArgs[MEMORY_ARG[name]] = views[name].byteOffset;
  for (const name of PARAMS) memoryArgs[MEMORY_ARG[name]] = params[name];
  memoryArgs[MEMORY_ARG.maxSegmentsPerCell] = params.maxSegmentsPerCell ?? 65535;
  memoryArgs[MEMORY_ARG.columns] = shape.columns;
  memoryArgs[MEMORY_ARG.cellsPerColumn] = shape.cellsPerColumn;
  memoryArgs[MEMORY_ARG.wideSources] = views.activeCells.BYTES_PER_ELEMENT === 4 ? 1 : 0;
}
