/**
 * light-plane.ts - is a difference from the background nothing but light?
 *
 * Light changes a picture smoothly: the shadow of a cloud, the cone of a headlight or of a lamp multiply what is there by a
 * factor that is nearly linear over a few pixels, and leave its texture as it was. A thing covers it, and has edges. So the
 * picture I is fitted by the background B under a linear factor, by least squares in a window of 8 x 8 px around a subcell,
 *
 *     I(x, y) = B(x, y) * (a + b x + c y)
 *
 * and what is left decides: no more than noise and a small part of the picture itself is light.
 */
import { type Views, field } from '../memory/layout.ts';
import { type Geometry, SUBCELL } from './geometry.ts';
import { MIN_FOREGROUND_PIXELS, type PixelPlane } from './pixel-plane.ts';

/** Pixels of the window beyond the subcell, on each side: with 4 the middle of a headlight's cone is too round for a line. */
const RIM = 2;
/** Squared rest that is light: so many times the variance of the pixels, and so large a part of the picture (squared). */
const NOISE_FACTOR = 2;
const PART = 0.03;
/** So dark is no shadow. */
const DARKEST = 0.4;
/** From this grey level on a pixel may be cut off: it says no more than that the picture is at least so bright. */
const WHITE = 250;
/** Fewer pixels below WHITE say nothing; what cannot be told from light is light. */
const MIN_PIXELS = 20;

export const lightPlaneFields = (geometry: Geometry) => ({
  isLight: field('u8', geometry.subColumns * geometry.subRows, 'scratch'), // [subRows, subColumns] 0|1
});
export type LightPlane = Views<ReturnType<typeof lightPlaneFields>>;

/** Look at every subcell that differs, by its pixels or by its texture (`textureChanged` [subcells]); fills isLight. */
export function updateLightPlane(
  { isLight }: LightPlane,
  pixels: PixelPlane,
  textureChanged: Uint8Array,
  geometry: Geometry,
  luma: Uint8Array,
): void {
  for (let subcell = 0; subcell < isLight.length; subcell++) {
    const differs = textureChanged[subcell] === 1 || pixels.foregroundCount[subcell]! >= MIN_FOREGROUND_PIXELS;
    isLight[subcell] = differs && explainedByLight(pixels, geometry, luma, subcell) ? 1 : 0;
  }
}

function explainedByLight(
  { background, variance }: PixelPlane,
  { width, height, subColumns }: Geometry,
  luma: Uint8Array,
  subcell: number,
): boolean {
  const column = subcell % subColumns;
  const row = (subcell - column) / subColumns;
  const left = Math.max(0, column * SUBCELL - RIM);
  const right = Math.min(width, (column + 1) * SUBCELL + RIM);
  const top = Math.max(0, row * SUBCELL - RIM);
  const bottom = Math.min(height, (row + 1) * SUBCELL + RIM);
  const middleX = (left + right - 1) / 2;
  const middleY = (top + bottom - 1) / 2;

  // Sums of squares and products of I, B, B x and B y.
  let count = 0;
  let noise = 0;
  let ii = 0;
  let ib = 0;
  let ix = 0;
  let iy = 0;
  let bb = 0;
  let bx = 0;
  let by = 0;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let v = top; v < bottom; v++) {
    const y = v - middleY;
    for (let u = left, i = v * width + left; u < right; u++, i++) {
      const value = luma[i]!;
      if (value >= WHITE) continue;
      const x = u - middleX;
      const usual = background[i]!;
      const product = value * usual;
      const square = usual * usual;
      count++;
      noise += variance[i]!;
      ii += value * value;
      ib += product;
      ix += product * x;
      iy += product * y;
      bb += square;
      bx += square * x;
      by += square * y;
      xx += square * x * x;
      xy += square * x * y;
      yy += square * y * y;
    }
  }
  if (count < MIN_PIXELS) return true;

  // The symmetric 3 x 3 system by its cofactors.
  const c00 = xx * yy - xy * xy;
  const c01 = by * xy - bx * yy;
  const c02 = bx * xy - by * xx;
  const determinant = bb * c00 + bx * c01 + by * c02;
  if (determinant <= 0) return false;
  const a = (c00 * ib + c01 * ix + c02 * iy) / determinant;
  if (a < DARKEST) return false;
  const b = (c01 * ib + (bb * yy - by * by) * ix + (bx * by - bb * xy) * iy) / determinant;
  const c = (c02 * ib + (bx * by - bb * xy) * ix + (bb * xx - bx * bx) * iy) / determinant;

  let rest = ii - a * ib - b * ix - c * iy;
  const most = NOISE_FACTOR * noise * Math.max(1, a) + PART * PART * ii;
  if (rest >= most) return false;
  if (count === (right - left) * (bottom - top)) return true;
  // Pixels that are white should be so in that light.
  for (let v = top; v < bottom; v++) {
    for (let u = left, i = v * width + left; u < right; u++, i++) {
      if (luma[i]! < WHITE) continue;
      const short = WHITE - background[i]! * (a + b * (u - middleX) + c * (v - middleY));
      if (short > 0) rest += short * short;
    }
  }
  return rest < most;
}
