/**
 * segment-pool.ts - the fixed pool of dendrite segments of one temporal memory.
 *
 * Struct of arrays, allocated once. Segment s owns the synapse slots [s * synapsesPerSegment, ...); the used ones are a
 * prefix of length synapseCount[s]. A free segment has synapseCount 0.
 *
 * When the pool is full a segment is replaced. A segment that has predicted correctly fewer than PROTECTED_FROM times is
 * in the nursery, the others are protected. While the nursery holds more than a quarter of the pool, its members are
 * replaced in turn (a hand walks the pool, so the oldest go first); otherwise the least useful of a few protected ones
 * is. So noise, which never predicts correctly, can only churn the nursery, however long it lasts; plain
 * least-recently-used forgets everything after some dozen noisy steps. Both choices cost a constant.
 */
import { type Kind, type Views, field } from '../memory/layout.ts';
import { randomBelow } from '../memory/random.ts';
import type { Kernels } from './kernels/kernels.ts';
import { describePool, poolArgFields } from './pool-kernels.ts';
import { enterSynapse, packLists, removeSynapse, synapseIndexFields } from './synapse-index.ts';

export type SegmentPoolShape = {
  /** Cells that own segments. */
  readonly cells: number;
  /** What synapses can watch: the same cells and, behind them, bits from outside. */
  readonly sources: number;
  readonly segments: number;
  readonly synapsesPerSegment: number;
  /** Keep the reverse index, or let counting pass over all synapses: right for pools of some thousand synapses. */
  readonly indexed: boolean;
};

/** Correct predictions after which a segment is protected from replacement by new ones. */
export const PROTECTED_FROM = 2;
/** Share of the pool kept for segments that have yet to prove themselves: 1 / NURSERY_SHARE. */
const NURSERY_SHARE = 4;
/** Of segments on one cell: more than its counter can count. */
const NO_LIMIT = 65535;
/** Protected segments looked at to find the least useful. */
const SAMPLED = 16;

/** Places in the `poolCounters` field. */
export const POOL_COUNTER = {
  highWater: 0,
  used: 1,
  nursery: 2,
  nurseryHand: 3,
  protectedHand: 4,
  evictions: 5,
  random: 6,
} as const;

/** Smallest unsigned type for indices below `limit`. */
export function indexKind(limit: number): 'u16' | 'u32' {
  return limit <= 65536 ? 'u16' : 'u32';
}

export const segmentPoolFields = (shape: SegmentPoolShape) => {
  const cellKind: Kind & ('u16' | 'u32') = indexKind(shape.cells);
  const sourceKind: Kind & ('u16' | 'u32') = indexKind(shape.sources);
  const synapses = shape.segments * shape.synapsesPerSegment;
  return {
    segmentCell: field(cellKind, shape.segments, 'learned'), // [segments] the cell it belongs to
    synapseCount: field('u8', shape.segments, 'learned'), // [segments] used slots; 0 = free
    usefulness: field('u8', shape.segments, 'learned'), // [segments] correct predictions, saturating, slowly worn off
    presynapticCell: field(sourceKind, synapses, 'learned'), // [segments, synapsesPerSegment]
    permanence: field('u8', synapses, 'learned'), // same shape; 0..255 stands for 0..1
    segmentsOfCell: field('u16', shape.cells, 'learned'), // [cells] how many segments a cell has
    poolCounters: field('u32', 8, 'state'), // see POOL_COUNTER
    lowestFree: field('u32', 1, 'scratch'), // no free segment lies below this one
    ...synapseIndexFields(shape, shape.indexed),
    ...poolArgFields(),
  };
};
export type SegmentPoolViews = Views<ReturnType<typeof segmentPoolFields>>;
export type SegmentPool = {
  readonly shape: SegmentPoolShape;
  /** A synapse of this permanence or more is connected. */
  readonly connectedPermanence: number;
  /** A segment that is left with fewer synapses is given back: it could never match again. Default 1. */
  readonly leastSynapses?: number;
  readonly views: SegmentPoolViews;
  /** Faster learning, equal in every bit; none: the plain one below. */
  readonly kernels?: Kernels | null;
};

/** Segments in use. */
export function segmentsInUse({ views }: SegmentPool): number {
  return views.poolCounters[POOL_COUNTER.used]!;
}

/** Segments replaced since birth because the pool was full. */
export function evictionsOf({ views }: SegmentPool): number {
  return views.poolCounters[POOL_COUNTER.evictions]!;
}

/**
 * A segment without synapses on `cell`; replaces another one when the pool is full, or one of the cell's own when that has
 * `mostOfCell`. The caller grows at least one synapse.
 */
export function allocateSegment(pool: SegmentPool, cell: number, mostOfCell = NO_LIMIT): number {
  const { views, shape } = pool;
  const counters = views.poolCounters;
  let segment: number;
  if (views.segmentsOfCell[cell]! >= mostOfCell) {
    segment = leastUsefulOf(pool, cell);
    releaseSegment(pool, segment);
    counters[POOL_COUNTER.evictions]!++;
  } else if (counters[POOL_COUNTER.used]! < shape.segments) {
    segment = freeSegment(pool);
  } else {
    segment = chooseVictim(pool);
    releaseSegment(pool, segment);
    counters[POOL_COUNTER.evictions]!++;
  }
  views.segmentCell[segment] = cell;
  views.usefulness[segment] = 0;
  views.segmentsOfCell[cell]!++;
  counters[POOL_COUNTER.used]!++;
  counters[POOL_COUNTER.nursery]!++;
  if (segment >= counters[POOL_COUNTER.highWater]!) counters[POOL_COUNTER.highWater] = segment + 1;
  return segment;
}

/** Give a segment and its synapses back. */
export function releaseSegment(pool: SegmentPool, segment: number): void {
  const { views, shape, kernels } = pool;
  const counters = views.poolCounters;
  if (shape.indexed && kernels) kernels.unlinkSegment(views.poolArgs.byteOffset, segment);
  else if (shape.indexed) unlinkSegment(pool, segment);
  if (segment < views.lowestFree[0]!) views.lowestFree[0] = segment;
  views.segmentsOfCell[views.segmentCell[segment]!]!--;
  views.synapseCount[segment] = 0;
  counters[POOL_COUNTER.used]!--;
  if (views.usefulness[segment]! < PROTECTED_FROM) counters[POOL_COUNTER.nursery]!--;
}

/** The segment predicted correctly once more. */
export function creditSegment({ views }: SegmentPool, segment: number): void {
  const usefulness = views.usefulness[segment]!;
  if (usefulness === 255) return;
  views.usefulness[segment] = usefulness + 1;
  if (usefulness + 1 === PROTECTED_FROM) views.poolCounters[POOL_COUNTER.nursery]!--;
}

/** The least useful segment of a cell, the first of equals: a walk through the pool, made only where a cell is at its limit. */
function leastUsefulOf({ views }: SegmentPool, cell: number): number {
  const { segmentCell, synapseCount, usefulness } = views;
  let least = -1;
  for (let segment = 0, end = views.poolCounters[POOL_COUNTER.highWater]!; segment < end; segment++) {
    if (segmentCell[segment] !== cell || synapseCount[segment] === 0) continue;
    if (least < 0 || usefulness[segment]! < usefulness[least]!) least = segment;
  }
  return least;
}

/** First the untouched end of the pool, then holes left by segments that lost all their synapses. */
function freeSegment({ views, shape }: SegmentPool): number {
  const highWater = views.poolCounters[POOL_COUNTER.highWater]!;
  if (highWater < shape.segments) return highWater;
  let segment = views.lowestFree[0]!;
  while (views.synapseCount[segment] !== 0) segment++;
  views.lowestFree[0] = segment;
  return segment;
}

function chooseVictim({ views, shape }: SegmentPool): number {
  const counters = views.poolCounters;
  const { usefulness } = views;
  const { segments } = shape;
  if (counters[POOL_COUNTER.nursery]! * NURSERY_SHARE > segments) {
    let hand = counters[POOL_COUNTER.nurseryHand]!;
    while (usefulness[hand]! >= PROTECTED_FROM) hand = hand + 1 === segments ? 0 : hand + 1;
    counters[POOL_COUNTER.nurseryHand] = hand + 1 === segments ? 0 : hand + 1;
    return hand;
  }
  let hand = counters[POOL_COUNTER.protectedHand]!;
  let victim = -1;
  for (let seen = 0, sampled = 0; seen < segments && sampled < SAMPLED; seen++) {
    const worth = usefulness[hand]!;
    if (worth >= PROTECTED_FROM) {
      sampled++;
      if (victim < 0 || worth < usefulness[victim]!) victim = hand;
      // Being looked at wears a segment: what has not predicted for long loses to what has.
      if (worth > PROTECTED_FROM) usefulness[hand] = worth - 1;
    }
    hand = hand + 1 === segments ? 0 : hand + 1;
  }
  counters[POOL_COUNTER.protectedHand] = hand;
  return victim < 0 ? hand : victim;
}

/** Take a segment's synapses out of the index. */
function unlinkSegment({ views, shape }: SegmentPool, segment: number): void {
  const start = segment * shape.synapsesPerSegment;
  for (let slot = start, end = start + views.synapseCount[segment]!; slot < end; slot++)
    removeSynapse(views, views.presynapticCell[slot]!, segment);
}

/**
 * Learn on one segment: synapses from active cells get stronger, the others weaker; a synapse at 0 is removed, a segment
 * with too few synapses is given back. `active` [cells] 0|1 is the activity the synapses saw. Returns whether it still
 * exists.
 */
export function adaptSegment(
  pool: SegmentPool,
  segment: number,
  active: Uint8Array,
  increment: number,
  decrement: number,
): boolean {
  const { kernels, views } = pool;
  const left = kernels
    ? kernels.adaptSynapses(views.poolArgs.byteOffset, segment, active.byteOffset, increment, decrement)
    : adaptSynapses(pool, segment, active, increment, decrement);
  if (left >= (pool.leastSynapses ?? 1)) return true;
  releaseSegment(pool, segment);
  return false;
}

/** Returns how many synapses are left. */
function adaptSynapses(
  { views, shape }: SegmentPool,
  segment: number,
  active: Uint8Array,
  increment: number,
  decrement: number,
): number {
  const { presynapticCell, permanence, synapseCount } = views;
  const start = segment * shape.synapsesPerSegment;
  let end = start + synapseCount[segment]!;
  for (let slot = start; slot < end;) {
    const source = presynapticCell[slot]!;
    const after = active[source]! !== 0 ? permanence[slot]! + increment : permanence[slot]! - decrement;
    if (after > 0) {
      permanence[slot] = after > 255 ? 255 : after;
      slot++;
      continue;
    }
    if (shape.indexed) removeSynapse(views, source, segment);
    end--;
    presynapticCell[slot] = presynapticCell[end]!;
    permanence[slot] = permanence[end]!;
  }
  synapseCount[segment] = end - start;
  return end - start;
}

/**
 * Grow up to `wanted` synapses of `initialPermanence` to cells drawn at random from `candidates[0..candidateCount)`, which
 * are unique, skipping cells the segment knows already. A full segment gives up its weakest synapses to cells that are not
 * `active`. `candidates` is reordered.
 */
export function growSynapses(
  pool: SegmentPool,
  segment: number,
  wanted: number,
  candidates: Uint16Array | Uint32Array,
  candidateCount: number,
  active: Uint8Array,
  initialPermanence: number,
): void {
  const { kernels, views } = pool;
  if (!kernels) {
    if (!growFrom(pool, segment, wanted, candidates, candidateCount, active, initialPermanence)) rebuildIndex(pool);
    return;
  }
  kernels.growSynapses(
    views.poolArgs.byteOffset,
    segment,
    wanted,
    candidates.byteOffset,
    candidateCount,
    active.byteOffset,
    initialPermanence,
  );
}

/** Returns false when the index must be packed anew. */
function growFrom(
  pool: SegmentPool,
  segment: number,
  wanted: number,
  candidates: Uint16Array | Uint32Array,
  candidateCount: number,
  active: Uint8Array,
  initialPermanence: number,
): boolean {
  const { presynapticCell, permanence, synapseCount, poolCounters } = pool.views;
  const { indexed, synapsesPerSegment: capacity } = pool.shape;
  const start = segment * capacity;
  const known = start + synapseCount[segment]!;
  let end = known;
  let left = candidateCount;
  let linked = indexed;
  for (let missing = wanted; missing > 0 && left > 0;) {
    const drawn = randomBelow(poolCounters, left, POOL_COUNTER.random);
    const cell = candidates[drawn]!;
    left--;
    candidates[drawn] = candidates[left]!;
    candidates[left] = cell;
    let isKnown = false;
    for (let slot = start; slot < known && !isKnown; slot++) isKnown = presynapticCell[slot] === cell;
    if (isKnown) continue;
    let slot = end;
    if (end - start === capacity) {
      slot = weakestSynapse(pool, start, end, active);
      if (slot < 0) break;
      if (linked) removeSynapse(pool.views, presynapticCell[slot]!, segment);
    } else {
      end++;
    }
    presynapticCell[slot] = cell;
    permanence[slot] = initialPermanence;
    if (linked) linked = enterSynapse(pool.views, cell, segment);
    missing--;
  }
  synapseCount[segment] = end - start;
  return linked || !indexed;
}

/** Slot in [start, end) of the weakest synapse whose cell is not active, the first of equals; or -1. */
function weakestSynapse({ views }: SegmentPool, start: number, end: number, active: Uint8Array): number {
  let weakest = -1;
  for (let slot = start; slot < end; slot++) {
    if (active[views.presynapticCell[slot]!]! !== 0) continue;
    if (weakest < 0 || views.permanence[slot]! < views.permanence[weakest]!) weakest = slot;
  }
  return weakest;
}

/** Derive the reverse index from the synapses: after the pool's bytes were replaced by saved ones, or to pack it. */
export function rebuildIndex(pool: SegmentPool): void {
  const { views, shape } = pool;
  views.lowestFree[0] = 0;
  if (pool.kernels) describePool(pool);
  if (!shape.indexed) return;
  const { list, presynapticCell, synapseCount } = views;
  const { synapsesPerSegment } = shape;
  const segments = views.poolCounters[POOL_COUNTER.highWater]!;
  list.fill(0);
  for (let segment = 0; segment < segments; segment++) {
    const start = segment * synapsesPerSegment;
    for (let slot = start; slot < start + synapseCount[segment]!; slot++) list[2 * presynapticCell[slot]! + 1]!++;
  }
  packLists(views);
  for (let segment = 0; segment < segments; segment++) {
    const start = segment * synapsesPerSegment;
    for (let slot = start; slot < start + synapseCount[segment]!; slot++)
      enterSynapse(views, presynapticCell[slot]!, segment);
  }
}
