/**
 * explain-words.ts - places and times in plain words.
 */
import type { Box } from '../vision/box.ts';

export const QUIET = 'quiet';

/** The middle of the occupied places in words. */
export function describePlace(boxes: readonly Box[]): string {
  if (boxes.length === 0) return QUIET;
  const x = boxes.reduce((sum, [left, , width]) => sum + left + width / 2, 0) / boxes.length;
  const y = boxes.reduce((sum, [, top, , height]) => sum + top + height / 2, 0) / boxes.length;
  return `something ${sideOf(x, y)}`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

/** Rough place of a point (relative to the picture) in words. */
function sideOf(x: number, y: number): string {
  const vertical = y < 0.33 ? 'top' : y > 0.67 ? 'bottom' : 'middle';
  const horizontal = x < 0.33 ? 'left' : x > 0.67 ? 'right' : 'center';
  return `at the ${vertical} ${horizontal}`;
}
