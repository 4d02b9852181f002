/** temporal.ts - kernels of the temporal memory; see kernels.ts. */

const CHUNK: u32 = 16;

/** Twin: `followIndex` of dendrites.ts. `wide` is 1 when sources are u32, 0 when u16; `words` of `matched` are used. */
export function followIndex(
  sourcesAt: usize,
  wide: i32,
  count: u32,
  chainHeadAt: usize,
  chainLengthAt: usize,
  chunkNextAt: usize,
  entrySegmentAt: usize,
  activityAt: usize,
  segments: u32,
  matchedAt: usize,
  minThreshold: u32,
): void {
  memory.fill(activityAt, 0, <usize>segments << 1);
  for (let i: u32 = 0; i < count; i++) {
    const source: u32 = wide ? load<u32>(sourcesAt + (i << 2)) : <u32>load<u16>(sourcesAt + (i << 1));
    let left = load<u32>(chainLengthAt + (source << 2));
    let chunk = load<u32>(chainHeadAt + (source << 2));
    while (left > 0) {
      const filled = ((left - 1) & (CHUNK - 1)) + 1;
      let at = entrySegmentAt + chunk * (CHUNK * 4);
      for (const end = at + (filled << 2); at < end; at += 4) {
        const code = load<u32>(at);
        const segment = code >>> 1;
        const place = activityAt + (segment << 1);
        const counted = <u32>load<u16>(place) + 1 + ((code & 1) << 8);
        store<u16>(place, <u16>counted);
        if ((counted & 255) == minThreshold) {
          const word = matchedAt + ((segment >>> 5) << 2);
          store<u32>(word, load<u32>(word) | (1 << (segment & 31)));
        }
      }
      left -= filled;
      chunk = load<u32>(chunkNextAt + (chunk << 2));
    }
  }
}

/** Twin: `listSegments` of dendrites.ts. */
export function listSegments(
  matchedAt: usize,
  words: u32,
  activityAt: usize,
  enough: u32,
  matchingAt: usize,
  activeAt: usize,
  countsAt: usize,
): void {
  let matching = matchingAt;
  let active = activeAt;
  for (let word: u32 = 0; word < words; word++) {
    let bits = load<u32>(matchedAt + (word << 2));
    if (bits == 0) continue;
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
  }
  store<u32>(countsAt, <u32>(active - activeAt) >>> 2);
  store<u32>(countsAt, <u32>(matching - matchingAt) >>> 2, 4);
}
