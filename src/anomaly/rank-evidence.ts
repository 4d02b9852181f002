/**
 * rank-evidence.ts - how exceptional a number is among those seen before, without assuming any distribution.
 *
 *     m   numbers seen before        r   of them as large or larger
 *     evidence = ln((m + 1) / (r + 1)) / ln(m + 1)          0 = the smallest, 1 = a record
 *
 * A record counts for more the further it lies beyond the old one, in units of 5 % of the range seen: up to 3 more.
 * The last `window` numbers are kept twice: in a ring, to know which to forget, and in order, to count by bisection.
 */
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';

const LN_10 = Math.LN10;
const MAX_EXCESS = 3;
const EXCESS_UNIT = 0.05;
/** Where all numbers were the same, anything larger is this many units beyond them. */
const EXCESS_OF_CONSTANT = 10;

export const rankFields = (window: number) => ({
  ordered: field('f64', window, 'learned'), // [min(seen, window)] ascending
  arrivals: field('f64', window, 'learned'), // ring, in order of arrival
  seen: field('u32', 1, 'learned'), // numbers ever learned
});
export type RankViews = Views<ReturnType<typeof rankFields>>;

/** Evidence that `value` is exceptionally large, 0..4; 0 while nothing was seen. */
export function rankEvidence({ ordered, seen }: RankViews, value: number): number {
  const count = Math.min(seen[0]!, ordered.length);
  if (count < 2) return 0;
  const atLeast = count - lowerBound(ordered, count, value);
  const evidence = ln((count + 1) / (atLeast + 1)) / ln(count + 1);
  if (atLeast > 0) return evidence;
  const [least, most] = [ordered[0]!, ordered[count - 1]!];
  const excess = most > least ? (value - most) / (most - least) / EXCESS_UNIT : EXCESS_OF_CONSTANT;
  return evidence + Math.min(MAX_EXCESS, ln(1 + excess) / LN_10);
}

/** Remember `value`; when the window is full the oldest is forgotten. */
export function learnRank({ ordered, arrivals, seen }: RankViews, value: number): void {
  const window = ordered.length;
  const place = seen[0]! % window;
  let count = Math.min(seen[0]!, window);
  if (count === window) {
    const gone = lowerBound(ordered, count, arrivals[place]!);
    ordered.copyWithin(gone, gone + 1, count);
    count--;
  }
  const at = lowerBound(ordered, count, value);
  ordered.copyWithin(at + 1, at, count);
  ordered[at] = value;
  arrivals[place] = value;
  // The count wraps to twice the window, so that it never overflows and the ring goes on in step.
  seen[0] = seen[0]! + 1 === 3 * window ? 2 * window : seen[0]! + 1;
}

/** Index of the first of ordered[0..count) that is not below `value`. */
function lowerBound(ordered: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ordered[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
