/**
 * synapse-index.ts - which synapses watch a given cell: the reverse of the segment pool.
 *
 * Each source (a cell, or a bit from outside) owns one contiguous list of entries in a common arena, with some room behind
 * its last entry, so that counting reads memory in a straight line:
 *
 *     list[source] = start, length         entries[start ..] = [e e e . ]   4, 6, 8, 12, 16, 24, ... places
 *
 * An entry is `segment * 512 + place * 2 + connected`: all that counting needs, and which of the segment's synapses it
 * is. `entryOf[slot]` leads from a synapse to its entry, counted from the start of the list, so that a list can be moved
 * without touching its synapses. Adding, removing and flipping cost a constant; a list that is full moves to a block of
 * the next size, one that is two thirds empty to a smaller one. Blocks that were given back wait in a chain per size.
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
/** Segments that an entry can name. */
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
    entries: field('u32', arena, 'scratch'), // segment * 512 + place * 2 + connected
    entryOf: field(shape.segments <= 65536 ? 'u16' : 'u32', synapses, 'scratch'), // [segments, synapsesPerSegment] place in the list
    freeBlock: field('u32', indexed ? CLASSES : 0, 'scratch'), // [classes] first free block, whose first word leads on; or NONE
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

/** Enter synapse number `place` of `segment`, whose slot in the pool is `slot`. Returns false when the arena must be packed. */
export function enterSynapse(
  views: SynapseIndexViews,
  source: number,
  segment: number,
  place: number,
  slot: number,
  connected: boolean,
): boolean {
  const { list, listClass } = views;
  const length = list[2 * source + 1]!;
  const size = listClass[source]!;
  if (length === capacityOf(size) && !moveList(views, source, size + 1)) return false;
  views.entries[list[2 * source]! + length] = segment * 512 + place * 2 + (connected ? 1 : 0);
  views.entryOf[slot] = length;
  list[2 * source + 1] = length + 1;
  return true;
}

/** Remove the synapse at `slot`, which watches `source`; the last entry of the list takes its place. */
export function removeSynapse(
  views: SynapseIndexViews,
  source: number,
  slot: number,
  synapsesPerSegment: number,
): void {
  const { list, listClass, entries, entryOf } = views;
  const start = list[2 * source]!;
  const length = list[2 * source + 1]! - 1;
  list[2 * source + 1] = length;
  const place = entryOf[slot]!;
  if (place !== length) {
    const moved = entries[start + length]!;
    entries[start + place] = moved;
    entryOf[(moved >>> 9) * synapsesPerSegment + ((moved >>> 1) & 255)] = place;
  }
  const size = listClass[source]!;
  if (length === 0 || (size > 1 && 3 * length <= capacityOf(size))) moveList(views, source, classFor(length));
}

/** The synapse of `source` at slot `from` now lies at slot `to`, as number `place` of the same segment. */
export function moveSynapse(
  { list, entries, entryOf }: SynapseIndexViews,
  source: number,
  from: number,
  to: number,
  place: number,
): void {
  const at = list[2 * source]! + entryOf[from]!;
  entries[at] = ((entries[at]! & ~0x1fe) | (place << 1)) >>> 0;
  entryOf[to] = entryOf[from]!;
}

/** The permanence of the synapse at `slot`, which watches `source`, has crossed the connected threshold. */
export function flipConnected({ list, entries, entryOf }: SynapseIndexViews, source: number, slot: number): void {
  entries[list[2 * source]! + entryOf[slot]!]! ^= 1;
}

/** Move a list to a block of another size, 0 for none; its old block is free. Returns false when there is no room. */
function moveList(views: SynapseIndexViews, source: number, size: number): boolean {
  const { list, listClass, entries, freeBlock, indexCounters } = views;
  const old = listClass[source]!;
  const from = list[2 * source]!;
  if (size > 0) {
    let to = freeBlock[size]!;
    if (to !== NONE) freeBlock[size] = entries[to]!;
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
    entries[from] = freeBlock[old]!;
    freeBlock[old] = from;
  }
  return true;
}
