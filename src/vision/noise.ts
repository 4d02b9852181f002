/**
 * noise.ts - how far a pixel strays when nothing happens there: the larger of what the sensor does at that grey level and
 * what the pixel itself has done.
 *
 *     sensor   the median |difference of two pictures in a row|, in 16 bins of grey: grain grows with light
 *     own      the 90 % quantile of |residual| of the pixel: leaves, compression, edges that shake
 *
 * Both are quantiles, tracked by small steps up and down. A variance would be inflated by the very things that are to be seen;
 * a quantile is not, as long as a place is free for most of the time. How fast the own quantile follows depends on what is
 * there: on nothing quickly, on what never travelled (leaves, a burnt-in clock) slowly, on a thing that came by itself hardly.
 */
import { type Views, field } from '../memory/layout.ts';

const BINS = 16;
/** Least spread (grey levels): rounding and compression alone make that much. */
const LEAST = 1.6;
/** Spread of a normal distribution from its median |difference of two|, and from its 90 % quantile of |value|. */
const FROM_DIFFERENCE = 1 / (0.6745 * Math.SQRT2);
const FROM_QUANTILE = 1 / 1.645;
/** The quantile that is tracked. */
const QUANTILE = 0.9;
/** Steps of the trackers per second, as shares of themselves. */
const SENSOR_RATE = 0.5;
const OWN_RATE = 0.3;
/** The same under what has not travelled, and under what has. */
const STILL_RATE = 0.08;
const THING_RATE = 0.02;
const FIRST_QUANTILE = 5;
/** A pixel that strays so many times as far as the sensor alone would make it is restless: leaves, a clock, a screen. */
const RESTLESS = 3;
/** A sensor that is quieter counts as this (grey levels): without grain a codec's rounding would be restless. */
const QUIETEST = 1;
/** Every so many pixels are asked for the sensor's noise; odd, so that all columns are. */
const STRIDE = 5;

export const noiseFields = (width: number, height: number) => ({
  // f32: grey levels, made by exact arithmetic
  own: field('f32', width * height, 'state'), // [height, width] the 90 % quantile of |residual|
  sensor: field('f32', BINS, 'state'), // [16] the median |difference| by grey level
  noise: field('f32', width * height, 'scratch'), // [height, width] the spread to hold residuals against
  above: field('u32', BINS, 'scratch'),
  asked: field('u32', BINS, 'scratch'),
});
export type Noise = Views<ReturnType<typeof noiseFields>>;

export function initNoise({ own, sensor }: Noise): void {
  own.fill(FIRST_QUANTILE);
  sensor.fill(1);
}

/** Learn the sensor's noise from two pictures in a row [height, width], `elapsedMs` apart. */
export function learnSensor(plane: Noise, luma: Uint8Array, before: Uint8Array, elapsedMs: number): void {
  const { sensor, above, asked } = plane;
  above.fill(0);
  asked.fill(0);
  for (let i = 0; i < luma.length; i += STRIDE) {
    const grey = luma[i]!;
    const difference = grey > before[i]! ? grey - before[i]! : before[i]! - grey;
    const bin = grey >> 4;
    asked[bin]!++;
    if (difference > sensor[bin]!) above[bin]!++;
  }
  const rate = Math.min(0.2, (SENSOR_RATE * elapsedMs) / 1000);
  for (let bin = 0; bin < BINS; bin++) {
    if (asked[bin]! < 8) continue;
    const share = above[bin]! / asked[bin]!;
    // Never to nothing: a quiet codec would leave no way back up.
    sensor[bin] = Math.max(0.5, sensor[bin]! * (1 + rate * (2 * share - 1)));
  }
}

/** The spread of every pixel of `luma` now, to `plane.noise`. */
export function spreadNow(plane: Noise, luma: Uint8Array): void {
  const { own, sensor, noise } = plane;
  for (let i = 0; i < luma.length; i++) {
    const bySensor = sensor[luma[i]! >> 4]! * FROM_DIFFERENCE;
    const byItself = own[i]! * FROM_QUANTILE;
    // Stored first and bounded then: a choice between a number and a constant is boxed for every pixel.
    noise[i] = byItself > bySensor ? byItself : bySensor;
    if (noise[i]! < LEAST) noise[i] = LEAST;
  }
}

/** Whether a pixel [of height * width] that is now `grey` strays much farther than the sensor's noise. */
export function isRestless({ own, sensor }: Noise, pixel: number, grey: number): boolean {
  const bySensor = sensor[grey >> 4]! * FROM_DIFFERENCE;
  return own[pixel]! * FROM_QUANTILE > RESTLESS * Math.max(QUIETEST, bySensor);
}

/** How what covers a pixel is taken; the numbers of `cover` in `learnOwn`. */
export const FREE = 0;
export const STILL = 1;
export const THING = 2;

/** Track each pixel's own quantile; `cover` [height, width] says what is there: FREE, STILL or THING. */
export function learnOwn({ own }: Noise, residual: Float32Array, cover: Uint8Array, elapsedMs: number): void {
  const seconds = Math.min(0.5, elapsedMs / 1000);
  const freeUp = 1 + OWN_RATE * QUANTILE * seconds;
  const freeDown = 1 - OWN_RATE * (1 - QUANTILE) * seconds;
  const stillUp = 1 + STILL_RATE * QUANTILE * seconds;
  const stillDown = 1 - STILL_RATE * (1 - QUANTILE) * seconds;
  const thingUp = 1 + THING_RATE * QUANTILE * seconds;
  const thingDown = 1 - THING_RATE * (1 - QUANTILE) * seconds;
  for (let i = 0; i < own.length; i++) {
    const value = residual[i]!;
    const usual = own[i]!;
    const exceeds = value > usual || value < -usual;
    const covered = cover[i]!;
    const factor =
      covered === FREE
        ? exceeds
          ? freeUp
          : freeDown
        : covered === STILL
          ? exceeds
            ? stillUp
            : stillDown
          : exceeds
            ? thingUp
            : thingDown;
    const next = usual * factor;
    own[i] = next > 1 ? next : 1;
  }
}
