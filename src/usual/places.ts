/**
 * places.ts - where something is, from fine to coarse: cell -> block of 4 x 4 cells -> row -> picture.
 *
 * What is known of a place backs off along this chain: where a cell has seen little, its block speaks, then its row (things
 * in one row are about as far away), then the whole picture. Cells are about CELLS in number and square at any aspect.
 */
const CELLS = 1000;
const BLOCK = 4;

export type Places = {
  readonly columns: number;
  readonly rows: number;
  /** Width of the picture in heights. */
  readonly aspect: number;
  /** Cells, blocks, rows and the picture: all of them have a number, cells first. */
  readonly count: number;
  /** [cells, 4] each cell's chain: itself, block, row, picture */
  readonly chain: Uint16Array;
};

/** Levels of the chain. */
export const LEVELS = 4;

export function placesOf(aspect: number): Places {
  const rows = Math.max(4, Math.round(Math.sqrt(CELLS / aspect)));
  const columns = Math.max(4, Math.round(rows * aspect));
  const cells = columns * rows;
  const blockColumns = Math.ceil(columns / BLOCK);
  const blocks = blockColumns * Math.ceil(rows / BLOCK);
  const chain = new Uint16Array(cells * LEVELS);
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, cell++) {
      chain[cell * LEVELS] = cell;
      chain[cell * LEVELS + 1] = cells + Math.floor(row / BLOCK) * blockColumns + Math.floor(column / BLOCK);
      chain[cell * LEVELS + 2] = cells + blocks + row;
      chain[cell * LEVELS + 3] = cells + blocks + rows;
    }
  }
  return { columns, rows, aspect, count: cells + blocks + rows + 1, chain };
}

/** Whether two cells are no farther apart than `reach` cells each way. */
export function areNear({ columns }: Places, one: number, other: number, reach: number): boolean {
  const [a, b] = [one % columns, other % columns];
  return Math.abs(a - b) <= reach && Math.abs((one - a) / columns - (other - b) / columns) <= reach;
}

/** The cell at x, y (heights of the picture); outside it the nearest. */
export function cellAt({ columns, rows, aspect }: Places, x: number, y: number): number {
  const column = Math.min(columns - 1, Math.max(0, Math.floor((x / aspect) * columns)));
  const row = Math.min(rows - 1, Math.max(0, Math.floor(y * rows)));
  return row * columns + column;
}
