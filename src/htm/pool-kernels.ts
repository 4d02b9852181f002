/**
 * pool-kernels.ts - where the arrays of a segment pool lie, for the kernels that learn on it.
 *
 * A call of a kernel would need a dozen offsets; they are written once into the pool's own memory instead, and the kernel
 * is told where they are.
 */
import { type Views, field } from '../memory/layout.ts';
import type { SegmentPool } from './segment-pool.ts';

/** Places in the `poolArgs` field; kernels/assembly/pool.ts reads them by number. */
const POOL_ARG = {
  list: 0,
  listClass: 1,
  entries: 2,
  freeBlock: 4,
  indexCounters: 5,
  arena: 6,
  presynapticCell: 7,
  permanence: 8,
  synapseCount: 9,
  poolCounters: 10,
  synapsesPerSegment: 11,
  connectedPermanence: 12,
  flags: 13,
  segmentCell: 14,
  usefulness: 15,
  segmentsOfCell: 16,
  lowestFree: 17,
  segments: 18,
  sources: 19,
  leastSynapses: 20,
} as const;
const FLAG = { wideSources: 1, wideEntries: 2, indexed: 4, wideCells: 8 } as const;

export const poolArgFields = () => ({
  poolArgs: field('u32', 24, 'scratch'), // see POOL_ARG
});
export type PoolArgViews = Views<ReturnType<typeof poolArgFields>>;

/** Write down where everything is; needed once after the pool was opened or its memory was cleared. */
export function describePool(pool: SegmentPool): void {
  const { views, shape, connectedPermanence } = pool;
  const { poolArgs } = views;
  for (const name of [
    'list',
    'listClass',
    'entries',
    'freeBlock',
    'indexCounters',
    'presynapticCell',
    'permanence',
    'synapseCount',
    'poolCounters',
    'segmentCell',
    'usefulness',
    'segmentsOfCell',
    'lowestFree',
  ] as const)
    poolArgs[POOL_ARG[name]] = views[name].byteOffset;
  poolArgs[POOL_ARG.arena] = views.entries.length;
  poolArgs[POOL_ARG.synapsesPerSegment] = shape.synapsesPerSegment;
  poolArgs[POOL_ARG.connectedPermanence] = connectedPermanence;
  poolArgs[POOL_ARG.segments] = shape.segments;
  poolArgs[POOL_ARG.sources] = shape.sources;
  poolArgs[POOL_ARG.leastSynapses] = pool.leastSynapses ?? 1;
  poolArgs[POOL_ARG.flags] =
    (views.segmentCell.BYTES_PER_ELEMENT === 4 ? FLAG.wideCells : 0) |
    (views.presynapticCell.BYTES_PER_ELEMENT === 4 ? FLAG.wideSources : 0) |
    (views.entries.BYTES_PER_ELEMENT === 4 ? FLAG.wideEntries : 0) |
    (shape.indexed ? FLAG.indexed : 0);
}
