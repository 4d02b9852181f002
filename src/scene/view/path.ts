/**
 * path.ts - a curve on the ground that things follow, measured in metres along it.
 */
import type { Point } from './camera.ts';

export type Path = {
  readonly points: readonly Point[];
  /** [points] metres from the beginning */
  readonly along: readonly number[];
  readonly length: number;
};

export type Pose = { readonly x: number; readonly y: number; readonly dx: number; readonly dy: number };

/** Pieces between two points that a curve is given by. */
const PIECES = 16;

export function pathOf(points: readonly Point[]): Path {
  const along = [0];
  for (let i = 1; i < points.length; i++) along.push(along[i - 1]! + distance(points[i - 1]!, points[i]!));
  return { points, along, length: along.at(-1)! };
}

/** A smooth curve through all points (Catmull and Rom 1974). */
export function curveThrough(points: readonly Point[]): Path {
  const curve: Point[] = [];
  for (let i = 0; i < points.length - 1; i++) {
    const [p0, p1] = [points[Math.max(0, i - 1)]!, points[i]!];
    const [p2, p3] = [points[i + 1]!, points[Math.min(points.length - 1, i + 2)]!];
    for (let piece = 0; piece < PIECES; piece++) {
      const t = piece / PIECES;
      const at = (k: 0 | 1): number =>
        0.5 *
        (2 * p1[k] +
          (p2[k] - p0[k]) * t +
          (2 * p0[k] - 5 * p1[k] + 4 * p2[k] - p3[k]) * t * t +
          (3 * p1[k] - p0[k] - 3 * p2[k] + p3[k]) * t * t * t);
      curve.push([at(0), at(1)]);
    }
  }
  curve.push(points.at(-1)!);
  return pathOf(curve);
}

export function reversed({ points }: Path): Path {
  return pathOf(points.toReversed());
}

/** Straight on at both ends, by so many metres. */
export function extended({ points }: Path, before: number, after: number): Path {
  const first = beyond(points[1]!, points[0]!, before);
  const last = beyond(points.at(-2)!, points.at(-1)!, after);
  return pathOf([first, ...points, last]);
}

function beyond(from: Point, to: Point, metres: number): Point {
  const length = Math.max(1e-9, distance(from, to));
  return [to[0] + ((to[0] - from[0]) * metres) / length, to[1] + ((to[1] - from[1]) * metres) / length];
}

/** Place and direction (length 1) so many metres along, `aside` metres to the left of it. */
export function poseAt({ points, along, length }: Path, metres: number, aside: number): Pose {
  const s = Math.min(length, Math.max(0, metres));
  let low = 0;
  let high = points.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (along[middle]! <= s) low = middle;
    else high = middle - 1;
  }
  const from = points[low]!;
  const to = points[low + 1]!;
  const piece = Math.max(1e-9, along[low + 1]! - along[low]!);
  const share = (s - along[low]!) / piece;
  const dx = (to[0] - from[0]) / piece;
  const dy = (to[1] - from[1]) / piece;
  return {
    x: from[0] + (to[0] - from[0]) * share - dy * aside,
    y: from[1] + (to[1] - from[1]) * share + dx * aside,
    dx,
    dy,
  };
}

export function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by));
}
