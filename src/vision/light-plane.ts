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
import { addToFit, clearFit, explainedByFit, newFactorFit, solveFit } from './smooth-factor.ts';

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

const fit = newFactorFit();

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

  clearFit(fit);
  let count = 0;
  let noise = 0;
  for (let v = top; v < bottom; v++) {
    for (let u = left, i = v * width + left; u < right; u++, i++) {
      if (luma[i]! >= WHITE) continue;
      addToFit(fit, luma[i]!, background[i]!, u - middleX, v - middleY);
      noise += variance[i]!;
      count++;
    }
  }
  if (count < MIN_PIXELS) return true;

  if (!solveFit(fit)) return false;
  const { a, b, c, vv } = fit;
  if (a < DARKEST) return false;

  let rest = vv - explainedByFit(fit);
  const most = NOISE_FACTOR * noise * Math.max(1, a) + PART * PART * vv;
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
