/**
 * zones.ts - which of the configured places a rectangle touches.
 */

/** Corner points [x, y] relative to the picture, 0..1; at least three. */
export type Polygon = readonly (readonly [number, number])[];
export type Zones = { readonly [name: string]: Polygon };

/** [x, y, width, height] relative to the picture. */
type Box = readonly [number, number, number, number];

/** Shared area below this is only a common edge (share of the picture). */
const TOUCHING_AREA = 1e-6;

/** Names of the zones that share area with any of the boxes, in the order of the configuration. */
export function zonesTouching(zones: Zones, boxes: readonly Box[]): string[] {
  const names: string[] = [];
  for (const [name, polygon] of Object.entries(zones)) {
    if (boxes.some((box) => sharedArea(polygon, box) > TOUCHING_AREA)) names.push(name);
  }
  return names;
}

/**
 * Area that a polygon and a rectangle share. The polygon is cut along the rectangle's four sides in turn
 * (Sutherland and Hodgman 1974); what a concave one leaves as joined slivers has no area, so the sum stays right.
 */
export function sharedArea(polygon: Polygon, [x, y, width, height]: Box): number {
  let points: Polygon = polygon;
  points = cut(points, 0, x, 1);
  points = cut(points, 0, x + width, -1);
  points = cut(points, 1, y, 1);
  points = cut(points, 1, y + height, -1);
  return areaOf(points);
}

/** The part of a polygon on one side of a line: axis 0 keeps x >= limit (side 1) or x <= limit (side -1), axis 1 the same for y. */
function cut(points: Polygon, axis: 0 | 1, limit: number, side: 1 | -1): Polygon {
  const kept: [number, number][] = [];
  for (let i = 0; i < points.length; i++) {
    const from = points[i]!;
    const to = points[(i + 1) % points.length]!;
    const before = (from[axis] - limit) * side;
    const after = (to[axis] - limit) * side;
    if (before >= 0) kept.push([from[0], from[1]]);
    if (before < 0 !== after < 0) {
      const share = before / (before - after);
      kept.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
    }
  }
  return kept;
}

/** The shoelace formula. */
function areaOf(points: Polygon): number {
  let twice = 0;
  for (let i = 0; i < points.length; i++) {
    const [x, y] = points[i]!;
    const [nextX, nextY] = points[(i + 1) % points.length]!;
    twice += x * nextY - nextX * y;
  }
  return Math.abs(twice) / 2;
}
