/**
 * forecast-score.ts - how good were the probabilities that were told? Measured always before learning.
 *
 *     log loss  mean of -ln p of what happened (nats)      Brier  mean of (p - what happened)^2
 *     reliability  of the forecasts near p, the share that came true, in BINS of p
 *
 * Several forecasters are scored on the same questions. Means run over the last HORIZON questions.
 */
import { ln } from '../memory/exact-math.ts';
import { type Views, field, upTo } from '../memory/layout.ts';

export const BINS = 10;
/** Questions over which means run. */
const HORIZON = 4000;
/** No forecast is believed more than this; a wrong certainty would cost infinitely much. */
const LEAST = 0.001;

/** More is counted in no life. */
export const MOST_COUNT = 1e12;

// Measured also while learning is off. f64: sums and means made by + - * / and the exact logarithm only
export const forecastScoreFields = (forecasters: number) => ({
  logLoss: field('f64', forecasters, 'state'), // [forecasters] running mean
  brier: field('f64', forecasters, 'state'), // [forecasters] running mean
  questions: field('f64', 1, 'state', upTo(MOST_COUNT)),
  binTold: field('f64', BINS, 'state'), // [BINS] running sums of what the first forecaster told
  binCame: field('f64', BINS, 'state'), // [BINS] of them, what came true
  binCount: field('f64', BINS, 'state', upTo(MOST_COUNT)), // [BINS] how many
});
export type ForecastScore = Views<ReturnType<typeof forecastScoreFields>>;

/** Forecaster `index` gave `probability` to what happened, and `told` (0..1) to what `came` (1) or did not (0). */
export function scoreForecast(
  { logLoss, brier, questions }: ForecastScore,
  index: number,
  probability: number,
  told: number,
  came: 0 | 1,
): void {
  const rate = Math.max(1 / (questions[0]! + 1), 1 / HORIZON);
  logLoss[index]! += rate * (-ln(clip(probability)) - logLoss[index]!);
  brier[index]! += rate * ((told - came) * (told - came) - brier[index]!);
}

/** The same of a yes or no: forecaster `index` told that it comes with the probability `told[at]`. */
export function scoreChance(
  { logLoss, brier, questions }: ForecastScore,
  index: number,
  told: Float32Array,
  at: number,
  came: 0 | 1,
): void {
  const rate = Math.max(1 / (questions[0]! + 1), 1 / HORIZON);
  const chance = told[at]!;
  logLoss[index]! += rate * (-ln(clip(came === 1 ? chance : 1 - chance)) - logLoss[index]!);
  brier[index]! += rate * ((chance - came) * (chance - came) - brier[index]!);
}

/** The question is done; what the first forecaster `told` goes into the reliability. */
export function countQuestion(score: ForecastScore, told: number, came: 0 | 1): void {
  const bin = Math.min(BINS - 1, Math.floor(told * BINS));
  score.questions[0]!++;
  if (score.binCount[bin]! >= HORIZON) {
    score.binTold[bin]! /= 2;
    score.binCame[bin]! /= 2;
    score.binCount[bin]! /= 2;
  }
  score.binTold[bin]! += told;
  score.binCame[bin]! += came;
  score.binCount[bin]!++;
}

/** Mean distance between what was told and what came true, by bin and weighted by how many were told so (0..1). */
export function calibrationError({ binTold, binCame, binCount }: ForecastScore): number {
  let off = 0;
  let all = 0;
  for (let bin = 0; bin < BINS; bin++) {
    off += Math.abs(binTold[bin]! - binCame[bin]!);
    all += binCount[bin]!;
  }
  return all === 0 ? 0 : off / all;
}

export function clip(probability: number): number {
  return Math.min(1 - LEAST, Math.max(LEAST, probability));
}
