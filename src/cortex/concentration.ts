/**
 * concentration.ts - how much of what is unusual is in one place?
 *
 * A thing is somewhere; the edge of a cloud or rain is everywhere. So the evidence of places counts by the share of it that
 * lies within the best window of WINDOW x WINDOW zones, squared: things keep all of theirs, and what is spread over the
 * picture keeps little, as evidence and as what thresholds are learned from.
 */
import type { ZoneGrid } from '../vision/geometry.ts';

/** Zones; a fast thing leaves fading surprise over some six of them. */
const WINDOW = 6;

/** 0..1, 1 when everything lies within one window or there is nothing; `parts`: evidence per zone, each [zones] >= 0. */
export function concentrationOf({ columns, rows }: ZoneGrid, ...parts: readonly Float32Array[]): number {
  let total = 0;
  for (const part of parts) for (let zone = 0; zone < part.length; zone++) total += part[zone]!;
  if (total === 0) return 1;
  let most = 0;
  for (let top = 0; top <= Math.max(0, rows - WINDOW); top++) {
    for (let left = 0; left <= Math.max(0, columns - WINDOW); left++) {
      most = Math.max(most, sumWithin(columns, rows, left, top, parts));
    }
  }
  const share = Math.min(1, most / total);
  return share * share;
}

function sumWithin(columns: number, rows: number, left: number, top: number, parts: readonly Float32Array[]): number {
  let sum = 0;
  for (let row = top; row < Math.min(rows, top + WINDOW); row++) {
    for (let zone = row * columns + left, end = row * columns + Math.min(columns, left + WINDOW); zone < end; zone++) {
      for (const part of parts) sum += part[zone]!;
    }
  }
  return sum;
}
