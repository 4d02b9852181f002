/**
 * grid.ts - the places of a path: squares over the picture, entered only when a thing is well inside, so that one that walks
 * along an edge does not come and go.
 */

/** Share of a side by which a thing must be beyond an edge to have left a place. */
const WELL_INSIDE = 0.2;
/** From one place to the next in so many steps either way; farther is a jump, and all jumps are alike. */
const REACH = 3;
const SIDE = 2 * REACH + 1;
/** Ways to the next place: the steps, and a jump. */
export const STEPS = SIDE * SIDE + 1;
const JUMP = SIDE * SIDE;

export type Grid = {
  readonly columns: number;
  readonly rows: number;
  readonly aspect: number;
  readonly places: number;
};

export function gridOf(aspect: number, rows: number): Grid {
  const columns = Math.max(1, Math.round(rows * aspect));
  return { columns, rows, aspect, places: columns * rows };
}

/** The place at x, y (heights of the picture) of a thing that was last at `last` (-1 = nowhere yet). */
export function placeAt({ columns, rows, aspect }: Grid, x: number, y: number, last: number): number {
  const across = (x / aspect) * columns;
  const down = y * rows;
  const column = Math.min(columns - 1, Math.max(0, Math.floor(across)));
  const row = Math.min(rows - 1, Math.max(0, Math.floor(down)));
  if (last < 0) return row * columns + column;
  const lastColumn = last % columns;
  const lastRow = (last - lastColumn) / columns;
  const isOut = (at: number, place: number): boolean => at < place - WELL_INSIDE || at > place + 1 + WELL_INSIDE;
  return isOut(across, lastColumn) || isOut(down, lastRow) ? row * columns + column : last;
}

/** Number of the step from one place to another. */
export function stepBetween({ columns }: Grid, from: number, to: number): number {
  const dx = (to % columns) - (from % columns);
  const dy = Math.floor(to / columns) - Math.floor(from / columns);
  if (Math.abs(dx) > REACH || Math.abs(dy) > REACH) return JUMP;
  return (dy + REACH) * SIDE + dx + REACH;
}

/** The place a step leads to, or -1: out of the picture, nowhere else, or a jump. */
export function placeAfter({ columns, rows }: Grid, from: number, step: number): number {
  if (step === JUMP) return -1;
  const column = (from % columns) + (step % SIDE) - REACH;
  const row = Math.floor(from / columns) + Math.floor(step / SIDE) - REACH;
  if (column < 0 || row < 0 || column >= columns || row >= rows) return -1;
  const place = row * columns + column;
  return place === from ? -1 : place;
}

/** Whether a step can be taken from a place. */
export const canStep = (grid: Grid, from: number, step: number): boolean =>
  step === JUMP || placeAfter(grid, from, step) >= 0;
