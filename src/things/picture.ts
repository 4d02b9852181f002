/**
 * picture.ts - where a blob is and how large, in heights of the picture, and what a picture's tracking works with.
 */
import type { Blobs, CellGrid } from './cells.ts';

/** One picture, as tracking sees it. */
export type Picture = { readonly grid: CellGrid; readonly timeMs: number; readonly elapsedMs: number };

/** What of a picture is kept while its things are told apart. */
export type TrackScratch = {
  readonly pairCost: Float32Array; // [MOST_THINGS * MOST_BLOBS]
  readonly owner: Int8Array; // [MOST_BLOBS] slot, -1 = nobody
  readonly sharers: Uint8Array; // [MOST_BLOBS]
};

export const centreX = (blobs: Blobs, { rows }: CellGrid, blob: number): number =>
  (blobs.left[blob]! + blobs.right[blob]! + 1) / 2 / rows;
export const centreY = (blobs: Blobs, { rows }: CellGrid, blob: number): number =>
  (blobs.top[blob]! + blobs.bottom[blob]! + 1) / 2 / rows;
export const widthOf = (blobs: Blobs, { rows }: CellGrid, blob: number): number =>
  (blobs.right[blob]! - blobs.left[blob]! + 1) / rows;
export const heightOf = (blobs: Blobs, { rows }: CellGrid, blob: number): number =>
  (blobs.bottom[blob]! - blobs.top[blob]! + 1) / rows;

export function touchesBorder(blobs: Blobs, { columns, rows }: CellGrid, blob: number): number {
  return blobs.left[blob] === 0 ||
    blobs.top[blob] === 0 ||
    blobs.right[blob]! >= columns - 1 ||
    blobs.bottom[blob]! >= rows - 1
    ? 1
    : 0;
}

export function clamp(value: number, least: number, most: number): number {
  return value < least ? least : value > most ? most : value;
}
