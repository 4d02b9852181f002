/**
 * settings.ts - what a model of one number series is made of.
 */
import { NUPIC_LIKELIHOOD, type LikelihoodParams } from '../anomaly/anomaly-likelihood.ts';
import type { TemporalMemoryParams } from '../htm/temporal-memory.ts';

export type SeriesSettings = {
  /** Bits of an encoded value, and how many of them are active. */
  readonly columns: number;
  readonly activeColumns: number;
  /** Buckets into which the range (and 40 % more) is divided: one temporal memory for each. */
  readonly buckets: readonly number[];
  readonly segments: number;
  readonly synapsesPerSegment: number;
  /**
   * Numbers of values at which the range is learned anew and everything so far goes through fresh memories once more,
   * ascending. Nothing is judged before the first; after the last the encoders never change again.
   */
  readonly stages: readonly number[];
  /** Values that ranks are taken among. */
  readonly rankWindow: number;
  /** Values over which the mean anomaly is taken, and over how many means it is judged. */
  readonly averagingWindow: number;
  readonly historyWindow: number;
  /** After an alarm none for at least this many values, and for this share of all values so far. */
  readonly refractory: number;
  readonly refractoryShare: number;
  /** Combined evidence that raises an alarm. */
  readonly threshold: number;
  /** Weights of the evidence: the level of the value, its distance from the usual at this time of day, flatness. */
  readonly weights: {
    readonly value: number;
    readonly season: number;
    readonly flat: number;
    readonly sequence: number;
  };
};

/** As measured on the Numenta Anomaly Benchmark; see docs/benchmarks.md. */
export const DEFAULT_SERIES: SeriesSettings = {
  columns: 2048,
  activeColumns: 40,
  buckets: [130, 300],
  segments: 12000,
  synapsesPerSegment: 32,
  stages: [100, 200, 400, 750],
  rankWindow: 8000,
  averagingWindow: 20,
  historyWindow: 8640,
  refractory: 40,
  refractoryShare: 0.03,
  threshold: 1.25,
  weights: { value: 1, season: 0.5, flat: 0.7, sequence: 1 },
};

/** One cell per column: on numbers a longer context was measured to add nothing. */
export const SERIES_TM_PARAMS: TemporalMemoryParams = {
  activationThreshold: 13,
  minThreshold: 10,
  maxNewSynapseCount: 20,
  permanenceIncrement: 26,
  permanenceDecrement: 26,
  initialPermanence: 54,
  connectedPermanence: 128,
  predictedSegmentDecrement: 1,
};

/**
 * How the anomaly is judged by memories that began with `stage` values. One-sided and without the onset filter: refraining
 * after an alarm does what the filter is for.
 */
export function likelihoodParams(settings: SeriesSettings, stage: number): LikelihoodParams {
  return {
    ...NUPIC_LIKELIHOOD,
    averagingWindow: settings.averagingWindow,
    learningPeriod: stage >> 1,
    estimationSamples: Math.max(1, stage - (stage >> 1)),
    historyWindow: settings.historyWindow,
    folded: false,
    onsetOnly: false,
  };
}

/** Time slots of a day whose usual value is remembered. */
export const SEASON_SLOTS = 48;
/** The buckets cover the range that was learned times this. */
export const RANGE_MARGIN = 1.4;
/** Values over which flatness is measured. */
export const FLAT_WINDOW = 50;
