/**
 * index.ts - the reverse index of a segment pool, for its kernels; see pool.ts.
 *
 * All take the byte offset of the pool's `poolArgs` (pool-kernels.ts), which says where its arrays lie.
 */
export const NONE: u32 = 0xffffffff;

// Places in `poolArgs`; the same as POOL_ARG of pool-kernels.ts.
// @ts-ignore: only AssemblyScript decorates functions
@inline
export function arg(pool: usize, place: usize): u32 {
  return load<u32>(pool + (place << 2));
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
export function listAt(pool: usize): usize {
  return arg(pool, 0);
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
function classAt(pool: usize): usize {
  return arg(pool, 1);
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
export function entriesAt(pool: usize): usize {
  return arg(pool, 2);
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
export function sourceOf(pool: usize, slot: u32): u32 {
  return arg(pool, 13) & 1 ? load<u32>(arg(pool, 7) + (slot << 2)) : <u32>load<u16>(arg(pool, 7) + (slot << 1));
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
export function setSource(pool: usize, slot: u32, source: u32): void {
  if (arg(pool, 13) & 1) store<u32>(arg(pool, 7) + (slot << 2), source);
  else store<u16>(arg(pool, 7) + (slot << 1), <u16>source);
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
function isWide(pool: usize): bool {
  return (arg(pool, 13) & 2) != 0;
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
function entry(pool: usize, at: u32): u32 {
  return isWide(pool) ? load<u32>(entriesAt(pool) + (at << 2)) : <u32>load<u16>(entriesAt(pool) + (at << 1));
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
function setEntry(pool: usize, at: u32, segment: u32): void {
  if (isWide(pool)) store<u32>(entriesAt(pool) + (at << 2), segment);
  else store<u16>(entriesAt(pool) + (at << 1), <u16>segment);
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
export function isIndexed(pool: usize): bool {
  return (arg(pool, 13) & 4) != 0;
}

/** Twins of these: synapse-index.ts. */
function capacityOf(size: u32): u32 {
  if (size == 0) return 0;
  return size & 1 ? <u32>4 << (size >>> 1) : <u32>3 << (size >>> 1);
}
function classFor(length: u32): u32 {
  if (length <= 4) return length == 0 ? 0 : 1;
  const n = 31 - <u32>clz<u32>(length - 1);
  return length <= <u32>3 << (n - 1) ? 2 * n - 2 : 2 * n - 1;
}

function moveList(pool: usize, source: u32, size: u32): bool {
  const list = listAt(pool) + (source << 3);
  const free = <usize>arg(pool, 4);
  const old = <u32>load<u8>(classAt(pool) + source);
  const from = load<u32>(list);
  if (size > 0) {
    let to = load<u32>(free + (size << 2));
    if (to != NONE) store<u32>(free + (size << 2), entry(pool, to) | (entry(pool, to + 1) << 16));
    else {
      to = load<u32>(arg(pool, 5));
      if (to + capacityOf(size) > arg(pool, 6)) return false;
      store<u32>(arg(pool, 5), to + capacityOf(size));
    }
    const shift: usize = isWide(pool) ? 2 : 1;
    const entries = entriesAt(pool);
    memory.copy(entries + (<usize>to << shift), entries + (<usize>from << shift), <usize>load<u32>(list + 4) << shift);
    store<u32>(list, to);
  }
  store<u8>(classAt(pool) + source, <u8>size);
  if (old > 0) {
    const next = load<u32>(free + (old << 2));
    setEntry(pool, from, next & 0xffff);
    setEntry(pool, from + 1, next >>> 16);
    store<u32>(free + (old << 2), from);
  }
  return true;
}

export function enterSynapse(pool: usize, source: u32, segment: u32): bool {
  const list = listAt(pool) + (source << 3);
  const length = load<u32>(list + 4);
  const size = <u32>load<u8>(classAt(pool) + source);
  if (length == capacityOf(size) && !moveList(pool, source, size + 1)) return false;
  setEntry(pool, load<u32>(list) + length, segment);
  store<u32>(list + 4, length + 1);
  return true;
}

export function removeSynapse(pool: usize, source: u32, segment: u32): void {
  const list = listAt(pool) + (source << 3);
  const start = load<u32>(list);
  const length = load<u32>(list + 4) - 1;
  store<u32>(list + 4, length);
  const at = isWide(pool) ? find32(entriesAt(pool), start, segment) : find16(entriesAt(pool), start, segment);
  setEntry(pool, at, entry(pool, start + length));
  const size = <u32>load<u8>(classAt(pool) + source);
  if (length == 0 || (size > 1 && length * 3 <= capacityOf(size))) moveList(pool, source, classFor(length));
}

/** Where `segment` is from `start` on; it is there. Whole vectors are read, past the end of a list too. */
function find16(entries: usize, start: u32, segment: u32): u32 {
  const wanted = i16x8.splat(<i16>segment);
  let at = start;
  let found: i32;
  while ((found = i16x8.bitmask(i16x8.eq(v128.load(entries + (<usize>at << 1)), wanted))) == 0) at += 8;
  return at + <u32>ctz(found);
}

function find32(entries: usize, start: u32, segment: u32): u32 {
  const wanted = i32x4.splat(<i32>segment);
  let at = start;
  let found: i32;
  while ((found = i32x4.bitmask(i32x4.eq(v128.load(entries + (<usize>at << 2)), wanted))) == 0) at += 4;
  return at + <u32>ctz(found);
}

/** Twin: `rebuildIndex` of segment-pool.ts, with `packLists` of synapse-index.ts. */
export function packIndex(pool: usize): void {
  const segments = load<u32>(arg(pool, 10));
  const sources = arg(pool, 19);
  const perSegment = arg(pool, 11);
  const list = listAt(pool);
  memory.fill(list, 0, <usize>sources << 3);
  for (let segment: u32 = 0; segment < segments; segment++) {
    const start = segment * perSegment;
    const end = start + <u32>load<u8>(arg(pool, 9) + segment);
    for (let slot = start; slot < end; slot++) {
      const at = list + (sourceOf(pool, slot) << 3);
      store<u32>(at, load<u32>(at, 4) + 1, 4);
    }
  }
  memory.fill(arg(pool, 4), 255, 256);
  let next: u32 = 0;
  for (let source: u32 = 0; source < sources; source++) {
    const at = list + (source << 3);
    const size = classFor(load<u32>(at, 4));
    store<u8>(classAt(pool) + source, <u8>size);
    store<u32>(at, next);
    store<u32>(at, 0, 4);
    next += capacityOf(size);
  }
  store<u32>(arg(pool, 5), next);
  for (let segment: u32 = 0; segment < segments; segment++) {
    const start = segment * perSegment;
    const end = start + <u32>load<u8>(arg(pool, 9) + segment);
    for (let slot = start; slot < end; slot++) enterSynapse(pool, sourceOf(pool, slot), segment);
  }
}
