/** temporal.ts - kernels of the temporal memory that count; see kernels.ts. */

/** That all of `activity` must be cleared. */
const ALL: u32 = 0xffffffff;

/**
 * Twin: `followIndex` of dendrites.ts. `wide` is 1 when sources are u32, 0 when u16. First the lists that are not empty
 * are noted at `spansAt` (room for 8 bytes per source), then they are followed; the beginning and the end of a list some
 * places ahead are read on the way, so that they are there when its turn comes.
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
  if (touched == ALL) memory.fill(activityAt, 0, <usize>segments << 1);
  else
    for (let at = touchedAt + 4, end = at + (touched << 2); at < end; at += 4)
      store<u16>(activityAt + ((load<u32>(at) >>> 9) << 1), 0);
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
    return followSpans(spansAt, last, entriesAt, activityAt, matchedAt, summaryAt, minThreshold, 0);
  }
  store<u32>(touchedAt, total);
  return followSpans(spansAt, last, entriesAt, activityAt, matchedAt, summaryAt, minThreshold, touchedAt + 4);
}

// @ts-ignore: decorator
@inline
function followSpans(
  spansAt: usize,
  last: usize,
  entriesAt: usize,
  activityAt: usize,
  matchedAt: usize,
  summaryAt: usize,
  minThreshold: u32,
  touchedAt: usize,
): u32 {
  // What is read ahead is also given back, else the compiler would leave it out.
  let ahead: u32 = 0;
  let note = touchedAt;
  for (let span = spansAt; span < last; span += 8) {
    if (span + 32 < last) {
      const next = entriesAt + (load<u32>(span + 32) << 2);
      ahead ^= load<u32>(next) ^ load<u32>(next + ((load<u32>(span + 36) - 1) << 2));
    }
    let at = entriesAt + (load<u32>(span) << 2);
    for (const end = at + (load<u32>(span + 4) << 2); at < end; at += 4) {
      const code = load<u32>(at);
      if (touchedAt != 0) {
        store<u32>(note, code);
        note += 4;
      }
      const segment = code >>> 9;
      const place = activityAt + (segment << 1);
      const counted = <u32>load<u16>(place) + 1 + ((code & 1) << 8);
      store<u16>(place, <u16>counted);
      if ((counted & 255) == minThreshold) {
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
  matchedAt: usize,
  summaryAt: usize,
  words: u32,
  activityAt: usize,
  enough: u32,
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
        if (<u32>load<u16>(activityAt + (segment << 1)) >= enough) {
          store<u32>(active, segment);
          active += 4;
        }
      } while (bits != 0);
    } while (above != 0);
  }
  store<u32>(countsAt, <u32>(active - activeAt) >>> 2);
  store<u32>(countsAt, <u32>(matching - matchingAt) >>> 2, 4);
}

/**
 * Twin: `scanSynapses` of dendrites.ts, and `listSegments` at once, since segments are passed in their order. What is
 * connected is counted only where enough is seen. `sources` is what `presynapticCell` holds: u32 when `wide` is 1, else u16.
 */
export function scanSegments(
  isActiveAt: usize,
  wide: i32,
  sourcesAt: usize,
  permanencesAt: usize,
  synapseCountAt: usize,
  segments: u32,
  synapsesPerSegment: u32,
  connectedPermanence: u32,
  minThreshold: u32,
  activationThreshold: u32,
  activityAt: usize,
  matchingAt: usize,
  activeAt: usize,
  countsAt: usize,
): void {
  const width: usize = wide ? 2 : 1;
  let matching = matchingAt;
  let active = activeAt;
  for (let segment: u32 = 0; segment < segments; segment++) {
    const start = <usize>(segment * synapsesPerSegment);
    const count = <usize>load<u8>(synapseCountAt + segment);
    const from = sourcesAt + (start << width);
    const potential = wide ? seenBy32(isActiveAt, from, count) : seenBy16(isActiveAt, from, count);
    store<u16>(activityAt + (segment << 1), <u16>potential);
    if (potential < minThreshold) continue;
    let connected: u32 = 0;
    for (let place: usize = 0; place < count; place++) {
      const source = <usize>(wide ? load<u32>(from + (place << 2)) : <u32>load<u16>(from + (place << 1)));
      const holds = <u32>load<u8>(permanencesAt + start + place) >= connectedPermanence;
      connected += <u32>holds & <u32>load<u8>(isActiveAt + source);
    }
    store<u16>(activityAt + (segment << 1), <u16>(potential + (connected << 8)));
    store<u32>(matching, segment);
    matching += 4;
    if (connected < activationThreshold) continue;
    store<u32>(active, segment);
    active += 4;
  }
  store<u32>(countsAt, <u32>(active - activeAt) >>> 2);
  store<u32>(countsAt, <u32>(matching - matchingAt) >>> 2, 4);
}

/** How many of `count` sources are active; four are read at a time. */
// @ts-ignore: decorator
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

// @ts-ignore: decorator
@inline
function seenBy32(isActiveAt: usize, from: usize, count: usize): u32 {
  let seen: u32 = 0;
  for (let at = from, end = from + (count << 2); at < end; at += 4)
    seen += <u32>load<u8>(isActiveAt + <usize>load<u32>(at));
  return seen;
}
