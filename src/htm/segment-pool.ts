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

export type SegmentPoolShape = {
  readonly cells: number;
  readonly segments: number;
  readonly synapsesPerSegment: number;
};

/** Correct predictions after which a segment is protected from replacement by new ones. */
export const PROTECTED_FROM = 2;
/** Share of the pool kept for segments that have yet to prove themselves: 1 / NURSERY_SHARE. */
const NURSERY_SHARE = 4;
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
  const synapses = shape.segments * shape.synapsesPerSegment;
  return {
    segmentCell: field(cellKind, shape.segments, 'learned'), // [segments] the cell it belongs to
    synapseCount: field('u8', shape.segments, 'learned'), // [segments] used slots; 0 = free
    usefulness: field('u8', shape.segments, 'learned'), // [segments] correct predictions, saturating, slowly worn off
    presynapticCell: field(cellKind, synapses, 'learned'), // [segments, synapsesPerSegment]
    permanence: field('u8', synapses, 'learned'), // same shape; 0..255 stands for 0..1
    segmentsOfCell: field('u16', shape.cells, 'learned'), // [cells] how many segments a cell has
    poolCounters: field('u32', 8, 'state'), // see POOL_COUNTER
  };
};
export type SegmentPoolViews = Views<ReturnType<typeof segmentPoolFields>>;
export type SegmentPool = { readonly shape: SegmentPoolShape; readonly views: SegmentPoolViews };

/** Segments in use. */
export function segmentsInUse({ views }: SegmentPool): number {
  return views.poolCounters[POOL_COUNTER.used]!;
}

/** Segments replaced since birth because the pool was full. */
export function evictionsOf({ views }: SegmentPool): number {
  return views.poolCounters[POOL_COUNTER.evictions]!;
}

/** A segment without synapses on `cell`; replaces another one when the pool is full. The caller grows at least one synapse. */
export function allocateSegment(pool: SegmentPool, cell: number): number {
  const { views, shape } = pool;
  const counters = views.poolCounters;
  let segment: number;
  if (counters[POOL_COUNTER.used]! < shape.segments) {
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
export function releaseSegment({ views }: SegmentPool, segment: number): void {
  const counters = views.poolCounters;
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

/** First the untouched end of the pool, then holes left by segments that lost all their synapses. */
function freeSegment({ views, shape }: SegmentPool): number {
  const highWater = views.poolCounters[POOL_COUNTER.highWater]!;
  if (highWater < shape.segments) return highWater;
  return views.synapseCount.indexOf(0);
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

/**
 * Learn on one segment: synapses from active cells get stronger, the others weaker; a synapse at 0 is removed, a segment
 * without synapses is given back. `active` [cells] 0|1 is the activity the synapses saw. Returns whether it still exists.
 */
export function adaptSegment(
  pool: SegmentPool,
  segment: number,
  active: Uint8Array,
  increment: number,
  decrement: number,
): boolean {
  const { presynapticCell, permanence, synapseCount } = pool.views;
  const start = segment * pool.shape.synapsesPerSegment;
  let count = synapseCount[segment]!;
  for (let slot = start; slot < start + count;) {
    const before = permanence[slot]!;
    const after = active[presynapticCell[slot]!]! !== 0 ? before + increment : before - decrement;
    if (after <= 0) {
      count--;
      presynapticCell[slot] = presynapticCell[start + count]!;
      permanence[slot] = permanence[start + count]!;
    } else {
      permanence[slot] = after > 255 ? 255 : after;
      slot++;
    }
  }
  if (count === 0) {
    synapseCount[segment] = 1; // releaseSegment expects a segment in use
    releaseSegment(pool, segment);
    return false;
  }
  synapseCount[segment] = count;
  return true;
}

/**
 * Grow up to `wanted` synapses of `initialPermanence` to cells drawn at random from `candidates[0..candidateCount)`,
 * skipping cells the segment knows already. A full segment gives up its weakest synapses to cells that are not `active`.
 * `candidates` is reordered.
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
  const { presynapticCell, permanence, synapseCount, poolCounters } = pool.views;
  const capacity = pool.shape.synapsesPerSegment;
  const start = segment * capacity;
  let count = synapseCount[segment]!;
  let left = candidateCount;
  let missing = wanted;
  while (missing > 0 && left > 0) {
    const drawn = randomBelow(poolCounters, left, POOL_COUNTER.random);
    const cell = candidates[drawn]!;
    left--;
    candidates[drawn] = candidates[left]!;
    candidates[left] = cell;
    let known = false;
    for (let slot = start; slot < start + count && !known; slot++) known = presynapticCell[slot] === cell;
    if (known) continue;
    let slot = start + count;
    if (count === capacity) {
      slot = weakestSynapse(pool, segment, active);
      if (slot < 0) break;
    } else {
      count++;
    }
    presynapticCell[slot] = cell;
    permanence[slot] = initialPermanence;
    missing--;
  }
  synapseCount[segment] = count;
}

/** Slot of the weakest synapse whose cell is not active, or -1. */
function weakestSynapse({ views, shape }: SegmentPool, segment: number, active: Uint8Array): number {
  const start = segment * shape.synapsesPerSegment;
  const end = start + views.synapseCount[segment]!;
  let weakest = -1;
  for (let slot = start; slot < end; slot++) {
    if (active[views.presynapticCell[slot]!]! !== 0) continue;
    if (weakest < 0 || views.permanence[slot]! < views.permanence[weakest]!) weakest = slot;
  }
  return weakest;
}

/** Walk every invariant of the pool; throws RangeError naming the first that does not hold. For tests and `db check`. */
export function checkPool({ views, shape }: SegmentPool): void {
  const perCell = new Uint32Array(shape.cells);
  let used = 0;
  let nursery = 0;
  for (let segment = 0; segment < shape.segments; segment++) {
    const count = views.synapseCount[segment]!;
    if (count > shape.synapsesPerSegment) throw new RangeError(`Segment ${segment} claims ${count} synapses`);
    if (count === 0) continue;
    used++;
    if (segment >= views.poolCounters[POOL_COUNTER.highWater]!)
      throw new RangeError(`Segment ${segment} lies above the high-water mark`);
    if (views.usefulness[segment]! < PROTECTED_FROM) nursery++;
    const cell = views.segmentCell[segment]!;
    if (cell >= shape.cells) throw new RangeError(`Segment ${segment} belongs to cell ${cell} of ${shape.cells}`);
    perCell[cell]!++;
    const seen = new Set<number>();
    for (let slot = segment * shape.synapsesPerSegment, end = slot + count; slot < end; slot++) {
      const source = views.presynapticCell[slot]!;
      if (source >= shape.cells || seen.has(source))
        throw new RangeError(`Segment ${segment} has a bad synapse to cell ${source}`);
      if (views.permanence[slot] === 0) throw new RangeError(`Segment ${segment} keeps a synapse of permanence 0`);
      seen.add(source);
    }
  }
  if (used !== views.poolCounters[POOL_COUNTER.used])
    throw new RangeError(`${used} segments in use but ${views.poolCounters[POOL_COUNTER.used]} counted`);
  if (nursery !== views.poolCounters[POOL_COUNTER.nursery])
    throw new RangeError(`${nursery} segments in the nursery but ${views.poolCounters[POOL_COUNTER.nursery]} counted`);
  for (let cell = 0; cell < shape.cells; cell++) {
    if (perCell[cell] !== views.segmentsOfCell[cell])
      throw new RangeError(`Cell ${cell} has ${perCell[cell]} segments but ${views.segmentsOfCell[cell]} counted`);
  }
}
