/** convolution.ts - kernels of the convolutional pooler; see kernels.ts. */

/** Twin: `gatherPatch` of conv-shape.ts. `pixelAt`: the patch's first pixel. Returns the bits that are 1. */
function gatherPatch(
  pixelAt: usize,
  width: u32,
  channels: u32,
  kernel: u32,
  patchAt: usize,
  patchWords: u32,
): u32 {
  memory.fill(patchAt, 0, patchWords << 2);
  const pixelWords = (channels + 31) >>> 5;
  let at: u32 = 0;
  let count: u32 = 0;
  for (let row: u32 = 0; row < kernel; row++) {
    let word = pixelAt + ((row * width * pixelWords) << 2);
    for (let column: u32 = 0; column < kernel; column++) {
      let rest = channels;
      for (let i: u32 = 0; i < pixelWords; i++) {
        const bits = load<u32>(word);
        const used = min<u32>(rest, 32);
        const shift = at & 31;
        if (bits != 0) {
          const target = patchAt + ((at >>> 5) << 2);
          store<u32>(target, load<u32>(target) | (bits << shift));
          if (shift + used > 32) store<u32>(target + 4, load<u32>(target + 4) | (bits >>> (32 - shift)));
          count += popcnt(bits);
        }
        at += used;
        rest -= used;
        word += 4;
      }
    }
  }
  return count;
}

/** Bits that two runs of whole vectors have in common; at most 65,535. */
// @ts-ignore: only AssemblyScript decorates functions
@inline
function commonBits(a: usize, b: usize, bytes: u32): u32 {
  let total = i16x8.splat(0);
  for (let i: u32 = 0; i < bytes; i += 16)
    total = i16x8.add(
      total,
      i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(v128.and(v128.load(a + i), v128.load(b + i)))),
    );
  const sums = i32x4.extadd_pairwise_i16x8_u(total);
  const pair = i32x4.add(sums, i64x2.shuffle(sums, sums, 1, 0));
  return i32x4.extract_lane(pair, 0) + i32x4.extract_lane(pair, 1);
}

/** Twin: `convolve` of convolutional-pooler.ts. The k best columns of every position. */
export function convolve(
  pixelsAt: usize,
  width: u32,
  channels: u32,
  kernel: u32,
  stride: u32,
  positionsX: u32,
  positionsY: u32,
  maskAt: usize,
  factorAt: usize,
  tieAt: usize,
  columns: u32,
  isUnshared: u32,
  patchAt: usize,
  patchWords: u32,
  minActive: u32,
  threshold: u32,
  k: u32,
  winnersAt: usize,
  bestAt: usize,
): void {
  const pixelWords = (channels + 31) >>> 5;
  const maskBytes = patchWords << 2;
  const last = bestAt + ((k - 1) << 2);
  let bank: usize = 0;
  let out = winnersAt;
  for (let y: u32 = 0; y < positionsY; y++) {
    for (let x: u32 = 0; x < positionsX; x++) {
      for (let i: u32 = 0; i < k; i++) {
        store<f32>(bestAt + (i << 2), -1);
        store<u16>(out + (i << 1), 0xffff);
      }
      const pixelAt = pixelsAt + (((y * width + x) * stride * pixelWords) << 2);
      const active = gatherPatch(pixelAt, width, channels, kernel, patchAt, patchWords);
      if (active >= minActive) {
        let mask = maskAt + bank * maskBytes;
        const factors = factorAt + (bank << 2);
        for (let column: u32 = 0; column < columns; column++) {
          const overlap = commonBits(mask, patchAt, maskBytes);
          mask += maskBytes;
          if (overlap < threshold) continue;
          const score = <f32>overlap * load<f32>(factors + (column << 2)) + load<f32>(tieAt + (column << 2));
          if (!(score > load<f32>(last))) continue;
          let place = k - 1;
          for (; place > 0; place--) {
            const above = load<f32>(bestAt + ((place - 1) << 2));
            if (!(score > above)) break;
            store<f32>(bestAt + (place << 2), above);
            store<u16>(out + (place << 1), load<u16>(out + ((place - 1) << 1)));
          }
          store<f32>(bestAt + (place << 2), score);
          store<u16>(out + (place << 1), <u16>column);
        }
      }
      out += k << 1;
      if (isUnshared != 0) bank += columns;
    }
  }
}
