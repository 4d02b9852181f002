/**
 * blobs.ts - foreground cut into connected pieces of one picture: where, how large, how much darker or brighter.
 *
 * The picture is divided into cells, about ROWS over its height, so that the same scene gives the same pieces at any size of
 * picture. Small gaps are closed, connected cells are one blob, and pieces that lie over each other (head, legs) are joined.
 * A thing ends at its edge while light fades out: the difference inside must clearly exceed that of a ring around it.
 */
import { type Views, field } from '../memory/layout.ts';

/** Cells over the height of the picture. */
const ROWS = 54;
/** Most blobs of a picture; beyond that the smallest are not looked at. */
export const MOST_BLOBS = 48;
/** Share of a cell's pixels that must be foreground. */
const FULL = 0.45;
/** Fewest cells of a blob. */
const LEAST_CELLS = 3;
/** Mean |residual| inside a thing against the ring around it: factor and grey levels. */
const EDGE_FACTOR = 2.2;
const EDGE_LEVELS = 2;
/** A shadow lies within this share of the height from the foot of a blob of at least so many cells. */
const FLAT = 0.3;
const LEAST_UPRIGHT = 5;
/** Pieces are joined when their widths overlap by this share and the gap between them is at most this share of both heights. */
const JOIN_OVERLAP = 0.5;
const JOIN_GAP = 0.3;
/** The same for pieces that are too low alone, and as high as things are here together. */
const WIDE_GAP = 1;
/** In spreads of the usual height: lower than a thing, as high as one, and higher than one. */
const LOW = -1;
const HIGH = 1;
const TOO_HIGH = 2.5;

/** How much a height (picture heights) at a place differs from what is usual there, in spreads; NaN while nothing is known. */
export type HeightScore = (x: number, y: number, height: number) => number;

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
  for (let blob = 0; blob < out.count[0]!; blob++) if (out.isLive[blob] === 1) trimShadow(out, grid, blob);
  for (let blob = 0; blob < out.count[0]!; blob++) {
    if (out.isLive[blob] === 1 && (out.area[blob]! < LEAST_CELLS || !hasEdge(out, grid, blob))) out.isLive[blob] = 0;
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

/**
 * A shadow that is cast to the side lies flat at the foot of what casts it, and is darker than the scene: columns at the sides
 * of a blob that hold nothing else are no part of the thing.
 */
function trimShadow({ on, signed, left, right, top, bottom }: Blobs, { columns }: CellGrid, blob: number): void {
  const high = bottom[blob]! - top[blob]! + 1;
  if (high < LEAST_UPRIGHT) return;
  const isShadow = (column: number): boolean => {
    let tone = 0;
    for (let row = top[blob]!; row <= bottom[blob]!; row++) {
      const cell = row * columns + column;
      if (on[cell] === 0) continue;
      if (bottom[blob]! - row >= FLAT * high) return false;
      tone += signed[cell]!;
    }
    return tone <= 0;
  };
  let first = left[blob]!;
  let last = right[blob]!;
  while (first < last && isShadow(first)) first++;
  while (last > first && isShadow(last)) last--;
  // What is flat all over is no shadow of itself.
  if (last === first) return;
  left[blob] = first;
  right[blob] = last;
}

/** Join pieces that lie over each other, until none is left to join. */
function join(out: Blobs, grid: CellGrid, scoreHeight: HeightScore): void {
  const { isLive } = out;
  const count = out.count[0]!;
  for (let changed = true; changed;) {
    changed = false;
    for (let a = 0; a < count; a++) {
      if (isLive[a] === 0) continue;
      for (let b = a + 1; b < count; b++) {
        if (isLive[b] === 0 || !areOne(out, grid, a, b, scoreHeight)) continue;
        absorb(out, a, b);
        changed = true;
      }
    }
  }
}

/**
 * Whether two pieces are one thing: one lies over the other (head and legs of a man whose coat has the colour of the road), and
 * together they are no higher than things are here. What is as high as things are takes nothing in that makes it too high.
 */
function areOne(
  { left, right, top, bottom }: Blobs,
  { rows }: CellGrid,
  a: number,
  b: number,
  scoreHeight: HeightScore,
): boolean {
  const overlap = Math.min(right[a]!, right[b]!) - Math.max(left[a]!, left[b]!) + 1;
  const narrower = Math.min(right[a]! - left[a]!, right[b]! - left[b]!) + 1;
  if (overlap < JOIN_OVERLAP * narrower) return false;
  const gap = Math.max(top[a]!, top[b]!) - Math.min(bottom[a]!, bottom[b]!) - 1;
  const highA = bottom[a]! - top[a]! + 1;
  const highB = bottom[b]! - top[b]! + 1;
  if (gap > Math.max(1, WIDE_GAP * (highA + highB))) return false;
  // A wide piece and a small one far to its side are two things that only share a border.
  const together = Math.max(right[a]!, right[b]!) - Math.min(left[a]!, left[b]!) + 1;
  if (together > 1.5 * (Math.max(right[a]! - left[a]!, right[b]! - left[b]!) + 1)) return false;
  const upper = Math.min(top[a]!, top[b]!);
  const lower = Math.max(bottom[a]!, bottom[b]!) + 1;
  const x = (Math.min(left[a]!, left[b]!) + together / 2) / rows;
  const score = scoreHeight(x, (upper + lower) / 2 / rows, (lower - upper) / rows);
  const scoreA = scoreHeight(x, (top[a]! + highA / 2) / rows, highA / rows);
  const scoreB = scoreHeight(x, (top[b]! + highB / 2) / rows, highB / rows);
  if (gap > Math.max(1, JOIN_GAP * (highA + highB))) return score < HIGH && scoreA < LOW && scoreB < LOW;
  return !(score > TOO_HIGH && (scoreA > LOW || scoreB > LOW));
}

/** Join one blob to another. */
export function absorb(out: Blobs, into: number, blob: number): void {
  const areas = out.area[into]! + out.area[blob]!;
  for (const mean of [out.inside, out.tone])
    mean[into] = (mean[into]! * out.area[into]! + mean[blob]! * out.area[blob]!) / areas;
  out.area[into] = areas;
  out.left[into] = Math.min(out.left[into]!, out.left[blob]!);
  out.right[into] = Math.max(out.right[into]!, out.right[blob]!);
  out.top[into] = Math.min(out.top[into]!, out.top[blob]!);
  out.bottom[into] = Math.max(out.bottom[into]!, out.bottom[blob]!);
  out.isLive[blob] = 0;
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
