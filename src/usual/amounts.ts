/**
 * amounts.ts - how large an amount (a speed, a size, a stay) usually is at a place: log-normal, with back-off.
 *
 * Each level of the chain (places.ts) keeps count, mean and variance of the logarithm; each kind of level also the variance
 * within its places, pooled over all of them. A place's mean is drawn to that of the coarser place by as much as places of
 * its kind differ from each other (empirical Bayes; Efron and Morris 1975):
 *
 *     w = n / (n + v / t)     mean = w m + (1 - w) m'     u = (1 - w) t      t = between-variance + u'
 *
 * with m', u' mean and uncertainty of the coarser place. What is judged is held against v + u and a Student distribution:
 * things are lost, merged and cut off, so that tails are heavier than a normal one. Samples are drawn
 * in to three spreads before they are learned, so that one break does not make the next one usual.
 */
import { type Views, field } from '../memory/layout.ts';
import { normalOfStudent, normalTailBits } from './bits.ts';
import { LEVELS, type Places } from './places.ts';

const PRIOR = 4;
/** Degrees of freedom, however many samples there are. */
const FREEDOM = 35;
/** Variance between places of a kind: at least this. */
const LEAST_BETWEEN = 0.004;
/** Slowest rate at which the pooled variance moves. */
const POOL_RATE = 0.01;
/** Counts stop here: what is older is forgotten. */
const MOST = 250;
const DRAWN_IN = 3;
/** Least variance of a logarithm: nothing repeats itself to less than about 8 %. */
const LEAST_VARIANCE = 0.008;
/** Before so many samples in the whole picture nothing is said. */
const FEWEST = 6;
/** Variance within a place that is assumed before anything is known (a factor of about 1.4 either way), in samples' weight. */
const FIRST_VARIANCE = 0.1;
const FIRST_WEIGHT = 5;

/** `contexts`: one set of places each, e.g. by direction. */
export const amountFields = (places: Places, contexts: number) => ({
  // f32: logarithms by exact arithmetic
  samples: field('f32', places.count * contexts, 'learned'), // [contexts, places]
  mean: field('f32', places.count * contexts, 'learned'),
  variance: field('f32', places.count * contexts, 'learned'),
  within: field('f32', LEVELS, 'learned'), // [levels] pooled variance within places of that kind, all contexts
  withinCount: field('f32', LEVELS, 'learned'),
});
export type Amounts = Views<ReturnType<typeof amountFields>>;

/** Mean and variance of a logarithm, and how many samples stand behind them. */
export type Estimate = { mean: number; variance: number; samples: number };

/** What is usual at a cell; `out.samples` 0 = nothing is known yet. */
export function estimate(amounts: Amounts, places: Places, context: number, cell: number, out: Estimate): void {
  const { samples, mean, variance } = amounts;
  const base = context * places.count;
  const picture = base + places.chain[cell * LEVELS + LEVELS - 1]!;
  out.samples = samples[picture]! >= FEWEST ? samples[picture]! : 0;
  if (out.samples === 0) return;
  let centre = mean[picture]!;
  let unsure = variance[picture]! / out.samples;
  poolAll(amounts);
  let spread = pooled[LEVELS - 1]!;
  for (let level = LEVELS - 2; level >= 0; level--) {
    const at = base + places.chain[cell * LEVELS + level]!;
    const n = samples[at]!;
    const own = pooled[level]!;
    const between = Math.max(LEAST_BETWEEN, spread - own) + unsure;
    const v = Math.max(LEAST_VARIANCE, (n * variance[at]! + PRIOR * own) / (n + PRIOR));
    const weight = n / (n + v / between);
    centre = weight * mean[at]! + (1 - weight) * centre;
    unsure = (1 - weight) * between;
    spread = own;
    out.variance = v + unsure;
  }
  out.mean = centre;
}

const pooled = new Float64Array(LEVELS);

/** Variance within the places of each level, to `pooled`. */
function poolAll({ within, withinCount }: Amounts): void {
  for (let level = 0; level < LEVELS; level++) {
    const n = withinCount[level]!;
    const variance = (n * within[level]! + FIRST_WEIGHT * FIRST_VARIANCE) / (n + FIRST_WEIGHT);
    pooled[level] = variance > LEAST_VARIANCE ? variance : LEAST_VARIANCE;
  }
}

/** Fractions from the start: V8 keeps a field that began as a whole number otherwise, and makes a new object for each fraction. */
const usual: Estimate = { mean: 0.5, variance: 0.5, samples: 0.5 };

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
  const z = normalOfStudent((logarithm - usual.mean) / Math.sqrt(usual.variance), FREEDOM);
  if (side !== 0) return normalTailBits(side * z);
  const bits = normalTailBits(z < 0 ? -z : z) - 1;
  return bits > 0 ? bits : 0;
}

/** How far a logarithm is from what is usual at a cell, in spreads; NaN while nothing is known. */
export function amountScore(
  amounts: Amounts,
  places: Places,
  context: number,
  cell: number,
  logarithm: number,
): number {
  estimate(amounts, places, context, cell, usual);
  return usual.samples === 0 ? NaN : (logarithm - usual.mean) / Math.sqrt(usual.variance);
}

/** Whether a logarithm is below what is usual at a cell. */
export function isBelow(amounts: Amounts, places: Places, context: number, cell: number, logarithm: number): boolean {
  estimate(amounts, places, context, cell, usual);
  return logarithm < usual.mean;
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
    if (n > 1) {
      const pool = Math.min(1 / POOL_RATE, amounts.withinCount[level]! + 1);
      const stray = value - mean[at]!;
      amounts.within[level]! += ((stray * stray * (n - 1)) / n - amounts.within[level]!) / pool;
      amounts.withinCount[level] = pool;
    }
    const off = value - mean[at]!;
    const moved = mean[at]! + off / n;
    variance[at] = variance[at]! + (off * (value - moved) - variance[at]!) / n;
    mean[at] = moved;
    samples[at] = n;
  }
}
