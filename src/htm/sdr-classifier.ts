/**
 * sdr-classifier.ts - which class goes with the bits that are active: a softmax over the summed weights of the active
 * bits, learned online (htm.core `SDRClassifier`; Cui, Ahmad and Hawkins 2016, "SDR classifier").
 *
 *     u[j] = bias[j] + sum of weight[i, j] over active bits i        p = softmax(u)
 *     weight[i, j] += rate * (target[j] - p[j])                      for active bits i; the bias likewise
 *
 * One set of weights per horizon: "what now" is one, "what in five steps" another; the caller decides what a horizon means
 * and hands in the bits that were active that long ago.
 *
 * Floats    the weights are f32: a delta rule needs steps far below 1/255 of the range. Made by + - * / and the exact
 *           exponential only, so they are the same on every machine.
 * Costs     active bits x classes multiplications; no allocation.
 */
import { exp } from '../memory/exact-math.ts';
import { expectBoolean, expectWhole } from '../memory/expect.ts';
import { type Views, field } from '../memory/layout.ts';

export type SdrClassifierShape = {
  readonly inputs: number;
  readonly classes: number;
  /** Independent sets of weights. */
  readonly horizons: number;
  /** Learn a bias for each class, so that frequent ones are likelier whatever is active (default), or not (htm.core). */
  readonly bias?: boolean;
};

export const sdrClassifierFields = (shape: SdrClassifierShape) => ({
  weight: field('f32', shape.horizons * shape.inputs * shape.classes, 'learned'), // [horizons, inputs, classes]
  bias: field('f32', shape.horizons * shape.classes, 'learned'), // [horizons, classes]
  probability: field('f64', shape.classes, 'scratch'), // [classes] of the last answer
});
export type SdrClassifierViews = Views<ReturnType<typeof sdrClassifierFields>>;
export type SdrClassifier = { readonly shape: SdrClassifierShape; readonly views: SdrClassifierViews };

/** Throws RangeError when the shape makes no classifier. */
export function checkClassifierShape(shape: SdrClassifierShape): void {
  expectWhole('inputs', shape.inputs, 1, 2 ** 24);
  expectWhole('classes', shape.classes, 2, 65536);
  expectWhole('horizons', shape.horizons, 1, 65536);
  if (shape.bias !== undefined) expectBoolean('bias', shape.bias);
}

/** A classifier over its views; a zero-filled block knows nothing and gives every class the same probability. */
export function openSdrClassifier(shape: SdrClassifierShape, views: SdrClassifierViews): SdrClassifier {
  checkClassifierShape(shape);
  return { shape, views };
}

/** Probability of each class given `active[0..count)`; written to `views.probability`, and to `probabilities` if given. */
export function inferClasses(
  { shape, views }: SdrClassifier,
  horizon: number,
  active: Uint16Array | Uint32Array,
  count: number,
  probabilities?: Float64Array | Float32Array,
): void {
  const { weight, bias, probability } = views;
  const { classes } = shape;
  const base = horizon * shape.inputs;
  for (let j = 0; j < classes; j++) probability[j] = bias[horizon * classes + j]!;
  for (let i = 0; i < count; i++) {
    const start = (base + active[i]!) * classes;
    for (let j = 0; j < classes; j++) probability[j]! += weight[start + j]!;
  }
  softmax(probability);
  probabilities?.set(probability);
}

/**
 * Infer, then move the weights of the active bits towards `target` (a class). Returns the probability that the target
 * had before: its negative logarithm is the loss. Throws RangeError for a class that does not exist.
 */
export function learnClass(
  classifier: SdrClassifier,
  horizon: number,
  active: Uint16Array | Uint32Array,
  count: number,
  target: number,
  rate: number,
): number {
  return learnClasses(classifier, horizon, active, count, [target], rate);
}

/**
 * The same for an input that belongs to several classes at once: each is to have an equal share of the probability.
 * Returns the probability that they had together.
 */
export function learnClasses(
  classifier: SdrClassifier,
  horizon: number,
  active: Uint16Array | Uint32Array,
  count: number,
  targets: readonly number[],
  rate: number,
): number {
  const { shape, views } = classifier;
  const { weight, bias, probability } = views;
  const { classes } = shape;
  expectWhole('the number of classes to learn', targets.length, 1, classes);
  for (const target of targets) expectWhole('a class', target, 0, classes - 1);
  if (new Set(targets).size !== targets.length)
    throw new RangeError(`Expected each class once but received ${targets.join(', ')}`);
  inferClasses(classifier, horizon, active, count);
  const share = 1 / targets.length;
  let before = 0;
  for (const target of targets) before += probability[target]!;
  for (let j = 0; j < classes; j++) probability[j] = rate * ((targets.includes(j) ? share : 0) - probability[j]!);
  const base = horizon * shape.inputs;
  for (let i = 0; i < count; i++) {
    const start = (base + active[i]!) * classes;
    for (let j = 0; j < classes; j++) weight[start + j]! += probability[j]!;
  }
  if (shape.bias !== false) for (let j = 0; j < classes; j++) bias[horizon * classes + j]! += probability[j]!;
  // What was inferred stays readable: undo the scaling by the rate.
  for (let j = 0; j < classes; j++) probability[j] = (targets.includes(j) ? share : 0) - probability[j]! / (rate || 1);
  return before;
}

/** The class with the largest probability of the last answer; the lower index among equals. */
export function mostProbable({ views }: SdrClassifier): number {
  let best = 0;
  for (let j = 1; j < views.probability.length; j++) {
    if (views.probability[j]! > views.probability[best]!) best = j;
  }
  return best;
}

/** In place; the largest is subtracted first, so that no exponential overflows. */
function softmax(values: Float64Array): void {
  let largest = -Infinity;
  for (let j = 0; j < values.length; j++) if (values[j]! > largest) largest = values[j]!;
  let sum = 0;
  for (let j = 0; j < values.length; j++) sum += values[j] = exp(values[j]! - largest);
  for (let j = 0; j < values.length; j++) values[j]! /= sum;
}
