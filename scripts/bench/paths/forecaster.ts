/**
 * forecaster.ts - where does a thing go next, given the places it came by? One question, put to all that are compared.
 */
import { type Grid, STEPS, canStep } from './grid.ts';

export type Forecaster = {
  readonly name: string;
  readonly bytes: () => number;
  /** A thing begins in a slot. */
  readonly begin: (slot: number) => void;
  /** It comes to a place. */
  readonly enter: (slot: number, place: number) => void;
  /** Probability of each step from where it is, to `chances` [STEPS]; they add up to 1. */
  readonly forecast: (slot: number, chances: Float64Array) => void;
  /** A thing is gone that came by these places: they become usual. */
  readonly learn: (places: readonly number[]) => void;
};

/** Steps wherever they are taken: what is expected where nothing else is known. */
export type AnySteps = {
  readonly chances: (from: number, chances: Float64Array) => void;
  readonly learn: (step: number) => void;
};

export function anySteps(grid: Grid): AnySteps {
  const counts = new Float64Array(STEPS).fill(0.05);
  return {
    chances(from, chances) {
      let all = 0;
      for (let step = 0; step < STEPS; step++) {
        chances[step] = canStep(grid, from, step) ? counts[step]! : 0;
        all += chances[step]!;
      }
      for (let step = 0; step < STEPS; step++) chances[step]! /= all;
    },
    learn(step) {
      counts[step]! += 1;
    },
  };
}

/** Bits of a step: of all that are as rare or rarer. */
export function bitsOfStep(chances: Float64Array, step: number): number {
  const own = chances[step]! * 1.0001;
  let tail = 0;
  for (let other = 0; other < STEPS; other++) if (chances[other]! <= own) tail += chances[other]!;
  return -Math.log2(Math.max(1e-12, Math.min(1, tail)));
}
