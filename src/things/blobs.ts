/**
 * blobs.ts - foreground cut into connected pieces of one picture: where, how large, how much darker or brighter.
 *
 * The picture is divided into cells, about ROWS over its height, so that the same scene gives the same pieces at any size of
 * picture. Small gaps are closed, connected cells are one blob, and pieces that lie over each other (head, legs) are joined.
 * A thing ends at its edge while light fades out: the difference inside must clearly exceed that of a ring around it.
 */
import { type Blobs, type CellGrid, MOST_BLOBS } from './cells.ts';
import { type HeightScore, join, trimShadow } from './join.ts';

/** Share of a cell's pixels that must be foreground. */
const FULL = 0.45;
/** Fewest cells of a blob. */
const LEAST_CELLS = 3;
/** Mean |residual| inside a thing against the ring around it: factor and grey levels. */
const EDGE_FACTOR = 2.2;
const EDGE_LEVELS = 2;

/**
 * Find the blobs of `foreground` [height, width] of the picture `luma` with its `residual` into `out`. Dismissed ones keep
 * their label and have `isLive` 0. `drizzle`: what is in one picture only (rain, snow) is left out.
 */
export function findBlobs(
  out: Blobs,
  grid: CellGrid,
  foreground: Uint8Array,
  residual: Float32Array,
  luma: Uint8Array,
  width: number,
  height: number,
  drizzle: boolean,
  scoreHeight: HeightScore,
): void {
  sumCells(out, grid, foreground, residual, width, height);
  if (drizzle) dropFlicker(out, grid);
  else out.before.set(out.raw);
  dropLight(out, grid, foreground, residual, luma, width, height);
  close(out, grid);
  label(out, grid);
  join(out, grid, scoreHeight);
  for (let blob = 0; blob < out.count[0]!; blob++) {
    if (out.isLive[blob] === 0) continue;
    trimShadow(out, grid, blob);
    if (out.area[blob]! < LEAST_CELLS || !hasEdge(out, grid, blob)) out.isLive[blob] = 0;
  }
}

function sumCells(
  { raw, difference, signed }: Blobs,
  { columns, rows, size }: CellGrid,
  foreground: Uint8Array,
  residual: Float32Array,
  width: number,
  height: number,
): void {
  for (let row = 0, cell = 0; row < rows; row++) {
    const bottom = Math.min(height, (row + 1) * size);
    for (let column = 0; column < columns; column++, cell++) {
      const left = column * size;
      const right = Math.min(width, left + size);
      let on = 0;
      let sum = 0;
      let sumSigned = 0;
      let pixels = 0;
      for (let y = row * size; y < bottom; y++) {
        for (let i = y * width + left, end = y * width + right; i < end; i++) {
          const d = residual[i]!;
          on += foreground[i]!;
          sum += d < 0 ? -d : d;
          sumSigned += d;
          pixels++;
        }
      }
      raw[cell] = on >= FULL * pixels ? 1 : 0;
      difference[cell] = sum / pixels;
      signed[cell] = sumSigned / pixels;
    }
  }
}

/** Only what was there, or beside it, in the picture before as well. */
function dropFlicker({ raw, before, kind }: Blobs, { columns, rows }: CellGrid): void {
  kind.set(raw);
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, cell++) {
      if (raw[cell] === 0) continue;
      let was = 0;
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++)
          was |= before[y * columns + x]!;
      }
      if (was === 0) raw[cell] = 0;
    }
  }
  before.set(kind);
}

const LIGHT = 1;
const SOLID = 2;
const UNSURE = 3;
/** Light leaves the texture of the scene as it is: the correlation of picture and lit background, in a window of 3 x 3 cells. */
const SAME_TEXTURE = 0.75;
const OTHER_TEXTURE = 0.5;
/** How much darker or brighter light makes things, as a factor. */
const DARKEST = 0.35;
const BRIGHTEST = 1.9;
/** Texture must stand out of the grain by this variance (grey levels squared) to tell anything. */
const TEXTURE = 14;

/** Cells full of foreground that a window must hold to tell anything. */
const ENOUGH = 5;

/** Shadows, clouds and beams of light are no things where the texture shows through them, and beside such places. */
function dropLight(
  { raw, kind }: Blobs,
  { columns, rows, size }: CellGrid,
  foreground: Uint8Array,
  residual: Float32Array,
  luma: Uint8Array,
  width: number,
  height: number,
): void {
  const enough = ENOUGH * size * size;
  for (let row = 0, cell = 0; row < rows; row++) {
    const top = Math.max(0, (row - 1) * size);
    const bottom = Math.min(height, (row + 2) * size);
    for (let column = 0; column < columns; column++, cell++) {
      kind[cell] = 0;
      if (raw[cell] === 0) continue;
      const left = Math.max(0, (column - 1) * size);
      const right = Math.min(width, (column + 2) * size);
      let f = 0;
      let b = 0;
      let ff = 0;
      let bb = 0;
      let fb = 0;
      let n = 0;
      for (let y = top; y < bottom; y++) {
        for (let i = y * width + left, end = y * width + right; i < end; i++) {
          if (foreground[i] === 0) continue;
          const seen = luma[i]!;
          const known = seen - residual[i]!;
          f += seen;
          b += known;
          ff += seen * seen;
          bb += known * known;
          fb += seen * known;
          n++;
        }
      }
      const ratio = b > 0 ? f / b : 0;
      const varB = bb / n - (b / n) * (b / n);
      const varF = ff / n - (f / n) * (f / n);
      const both = fb / n - (f / n) * (b / n);
      const textured = n >= enough && varB * ratio * ratio > TEXTURE;
      const correlation = varB > 0 && varF > 0 ? both / Math.sqrt(varB * varF) : 0;
      kind[cell] =
        ratio < DARKEST || ratio > BRIGHTEST || (textured && correlation < OTHER_TEXTURE)
          ? SOLID
          : textured && correlation > SAME_TEXTURE
            ? LIGHT
            : UNSURE;
    }
  }
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, cell++) {
      if (raw[cell] === 0 || kind[cell] === SOLID) continue;
      let light = 0;
      let solid = 0;
      for (let y = Math.max(0, row - 2); y <= Math.min(rows - 1, row + 2); y++) {
        for (let x = Math.max(0, column - 2); x <= Math.min(columns - 1, column + 2); x++) {
          const other = kind[y * columns + x]!;
          if (other === LIGHT) light++;
          else if (other === SOLID) solid++;
        }
      }
      if (kind[cell] === LIGHT ? light >= solid : light >= 3 && light > 2 * solid) raw[cell] = 0;
    }
  }
}

/** Gaps of one cell are closed: grown by one, then taken back by one. */
function close({ raw, grown, on }: Blobs, { columns, rows }: CellGrid): void {
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, cell++) {
      grown[cell] =
        raw[cell] === 1 ||
        (column > 0 && raw[cell - 1] === 1) ||
        (column < columns - 1 && raw[cell + 1] === 1) ||
        (row > 0 && raw[cell - columns] === 1) ||
        (row < rows - 1 && raw[cell + columns] === 1)
          ? 1
          : 0;
    }
  }
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, cell++) {
      on[cell] =
        raw[cell] === 1 ||
        (grown[cell] === 1 &&
          (column === 0 || grown[cell - 1] === 1) &&
          (column === columns - 1 || grown[cell + 1] === 1) &&
          (row === 0 || grown[cell - columns] === 1) &&
          (row === rows - 1 || grown[cell + columns] === 1))
          ? 1
          : 0;
    }
  }
}

function label(out: Blobs, grid: CellGrid): void {
  const { on, label: labels, count } = out;
  labels.fill(0);
  count[0] = 0;
  for (let start = 0; start < on.length; start++) {
    if (on[start] === 0 || labels[start] !== 0) continue;
    let blob: number = count[0];
    if (blob === MOST_BLOBS) {
      // The pool is full: the smallest gives way.
      let smallest = 0;
      for (let i = 1; i < MOST_BLOBS; i++) if (out.area[i]! < out.area[smallest]!) smallest = i;
      blob = smallest;
      for (let cell = 0; cell < labels.length; cell++) if (labels[cell] === blob + 1) labels[cell] = 255;
    } else count[0] = blob + 1;
    flood(out, grid, start, blob);
  }
}

function flood(out: Blobs, { columns, rows }: CellGrid, start: number, blob: number): void {
  const { on, label: labels, queue, difference, signed } = out;
  let head = 0;
  let tail = 0;
  let left = columns;
  let right = 0;
  let top = rows;
  let bottom = 0;
  let area = 0;
  let sum = 0;
  let tone = 0;
  labels[start] = blob + 1;
  queue[tail++] = start;
  while (head < tail) {
    const cell = queue[head++]!;
    const x = cell % columns;
    const y = (cell - x) / columns;
    area++;
    sum += difference[cell]!;
    tone += signed[cell]!;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
    for (let dy = -1; dy <= 1; dy++) {
      const v = y + dy;
      if (v < 0 || v >= rows) continue;
      for (let dx = -1; dx <= 1; dx++) {
        const u = x + dx;
        if (u < 0 || u >= columns) continue;
        const other = v * columns + u;
        if (on[other] === 0 || labels[other] !== 0) continue;
        labels[other] = blob + 1;
        queue[tail++] = other;
      }
    }
  }
  out.left[blob] = left;
  out.right[blob] = right;
  out.top[blob] = top;
  out.bottom[blob] = bottom;
  out.area[blob] = area;
  out.inside[blob] = sum / area;
  out.tone[blob] = tone / area;
  out.isLive[blob] = 1;
}

/** Whether the difference ends at the blob's edge; `ring`: cells that belong to no blob, two cells around its box. */
function hasEdge(
  { left, right, top, bottom, label: labels, difference, inside }: Blobs,
  grid: CellGrid,
  blob: number,
): boolean {
  const { columns, rows } = grid;
  const x0 = Math.max(0, left[blob]! - 2);
  const x1 = Math.min(columns - 1, right[blob]! + 2);
  const y0 = Math.max(0, top[blob]! - 2);
  const y1 = Math.min(rows - 1, bottom[blob]! + 2);
  let sum = 0;
  let cells = 0;
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      const cell = y * columns + x;
      if (labels[cell] !== 0) continue;
      // Right beside a blob its own blur counts: only cells that no blob touches.
      const touches =
        (x > 0 && labels[cell - 1] !== 0) ||
        (x < columns - 1 && labels[cell + 1] !== 0) ||
        (y > 0 && labels[cell - columns] !== 0) ||
        (y < rows - 1 && labels[cell + columns] !== 0);
      if (touches) continue;
      sum += difference[cell]!;
      cells++;
    }
  }
  if (cells < 4) return true;
  return inside[blob]! > EDGE_FACTOR * (sum / cells) + EDGE_LEVELS;
}
