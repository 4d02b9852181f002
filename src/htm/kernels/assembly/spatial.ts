/** spatial.ts - kernels of the spatial pooler; see kernels.ts. */

/** The sum bit and the carry bit of three bits per lane. */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function sum3(a: v128, b: v128, c: v128): v128 {
  return v128.xor(v128.xor(a, b), c);
}
// @ts-ignore: only AssemblyScript decorates functions
@inline
function carry3(a: v128, b: v128, c: v128): v128 {
  return v128.or(v128.and(a, b), v128.and(v128.xor(a, b), c));
}
/** The row of the active input at `at`, at the current 128 columns. */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function rowOf(base: usize, at: usize, rowBytes: u32): v128 {
  return v128.load(base + load<u32>(at) * rowBytes);
}

/**
 * Twin: `countRows` of sp-global.ts. For 128 columns at a time the rows of all active inputs are added as bit-sliced
 * numbers, eight rows per round of carry-save adders; `slicesAt` is room for 16 slices of 16 bytes.
 */
export function countRows(
  rowsAt: usize,
  rowBytes: u32,
  activeAt: usize,
  count: u32,
  slicesAt: usize,
  overlapAt: usize,
): void {
  const eighths = count & ~7;
  for (let group: u32 = 0; group < rowBytes; group += 16) {
    for (let slice: u32 = 0; slice < 256; slice += 16) v128.store(slicesAt + slice, i8x16.splat(0));
    const base = rowsAt + group;
    let ones = i8x16.splat(0);
    let twos = i8x16.splat(0);
    let fours = i8x16.splat(0);
    for (let i: u32 = 0; i < eighths; i += 8) {
      const at = activeAt + (i << 2);
      const aA = rowOf(base, at + 0, rowBytes);
      const bA = rowOf(base, at + 4, rowBytes);
      const twosA = carry3(ones, aA, bA);
      ones = sum3(ones, aA, bA);
      const aB = rowOf(base, at + 8, rowBytes);
      const bB = rowOf(base, at + 12, rowBytes);
      const twosB = carry3(ones, aB, bB);
      ones = sum3(ones, aB, bB);
      const foursA = carry3(twos, twosA, twosB);
      twos = sum3(twos, twosA, twosB);
      const aC = rowOf(base, at + 16, rowBytes);
      const bC = rowOf(base, at + 20, rowBytes);
      const twosC = carry3(ones, aC, bC);
      ones = sum3(ones, aC, bC);
      const aD = rowOf(base, at + 24, rowBytes);
      const bD = rowOf(base, at + 28, rowBytes);
      const twosD = carry3(ones, aD, bD);
      ones = sum3(ones, aD, bD);
      const foursB = carry3(twos, twosC, twosD);
      twos = sum3(twos, twosC, twosD);
      const eights = carry3(fours, foursA, foursB);
      fours = sum3(fours, foursA, foursB);
      addToSlices(slicesAt + 48, eights);
    }
    v128.store(slicesAt, ones);
    v128.store(slicesAt + 16, twos);
    v128.store(slicesAt + 32, fours);
    for (let i = eighths; i < count; i++)
      addToSlices(slicesAt, v128.load(base + load<u32>(activeAt + (i << 2)) * rowBytes));
    writeSlices(slicesAt, overlapAt + (group << 4), bitLength(count));
  }
}

/** Add one bit per column at the slice `at` and ripple the carries up. */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function addToSlices(at: usize, bits: v128): void {
  let rest = bits;
  let place = at;
  while (v128.any_true(rest)) {
    const slice = v128.load(place);
    v128.store(place, v128.xor(slice, rest));
    rest = v128.and(slice, rest);
    place += 16;
  }
}

// @ts-ignore: only AssemblyScript decorates functions
@inline
function bitLength(value: u32): u32 {
  return 32 - <u32>clz<u32>(value);
}

/** 128 bit-sliced numbers as u16. */
function writeSlices(slicesAt: usize, overlapAt: usize, slices: u32): void {
  const lanes = i16x8(1, 2, 4, 8, 16, 32, 64, 128);
  for (let byte: u32 = 0; byte < 16; byte++) {
    let sum = i16x8.splat(0);
    for (let slice: u32 = 0; slice < slices; slice++) {
      const bits = i16x8.splat(<i16>load<u8>(slicesAt + (slice << 4) + byte));
      const set = i16x8.eq(v128.and(bits, lanes), lanes);
      sum = v128.or(sum, v128.and(set, i16x8.splat(<i16>(<i32>1 << <i32>slice))));
    }
    v128.store(overlapAt + (byte << 4), sum);
  }
}

/** 16 input bits as 16 bytes of 0 or 255. */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function spread(bits: u32): v128 {
  const both = v128.or(
    v128.and(i8x16.splat(<i8>(bits & 255)), i64x2(-1, 0)),
    v128.and(i8x16.splat(<i8>(bits >>> 8)), i64x2(0, -1)),
  );
  const lanes = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  return i8x16.eq(v128.and(both, lanes), lanes);
}

/** 16 permanences after learning: up where the input was on, else down, never below 1; 0 is no synapse and stays. */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function learned(permanence: v128, on: v128, increment: v128, decrement: v128): v128 {
  const up = i8x16.add_sat_u(permanence, increment);
  const down = i8x16.max_u(i8x16.sub_sat_u(permanence, decrement), i8x16.splat(1));
  return v128.and(v128.bitselect(up, down, on), i8x16.ne(permanence, i8x16.splat(0)));
}

/**
 * What learning adds to the permanence of each input of this step and what it takes: `increment` and 0 where it is on, 0 and
 * `decrement` where it is off.
 */
export function spreadInput(
  inputBitsAt: usize,
  lanes: u32,
  increment: u32,
  decrement: u32,
  upAt: usize,
  downAt: usize,
): void {
  const inc = i8x16.splat(<i8>increment);
  const dec = i8x16.splat(<i8>decrement);
  for (let i: u32 = 0; i < lanes; i += 16) {
    const on = spread(load<u16>(inputBitsAt + (i >>> 3)));
    v128.store(upAt + i, v128.and(inc, on));
    v128.store(downAt + i, v128.andnot(dec, on));
  }
}

/**
 * Twin: `adaptColumnRows` of sp-global.ts. One column's permanences over the whole input, which go by what `spreadInput`
 * found (`each` all ones), or all by the same (`each` 0, vectors); where one crosses the connected threshold, the column's
 * bit in that input's row flips. Returns by how many more synapses are connected.
 */
export function adaptColumnRows(
  permanenceAt: usize,
  inputs: u32,
  upAt: usize,
  downAt: usize,
  each: u32,
  connected: u32,
  columnBitAt: usize,
  rowBytes: u32,
  columnBit: u32,
): i32 {
  const threshold = i8x16.splat(<i8>connected);
  const least = i8x16.splat(1);
  const none = i8x16.splat(0);
  let change: i32 = 0;
  for (let i: u32 = 0; i < inputs; i += 16) {
    const before = v128.load(permanenceAt + i);
    const moved = i8x16.sub_sat_u(
      i8x16.add_sat_u(before, v128.load(upAt + (i & each))),
      v128.load(downAt + (i & each)),
    );
    // 0 is no synapse and stays; a synapse stays at 1 at least.
    const after = v128.andnot(i8x16.max_u(moved, least), i8x16.eq(before, none));
    v128.store(permanenceAt + i, after);
    const is = i8x16.ge_u(after, threshold);
    let flips = i8x16.bitmask(v128.xor(is, i8x16.ge_u(before, threshold)));
    if (flips == 0) continue;
    change += 2 * popcnt(flips & i8x16.bitmask(is)) - popcnt(flips);
    do {
      const at = columnBitAt + (i + ctz(flips)) * rowBytes;
      store<u8>(at, load<u8>(at) ^ <u8>columnBit);
      flips &= flips - 1;
    } while (flips != 0);
  }
  return change;
}

/**
 * Twin: `adaptColumnSparse` of sp-sparse.ts. `lanes` permanences and the inputs they belong to; `inputOn` is 255 for those
 * that are on, and `all` is 255 where all are taken for on. Returns by how many more synapses are connected.
 */
export function adaptColumnSparse(
  permanenceAt: usize,
  potentialAt: usize,
  lanes: u32,
  inputOnAt: usize,
  increment: u32,
  decrement: u32,
  all: u32,
  connected: u32,
  columnBitAt: usize,
  rowBytes: u32,
  columnBit: u32,
): i32 {
  const inc = i8x16.splat(<i8>increment);
  const dec = i8x16.splat(<i8>decrement);
  const every = i8x16.splat(<i8>all);
  const threshold = i8x16.splat(<i8>connected);
  const least = i8x16.splat(1);
  const none = i8x16.splat(0);
  let change: i32 = 0;
  for (let i: u32 = 0; i < lanes; i += 16) {
    const inputs = potentialAt + (<usize>i << 1);
    const both = v128.shuffle<u64>(onOf(inputOnAt, inputs), onOf(inputOnAt, inputs + 16), 0, 2);
    const on = v128.or(every, both);
    const before = v128.load(permanenceAt + i);
    const moved = i8x16.sub_sat_u(i8x16.add_sat_u(before, v128.and(inc, on)), v128.andnot(dec, on));
    // 0 is no synapse and stays; a synapse stays at 1 at least.
    const after = v128.andnot(i8x16.max_u(moved, least), i8x16.eq(before, none));
    v128.store(permanenceAt + i, after);
    const is = i8x16.ge_u(after, threshold);
    let flips = i8x16.bitmask(v128.xor(is, i8x16.ge_u(before, threshold)));
    if (flips == 0) continue;
    change += 2 * popcnt(flips & i8x16.bitmask(is)) - popcnt(flips);
    do {
      const at = columnBitAt + <usize>load<u16>(inputs + (<usize>ctz(flips) << 1)) * rowBytes;
      store<u8>(at, load<u8>(at) ^ <u8>columnBit);
      flips &= flips - 1;
    } while (flips != 0);
  }
  return change;
}

/** What eight inputs, whose numbers are at `inputs`, have in `inputOn`: in the first eight lanes. */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function onOf(inputOnAt: usize, inputs: usize): v128 {
  let on = i8x16.splat(0);
  on = v128.load8_lane(inputOnAt + <usize>load<u16>(inputs), on, 0);
  on = v128.load8_lane(inputOnAt + <usize>load<u16>(inputs, 2), on, 1);
  on = v128.load8_lane(inputOnAt + <usize>load<u16>(inputs, 4), on, 2);
  on = v128.load8_lane(inputOnAt + <usize>load<u16>(inputs, 6), on, 3);
  on = v128.load8_lane(inputOnAt + <usize>load<u16>(inputs, 8), on, 4);
  on = v128.load8_lane(inputOnAt + <usize>load<u16>(inputs, 10), on, 5);
  on = v128.load8_lane(inputOnAt + <usize>load<u16>(inputs, 12), on, 6);
  return v128.load8_lane(inputOnAt + <usize>load<u16>(inputs, 14), on, 7);
}

/** Twin: `adaptColumnMask` of sp-local.ts. The same over a window, whose connected bits lie next to each other. */
export function adaptColumnMask(
  permanenceAt: usize,
  lanes: u32,
  inputBitsAt: usize,
  increment: u32,
  decrement: u32,
  connected: u32,
  maskAt: usize,
): u32 {
  const inc = i8x16.splat(<i8>increment);
  const dec = i8x16.splat(<i8>decrement);
  const threshold = i8x16.splat(<i8>connected);
  let count: u32 = 0;
  for (let i: u32 = 0; i < lanes; i += 16) {
    const after = learned(v128.load(permanenceAt + i), spread(load<u16>(inputBitsAt + (i >>> 3))), inc, dec);
    v128.store(permanenceAt + i, after);
    const is = i8x16.bitmask(i8x16.ge_u(after, threshold));
    store<u16>(maskAt + (i >>> 3), <u16>is);
    count += popcnt(is);
  }
  return count;
}

/**
 * Twin: `gatherWindows` of sp-local.ts. For each left edge and each row of the padded picture the window's bits of
 * that row, moved to bit 0. Rows are `paddedWords` u32, one more word than needed being readable behind the last.
 */
export function gatherWindows(
  paddedAt: usize,
  paddedWords: u32,
  rows: u32,
  leftsAt: usize,
  lefts: u32,
  rowWords: u32,
  lastWordMask: u32,
  gatheredAt: usize,
): void {
  let out = gatheredAt;
  for (let i: u32 = 0; i < lefts; i++) {
    const left = <u32>load<u16>(leftsAt + (i << 1));
    const shift = <u64>(left & 31);
    for (let row: u32 = 0; row < rows; row++) {
      let at = paddedAt + ((row * paddedWords + (left >>> 5)) << 2);
      for (let word: u32 = 0; word < rowWords; word++) {
        const bits = <u32>(load<u64>(at) >> shift);
        store<u32>(out, word + 1 == rowWords ? bits & lastWordMask : bits);
        at += 4;
        out += 4;
      }
    }
  }
}

/** Twin: `countWindows` of sp-local.ts. Connected synapses on active inputs, by AND and population count. */
export function countWindows(
  maskAt: usize,
  maskWords: u32,
  gatheredAt: usize,
  leftWords: u32,
  topsAt: usize,
  rowWords: u32,
  columnWidth: u32,
  columnHeight: u32,
  overlapAt: usize,
): void {
  let mask = maskAt;
  let out = overlapAt;
  for (let y: u32 = 0; y < columnHeight; y++) {
    let window = gatheredAt + ((<u32>load<u16>(topsAt + (y << 1)) * rowWords) << 2);
    for (let x: u32 = 0; x < columnWidth; x++) {
      let total = i16x8.splat(0);
      let word: u32 = 0;
      while (word < maskWords) {
        // 31 rounds at most, so that no byte exceeds 255
        const end = min<u32>(word + 31 * 4, maskWords);
        let bytes = i8x16.splat(0);
        for (; word < end; word += 4) {
          const seen = v128.and(v128.load(mask + (word << 2)), v128.load(window + (word << 2)));
          bytes = i8x16.add(bytes, i8x16.popcnt(seen));
        }
        total = i16x8.add(total, i16x8.extadd_pairwise_i8x16_u(bytes));
      }
      const sums = i32x4.extadd_pairwise_i16x8_u(total);
      const pair = i32x4.add(sums, i64x2.shuffle(sums, sums, 1, 0));
      store<u16>(out, <u16>(i32x4.extract_lane(pair, 0) + i32x4.extract_lane(pair, 1)));
      out += 2;
      mask += maskWords << 2;
      window += leftWords << 2;
    }
  }
}
