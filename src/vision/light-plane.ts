/**
 * light-plane.ts - the light of blocks (local-light.ts) read at every pixel, by bilinear interpolation between their centres:
 * residuals, and how light and background share what is seen.
 *
 *     residual d = f - B L      f picture, B background, L light; grey levels
 */
import { type BlockGrid, FITS_ENOUGH, LEAST_LIGHT, type LocalLight } from './local-light.ts';

/** Light goes back to 1 within about so long, in steps of so long (ms): slowly against clouds, quickly against the sun's way. */
const SETTLED_MS = 60_000;
const SETTLE_EVERY_MS = 1000;
/** How far (in blocks from the first of two centres) light is read beyond them. */
const BEYOND = 1.3;

/** The residual of every pixel under the light measured last, to `out` [height, width] (grey levels). */
export function residuals(
  plane: LocalLight,
  grid: BlockGrid,
  luma: Uint8Array,
  background: Float32Array,
  out: Float32Array,
  width: number,
  height: number,
): void {
  const { rowLight } = plane;
  for (let y = 0, i = 0; y < height; y++) {
    readRow(plane, grid, y, width, rowLight);
    for (let x = 0; x < width; x++, i++) out[i] = luma[i]! - background[i]! * rowLight[x]!;
  }
}

/**
 * Light and background are known by their product alone: left to themselves one grows as the other fades. So the light of what
 * is seen goes slowly back to 1, and the background takes up the difference: what is seen does not change.
 */
export function settleLight(
  plane: LocalLight,
  grid: BlockGrid,
  background: Float32Array,
  width: number,
  height: number,
  elapsedMs: number,
): void {
  const { light, fitting, rowLight, settled, sinceMs } = plane;
  sinceMs[0]! += elapsedMs;
  if (sinceMs[0]! < SETTLE_EVERY_MS) return;
  const rate = sinceMs[0]! / SETTLED_MS;
  sinceMs[0] = 0;
  settled.set(light);
  const most = (grid.size * grid.size) / 4;
  for (let block = 0; block < light.length; block++)
    if (fitting[block]! >= FITS_ENOUGH * most) light[block]! += rate * (1 - light[block]!);
  for (let y = 0, i = 0; y < height; y++) {
    readRow(plane, grid, y, width, rowLight, settled);
    for (let x = 0; x < width; x++) background[i + x]! *= rowLight[x]!;
    readRow(plane, grid, y, width, rowLight);
    for (let x = 0; x < width; x++, i++) background[i]! /= rowLight[x]!;
  }
}

/** The light of one row of pixels, to `out` [width]. */
function readRow(
  { light, columnLight }: LocalLight,
  { columns, rows, size }: BlockGrid,
  y: number,
  width: number,
  out: Float32Array,
  from: Float32Array = light,
): void {
  const half = (size - 1) / 2;
  // Beyond the outermost centres the slope goes on: at the border there is no next block to tell of a cloud.
  const at = (y - half) / size;
  const above = Math.min(Math.max(0, rows - 2), Math.max(0, Math.floor(at)));
  const below = Math.min(rows - 1, above + 1);
  const share = Math.min(BEYOND, Math.max(1 - BEYOND, at - above));
  for (let column = 0; column < columns; column++) {
    const upper = from[above * columns + column]!;
    columnLight[column] = upper + share * (from[below * columns + column]! - upper);
  }
  const last = Math.max(0, columns - 2);
  for (let x = 0; x < width; x++) {
    const across = (x - half) / size;
    const left = Math.min(last, Math.max(0, Math.floor(across)));
    const part = Math.min(BEYOND, Math.max(1 - BEYOND, across - left));
    const here = columnLight[left]! + part * (columnLight[Math.min(columns - 1, left + 1)]! - columnLight[left]!);
    // Stored first and bounded then: a choice between a number and a constant is boxed for every pixel.
    out[x] = here;
    if (here < LEAST_LIGHT) out[x] = LEAST_LIGHT;
  }
}

/** The light at a pixel, by its nearest block. */
export function lightAt({ light }: LocalLight, { columns, rows, size }: BlockGrid, x: number, y: number): number {
  const row = Math.min(rows - 1, Math.floor(y / size));
  return light[row * columns + Math.min(columns - 1, Math.floor(x / size))]!;
}
