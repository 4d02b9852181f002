/**
 * synapse-index.ts - which synapses watch a given cell: the reverse of the segment pool.
 *
 * Each source (a cell, or a bit from outside) owns one contiguous list of segments in a common arena, with some room behind
 * its last entry, so that counting reads memory in a straight line:
 *
 *     list[source] = start, length         entries[start ..] = [s s s . ]   4, 6, 8, 12, 16, 24, ... places
 *
 * An entry is the number of a segment, two bytes where the pool is small enough, and nothing else: which of its synapses
 * it is, and whether that is connected, is asked of the few segments that match. So learning changes a list only when a
 * synapse comes or goes; the one that goes is looked for in its list. A list that is full moves to a block of the next
 * size, one that is two thirds empty to a smaller one. Blocks that were given back wait in a chain per size.
 *
 * Scratch   nothing here is saved: `rebuildIndex` derives it from the pool. The order within a list depends on history,
 *           so nothing that learns may depend on it.
 * Full      lists packed afresh always fit the arena (a block is at most half larger than its list). Should blocks of
 *           the wrong sizes fill it, `enterSynapse` says so and the pool packs it anew: rare, and no result depends on it.
 */
import { type Views, field } from '../memory/layout.ts';

export type SynapseIndexShape = {
  /** What synapses can watch. */
  readonly sources: number;
  readonly segments: number;
  readonly synapsesPerSegment: number;
};

const NONE = 0xffffffff;
/** Sizes of blocks: 1 -> 4, 2 -> 6, 3 -> 8, 4 -> 12 and so on; 0 -> no block. */
const CLASSES = 64;
/** Segments that there may be. */
export const MOST_INDEXED = 2 ** 23;

/** Places in the `indexCounters` field: where the arena has never been used. */
export const INDEX_COUNTER = { untouched: 0 } as const;

/** All lengths are 0 for a pool that is scanned instead (`indexed` false). */
export const synapseIndexFields = (shape: SynapseIndexShape, indexed: boolean) => {
  const synapses = indexed ? shape.segments * shape.synapsesPerSegment : 0;
  const sources = indexed ? shape.sources : 0;
  const arena = Math.ceil(synapses * 1.5) + 4 * Math.min(sources, synapses);
  return {
    list: field('u32', sources * 2, 'scratch'), // [sources, 2] start in `entries`, length
    listClass: field('u8', sources, 'scratch'), // [sources] size of its block, see CLASSES
    entries: field(shape.segments <= 65536 ? 'u16' : 'u32', arena, 'scratch'), // segments
    freeBlock: field('u32', indexed ? CLASSES : 0, 'scratch'), // [classes] first free block, see `nextFree`; or NONE
    indexCounters: field('u32', 4, 'scratch'), // see INDEX_COUNTER
  };
};
export type SynapseIndexViews = Views<ReturnType<typeof synapseIndexFields>>;

/** Places of a block. */
export function capacityOf(size: number): number {
  if (size === 0) return 0;
  return size & 1 ? 4 << (size >> 1) : 3 << (size >> 1);
}

/** The smallest block with room for `length` entries. */
function classFor(length: number): number {
  if (length <= 4) return length === 0 ? 0 : 1;
  // 2^n < length <= 2^(n + 1): the block of 1.5 * 2^n, or the one of twice as many.
  const n = 31 - Math.clz32(length - 1);
  return length <= 3 << (n - 1) ? 2 * n - 2 : 2 * n - 1;
}

/** Pack the lists anew, empty, with room for the lengths that are in `list` now. */
export function packLists(views: SynapseIndexViews): void {
  const { list, listClass, freeBlock, indexCounters } = views;
  freeBlock.fill(NONE);
  let start = 0;
  for (let source = 0; source < listClass.length; source++) {
    const size = classFor(list[2 * source + 1]!);
    listClass[source] = size;
    list[2 * source] = start;
    list[2 * source + 1] = 0;
    start += capacityOf(size);
  }
  indexCounters[INDEX_COUNTER.untouched] = start;
}

/** Enter that `segment` watches `source`. Returns false when the arena must be packed. */
export function enterSynapse(views: SynapseIndexViews, source: number, segment: number): boolean {
  const { list, listClass } = views;
  const length = list[2 * source + 1]!;
  const size = listClass[source]!;
  if (length === capacityOf(size) && !moveList(views, source, size + 1)) return false;
  views.entries[list[2 * source]! + length] = segment;
  list[2 * source + 1] = length + 1;
  return true;
}

/** `segment` does not watch `source` any more; the last entry of the list takes the place of its own. */
export function removeSynapse(views: SynapseIndexViews, source: number, segment: number): void {
  const { list, listClass, entries } = views;
  const start = list[2 * source]!;
  const length = list[2 * source + 1]! - 1;
  list[2 * source + 1] = length;
  entries[entries.indexOf(segment, start)] = entries[start + length]!;
  const size = listClass[source]!;
  if (length === 0 || (size > 1 && 3 * length <= capacityOf(size))) moveList(views, source, classFor(length));
}

/** Move a list to a block of another size, 0 for none; its old block is free. Returns false when there is no room. */
function moveList(views: SynapseIndexViews, source: number, size: number): boolean {
  const { list, listClass, entries, freeBlock, indexCounters } = views;
  const old = listClass[source]!;
  const from = list[2 * source]!;
  if (size > 0) {
    let to = freeBlock[size]!;
    if (to !== NONE) freeBlock[size] = nextFree(entries, to);
    else {
      to = indexCounters[INDEX_COUNTER.untouched]!;
      if (to + capacityOf(size) > entries.length) return false;
      indexCounters[INDEX_COUNTER.untouched] = to + capacityOf(size);
    }
    entries.copyWithin(to, from, from + list[2 * source + 1]!);
    list[2 * source] = to;
  }
  listClass[source] = size;
  if (old > 0) {
    entries[from] = freeBlock[old]! & 0xffff;
    entries[from + 1] = freeBlock[old]! >>> 16;
    freeBlock[old] = from;
  }
  return true;
}

/** The free block behind this one: half of its number in the first entry, half in the second. */
function nextFree(entries: Uint16Array | Uint32Array, block: number): number {
  return (entries[block]! | (entries[block + 1]! << 16)) >>> 0;
}
