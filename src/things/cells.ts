/**
 * cells.ts - the cells that a picture is divided into, and what is known of its blobs: a fixed pool.
 */
import { type Views, field } from '../memory/layout.ts';

/** Cells over the height of the picture. */
const ROWS = 54;
/** Most blobs of a picture; beyond that the smallest are not looked at. */
export const MOST_BLOBS = 48;

export type CellGrid = {
  readonly columns: number;
  readonly rows: number;
  /** px */
  readonly size: number;
  /** Width of the picture in heights. */
  readonly aspect: number;
};

export function cellGrid(width: number, height: number): CellGrid {
  const size = Math.max(1, Math.round(height / ROWS));
  return { size, columns: Math.ceil(width / size), rows: Math.ceil(height / size), aspect: width / height };
}

export const blobFields = (grid: CellGrid) => {
  const cells = grid.columns * grid.rows;
  return {
    on: field('u8', cells, 'scratch'), // [rows, columns] 0|1 after closing
    grown: field('u8', cells, 'scratch'),
    raw: field('u8', cells, 'scratch'), // before closing
    before: field('u8', cells, 'state'), // `raw` of the picture before
    kind: field('u8', cells, 'scratch'), // of foreground cells: LIGHT, SOLID or UNSURE
    difference: field('f32', cells, 'scratch'), // mean |residual|, grey levels
    signed: field('f32', cells, 'scratch'), // mean residual
    label: field('u8', cells, 'scratch'), // 0 = none, blob + 1
    queue: field('u16', cells, 'scratch'),
    count: field('u32', 1, 'scratch'),
    // [MOST_BLOBS] edges in cells, inclusive
    left: field('i16', MOST_BLOBS, 'scratch'),
    top: field('i16', MOST_BLOBS, 'scratch'),
    right: field('i16', MOST_BLOBS, 'scratch'),
    bottom: field('i16', MOST_BLOBS, 'scratch'),
    area: field('u16', MOST_BLOBS, 'scratch'), // cells
    inside: field('f32', MOST_BLOBS, 'scratch'), // mean |residual|
    tone: field('f32', MOST_BLOBS, 'scratch'), // mean residual: darker or brighter than the scene
    isLive: field('u8', MOST_BLOBS, 'scratch'), // 0 after it was joined to another or dismissed
  };
};
export type Blobs = Views<ReturnType<typeof blobFields>>;
