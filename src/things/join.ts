/**
 * join.ts - which pieces of foreground are one thing, and what of a piece is only its shadow.
 */
import type { Blobs, CellGrid } from './cells.ts';

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

/**
 * A shadow that is cast to the side lies flat at the foot of what casts it, and is darker than the scene: columns at the sides
 * of a blob that hold nothing else are no part of the thing. Its edges move in; its area and means stay those of the blob.
 */
export function trimShadow(blobs: Blobs, { columns }: CellGrid, blob: number): void {
  const { left, right, top, bottom } = blobs;
  if (bottom[blob]! - top[blob]! + 1 < LEAST_UPRIGHT) return;
  let first = left[blob]!;
  let last = right[blob]!;
  while (first < last && isShadow(blobs, columns, blob, first)) first++;
  while (last > first && isShadow(blobs, columns, blob, last)) last--;
  // What is flat all over is no shadow of itself.
  if (last === first) return;
  left[blob] = first;
  right[blob] = last;
}

function isShadow({ on, signed, top, bottom }: Blobs, columns: number, blob: number, column: number): boolean {
  const high = bottom[blob]! - top[blob]! + 1;
  let tone = 0;
  for (let row = top[blob]!; row <= bottom[blob]!; row++) {
    const cell = row * columns + column;
    if (on[cell] === 0) continue;
    if (bottom[blob]! - row >= FLAT * high) return false;
    tone += signed[cell]!;
  }
  return tone <= 0;
}

/** Join pieces that lie over each other, until none is left to join. */
export function join(out: Blobs, grid: CellGrid, scoreHeight: HeightScore): void {
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
  const isWide = gap > Math.max(1, JOIN_GAP * (highA + highB));
  // While nothing is known those that lie close are one; how high the pieces are is asked for only where it tells.
  if (Number.isNaN(score)) return !isWide;
  if (isWide ? score >= HIGH : score <= TOO_HIGH) return !isWide;
  const scoreA = scoreHeight(x, (top[a]! + highA / 2) / rows, highA / rows);
  const scoreB = scoreHeight(x, (top[b]! + highB / 2) / rows, highB / rows);
  return isWide ? scoreA < LOW && scoreB < LOW : scoreA <= LOW && scoreB <= LOW;
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
