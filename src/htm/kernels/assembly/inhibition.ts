/** inhibition.ts - kernels of the spatial pooler that choose winners; see kernels.ts. */

/**
 * Twin: `boostOverlaps` of spatial-pooler.ts. Keys of all columns: 256 times the boosted overlap in fixed point, and `tieAt`
 * [columns] below that; 0 where the overlap is below the threshold.
 */
export function boostOverlaps(
  overlapAt: usize,
  boostAt: usize,
  tieAt: usize,
  keyAt: usize,
  columns: u32,
  threshold: u32,
  unit: u32,
  mostScore: u32,
): void {
  const units = f64x2.splat(<f64>unit);
  const most = i32x4.splat(mostScore);
  const thresholds = i32x4.splat(threshold);
  const vectors = columns & ~3;
  for (let i: u32 = 0; i < vectors; i += 4) {
    const count = v128.load16x4_u(overlapAt + (i << 1));
    const boost = v128.load(boostAt + (i << 2));
    const low = f64x2.mul(f64x2.mul(f64x2.convert_low_i32x4_u(count), f64x2.promote_low_f32x4(boost)), units);
    const high = f64x2.mul(
      f64x2.mul(
        f64x2.convert_low_i32x4_u(i64x2.shuffle(count, count, 1, 0)),
        f64x2.promote_low_f32x4(i64x2.shuffle(boost, boost, 1, 0)),
      ),
      units,
    );
    const score = i32x4.min_u(
      i64x2.shuffle(i32x4.trunc_sat_f64x2_u_zero(low), i32x4.trunc_sat_f64x2_u_zero(high), 0, 2),
      most,
    );
    const tie = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(tieAt + i)));
    const key = i32x4.add(i32x4.shl(score, 8), tie);
    v128.store(keyAt + (i << 2), v128.and(key, i32x4.ge_u(count, thresholds)));
  }
  for (let i = vectors; i < columns; i++) {
    const count = <u32>load<u16>(overlapAt + (i << 1));
    const score = <f64>count * <f64>load<f32>(boostAt + (i << 2)) * <f64>unit;
    const whole = score > <f64>mostScore ? mostScore : <u32>score;
    store<u32>(keyAt + (i << 2), count < threshold ? 0 : (whole << 8) + <u32>load<u8>(tieAt + i));
  }
}

/** Keys from `least` on. */
function countFrom(keyAt: usize, columns: u32, least: u32): u32 {
  const bound = i32x4.splat(least);
  const vectors = columns & ~3;
  let sums = i32x4.splat(0);
  for (let i: u32 = 0; i < vectors; i += 4) sums = i32x4.sub(sums, i32x4.ge_u(v128.load(keyAt + (i << 2)), bound));
  const pair = i32x4.add(sums, i64x2.shuffle(sums, sums, 1, 0));
  let count = <u32>(i32x4.extract_lane(pair, 0) + i32x4.extract_lane(pair, 1));
  for (let i = vectors; i < columns; i++) count += <u32>(load<u32>(keyAt + (i << 2)) >= least);
  return count;
}

/** Twin: `inhibitGlobally` of inhibition.ts: the k-th largest key is found bit by bit from the top. */
export function inhibitGlobally(keyAt: usize, rankingAt: usize, columns: u32, k: u32, winnersAt: usize): u32 {
  let threshold: u32 = 1;
  let reached = countFrom(keyAt, columns, 1);
  if (reached > k) {
    threshold = 0;
    for (let bit: u32 = 1 << 31; bit != 0; bit >>>= 1) {
      const count = countFrom(keyAt, columns, threshold | bit);
      if (count < k) continue;
      threshold |= bit;
      reached = count;
      if (count == k) break;
    }
  }
  let worst: u32 = 0xffffffff;
  if (reached > k) worst = worstWantedRank(keyAt, rankingAt, columns, threshold, k - countFrom(keyAt, columns, threshold + 1));
  let found: u32 = 0;
  for (let column: u32 = 0; column < columns; column++) {
    const key = load<u32>(keyAt + (column << 2));
    if (key < threshold || (key == threshold && <u32>load<u16>(rankingAt + (column << 1)) > worst)) continue;
    store<u32>(winnersAt + (found << 2), column);
    found++;
  }
  return found;
}

/** Twin: `worstWantedRank` of inhibition.ts. */
function worstWantedRank(keyAt: usize, rankingAt: usize, columns: u32, threshold: u32, wanted: u32): u32 {
  let from: u32 = 0;
  for (let n: u32 = 0; n < wanted; n++) {
    let next: u32 = 65536;
    for (let column: u32 = 0; column < columns; column++) {
      const rank = <u32>load<u16>(rankingAt + (column << 1));
      if (load<u32>(keyAt + (column << 2)) == threshold && rank >= from && rank < next) next = rank;
    }
    from = next + 1;
  }
  return from - 1;
}

/** Twin: `padKeys` of inhibition.ts. */
export function padKeys(
  keyAt: usize,
  paddedAt: usize,
  stride: u32,
  radius: u32,
  radiusY: u32,
  columnWidth: u32,
  columnHeight: u32,
  wrap: u32,
): void {
  const left = radius << 2;
  const width = columnWidth << 2;
  const row = stride << 2;
  for (let y: u32 = 0; y < columnHeight; y++) {
    const at = paddedAt + (y + radiusY) * row + left;
    memory.copy(at, keyAt + y * width, width);
    if (wrap) {
      memory.copy(at - left, at + width - left, left);
      memory.copy(at + width, at, left);
    } else {
      memory.fill(at - left, 0, left);
      memory.fill(at + width, 0, left);
    }
  }
  const border = radiusY * row;
  const grid = columnHeight * row;
  if (wrap) {
    memory.copy(paddedAt, paddedAt + grid, border);
    memory.copy(paddedAt + border + grid, paddedAt + border, border);
  } else {
    memory.fill(paddedAt, 0, border);
    memory.fill(paddedAt + border + grid, 0, border);
  }
}

/**
 * Twin: `inhibitWindows` of inhibition.ts. A column wins when fewer than its limit of the neighbours have a larger key.
 * Keys lie in a padded grid of `stride` u32 per row with `radius` on each side; rows may be read 3 lanes too far. `mark`: the
 * key of a winner grows by 1, so that it counts against equal ones that come later; 2: also where it wraps around.
 */
export function inhibitWindows(
  keysAt: usize,
  stride: u32,
  radius: u32,
  radiusY: u32,
  columnWidth: u32,
  columnHeight: u32,
  limitsAt: usize,
  winnersAt: usize,
  mark: u32,
  blocksAt: usize,
): u32 {
  const blocksPerRow = (stride + 3) >>> 2;
  largestOfFour(keysAt, stride, columnHeight + 2 * radiusY, blocksAt, blocksPerRow);
  const side: u32 = (radius << 1) + 1;
  const rows: u32 = (radiusY << 1) + 1;
  const whole = side & ~3;
  const rest = side & 3;
  const restLanes = (1 << <i32>rest) - 1;
  let winners: u32 = 0;
  for (let y: u32 = 0; y < columnHeight; y++) {
    let losers: u32 = 0;
    for (let x: u32 = 0; x < columnWidth; x++) {
      if ((x & 3) == 0) losers = surelyLost(keysAt, stride, radius, radiusY, side, rows, limitsAt, columnWidth, x, y);
      if ((losers >>> (x & 3)) & 1) continue;
      const key = load<u32>(keysAt + (((y + radiusY) * stride + x + radius) << 2));
      if (key == 0) continue;
      const limit = <u32>load<u16>(limitsAt + ((y * columnWidth + x) << 1));
      const own = i32x4.splat(key);
      if (!mayWin(blocksAt, blocksPerRow, x, y, side, rows, radiusY, own, limit)) continue;
      let larger: u32 = 0;
      for (let n: u32 = 0; n < rows && larger < limit; n++) {
        const turn = n + radiusY;
        const row = y + (turn >= rows ? turn - rows : turn);
        let at = keysAt + ((row * stride + x) << 2);
        for (const end = at + (whole << 2); at < end; at += 16)
          larger += popcnt(i32x4.bitmask(i32x4.gt_u(v128.load(at), own)));
        if (rest != 0) larger += popcnt(i32x4.bitmask(i32x4.gt_u(v128.load(at), own)) & restLanes);
      }
      if (larger >= limit) continue;
      store<u32>(winnersAt + (winners << 2), y * columnWidth + x);
      winners++;
      if (mark != 0) markKey(keysAt, stride, radius, radiusY, columnWidth, columnHeight, x, y, mark);
    }
  }
  return winners;
}

/** The largest of every four keys of a row, from its beginning on. */
function largestOfFour(keysAt: usize, stride: u32, rows: u32, blocksAt: usize, blocksPerRow: u32): void {
  for (let row: u32 = 0; row < rows; row++) {
    let out = blocksAt + ((row * blocksPerRow) << 2);
    const start = keysAt + ((row * stride) << 2);
    for (let x: u32 = 0; x < stride; x += 4) {
      let keys = v128.load(start + (x << 2));
      // What lies behind the row belongs to the next one; no window reaches it.
      keys = i32x4.max_u(keys, i64x2.shuffle(keys, keys, 1, 0));
      store<u32>(out, max<u32>(i32x4.extract_lane(keys, 0), i32x4.extract_lane(keys, 1)));
      out += 4;
    }
  }
}

/**
 * Which of four columns next to each other lose already by their own row and the one below: all four are compared with the
 * same neighbour at a time, so that nothing has to be guessed.
 */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function surelyLost(
  keysAt: usize,
  stride: u32,
  radius: u32,
  radiusY: u32,
  side: u32,
  rows: u32,
  limitsAt: usize,
  columnWidth: u32,
  x: u32,
  y: u32,
): u32 {
  if (x + 4 > columnWidth) return 0;
  const row = keysAt + (((y + radiusY) * stride + x) << 2);
  const below = row + (<usize>stride << 2);
  const own = v128.load(row + (radius << 2));
  let larger = i32x4.splat(0);
  for (let i: u32 = 0; i < side; i++) larger = i32x4.sub(larger, i32x4.gt_u(v128.load(row + (i << 2)), own));
  if (rows > 1)
    for (let i: u32 = 0; i < side; i++) larger = i32x4.sub(larger, i32x4.gt_u(v128.load(below + (i << 2)), own));
  const limits = v128.load16x4_u(limitsAt + ((y * columnWidth + x) << 1));
  return i32x4.bitmask(i32x4.ge_u(larger, limits));
}

/**
 * Whether a column may win, by the blocks of four that lie wholly in its window: each whose largest key is larger stands for
 * at least one neighbour. Four times as fast as looking at every key.
 */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function mayWin(
  blocksAt: usize,
  blocksPerRow: u32,
  x: u32,
  y: u32,
  side: u32,
  rows: u32,
  radiusY: u32,
  own: v128,
  limit: u32,
): bool {
  const first = (x + 3) >>> 2;
  const count = ((x + side) >>> 2) - min<u32>(first, (x + side) >>> 2);
  if (count < 4) return true;
  const whole = count & ~3;
  let larger: u32 = 0;
  for (let n: u32 = 0; n < rows; n++) {
    const turn = n + radiusY;
    const row = y + (turn >= rows ? turn - rows : turn);
    const start = blocksAt + ((row * blocksPerRow + first) << 2);
    for (let i: u32 = 0; i < whole; i += 4)
      larger += popcnt(i32x4.bitmask(i32x4.gt_u(v128.load(start + (i << 2)), own)));
    if (larger >= limit) return false;
  }
  return true;
}

/** Twin: `markKey` of inhibition.ts. */
function markKey(
  keysAt: usize,
  stride: u32,
  radius: u32,
  radiusY: u32,
  columnWidth: u32,
  columnHeight: u32,
  x: u32,
  y: u32,
  mark: u32,
): void {
  const far: u32 = mark == 2 ? 1 : 0;
  for (let turnY: u32 = 1 - far; turnY <= 1 + far; turnY++) {
    const row = <i32>(y + radiusY + turnY * columnHeight) - <i32>columnHeight;
    if (row < 0 || row >= <i32>(columnHeight + 2 * radiusY)) continue;
    for (let turnX: u32 = 1 - far; turnX <= 1 + far; turnX++) {
      const column = <i32>(x + radius + turnX * columnWidth) - <i32>columnWidth;
      if (column < 0 || column >= <i32>(columnWidth + 2 * radius)) continue;
      const at = keysAt + ((<u32>row * stride + <u32>column) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
}
