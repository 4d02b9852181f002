/**
 * geometry.ts - how a picture is divided: pixels -> subcells of 4 x 4 px -> zones of about 12 x 12 px.
 *
 *     picture  width x height px, both multiples of 4
 *     subcell  4 x 4 px: the unit in which foreground is decided
 *     zone     a place of the position grid: about 3 x 3 subcells; the division is even to one subcell
 */
import type { Box } from './box.ts';

export const SUBCELL = 4;

/** A grid of zones over the subcells of a picture. */
export type ZoneGrid = {
  readonly columns: number;
  readonly rows: number;
  /** [rows * columns] pixels of each zone */
  readonly pixels: Uint16Array;
  /** [subRows * subColumns] the zone of each subcell */
  readonly zoneOfSubcell: Uint16Array;
  /** [rows * columns] the rectangle of each zone, relative to the picture, and its name: r2c3 */
  readonly boxes: readonly Box[];
  readonly names: readonly string[];
};

export type Geometry = {
  readonly width: number;
  readonly height: number;
  readonly subColumns: number;
  readonly subRows: number;
  /** The position grid of the local regions. */
  readonly local: ZoneGrid;
  /** The coarser grid of the global region. */
  readonly global: ZoneGrid;
};

/** Divide a picture; throws RangeError when its size is not a multiple of 4 px or too small for the grids. */
export function divide(width: number, height: number, globalColumns: number, globalRows: number): Geometry {
  if (width % SUBCELL !== 0 || height % SUBCELL !== 0 || width < 24 || height < 24) {
    throw new RangeError(
      `Expected a picture of at least 24 x 24 px in steps of ${SUBCELL} but received ${width} x ${height}`,
    );
  }
  const subColumns = width / SUBCELL;
  const subRows = height / SUBCELL;
  const grid = (columns: number, rows: number): ZoneGrid => zoneGrid(subColumns, subRows, columns, rows);
  return {
    width,
    height,
    subColumns,
    subRows,
    local: grid(Math.round(width / 12), Math.round(height / 12)),
    global: grid(Math.min(globalColumns, subColumns), Math.min(globalRows, subRows)),
  };
}

function zoneGrid(subColumns: number, subRows: number, columns: number, rows: number): ZoneGrid {
  const zoneOfSubcell = new Uint16Array(subColumns * subRows);
  const pixels = new Uint16Array(columns * rows);
  for (let y = 0; y < subRows; y++) {
    const row = Math.floor(((y + 0.5) * rows) / subRows);
    for (let x = 0; x < subColumns; x++) {
      const zone = row * columns + Math.floor(((x + 0.5) * columns) / subColumns);
      zoneOfSubcell[y * subColumns + x] = zone;
      pixels[zone]! += SUBCELL * SUBCELL;
    }
  }
  const boxes = Array.from(pixels, (_, zone) => zoneBox({ columns, rows }, zone));
  const names = Array.from(pixels, (_, zone) => `r${Math.floor(zone / columns)}c${zone % columns}`);
  return { columns, rows, pixels, zoneOfSubcell, boxes, names };
}

/** The rectangle of a zone, relative to the picture. */
export function zoneBox(grid: Pick<ZoneGrid, 'columns' | 'rows'>, zone: number): Box {
  const column = zone % grid.columns;
  const row = (zone - column) / grid.columns;
  return [column / grid.columns, row / grid.rows, 1 / grid.columns, 1 / grid.rows];
}
