/**
 * anomaly-likelihood.ts - is the anomaly score lately higher than it usually is? (Lavin and Ahmad 2015; the mathematics of
 * NuPIC's Python `anomaly_likelihood`, which the C++ port does not share.)
 *
 *     a(t)   mean of the last `averagingWindow` raw scores
 *     mu, s  mean and standard deviation of a over the history, estimated anew every `reestimationPeriod` steps, with
 *            mu >= .03 and s^2 >= .0003; the first `learningPeriod` steps are left out
 *     tail   Q((a - mu) / s)                                       likelihood = 1 - tail
 *
 * `folded` takes Q of the absolute distance, as the original does: a drop of the anomaly is as unlikely as a rise.
 * `onsetOnly` is the original's filter: after one tail below 1e-5 the following ones count as 1e-3, so that only the onset
 * stands out. Both are off in what the sensors use. The original's guard against constant values is not here: it looks at
 * the sensor's values, which this file never sees.
 */
import { expectBoolean, expectNumber, expectWhole } from '../memory/expect.ts';
import { ln } from '../memory/exact-math.ts';
import { type Views, field, layOut, viewsOf } from '../memory/layout.ts';
import { gaussianTail } from './gaussian-tail.ts';

export type LikelihoodParams = {
  readonly averagingWindow: number;
  readonly learningPeriod: number;
  /** Steps after the learning period before anything is judged. */
  readonly estimationSamples: number;
  readonly historyWindow: number;
  readonly reestimationPeriod: number;
  readonly folded: boolean;
  readonly onsetOnly: boolean;
};

/** NuPIC's own. */
export const NUPIC_LIKELIHOOD: LikelihoodParams = {
  averagingWindow: 10,
  learningPeriod: 288,
  estimationSamples: 100,
  historyWindow: 8640,
  reestimationPeriod: 100,
  folded: true,
  onsetOnly: true,
};

const LEAST_MEAN = 0.03;
const LEAST_VARIANCE = 0.0003;
const RED = 1e-5;
const YELLOW = 1e-3;
/** While nothing is known. */
const UNKNOWN = 0.5;

/** Places in the `likelihoodCounters` field. */
const COUNTER = { steps: 0, wasRed: 1 } as const;
/** Places in the `distribution` field. */
const DISTRIBUTION = { mean: 0, deviation: 1 } as const;

// f32 and f64: scores and their moments, made by + - * / and square root only
export const likelihoodFields = (params: LikelihoodParams) => ({
  recent: field('f32', params.averagingWindow, 'state'), // ring of the last raw scores
  averages: field('f32', params.historyWindow, 'learned'), // ring of their means
  distribution: field('f64', 2, 'learned'), // see DISTRIBUTION
  likelihoodCounters: field('u32', 2, 'state'), // see COUNTER
});
export type LikelihoodViews = Views<ReturnType<typeof likelihoodFields>>;

/** Throws RangeError for parameters with which nothing could ever be judged. */
export function checkLikelihood(params: LikelihoodParams): void {
  for (const name of ['averagingWindow', 'estimationSamples', 'historyWindow', 'reestimationPeriod'] as const)
    expectWhole(name, params[name], 1, 2 ** 24);
  expectWhole('learningPeriod', params.learningPeriod, 0, 2 ** 24);
  expectBoolean('folded', params.folded);
  expectBoolean('onsetOnly', params.onsetOnly);
}

/** A likelihood with memory of its own. Throws RangeError for impossible parameters. */
export function createLikelihood(params: LikelihoodParams): LikelihoodViews {
  checkLikelihood(params);
  const table = likelihoodFields(params);
  const { totalBytes, persistentBytes } = layOut(table);
  return viewsOf(table, new ArrayBuffer(totalBytes), 0, persistentBytes);
}

/**
 * Take the raw score (0..1) of one step; returns the tail probability, 0.5 while nothing is known. Throws RangeError for a
 * score that is none: it would stay in the history for thousands of steps.
 */
export function updateLikelihood(params: LikelihoodParams, views: LikelihoodViews, raw: number): number {
  const { recent, averages, distribution, likelihoodCounters } = views;
  expectNumber('raw', raw, 0, 1);
  const step = likelihoodCounters[COUNTER.steps]!;
  recent[step % params.averagingWindow] = raw;
  const seen = Math.min(step + 1, params.averagingWindow);
  let sum = 0;
  for (let i = 0; i < seen; i++) sum += recent[i]!;
  const average = sum / seen;

  let tail = UNKNOWN;
  if (step >= params.learningPeriod + params.estimationSamples) {
    if (distribution[DISTRIBUTION.deviation] === 0 || step % params.reestimationPeriod === 0)
      estimate(params, views, step);
    const distance = (average - distribution[DISTRIBUTION.mean]!) / distribution[DISTRIBUTION.deviation]!;
    tail = gaussianTail(params.folded ? Math.abs(distance) : distance);
  }
  averages[step % params.historyWindow] = average;
  likelihoodCounters[COUNTER.steps] = step + 1;
  return params.onsetOnly ? keepOnset(likelihoodCounters, tail) : tail;
}

/** Mean and deviation over the history that is kept, without the learning period while that is still in it. */
function estimate(params: LikelihoodParams, { averages, distribution }: LikelihoodViews, step: number): void {
  const first = Math.max(params.learningPeriod, step - params.historyWindow);
  let sum = 0;
  for (let i = first; i < step; i++) sum += averages[i % params.historyWindow]!;
  const mean = Math.max(LEAST_MEAN, sum / (step - first));
  let squares = 0;
  for (let i = first; i < step; i++) {
    const distance = averages[i % params.historyWindow]! - mean;
    squares += distance * distance;
  }
  distribution[DISTRIBUTION.mean] = mean;
  distribution[DISTRIBUTION.deviation] = Math.sqrt(Math.max(LEAST_VARIANCE, squares / (step - first)));
}

function keepOnset(counters: Uint32Array, tail: number): number {
  const isRed = tail <= RED;
  const wasRed = counters[COUNTER.wasRed] === 1;
  counters[COUNTER.wasRed] = isRed ? 1 : 0;
  return isRed && wasRed ? YELLOW : tail;
}

/** A tail probability on a logarithmic scale: 0 for 1, 1 for 1e-10 and below (NuPIC `computeLogLikelihood`). */
export function logLikelihood(tail: number): number {
  return ln(tail + 1e-10) / ln(1e-10);
}
