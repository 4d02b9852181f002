/**
 * words.ts - places, times, directions and factors in plain words.
 */
import type { Box } from '../../vision/box.ts';

export const QUIET = 'quiet';

/** Eighths of the circle, to the right first, clockwise as seen. */
export const TOWARDS = [
  'to the right',
  'to the lower right',
  'down',
  'to the lower left',
  'to the left',
  'to the upper left',
  'up',
  'to the upper right',
] as const;

/** The middle of the occupied places in words. */
export function describePlace(boxes: readonly Box[]): string {
  return boxes.length === 0 ? QUIET : `something ${placeInWords(boxes)}`;
}

/** "at the top left". */
export function placeInWords(boxes: readonly Box[]): string {
  const x = boxes.reduce((sum, [left, , width]) => sum + left + width / 2, 0) / boxes.length;
  const y = boxes.reduce((sum, [, top, , height]) => sum + top + height / 2, 0) / boxes.length;
  const vertical = y < 0.33 ? 'top' : y > 0.67 ? 'bottom' : 'middle';
  const horizontal = x < 0.33 ? 'left' : x > 0.67 ? 'right' : 'center';
  return `at the ${vertical} ${horizontal}`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`.replace('.0 s', ' s');
}

/** A factor (> 1) in words: "twice", "three times", "1.5 times". */
export function times(factor: number): string {
  const WORDS = ['', '', 'twice', 'three times', 'four times', 'five times', 'six times'];
  const whole = Math.round(factor);
  if (whole >= WORDS.length) return `${whole} times`;
  if (whole >= 2 && Math.abs(factor - whole) <= 0.2 * whole - 0.2) return WORDS[whole]!;
  return `${factor.toFixed(1)} times`;
}
