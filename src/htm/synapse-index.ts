/**
 * synapse-index.ts - which synapses watch a given cell: the reverse of the segment pool.
 *
 * Each source (a cell, or a bit from outside) owns a chain of chunks of 16 entries, all from one fixed pool. Only the
 * first chunk of a chain is partly filled, so the length of the chain says where its last entry is:
 *
 *     head[source] -> [e e e . . .] -> [16 entries] -> [16 entries]        length[source] = 3 + 16 + 16
 *
 * An entry is `segment * 2 + connected`, all that counting needs; `entryPlace` says which of the segment's synapses it
 * is, and `entryOf[slot]` leads from a synapse to its entry. Adding, removing and flipping cost a constant.
 *
 * Scratch   nothing here is saved: `rebuildIndex` derives it from the pool. The order within a chain depends on history,
 *           so nothing that learns may depend on it.
 * Never full: a chain wastes less than one chunk, so synapses / 16 + sources chunks always suffice.
 */
import { type Views, field } from '../memory/layout.ts';

export type SynapseIndexShape = {
  /** What synapses can watch. */
  readonly sources: number;
  readonly segments: number;
  readonly synapsesPerSegment: number;
};

/** Entries per chunk: one cache line. */
export const CHUNK = 16;
const NONE = 0xffffffff;

/** Places in the `indexCounters` field. */
export const INDEX_COUNTER = { freeHead: 0, untouched: 1 } as const;

/** All lengths are 0 for a pool that is scanned instead (`indexed` false). */
export const synapseIndexFields = (shape: SynapseIndexShape, indexed: boolean) => {
  const synapses = indexed ? shape.segments * shape.synapsesPerSegment : 0;
  const sources = indexed ? shape.sources : 0;
  const chunks = Math.ceil(synapses / CHUNK) + sources;
  return {
    chainHead: field('u32', sources, 'scratch'), // [sources] first chunk of the chain, or NONE
    chainLength: field('u32', sources, 'scratch'), // [sources] entries of the chain
    chunkNext: field('u32', chunks, 'scratch'), // [chunks] next chunk of the chain, or of the free ones
    entrySegment: field('u32', chunks * CHUNK, 'scratch'), // [chunks, 16] segment * 2 + connected
    entryPlace: field('u8', chunks * CHUNK, 'scratch'), // [chunks, 16] which synapse of the segment
    entryOf: field('u32', synapses, 'scratch'), // [segments, synapsesPerSegment] entry of the synapse
    indexCounters: field('u32', 2, 'scratch'), // see INDEX_COUNTER
  };
};
export type SynapseIndexViews = Views<ReturnType<typeof synapseIndexFields>>;

/** An index without entries. */
export function clearIndex(views: SynapseIndexViews): void {
  views.chainHead.fill(NONE);
  views.chainLength.fill(0);
  views.indexCounters[INDEX_COUNTER.freeHead] = NONE;
  views.indexCounters[INDEX_COUNTER.untouched] = 0;
}

/** Enter synapse number `place` of `segment`, whose slot in the pool is `slot`. */
export function enterSynapse(
  views: SynapseIndexViews,
  source: number,
  segment: number,
  place: number,
  slot: number,
  connected: boolean,
): void {
  const { chainHead, chainLength } = views;
  const used = chainLength[source]! % CHUNK;
  let chunk = chainHead[source]!;
  if (used === 0) {
    const fresh = takeChunk(views);
    views.chunkNext[fresh] = chunk;
    chainHead[source] = chunk = fresh;
  }
  const entry = chunk * CHUNK + used;
  views.entrySegment[entry] = segment * 2 + (connected ? 1 : 0);
  views.entryPlace[entry] = place;
  views.entryOf[slot] = entry;
  chainLength[source]!++;
}

/** Remove the synapse at `slot`, which watches `source`; the last entry of the chain takes its place. */
export function removeSynapse(
  views: SynapseIndexViews,
  source: number,
  slot: number,
  synapsesPerSegment: number,
): void {
  const { chainHead, chainLength, entrySegment, entryPlace, entryOf } = views;
  const chunk = chainHead[source]!;
  const length = --chainLength[source]!;
  const last = chunk * CHUNK + (length % CHUNK);
  const entry = entryOf[slot]!;
  if (entry !== last) {
    const moved = entrySegment[last]!;
    entrySegment[entry] = moved;
    entryPlace[entry] = entryPlace[last]!;
    entryOf[(moved >>> 1) * synapsesPerSegment + entryPlace[last]!] = entry;
  }
  if (length % CHUNK !== 0) return;
  chainHead[source] = views.chunkNext[chunk]!;
  views.chunkNext[chunk] = views.indexCounters[INDEX_COUNTER.freeHead]!;
  views.indexCounters[INDEX_COUNTER.freeHead] = chunk;
}

/** The synapse at slot `from` now lies at slot `to`, as number `place` of the same segment. */
export function moveSynapse(views: SynapseIndexViews, from: number, to: number, place: number): void {
  const entry = views.entryOf[from]!;
  views.entryPlace[entry] = place;
  views.entryOf[to] = entry;
}

/** The permanence of the synapse at `slot` has crossed the connected threshold. */
export function flipConnected(views: SynapseIndexViews, slot: number): void {
  views.entrySegment[views.entryOf[slot]!]! ^= 1;
}

function takeChunk({ indexCounters, chunkNext }: SynapseIndexViews): number {
  const free = indexCounters[INDEX_COUNTER.freeHead]!;
  if (free === NONE) return indexCounters[INDEX_COUNTER.untouched]!++;
  indexCounters[INDEX_COUNTER.freeHead] = chunkNext[free]!;
  return free;
}
