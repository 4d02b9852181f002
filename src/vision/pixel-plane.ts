/**
 * pixel-plane.ts - which pixels differ from their own learned background.
 *
 * Per pixel a running mean and variance of the gain-normalised grey value; a pixel is foreground when its squared
 * distance exceeds DISTANCE times its variance. The global gain of the frame is divided out first, so slow exposure
 * changes do not light up the picture. Under foreground the mean adapts ten times and the variance a hundred times slower:
 * a thing that stands is seen for a minute (10 fps), and its place is not blind after it has left. With a variance only ten
 * times slower it was swallowed within 54 frames, and what passed there later looked odd.
 *
 * The background adapts also while learning is off: it is where the eye is, not what the model knows.
 */
import { type Views, field } from '../memory/layout.ts';
import { type Geometry, SUBCELL } from './geometry.ts';

const DISTANCE = 18;
const RATE = 0.01;
/** The first frames set the background quickly. */
const FIRST_RATE = 0.1;
const FIRST_FRAMES = 50;
const FOREGROUND_SLOWDOWN = 0.1;
const VARIANCE_SLOWDOWN = 0.01;
/** Variance of an ideal, noiseless pixel: quantisation and the codec. */
const MIN_VARIANCE = 9;
const FIRST_VARIANCE = 100;
/** Every 7th pixel is enough to measure the gain; 7 is prime to the width, so columns are not favoured. */
const GAIN_STEP = 7;

export const pixelPlaneFields = (geometry: Geometry) => {
  const pixels = geometry.width * geometry.height;
  return {
    // f32: a mean that moves by 1 % of a grey level a frame does not fit an integer; + - * / are exact everywhere.
    background: field('f32', pixels, 'state'), // [height, width] grey levels
    variance: field('f32', pixels, 'state'), // [height, width] squared grey levels
    pixelFrames: field('u32', 1, 'state'), // frames seen
    foregroundPixel: field('u8', pixels, 'scratch'), // [height, width] 0|1
    foregroundCount: field('u8', geometry.subColumns * geometry.subRows, 'scratch'), // [subRows, subColumns] 0..16
  };
};
export type PixelPlane = Views<ReturnType<typeof pixelPlaneFields>>;

/** Compare `luma` [height, width] with the background and adapt it; fills foregroundPixel and foregroundCount. */
export function updatePixelPlane(plane: PixelPlane, geometry: Geometry, luma: Uint8Array): void {
  const { background, variance, foregroundPixel, foregroundCount } = plane;
  const { width, height, subColumns } = geometry;
  const frames = plane.pixelFrames[0]!++;
  if (frames === 0) {
    background.set(luma);
    variance.fill(FIRST_VARIANCE);
  }
  const inverseGain = 1 / gainOf(luma, background);
  const rate = frames < FIRST_FRAMES ? FIRST_RATE : RATE;
  const slowRate = rate * FOREGROUND_SLOWDOWN;
  const slowVarianceRate = rate * VARIANCE_SLOWDOWN;
  foregroundCount.fill(0);
  for (let y = 0, i = 0; y < height; y++) {
    const subRow = (y >> 2) * subColumns;
    for (let x = 0; x < width; x++, i++) {
      const mean = background[i]!;
      const spread = variance[i]!;
      const difference = luma[i]! * inverseGain - mean;
      const square = difference * difference;
      const isForeground = square > DISTANCE * spread;
      background[i] = mean + (isForeground ? slowRate : rate) * difference;
      const adapted = spread + (isForeground ? slowVarianceRate : rate) * (square - spread);
      variance[i] = adapted < MIN_VARIANCE ? MIN_VARIANCE : adapted;
      if (isForeground) {
        foregroundPixel[i] = 1;
        foregroundCount[subRow + (x >> 2)]!++;
      } else {
        foregroundPixel[i] = 0;
      }
    }
  }
}

/** Mean brightness of the frame relative to the background, sampled; 1 for black pictures. */
export function gainOf(luma: Uint8Array, background: Float32Array): number {
  let seen = 0;
  let known = 0;
  for (let i = 0; i < luma.length; i += GAIN_STEP) {
    seen += luma[i]!;
    known += background[i]!;
  }
  return seen > 0 && known > 0 ? seen / known : 1;
}

/** A subcell holds 16 pixels; the retina asks for at least this many of them. */
export const MIN_FOREGROUND_PIXELS = (SUBCELL * SUBCELL) / 8;
