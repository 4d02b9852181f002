/**
 * level.ts - a picture made comparable with the one before: a little blurred, and as bright on average as any other.
 */

/** Every levelled picture has this mean. */
const MEAN_GREY = 110;

/** 3 x 3 box blur of `luma` [height, width], scaled to a mean of MEAN_GREY, to `out`; the border keeps its nearest inner value. */
export function levelPicture(
  luma: Uint8Array,
  width: number,
  height: number,
  rowSums: Uint16Array,
  out: Uint8Array,
): void {
  let total = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const left = x === 0 ? 0 : x - 1;
      const right = x === width - 1 ? x : x + 1;
      const value = luma[row + x]!;
      rowSums[row + x] = luma[row + left]! + value + luma[row + right]!;
      total += value;
    }
  }
  // Fixed point 1/4096: the same on every machine and cheaper than a division per pixel.
  const scale = total === 0 ? 0 : Math.round((MEAN_GREY * width * height * 4096) / (total * 9));
  for (let y = 0; y < height; y++) {
    const above = (y === 0 ? 0 : y - 1) * width;
    const row = y * width;
    const below = (y === height - 1 ? y : y + 1) * width;
    for (let x = 0; x < width; x++) {
      const value = ((rowSums[above + x]! + rowSums[row + x]! + rowSums[below + x]!) * scale + 2048) >> 12;
      out[row + x] = value > 255 ? 255 : value;
    }
  }
}
