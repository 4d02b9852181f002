/**
 * polygon.ts - a part of the picture with straight sides: masks and zones.
 */

/** Corner points [x, y] relative to the picture, 0..1; at least three. */
export type Polygon = readonly (readonly [number, number])[];

/** Whether a point lies in a polygon (even-odd rule). */
export function contains(polygon: Polygon, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
