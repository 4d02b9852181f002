/**
 * backdrop.ts - what never happens and always is there: a textured ground, a road, and foliage that sways in the wind.
 */
import { randomBelow } from '../memory/random.ts';

export type Backdrop = {
  readonly width: number;
  readonly height: number;
  /** [height, width] everything that stands still */
  readonly still: Uint8Array;
  /** Place of the foliage (px) and its own picture, wider than the place so that it can sway: [height, width + 2 * sway]. */
  readonly foliage: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly leaves: Uint8Array;
};

/** Largest sway to each side (px). */
const SWAY = 2;

/** Paint the ground: overlapping discs of random grey ("dead leaves"), a darker road, then the foliage's own picture. */
export function createBackdrop(width: number, height: number, random: Uint32Array): Backdrop {
  const still = new Uint8Array(width * height).fill(120);
  const spots = Math.round((width * height) / 60);
  for (let i = 0; i < spots; i++) {
    const radius = 2 + randomBelow(random, Math.max(2, Math.round(width / 12)));
    const shade = 70 + randomBelow(random, 100);
    paintDisc(still, width, height, randomBelow(random, width), randomBelow(random, height), radius, shade);
  }
  for (let y = Math.round(height * 0.3); y < Math.round(height * 0.8); y++) {
    for (let x = 0; x < width; x++) still[y * width + x] = 70 + (still[y * width + x]! >> 2);
  }
  const foliage = { x: 0, y: 0, width: Math.round(width * 0.28), height: Math.round(height * 0.22) };
  const stride = foliage.width + 2 * SWAY;
  const leaves = new Uint8Array(stride * foliage.height).fill(60);
  for (let i = 0; i < leaves.length / 6; i++) {
    const shade = 40 + randomBelow(random, 120);
    paintDisc(
      leaves,
      stride,
      foliage.height,
      randomBelow(random, stride),
      randomBelow(random, foliage.height),
      1,
      shade,
    );
  }
  return { width, height, still, foliage, leaves };
}

/** Copy the backdrop of one frame into `out` [height, width]. The wind comes in gusts; each row of leaves lags a little. */
export function paintBackdrop(backdrop: Backdrop, frame: number, out: Uint8Array): void {
  const { width, still, foliage, leaves } = backdrop;
  out.set(still);
  const gust = frame % 600 < 250 ? 1 : 0.4;
  const stride = foliage.width + 2 * SWAY;
  for (let row = 0; row < foliage.height; row++) {
    const turn = ((frame * 3 + row * 5) % 64) / 64;
    const triangle = turn < 0.5 ? 4 * turn - 1 : 3 - 4 * turn;
    const shift = SWAY + Math.round(SWAY * gust * triangle);
    const from = row * stride + shift;
    out.set(leaves.subarray(from, from + foliage.width), (foliage.y + row) * width + foliage.x);
  }
}

/** A filled disc, clipped to the plane. */
export function paintDisc(
  plane: Uint8Array,
  width: number,
  height: number,
  centerX: number,
  centerY: number,
  radius: number,
  shade: number,
): void {
  for (let y = Math.max(0, centerY - radius); y <= Math.min(height - 1, centerY + radius); y++) {
    for (let x = Math.max(0, centerX - radius); x <= Math.min(width - 1, centerX + radius); x++) {
      if ((x - centerX) ** 2 + (y - centerY) ** 2 <= radius * radius) plane[y * width + x] = shade;
    }
  }
}
