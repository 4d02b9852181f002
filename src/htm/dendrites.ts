/**
 * dendrites.ts - the segments of some cells, and which of them recognize the activity they watch.
 *
 * A temporal memory has one set of basal dendrites, which watch its own cells and bits from outside; with feedback it has
 * a second, apical set, which watches the region above (`apical.ts`). Both count in the same way:
 *
 *   potential   active synapses of a segment, connected or not;  >= minThreshold: the segment matches
 *   connected   active connected synapses;                       >= activationThreshold: the segment is active
 *
 * Two ways to count, equal in result: a small pool passes over all its synapses; a large one follows the reverse index
 * from the active sources only, so that the cost goes with the activity and not with the pool.
 */
import { type Views, field } from '../memory/layout.ts';
import type { Kernels } from './kernels/kernels.ts';
import { POOL_COUNTER, type SegmentPool, type SegmentPoolShape, segmentPoolFields } from './segment-pool.ts';

export const dendriteFields = (shape: SegmentPoolShape) => ({
  ...segmentPoolFields(shape),
  activity: field('u8', shape.segments, 'scratch'), // [segments] potential at the last count
  matched: field('u32', Math.ceil(shape.segments / 32), 'scratch'), // [segments] bits, all 0 between counts
  activeSegments: field('u32', shape.segments, 'scratch'), // list, ascending
  matchingSegments: field('u32', shape.segments, 'scratch'), // list, ascending
  segmentCounts: field('u32', 2, 'scratch'), // see SEGMENT_COUNT
  // For the kernels: one bit per word of `matched`, lists to follow, entries followed lately behind their number.
  matchedWords: field('u32', Math.ceil(shape.segments / 1024), 'scratch'),
  spans: field('u32', shape.indexed ? 2 * shape.sources + 2 : 0, 'scratch'),
  touched: field('u32', shape.indexed ? 1 + mostNoted(shape.segments) : 0, 'scratch'),
});

/** Increments after which clearing all counters is cheaper than clearing those: a counter is one byte, a note four. */
const mostNoted = (segments: number): number => segments >>> 5;
export type DendriteViews = Views<ReturnType<typeof dendriteFields>>;

/** Places in the `segmentCounts` field: lengths of the two lists. */
export const SEGMENT_COUNT = { active: 0, matching: 1 } as const;

export type DendriteParams = {
  /** Active connected synapses that make a segment active. */
  readonly activationThreshold: number;
  /** Active synapses, connected or not, that make a segment matching. */
  readonly minThreshold: number;
  readonly connectedPermanence: number;
};

export type Dendrites = {
  readonly pool: SegmentPool;
  readonly params: DendriteParams;
  readonly views: DendriteViews;
  /** Faster counting, equal in every bit; null: the plain one below. */
  readonly kernels: Kernels | null;
};

/** Dendrites over their views; shape and parameters have been checked. */
export function openDendrites(
  shape: SegmentPoolShape,
  params: DendriteParams,
  views: DendriteViews,
  kernels: Kernels | null,
): Dendrites {
  const { connectedPermanence } = params;
  const pool = { shape, connectedPermanence, leastSynapses: params.minThreshold, views, kernels };
  return { pool, params, views, kernels };
}

/** Active synapses of a segment at the last count, connected or not. */
export function potentialOf(views: DendriteViews, segment: number): number {
  return views.activity[segment]!;
}

/** Active connected synapses of a segment, by the activity in `isActive` [sources] 0|1. */
export function connectedOf({ pool, views, params }: Dendrites, isActive: Uint8Array, segment: number): number {
  const { presynapticCell, permanence, synapseCount } = views;
  const start = segment * pool.shape.synapsesPerSegment;
  let connected = 0;
  for (let slot = start, end = start + synapseCount[segment]!; slot < end; slot++)
    if (permanence[slot]! >= params.connectedPermanence) connected += isActive[presynapticCell[slot]!]!;
  return connected;
}

/**
 * Count, and list the matching and the active segments.
 * `isActive` [sources] 0|1 and `sources[0..count)` are the same activity as a map and as a list.
 */
export function recognize(
  dendrites: Dendrites,
  isActive: Uint8Array,
  sources: Uint16Array | Uint32Array,
  count: number,
): void {
  const { pool, kernels } = dendrites;
  if (kernels !== null) {
    if (pool.shape.indexed) followFast(dendrites, kernels, isActive, sources, count);
    else scanFast(dendrites, kernels, isActive);
    return;
  }
  if (pool.shape.indexed) followIndex(dendrites, sources, count);
  else scanSynapses(dendrites, isActive);
  listSegments(dendrites, isActive);
}

function scanFast({ views, params }: Dendrites, kernels: Kernels, isActive: Uint8Array): void {
  kernels.scanSegments(
    views.poolArgs.byteOffset,
    isActive.byteOffset,
    views.presynapticCell.BYTES_PER_ELEMENT === 4 ? 1 : 0,
    views.poolCounters[POOL_COUNTER.highWater]!,
    params.minThreshold,
    params.activationThreshold,
    views.activity.byteOffset,
    views.matchingSegments.byteOffset,
    views.activeSegments.byteOffset,
    views.segmentCounts.byteOffset,
  );
}

function followFast(
  { views, params }: Dendrites,
  kernels: Kernels,
  isActive: Uint8Array,
  sources: Uint16Array | Uint32Array,
  count: number,
): void {
  const { activity, matched } = views;
  const segments = views.poolCounters[POOL_COUNTER.highWater]!;
  kernels.followIndex(
    sources.byteOffset,
    sources.BYTES_PER_ELEMENT === 4 ? 1 : 0,
    count,
    views.list.byteOffset,
    views.entries.byteOffset,
    views.entries.BYTES_PER_ELEMENT === 4 ? 1 : 0,
    activity.byteOffset,
    segments,
    matched.byteOffset,
    views.matchedWords.byteOffset,
    params.minThreshold,
    views.spans.byteOffset,
    views.touched.byteOffset,
    views.touched.length - 1,
  );
  kernels.listSegments(
    views.poolArgs.byteOffset,
    isActive.byteOffset,
    matched.byteOffset,
    views.matchedWords.byteOffset,
    (segments + 1023) >>> 10,
    params.activationThreshold,
    views.matchingSegments.byteOffset,
    views.activeSegments.byteOffset,
    views.segmentCounts.byteOffset,
  );
}

/** Every synapse of the pool, in order. */
function scanSynapses({ pool, views, params }: Dendrites, isActive: Uint8Array): void {
  const { synapseCount, presynapticCell, activity, matched } = views;
  const { synapsesPerSegment } = pool.shape;
  for (let segment = 0, used = views.poolCounters[POOL_COUNTER.highWater]!; segment < used; segment++) {
    const start = segment * synapsesPerSegment;
    let potential = 0;
    for (let slot = start, end = start + synapseCount[segment]!; slot < end; slot++)
      potential += isActive[presynapticCell[slot]!]!;
    activity[segment] = potential;
    if (potential >= params.minThreshold) matched[segment >>> 5]! |= 1 << (segment & 31);
  }
}

/** The lists of the active sources. A segment is marked when its count reaches the threshold, so exactly once. */
function followIndex({ views, params }: Dendrites, sources: Uint16Array | Uint32Array, count: number): void {
  const { list, entries, activity, matched } = views;
  const { minThreshold } = params;
  activity.fill(0, 0, views.poolCounters[POOL_COUNTER.highWater]);
  for (let i = 0; i < count; i++) {
    const source = sources[i]!;
    const start = list[2 * source]!;
    for (let at = start, end = start + list[2 * source + 1]!; at < end; at++) {
      const segment = entries[at]!;
      if (++activity[segment]! === minThreshold) matched[segment >>> 5]! |= 1 << (segment & 31);
    }
  }
}

/** The marked segments in ascending order, whatever order they were found in: what learns next must not depend on it. */
function listSegments(dendrites: Dendrites, isActive: Uint8Array): void {
  const { views, params } = dendrites;
  const { matched, matchingSegments, activeSegments, segmentCounts } = views;
  const words = (views.poolCounters[POOL_COUNTER.highWater]! + 31) >>> 5;
  let active = 0;
  let matching = 0;
  for (let word = 0; word < words; word++) {
    let bits = matched[word]!;
    if (bits === 0) continue;
    matched[word] = 0;
    do {
      const lowest = bits & -bits;
      const segment = word * 32 + 31 - Math.clz32(lowest);
      bits ^= lowest;
      matchingSegments[matching++] = segment;
      if (connectedOf(dendrites, isActive, segment) >= params.activationThreshold) activeSegments[active++] = segment;
    } while (bits !== 0);
  }
  segmentCounts[SEGMENT_COUNT.active] = active;
  segmentCounts[SEGMENT_COUNT.matching] = matching;
}
