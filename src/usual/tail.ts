/**
 * tail.ts - how rare is a value among those of past ordinary things? Counted while there are enough, extrapolated beyond.
 *
 * A ring holds the values of the last things. Up to the highest few the rank of a value among them is its probability
 * (conformal: nothing is assumed of their distribution). Beyond that an exponential tail goes on, whose scale comes from two
 * quantiles below the top: the few highest, breaks as often as not, never decide.
 *
 *     bits(x) = log2(1 / .04) + (x - q96) / (scale ln 2)      scale = (q96 - q80) / ln 5
 */
import { type Views, below, field, upTo } from '../memory/layout.ts';
import { exp, ln } from '../memory/exact-math.ts';

export const TAIL_RING = 512;
const HIGH = 0.96;
const BODY = 0.8;
/** Scale that bits have by themselves (1 / ln 2). */
const IDEAL_SCALE = Math.LOG2E;

/** What is believed of the scale of a tail before it is measured: the weight of the ideal one in samples, and the least. */
export type TailBelief = { readonly weight: number; readonly least: number };
/** Sums of many measurements: a smaller scale would make more of a value than its own probability does. */
export const OF_SUMS: TailBelief = { weight: 100, least: IDEAL_SCALE };
/** Counts that cannot say more than there are of them. */
export const OF_COUNTS: TailBelief = { weight: 20, least: 0.6 };
/** Fewer values than this are no distribution: bits count as they are, less what bits of the best of many come to. */
const FEWEST = 16;

export const tailFields = () => ({
  // f32: bits
  ring: field('f32', TAIL_RING, 'learned'),
  newest: field('u16', 1, 'learned', below(TAIL_RING)),
  filled: field('u16', 1, 'learned', upTo(TAIL_RING)),
  sorted: field('f32', TAIL_RING, 'learned'), // the same, ascending
});
export type Tail = Views<ReturnType<typeof tailFields>>;

const LN_2 = Math.LN2;
const log2 = (x: number): number => ln(x) / LN_2;
/** Bits of the highest quantile. */
const HIGH_BITS = log2(1 / (1 - HIGH));

/** Value that the share `q` of past values lie below. */
function quantile({ sorted, filled }: Tail, q: number): number {
  const at = q * (filled[0]! - 1);
  const low = Math.floor(at);
  const high = Math.min(filled[0]! - 1, low + 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

/** Scale of the tail beyond the highest quantile. */
function scaleOf(tail: Tail, high: number, { weight: belief, least }: TailBelief): number {
  const n = tail.filled[0]!;
  const measured = (high - quantile(tail, BODY)) / 1.6094;
  const weight = n * (1 - BODY);
  const scale = (weight * measured + belief * IDEAL_SCALE) / (weight + belief);
  return scale > least ? scale : least;
}

/** Bits of a value: how rare one at least as high is. `offset` is taken off while too few values are known. */
export function tailBits(tail: Tail, value: number, offset: number, belief: TailBelief): number {
  const n = tail.filled[0]!;
  if (n < FEWEST) return value > offset ? value - offset : 0;
  const high = quantile(tail, HIGH);
  if (value > high) return HIGH_BITS + (value - high) / (scaleOf(tail, high, belief) * LN_2);
  const { sorted } = tail;
  let low = 0;
  let top = n;
  while (low < top) {
    const middle = (low + top) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else top = middle;
  }
  return log2((n + 1) / (n - low + 1));
}

/** The value whose bits are `bits`; the reverse of tailBits. */
export function valueOfBits(tail: Tail, bits: number, offset: number, belief: TailBelief): number {
  const n = tail.filled[0]!;
  if (n < FEWEST) return bits + offset;
  const high = quantile(tail, HIGH);
  const beyond = bits - HIGH_BITS;
  if (beyond > 0) return high + beyond * scaleOf(tail, high, belief) * LN_2;
  return quantile(tail, 1 - exp(-Math.max(0, bits) * LN_2));
}

/** Take in the value of a thing that is gone. */
export function learnTail(tail: Tail, value: number): void {
  const { ring, sorted, newest, filled } = tail;
  const n = filled[0]!;
  const slot = newest[0]!;
  let end = n;
  if (n === TAIL_RING) {
    const old = ring[slot]!;
    let at = 0;
    while (sorted[at]! < old) at++;
    sorted.copyWithin(at, at + 1, n);
    end = n - 1;
  } else filled[0] = n + 1;
  ring[slot] = value;
  newest[0] = (slot + 1) % TAIL_RING;
  const stored = ring[slot];
  let at = end;
  while (at > 0 && sorted[at - 1]! > stored) {
    sorted[at] = sorted[at - 1]!;
    at--;
  }
  sorted[at] = stored;
}
