/**
 * shift.ts - has the whole picture moved, and by how much? A knocked camera sees the same scene somewhere else.
 */

/** Farthest shift that is looked for, as a share of the height. */
const REACH = 0.14;
/** Every so many pixels are compared, each way. */
const STRIDE = 3;
/** The best shift must leave less than this share of the error without one. */
const CLEARLY_BETTER = 0.6;
/** And not more than this on average (grey levels): what is left is grain, things and halves of pixels. */
const LARGEST_ERROR = 10;

/** A shift in px: the picture shows at x + dx, y + dy what the background shows at x, y. */
export type Shift = { dx: number; dy: number };

/**
 * Find the shift of `luma` [height, width], whose brightness is `gain` times that of `background`, into `out`; returns false
 * when no shift explains the picture clearly better than none.
 */
export function findShift(
  luma: Uint8Array,
  background: Float32Array,
  gain: number,
  width: number,
  height: number,
  out: Shift,
): boolean {
  const reach = Math.round(REACH * height);
  const error = (dx: number, dy: number, limit: number): number => {
    let sum = 0;
    for (let y = reach; y < height - reach && sum < limit; y += STRIDE) {
      for (let x = reach, i = y * width + reach; x < width - reach; x += STRIDE, i += STRIDE) {
        const difference = luma[i + dy * width + dx]! - gain * background[i]!;
        sum += difference < 0 ? -difference : difference;
      }
    }
    return sum;
  };
  const columns = Math.ceil((width - 2 * reach) / STRIDE);
  const rows = Math.ceil((height - 2 * reach) / STRIDE);
  const still = error(0, 0, Infinity);
  let best = still;
  out.dx = 0;
  out.dy = 0;
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const sum = error(dx, dy, best);
      if (sum < best) {
        best = sum;
        out.dx = dx;
        out.dy = dy;
      }
    }
  }
  return best < CLEARLY_BETTER * still && best < LARGEST_ERROR * columns * rows;
}

/** Copy `luma` moved back by the shift into `out`; what lies outside is taken from the background at the same gain. */
export function undoShift(
  luma: Uint8Array,
  background: Float32Array,
  gain: number,
  width: number,
  height: number,
  { dx, dy }: Shift,
  out: Uint8Array,
): void {
  for (let y = 0, i = 0; y < height; y++) {
    const rowInside = y + dy >= 0 && y + dy < height;
    for (let x = 0; x < width; x++, i++) {
      const inside = rowInside && x + dx >= 0 && x + dx < width;
      out[i] = inside ? luma[i + dy * width + dx]! : Math.max(0, Math.min(255, Math.round(gain * background[i]!)));
    }
  }
}
