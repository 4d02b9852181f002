/** temporal.ts - kernels of the temporal memory that count; see kernels.ts. */
import { arg, sourceOf } from './index';

/** That all of `activity` must be cleared. */
const ALL: u32 = 0xffffffff;

/**
 * Twin: `followIndex` of dendrites.ts. `wide` is 1 when sources are u32, 0 when u16; `wideEntries` says the same of
 * segments. First the lists that are not empty are noted at `spansAt` (room for 8 bytes per source), then they are
 * followed; the beginning and the end of a list some places ahead are read on the way, so that they are there when its
 * turn comes.
 *
 * After few increments (`most`) it is cheaper to clear those than all counters: the entries are noted at `touchedAt`,
 * behind their number. `matchedAt` has a summary, one bit for each of its words, at `summaryAt`.
 */
export function followIndex(
  sourcesAt: usize,
  wide: i32,
  count: u32,
  listAt: usize,
  entriesAt: usize,
  wideEntries: i32,
  activityAt: usize,
  segments: u32,
  matchedAt: usize,
  summaryAt: usize,
  minThreshold: u32,
  spansAt: usize,
  touchedAt: usize,
  most: u32,
): u32 {
  const touched = load<u32>(touchedAt);
  if (touched == ALL) memory.fill(activityAt, 0, <usize>segments);
  else
    for (let at = touchedAt + 4, end = at + (touched << 2); at < end; at += 4)
      store<u8>(activityAt + load<u32>(at), 0);
  let last = spansAt;
  let total: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const source: u32 = wide ? load<u32>(sourcesAt + (i << 2)) : <u32>load<u16>(sourcesAt + (i << 1));
    const span = load<u64>(listAt + (source << 3));
    store<u64>(last, span);
    last += span >>> 32 != 0 ? 8 : 0;
    total += <u32>(span >>> 32);
  }
  if (total > most) {
    store<u32>(touchedAt, ALL);
    if (wideEntries) return followSpans<u32>(spansAt, last, entriesAt, activityAt, matchedAt, summaryAt, minThreshold, 0);
    return followSpans<u16>(spansAt, last, entriesAt, activityAt, matchedAt, summaryAt, minThreshold, 0);
  }
  store<u32>(touchedAt, total);
  const notesAt = touchedAt + 4;
  if (wideEntries)
    return followSpans<u32>(spansAt, last, entriesAt, activityAt, matchedAt, summaryAt, minThreshold, notesAt);
  return followSpans<u16>(spansAt, last, entriesAt, activityAt, matchedAt, summaryAt, minThreshold, notesAt);
}

/** `notesAt`: where the entries are noted; 0: they are not. Compiled once for each kind of call. */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function followSpans<Entry>(
  spansAt: usize,
  last: usize,
  entriesAt: usize,
  activityAt: usize,
  matchedAt: usize,
  summaryAt: usize,
  minThreshold: u32,
  notesAt: usize,
): u32 {
  const width = sizeof<Entry>();
  // What is read ahead is also given back, else the compiler would leave it out.
  let ahead: u32 = 0;
  let note = notesAt;
  for (let span = spansAt; span < last; span += 8) {
    if (span + 32 < last) {
      const next = entriesAt + <usize>load<u32>(span + 32) * width;
      ahead ^= <u32>load<Entry>(next) ^ <u32>load<Entry>(next + <usize>(load<u32>(span + 36) - 1) * width);
    }
    let at = entriesAt + <usize>load<u32>(span) * width;
    for (const end = at + <usize>load<u32>(span + 4) * width; at < end; at += width) {
      const segment = <u32>load<Entry>(at);
      if (notesAt != 0) {
        store<u32>(note, segment);
        note += 4;
      }
      const counted = <u32>load<u8>(activityAt + segment) + 1;
      store<u8>(activityAt + segment, <u8>counted);
      if (counted == minThreshold) {
        const word = matchedAt + ((segment >>> 5) << 2);
        store<u32>(word, load<u32>(word) | (1 << (segment & 31)));
        const above = summaryAt + ((segment >>> 10) << 2);
        store<u32>(above, load<u32>(above) | (1 << ((segment >>> 5) & 31)));
      }
    }
  }
  return ahead;
}

/** Twin: `listSegments` of dendrites.ts. `words` of the summary are used. */
export function listSegments(
  pool: usize,
  isActiveAt: usize,
  matchedAt: usize,
  summaryAt: usize,
  words: u32,
  activationThreshold: u32,
  matchingAt: usize,
  activeAt: usize,
  countsAt: usize,
): void {
  let matching = matchingAt;
  let active = activeAt;
  for (let i: u32 = 0; i < words; i++) {
    let above = load<u32>(summaryAt + (i << 2));
    if (above == 0) continue;
    store<u32>(summaryAt + (i << 2), 0);
    do {
      const word = (i << 5) + <u32>ctz(above);
      above &= above - 1;
      let bits = load<u32>(matchedAt + (word << 2));
      store<u32>(matchedAt + (word << 2), 0);
      do {
        const segment = (word << 5) + <u32>ctz(bits);
        bits &= bits - 1;
        store<u32>(matching, segment);
        matching += 4;
        if (connectedOf(pool, isActiveAt, segment) >= activationThreshold) {
          store<u32>(active, segment);
          active += 4;
        }
      } while (bits != 0);
    } while (above != 0);
  }
  store<u32>(countsAt, <u32>(active - activeAt) >>> 2);
  store<u32>(countsAt, <u32>(matching - matchingAt) >>> 2, 4);
}

/** Twin: `connectedOf` of dendrites.ts. */
function connectedOf(pool: usize, isActiveAt: usize, segment: u32): u32 {
  const permanences = <usize>arg(pool, 8);
  const least = arg(pool, 12);
  const start = segment * arg(pool, 11);
  let connected: u32 = 0;
  for (let slot = start, end = start + <u32>load<u8>(arg(pool, 9) + segment); slot < end; slot++)
    connected +=
      <u32>(<u32>load<u8>(permanences + slot) >= least) & <u32>load<u8>(isActiveAt + <usize>sourceOf(pool, slot));
  return connected;
}

/**
 * Twin: `scanSynapses` of dendrites.ts, and `listSegments` at once, since segments are passed in their order. `wide` is 1
 * when sources are u32, 0 when u16.
 */
export function scanSegments(
  pool: usize,
  isActiveAt: usize,
  wide: i32,
  segments: u32,
  minThreshold: u32,
  activationThreshold: u32,
  activityAt: usize,
  matchingAt: usize,
  activeAt: usize,
  countsAt: usize,
): void {
  const shift: usize = wide ? 2 : 1;
  const perSegment = <usize>arg(pool, 11) << shift;
  const countAt = <usize>arg(pool, 9);
  let from = <usize>arg(pool, 7);
  let matching = matchingAt;
  let active = activeAt;
  for (let segment: u32 = 0; segment < segments; segment++, from += perSegment) {
    const count = <usize>load<u8>(countAt + segment);
    const potential = wide ? seenBy32(isActiveAt, from, count) : seenBy16(isActiveAt, from, count);
    store<u8>(activityAt + segment, <u8>potential);
    if (potential < minThreshold) continue;
    store<u32>(matching, segment);
    matching += 4;
    if (connectedOf(pool, isActiveAt, segment) < activationThreshold) continue;
    store<u32>(active, segment);
    active += 4;
  }
  store<u32>(countsAt, <u32>(active - activeAt) >>> 2);
  store<u32>(countsAt, <u32>(matching - matchingAt) >>> 2, 4);
}

/** How many of `count` sources are active; four are read at a time. */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function seenBy16(isActiveAt: usize, from: usize, count: usize): u32 {
  let at = from;
  let seen: u32 = 0;
  for (const end = from + ((count & ~3) << 1); at < end; at += 8) {
    const four = load<u64>(at);
    seen +=
      <u32>load<u8>(isActiveAt + <usize>(four & 0xffff)) +
      <u32>load<u8>(isActiveAt + <usize>((four >>> 16) & 0xffff)) +
      <u32>load<u8>(isActiveAt + <usize>((four >>> 32) & 0xffff)) +
      <u32>load<u8>(isActiveAt + <usize>(four >>> 48));
  }
  for (const end = from + (count << 1); at < end; at += 2) seen += <u32>load<u8>(isActiveAt + <usize>load<u16>(at));
  return seen;
}

// @ts-ignore: only AssemblyScript decorates functions
@inline
function seenBy32(isActiveAt: usize, from: usize, count: usize): u32 {
  let seen: u32 = 0;
  for (let at = from, end = from + (count << 2); at < end; at += 4)
    seen += <u32>load<u8>(isActiveAt + <usize>load<u32>(at));
  return seen;
}
