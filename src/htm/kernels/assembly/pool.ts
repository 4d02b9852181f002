/**
 * pool.ts - kernels of the segment pool that learn; see kernels.ts.
 *
 * All take the byte offset of the pool's `poolArgs` (pool-kernels.ts), which says where its arrays lie.
 */
import { NONE, arg, enterSynapse, isIndexed, packIndex, removeSynapse, setSource, sourceOf } from './index';

/** Twin: `unlinkSegment` of segment-pool.ts. */
export function unlinkSegment(pool: usize, segment: u32): void {
  const start = segment * arg(pool, 11);
  const end = start + <u32>load<u8>(arg(pool, 9) + segment);
  for (let slot = start; slot < end; slot++) removeSynapse(pool, sourceOf(pool, slot), segment);
}

/** Twin: `adaptSynapses` of segment-pool.ts. Returns how many synapses are left. */
export function adaptSynapses(pool: usize, segment: u32, activeAt: usize, increment: i32, decrement: i32): u32 {
  const permanences = <usize>arg(pool, 8);
  const start = segment * arg(pool, 11);
  let end = start + <u32>load<u8>(arg(pool, 9) + segment);
  for (let slot = start; slot < end; ) {
    const before = <i32>load<u8>(permanences + slot);
    const source = sourceOf(pool, slot);
    const after = load<u8>(activeAt + source) != 0 ? before + increment : before - decrement;
    if (after > 0) {
      store<u8>(permanences + slot, <u8>min<i32>(after, 255));
      slot++;
      continue;
    }
    if (isIndexed(pool)) removeSynapse(pool, source, segment);
    end--;
    setSource(pool, slot, sourceOf(pool, end));
    store<u8>(permanences + slot, load<u8>(permanences + end));
  }
  store<u8>(arg(pool, 9) + segment, <u8>(end - start));
  return end - start;
}

/** Twin: `randomBelow` of memory/random.ts. */
function randomBelow(state: usize, limit: u32): u32 {
  const word = load<u32>(state) + 0x6d2b79f5;
  store<u32>(state, word);
  let mixed = (word ^ (word >>> 15)) * (1 | word);
  mixed = (mixed + (mixed ^ (mixed >>> 7)) * (61 | mixed)) ^ mixed;
  return <u32>((<u64>(mixed ^ (mixed >>> 14)) * <u64>limit) >>> 32);
}

/** Twin: `weakestSynapse` of segment-pool.ts; -1 for none. */
function weakestSynapse(pool: usize, start: u32, end: u32, activeAt: usize): i32 {
  const permanences = <usize>arg(pool, 8);
  let weakest: i32 = -1;
  let least: u32 = 256;
  for (let slot = start; slot < end; slot++) {
    if (load<u8>(activeAt + sourceOf(pool, slot)) != 0) continue;
    const permanence = <u32>load<u8>(permanences + slot);
    if (permanence >= least) continue;
    least = permanence;
    weakest = <i32>slot;
  }
  return weakest;
}

/** Twin: `growSynapses` of segment-pool.ts. */
export function growSynapses(
  pool: usize,
  segment: u32,
  wanted: u32,
  candidatesAt: usize,
  candidateCount: u32,
  activeAt: usize,
  initialPermanence: u32,
): void {
  const wide = arg(pool, 13) & 1;
  const shift: usize = wide ? 2 : 1;
  const capacity = arg(pool, 11);
  const state = <usize>arg(pool, 10) + 24;
  const start = segment * capacity;
  const knownEnd = start + <u32>load<u8>(arg(pool, 9) + segment);
  let end = knownEnd;
  let linked = isIndexed(pool);
  let left = candidateCount;
  let missing = wanted;
  while (missing > 0 && left > 0) {
    const drawn = candidatesAt + (<usize>randomBelow(state, left) << shift);
    left--;
    const lastAt = candidatesAt + (<usize>left << shift);
    const cell: u32 = wide ? load<u32>(drawn) : <u32>load<u16>(drawn);
    if (wide) {
      store<u32>(drawn, load<u32>(lastAt));
      store<u32>(lastAt, cell);
    } else {
      store<u16>(drawn, load<u16>(lastAt));
      store<u16>(lastAt, <u16>cell);
    }
    let known = false;
    for (let slot = start; slot < knownEnd; slot++) {
      if (sourceOf(pool, slot) != cell) continue;
      known = true;
      break;
    }
    if (known) continue;
    let slot = end;
    if (end - start == capacity) {
      const weakest = weakestSynapse(pool, start, end, activeAt);
      if (weakest < 0) break;
      slot = <u32>weakest;
      if (linked) removeSynapse(pool, sourceOf(pool, slot), segment);
    } else end++;
    setSource(pool, slot, cell);
    store<u8>(<usize>arg(pool, 8) + slot, <u8>initialPermanence);
    if (linked) linked = enterSynapse(pool, cell, segment);
    missing--;
  }
  store<u8>(arg(pool, 9) + segment, <u8>(end - start));
  if (isIndexed(pool) && !linked) packIndex(pool);
}

// Places in `poolCounters`; the same as POOL_COUNTER of segment-pool.ts.
const HIGH_WATER: usize = 0;
const USED: usize = 4;
const NURSERY: usize = 8;
const NURSERY_HAND: usize = 12;
const PROTECTED_HAND: usize = 16;
const EVICTIONS: usize = 20;
const PROTECTED_FROM: u32 = 2;
const NURSERY_SHARE: u32 = 4;
const SAMPLED: u32 = 16;

// @ts-ignore: only AssemblyScript decorates functions
@inline
function add(at: usize, change: i32): void {
  store<u32>(at, load<u32>(at) + <u32>change);
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
export function cellOf(pool: usize, segment: u32): u32 {
  return arg(pool, 13) & 8 ? load<u32>(arg(pool, 14) + (segment << 2)) : <u32>load<u16>(arg(pool, 14) + (segment << 1));
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
function usefulness(pool: usize, segment: u32): u32 {
  return <u32>load<u8>(arg(pool, 15) + segment);
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
function addToCell(pool: usize, cell: u32, change: i32): void {
  const at = arg(pool, 16) + (cell << 1);
  store<u16>(at, <u16>(<i32>load<u16>(at) + change));
}
export function segmentsOfCell(pool: usize, cell: u32): u32 {
  return <u32>load<u16>(arg(pool, 16) + (cell << 1));
}
export function synapsesOf(pool: usize, segment: u32): u32 {
  return <u32>load<u8>(arg(pool, 9) + segment);
}

/** Twin: `releaseSegment` of segment-pool.ts. */
export function releaseSegment(pool: usize, segment: u32): void {
  const counters = <usize>arg(pool, 10);
  if (isIndexed(pool)) unlinkSegment(pool, segment);
  if (segment < load<u32>(arg(pool, 17))) store<u32>(arg(pool, 17), segment);
  addToCell(pool, cellOf(pool, segment), -1);
  store<u8>(arg(pool, 9) + segment, 0);
  add(counters + USED, -1);
  if (usefulness(pool, segment) < PROTECTED_FROM) add(counters + NURSERY, -1);
}

/** Twin: `creditSegment` of segment-pool.ts. */
export function creditSegment(pool: usize, segment: u32): void {
  const worth = usefulness(pool, segment);
  if (worth == 255) return;
  store<u8>(arg(pool, 15) + segment, <u8>(worth + 1));
  if (worth + 1 == PROTECTED_FROM) add(<usize>arg(pool, 10) + NURSERY, -1);
}

/** Twin: `adaptSegment` of segment-pool.ts. */
export function adaptSegment(pool: usize, segment: u32, activeAt: usize, increment: i32, decrement: i32): bool {
  if (adaptSynapses(pool, segment, activeAt, increment, decrement) >= arg(pool, 20)) return true;
  releaseSegment(pool, segment);
  return false;
}

/** Twin: `allocateSegment` of segment-pool.ts. */
export function allocateSegment(pool: usize, cell: u32, mostOfCell: u32): u32 {
  const counters = <usize>arg(pool, 10);
  let segment: u32;
  if (segmentsOfCell(pool, cell) >= mostOfCell) {
    segment = leastUsefulOf(pool, cell);
    releaseSegment(pool, segment);
    add(counters + EVICTIONS, 1);
  } else if (load<u32>(counters + USED) < arg(pool, 18)) segment = freeSegment(pool);
  else {
    segment = chooseVictim(pool);
    releaseSegment(pool, segment);
    add(counters + EVICTIONS, 1);
  }
  if (arg(pool, 13) & 8) store<u32>(arg(pool, 14) + (segment << 2), cell);
  else store<u16>(arg(pool, 14) + (segment << 1), <u16>cell);
  store<u8>(arg(pool, 15) + segment, 0);
  addToCell(pool, cell, 1);
  add(counters + USED, 1);
  add(counters + NURSERY, 1);
  if (segment >= load<u32>(counters + HIGH_WATER)) store<u32>(counters + HIGH_WATER, segment + 1);
  return segment;
}

/** Twin: `leastUsefulOf` of segment-pool.ts. */
function leastUsefulOf(pool: usize, cell: u32): u32 {
  const end = load<u32>(<usize>arg(pool, 10) + HIGH_WATER);
  let least = NONE;
  let worth: u32 = 256;
  for (let segment: u32 = 0; segment < end; segment++) {
    if (cellOf(pool, segment) != cell || synapsesOf(pool, segment) == 0) continue;
    if (usefulness(pool, segment) >= worth) continue;
    worth = usefulness(pool, segment);
    least = segment;
  }
  return least;
}

function freeSegment(pool: usize): u32 {
  const highWater = load<u32>(<usize>arg(pool, 10) + HIGH_WATER);
  if (highWater < arg(pool, 18)) return highWater;
  let segment = load<u32>(arg(pool, 17));
  while (synapsesOf(pool, segment) != 0) segment++;
  store<u32>(arg(pool, 17), segment);
  return segment;
}

function chooseVictim(pool: usize): u32 {
  const counters = <usize>arg(pool, 10);
  const segments = arg(pool, 18);
  if (load<u32>(counters + NURSERY) * NURSERY_SHARE > segments) {
    let hand = load<u32>(counters + NURSERY_HAND);
    while (usefulness(pool, hand) >= PROTECTED_FROM) hand = hand + 1 == segments ? 0 : hand + 1;
    store<u32>(counters + NURSERY_HAND, hand + 1 == segments ? 0 : hand + 1);
    return hand;
  }
  let hand = load<u32>(counters + PROTECTED_HAND);
  let victim = NONE;
  let least: u32 = 0;
  for (let seen: u32 = 0, sampled: u32 = 0; seen < segments && sampled < SAMPLED; seen++) {
    const worth = usefulness(pool, hand);
    if (worth >= PROTECTED_FROM) {
      sampled++;
      if (victim == NONE || worth < least) {
        victim = hand;
        least = worth;
      }
      if (worth > PROTECTED_FROM) {
        store<u8>(arg(pool, 15) + hand, <u8>(worth - 1));
        if (victim == hand) least = worth - 1;
      }
    }
    hand = hand + 1 == segments ? 0 : hand + 1;
  }
  store<u32>(counters + PROTECTED_HAND, hand);
  return victim == NONE ? hand : victim;
}
