/**
 * check-pool.ts - walks every invariant of a segment pool and its reverse index. For tests and for judging a saved model.
 */
import { POOL_COUNTER, PROTECTED_FROM, type SegmentPool } from './segment-pool.ts';
import { capacityOf } from './synapse-index.ts';

/** Walk every invariant of the pool; throws RangeError naming the first that does not hold.  */
export function checkPool(pool: SegmentPool): void {
  checkPoolSegments(pool);
  if (pool.shape.indexed) checkIndex(pool);
}

/** What is kept of a pool. */
export function checkPoolSegments({ views, shape }: SegmentPool): void {
  const highWater = views.poolCounters[POOL_COUNTER.highWater]!;
  if (highWater > shape.segments)
    throw new RangeError(`The high-water mark is ${highWater} of ${shape.segments} segments`);
  const perCell = new Uint32Array(shape.cells);
  let used = 0;
  let nursery = 0;
  for (let segment = 0; segment < shape.segments; segment++) {
    const count = views.synapseCount[segment]!;
    if (count > shape.synapsesPerSegment) throw new RangeError(`Segment ${segment} claims ${count} synapses`);
    if (count === 0) continue;
    used++;
    if (segment >= highWater) throw new RangeError(`Segment ${segment} lies above the high-water mark`);
    if (views.usefulness[segment]! < PROTECTED_FROM) nursery++;
    const cell = views.segmentCell[segment]!;
    if (cell >= shape.cells) throw new RangeError(`Segment ${segment} belongs to cell ${cell} of ${shape.cells}`);
    perCell[cell]!++;
    const seen = new Set<number>();
    for (let slot = segment * shape.synapsesPerSegment, end = slot + count; slot < end; slot++) {
      const source = views.presynapticCell[slot]!;
      if (source >= shape.sources || seen.has(source))
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

/** What is derived from it: every synapse has one entry, and there are no others. */
export function checkIndex({ views, shape }: SegmentPool): void {
  const { list, listClass, entries, synapseCount, presynapticCell } = views;
  let total = 0;
  for (let source = 0; source < shape.sources; source++) {
    const start = list[2 * source]!;
    const length = list[2 * source + 1]!;
    if (length > capacityOf(listClass[source]!) || (length > 0 && start + length > entries.length))
      throw new RangeError(`The index of cell ${source} is longer than its block`);
    total += length;
    const named = new Set(entries.subarray(start, start + length));
    if (named.size !== length) throw new RangeError(`The index of cell ${source} names a segment twice`);
    for (const segment of named) {
      const first = segment * shape.synapsesPerSegment;
      if (!presynapticCell.subarray(first, first + synapseCount[segment]!).includes(source))
        throw new RangeError(`The index of cell ${source} names segment ${segment}, which does not watch it`);
    }
  }
  let synapses = 0;
  for (const count of synapseCount) synapses += count;
  if (total !== synapses) throw new RangeError(`${synapses} synapses but ${total} in the index`);
}
