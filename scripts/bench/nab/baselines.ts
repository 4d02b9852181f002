/**
 * baselines.ts - two detectors of NAB's own that are quickly written: they show that the scorer agrees with the published
 * results, and what a simple method reaches.
 */
import { gaussianTail } from '../../../src/anomaly/gaussian-tail.ts';
import type { Series } from './corpus.ts';

const WINDOW = 6400;
const STEP = 100;

/** NAB's files of scores were written with 12 digits: what is closer to 1 than that ties with 1. */
const asWritten = (score: number): number => Number(score.toPrecision(12));

/** NAB's "windowed Gaussian": how far a value lies in the tail of the last 6,400. */
export function windowedGaussian({ values }: Series): Float64Array {
  const window: number[] = [];
  let waiting: number[] = [];
  let mean = 0;
  let deviation = 1;
  const estimate = (): void => {
    mean = window.reduce((sum, value) => sum + value, 0) / window.length;
    deviation = Math.sqrt(window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / window.length) || 0.000001;
  };
  return values.map((value) => {
    const score = window.length === 0 ? 0 : asWritten(1 - gaussianTail(Math.abs(value - mean) / deviation));
    if (window.length < WINDOW) {
      window.push(value);
      estimate();
    } else {
      waiting.push(value);
      if (waiting.length === STEP) {
        window.splice(0, STEP);
        window.push(...waiting);
        waiting = [];
        estimate();
      }
    }
    return score;
  });
}

/** NAB's "null": always the same. */
export function nothing({ values }: Series): Float64Array {
  return values.map(() => 0.5);
}
