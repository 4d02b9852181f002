/**
 * components.ts - connected things among the foreground subcells: how large they are and where.
 */
import type { Box } from './box.ts';
import type { Geometry } from './geometry.ts';

/** One connected thing. `area` in px; `box` relative to the picture. */
export type Component = {
  readonly area: number;
  /** Subcell of its centre of mass. */
  readonly center: number;
  readonly touchesBorder: boolean;
  /** Share of its subcells that move now, 0..1. */
  readonly movingShare: number;
  readonly box: Box;
};

/**
 * Find the 4-connected components of `subcellPixels` [subRows, subColumns] (> 0 = foreground), largest first. `moving`
 * [subRows, subColumns] is 1 where something moves.
 */
export function findComponents(
  subcellPixels: Uint8Array,
  moving: Uint8Array,
  { subColumns, subRows }: Geometry,
): Component[] {
  const seen = new Uint8Array(subcellPixels.length);
  const components: Component[] = [];
  for (let start = 0; start < subcellPixels.length; start++) {
    if (subcellPixels[start] === 0 || seen[start] === 1) continue;
    components.push(flood(subcellPixels, moving, seen, start, subColumns, subRows));
  }
  return components.toSorted((a, b) => b.area - a.area);
}

function flood(
  pixels: Uint8Array,
  moving: Uint8Array,
  seen: Uint8Array,
  start: number,
  columns: number,
  rows: number,
): Component {
  const stack = [start];
  seen[start] = 1;
  let area = 0;
  let subcells = 0;
  let moved = 0;
  let sumX = 0;
  let sumY = 0;
  let [left, right, top, bottom] = [columns, 0, rows, 0];
  for (let subcell = stack.pop(); subcell !== undefined; subcell = stack.pop()) {
    const x = subcell % columns;
    const y = (subcell - x) / columns;
    const count = pixels[subcell]!;
    area += count;
    subcells++;
    moved += moving[subcell]!;
    sumX += x * count;
    sumY += y * count;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    const visit = (neighbour: number): void => {
      if (pixels[neighbour] === 0 || seen[neighbour] === 1) return;
      seen[neighbour] = 1;
      stack.push(neighbour);
    };
    if (x > 0) visit(subcell - 1);
    if (x < columns - 1) visit(subcell + 1);
    if (y > 0) visit(subcell - columns);
    if (y < rows - 1) visit(subcell + columns);
  }
  return {
    area,
    center: Math.round(sumY / area) * columns + Math.round(sumX / area),
    movingShare: moved / subcells,
    touchesBorder: left === 0 || top === 0 || right === columns - 1 || bottom === rows - 1,
    box: [left / columns, top / rows, (right - left + 1) / columns, (bottom - top + 1) / rows],
  };
}
