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
  const ideal = Math.sqrt(pixels / aspect) / STEP;
  const sizes = [Math.floor(ideal), Math.ceil(ideal)].map((steps): Size => {
    const height = Math.max(LEAST, steps * STEP);
    return { width: Math.max(LEAST, Math.round((height * aspect) / STEP) * STEP), height };
  });
  const off = ({ width, height }: Size): number => Math.abs(Math.log((width * height) / pixels));
  return off(sizes[0]!) < off(sizes[1]!) ? sizes[0]! : sizes[1]!;
}
