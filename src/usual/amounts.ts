/**
 * amounts.ts - how large an amount (a speed, a size, a stay) usually is at a place: log-normal, with back-off.
 *
 * Each level of the chain (places.ts) keeps count, mean and variance of the logarithm. An estimate for a cell starts at the
 * picture and goes down the chain; each level is the prior of the next with the weight of PRIOR samples:
 *
 *     mean = (n m + k m') / (n + k)        var = (n (v + (m - mean)^2) + k (v' + (m' - mean)^2)) / (n + k)
 *
 * What is judged is held against a Student distribution: with few samples tails are wide. Samples are drawn in to three
 * spreads before they are learned, so that one break does not make the next one usual.
 */
import { type Views, field } from '../memory/layout.ts';
import { normalOfStudent, normalTailBits } from './bits.ts';
import { LEVELS, type Places } from './places.ts';

const PRIOR = 4;
/** Counts stop here: what is older is forgotten. */
const MOST = 250;
const DRAWN_IN = 3;
/** Least variance of a logarithm: nothing repeats itself to less than about 8 %. */
const LEAST_VARIANCE = 0.006;
/** Before so many samples in the whole picture nothing is said. */
const FEWEST = 6;
/** Variance that is assumed before anything is known (a factor of about two either way). */
const FIRST_VARIANCE = 0.4;

/** `contexts`: one set of places each, e.g. by direction. */
export const amountFields = (places: Places, contexts: number) => ({
  // f32: logarithms by exact arithmetic
  samples: field('f32', places.count * contexts, 'learned'), // [contexts, places]
  mean: field('f32', places.count * contexts, 'learned'),
  variance: field('f32', places.count * contexts, 'learned'),
});
export type Amounts = Views<ReturnType<typeof amountFields>>;

/** Mean and variance of a logarithm, and how many samples stand behind them. */
export type Estimate = { mean: number; variance: number; samples: number };

/** What is usual at a cell; `out.samples` 0 = nothing is known yet. */
export function estimate(amounts: Amounts, places: Places, context: number, cell: number, out: Estimate): void {
  const { samples, mean, variance } = amounts;
  const base = context * places.count;
  out.samples = 0;
  out.mean = 0;
  out.variance = FIRST_VARIANCE;
  for (let level = LEVELS - 1; level >= 0; level--) {
    const at = base + places.chain[cell * LEVELS + level]!;
    const n = samples[at]!;
    if (level === LEVELS - 1) {
      if (n < FEWEST) return;
      out.mean = mean[at]!;
      out.variance = (n * variance[at]! + PRIOR * FIRST_VARIANCE) / (n + PRIOR);
      out.samples = n;
      continue;
    }
    if (n === 0) continue;
    const k = Math.min(PRIOR, out.samples);
    const m = (n * mean[at]! + k * out.mean) / (n + k);
    const [own, other] = [mean[at]! - m, out.mean - m];
    out.variance = (n * (variance[at]! + own * own) + k * (out.variance + other * other)) / (n + k);
    out.mean = m;
    out.samples = n + k;
  }
  if (out.variance < LEAST_VARIANCE) out.variance = LEAST_VARIANCE;
}

const usual: Estimate = { mean: 0, variance: 1, samples: 0 };

/**
 * Bits of a logarithm at a cell: of its upper tail (`side` 1), lower tail (-1), or of both (0). 0 while nothing is known.
 */
export function amountBits(
  amounts: Amounts,
  places: Places,
  context: number,
  cell: number,
  logarithm: number,
  side: number,
): number {
  estimate(amounts, places, context, cell, usual);
  if (usual.samples === 0) return 0;
  const spread = Math.sqrt(usual.variance * (1 + 1 / usual.samples));
  const z = normalOfStudent((logarithm - usual.mean) / spread, usual.samples + 1);
  if (side !== 0) return normalTailBits(side * z);
  const bits = normalTailBits(z < 0 ? -z : z) - 1;
  return bits > 0 ? bits : 0;
}

/** Take in one sample at a cell, at every level of its chain. */
export function learnAmount(amounts: Amounts, places: Places, context: number, cell: number, logarithm: number): void {
  const { samples, mean, variance } = amounts;
  const base = context * places.count;
  for (let level = 0; level < LEVELS; level++) {
    const at = base + places.chain[cell * LEVELS + level]!;
    const n = Math.min(MOST, samples[at]! + 1);
    let value = logarithm;
    if (n > 8) {
      const reach = DRAWN_IN * Math.sqrt(Math.max(LEAST_VARIANCE, variance[at]!));
      value = Math.min(mean[at]! + reach, Math.max(mean[at]! - reach, value));
    }
    const off = value - mean[at]!;
    const moved = mean[at]! + off / n;
    variance[at] = variance[at]! + (off * (value - moved) - variance[at]!) / n;
    mean[at] = moved;
    samples[at] = n;
  }
}
