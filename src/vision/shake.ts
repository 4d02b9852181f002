/**
 * shake.ts - a camera on a pole sways by a pixel or two; before the picture is compared that is taken away.
 *
 * Whole pixels are found by trying the shifts around the last one; the rest from the gradient of the background, by least
 * squares over pixels that fit (Lucas and Kanade 1981):
 *
 *     d(x, y) = -(B_x s_x + B_y s_y)      d residual, B background, s shift in px
 *
 * The residual is then corrected by the same formula: the background itself is never moved.
 */
import { type Views, field } from '../memory/layout.ts';

/** Farthest shift (px) that is taken for shake; more is a knock. */
const REACH = 2;
/** A shift counts when it explains this share of the residuals' squares. */
const EXPLAINS = 0.2;
/** Residuals beyond this (grey levels) are things, not edges that moved. */
const CLIP = 45;
const STRIDE = 2;

export const shakeFields = (width: number, height: number) => ({
  shift: field('f32', 2, 'state'), // [x, y] px, of the frame before
  moved: field('u8', width * height, 'scratch'), // [height, width] the picture moved back by whole pixels
});
export type Shake = Views<ReturnType<typeof shakeFields>>;

/** Mean |picture moved back by (dx, dy) - light * background| over a sparse grid. */
function misfit(
  luma: Uint8Array,
  background: Float32Array,
  light: number,
  width: number,
  height: number,
  dx: number,
  dy: number,
): number {
  let sum = 0;
  for (let y = 4; y < height - 4; y += 4) {
    for (let i = y * width + 4 + ((y >> 2) & 1) * 2, end = (y + 1) * width - 4; i < end; i += 4) {
      const difference = luma[i + dy * width + dx]! - light * background[i]!;
      const size = difference < 0 ? -difference : difference;
      sum += size > CLIP ? CLIP : size;
    }
  }
  return sum;
}

/** Move the picture back by whole pixels where that fits better; returns the picture to go on with. */
export function undoWholeShift(
  plane: Shake,
  luma: Uint8Array,
  background: Float32Array,
  light: number,
  width: number,
  height: number,
): Uint8Array {
  const { shift, moved } = plane;
  const still = misfit(luma, background, light, width, height, 0, 0);
  let best = still;
  let bestX = 0;
  let bestY = 0;
  // Most cameras stand still: the neighbours are tried first, and the rest only when one of them fits clearly better.
  for (let reach = 1; reach <= REACH; reach++) {
    const before = best;
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        if (Math.max(Math.abs(dx), Math.abs(dy)) !== reach) continue;
        const error = misfit(luma, background, light, width, height, dx, dy);
        if (error < best) [best, bestX, bestY] = [error, dx, dy];
      }
    }
    if (best >= 0.97 * before) break;
  }
  if (best > 0.85 * still) [bestX, bestY] = [0, 0];
  shift[0] = bestX;
  shift[1] = bestY;
  if (bestX === 0 && bestY === 0) return luma;
  for (let y = 0, i = 0; y < height; y++) {
    const fromY = Math.min(height - 1, Math.max(0, y + bestY));
    for (let x = 0; x < width; x++, i++) {
      const fromX = Math.min(width - 1, Math.max(0, x + bestX));
      moved[i] = luma[fromY * width + fromX]!;
    }
  }
  return moved;
}

/** Find the shift below a pixel that is left and take it out of `residual` [height, width], in place. */
export function undoFineShift(
  plane: Shake,
  residual: Float32Array,
  background: Float32Array,
  noise: Float32Array,
  width: number,
  height: number,
): void {
  let xx = 0;
  let xy = 0;
  let yy = 0;
  let xd = 0;
  let yd = 0;
  let dd = 0;
  for (let y = 2; y < height - 2; y += STRIDE) {
    for (let i = y * width + 2 + ((y >> 1) & 1), end = (y + 1) * width - 2; i < end; i += STRIDE) {
      const d = residual[i]!;
      if (d > CLIP || d < -CLIP) continue;
      const gx = (background[i + 1]! - background[i - 1]!) / 2;
      const gy = (background[i + width]! - background[i - width]!) / 2;
      xx += gx * gx;
      xy += gx * gy;
      yy += gy * gy;
      xd += gx * d;
      yd += gy * d;
      dd += d * d;
    }
  }
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 0)) return;
  const sx = (yy * xd - xy * yd) / determinant;
  const sy = (xx * yd - xy * xd) / determinant;
  const explained = sx * xd + sy * yd;
  if (explained < EXPLAINS * dd) return;
  const limit = 1.2;
  const cx = Math.max(-limit, Math.min(limit, sx));
  const cy = Math.max(-limit, Math.min(limit, sy));
  plane.shift[0]! -= cx;
  plane.shift[1]! -= cy;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1, end = (y + 1) * width - 1; i < end; i++) {
      const gx = (background[i + 1]! - background[i - 1]!) / 2;
      const gy = (background[i + width]! - background[i - width]!) / 2;
      const expected = cx * gx + cy * gy;
      // Never past zero: a correction may take a difference away, not make one.
      const d = residual[i]!;
      const left = d - expected;
      if ((d > 0 && expected > 0) || (d < 0 && expected < 0)) {
        residual[i] = (d > 0 && left < 0) || (d < 0 && left > 0) ? 0 : left;
      } else if (expected * expected < noise[i]! * noise[i]!) {
        residual[i] = left;
      }
    }
  }
}
