/**
 * model-size.ts - how large the model's picture is for a source of a given shape: as many pixels as the budget has, in the
 * shape of what is watched.
 */
import type { Size } from './types.ts';

/** Sides are multiples of this (px), and none is shorter than `LEAST`. */
const STEP = 4;
const LEAST = 24;

/**
 * Largest size of about `pixels` in the shape of the part `crop` [x, y, width, height] of a picture of size `native`.
 */
export function modelSize(native: Size, crop: readonly [number, number, number, number] | null, pixels: number): Size {
  const aspect = (native.width * (crop?.[2] ?? 1)) / (native.height * (crop?.[3] ?? 1));
  const side = (length: number): number => Math.max(LEAST, Math.round(length / STEP) * STEP);
  const height = side(Math.sqrt(pixels / aspect));
  // The other side makes up for what rounding took, as far as a step can.
  return { width: side(Math.min(pixels / height, height * aspect)), height };
}
