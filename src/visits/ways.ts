/**
 * ways.ts - the way a thing has come, in few points: drawn while it is followed, compared when it is gone.
 *
 * All lengths are in heights of the picture. A way that grows too long for its room is kept at half the points, twice as far
 * apart; compared are WAY_POINTS points that lie evenly along it.
 */
import { type Views, field } from '../memory/layout.ts';
import { MOST_THINGS } from '../things/pool.ts';

/** Points that a way is compared by. */
export const WAY_POINTS = 8;
/** Points kept of a way while it grows, and their first distance. */
const ROOM = 48;
const FIRST_SPACING = 0.02;

export const wayFields = () => ({
  // f32: heights of the picture
  pointX: field('f32', MOST_THINGS * ROOM, 'state'), // [things, ROOM]
  pointY: field('f32', MOST_THINGS * ROOM, 'state'),
  pointCount: field('u8', MOST_THINGS, 'state'),
  spacing: field('f32', MOST_THINGS, 'state'),
  even: field('f32', 2 * WAY_POINTS, 'scratch'), // [x and y, WAY_POINTS] the way looked at
});
export type Ways = Views<ReturnType<typeof wayFields>>;

export function beginWay({ pointCount, spacing }: Ways, slot: number): void {
  pointCount[slot] = 0;
  spacing[slot] = FIRST_SPACING;
}

/** The thing in `slot` is at x, y. */
export function goOn(ways: Ways, slot: number, x: number, y: number): void {
  const { pointX, pointY, pointCount, spacing } = ways;
  const base = slot * ROOM;
  const count = pointCount[slot]!;
  if (count > 0 && lengthOf(x - pointX[base + count - 1]!, y - pointY[base + count - 1]!) < spacing[slot]!) return;
  let at = count;
  if (count === ROOM) {
    for (at = 0; 2 * at < ROOM; at++) {
      pointX[base + at] = pointX[base + 2 * at]!;
      pointY[base + at] = pointY[base + 2 * at]!;
    }
    spacing[slot]! *= 2;
  }
  pointX[base + at] = x;
  pointY[base + at] = y;
  pointCount[slot] = at + 1;
}

/** Lay WAY_POINTS points evenly along the way of `slot`, to `even`; returns its length. */
export function layEvenly({ pointX, pointY, pointCount, even }: Ways, slot: number): number {
  const base = slot * ROOM;
  const count = pointCount[slot]!;
  let length = 0;
  for (let i = 1; i < count; i++)
    length += lengthOf(pointX[base + i]! - pointX[base + i - 1]!, pointY[base + i]! - pointY[base + i - 1]!);
  let piece = 1;
  let before = 0;
  for (let i = 0; i < WAY_POINTS; i++) {
    const along = (length * i) / (WAY_POINTS - 1);
    let own = pieceLength(pointX, pointY, base, piece, count);
    while (piece < count - 1 && before + own < along) {
      before += own;
      own = pieceLength(pointX, pointY, base, ++piece, count);
    }
    const share = own > 0 ? Math.min(1, Math.max(0, (along - before) / own)) : 0;
    const [from, to] = [base + Math.min(piece, count) - 1, base + Math.min(piece, count - 1)];
    even[i] = pointX[from]! + share * (pointX[to]! - pointX[from]!);
    even[WAY_POINTS + i] = pointY[from]! + share * (pointY[to]! - pointY[from]!);
  }
  return length;
}

function pieceLength(xs: Float32Array, ys: Float32Array, base: number, piece: number, count: number): number {
  if (piece >= count) return 0;
  return lengthOf(xs[base + piece]! - xs[base + piece - 1]!, ys[base + piece]! - ys[base + piece - 1]!);
}

/** Mean distance of the points of one way [x and y, WAY_POINTS] from the line of another; `a`, `b`: where they begin. */
export function distanceFrom(one: Float32Array, a: number, other: Float32Array, b: number): number {
  let sum = 0;
  for (let i = 0; i < WAY_POINTS; i++) {
    let least = Infinity;
    for (let j = 1; j < WAY_POINTS; j++) {
      const far = fromPiece(
        one[a + i]!,
        one[a + WAY_POINTS + i]!,
        other[b + j - 1]!,
        other[b + WAY_POINTS + j - 1]!,
        other[b + j]!,
        other[b + WAY_POINTS + j]!,
      );
      if (far < least) least = far;
    }
    sum += least;
  }
  return sum / WAY_POINTS;
}

function fromPiece(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy;
  const share = square > 0 ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / square)) : 0;
  return lengthOf(x - x0 - share * dx, y - y0 - share * dy);
}

export function lengthOf(dx: number, dy: number): number {
  return Math.sqrt(dx * dx + dy * dy);
}
