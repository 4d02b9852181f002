/**
 * step.ts - one value of a number series: how surprising it is, why, and which value is expected next.
 *
 *     warm-up    the first values are kept; their range decides the encoders; then they are replayed, unjudged
 *     sequence   encode at each resolution -> temporal memory -> anomaly (of all bits, of the new bits) -> is it lately
 *                higher than usual?
 *     statistics the value and its opposite, its distance from the usual at this time of day, the flatness of the last
 *                values, each ranked among those seen before
 *     combine    the fourth root is not taken: S = sum of (weight * evidence)^4, so that the strongest speaks
 */
import { logLikelihood, updateLikelihood } from '../anomaly/anomaly-likelihood.ts';
import { learnRank, rankEvidence } from '../anomaly/rank-evidence.ts';
import { bucketOf, bucketValue, encodeBucket } from '../htm/encoders/rdse.ts';
import { rawAnomaly, stepTemporalMemory } from '../htm/temporal-memory.ts';
import { ln } from '../memory/exact-math.ts';
import { COUNTER, RANGE, type Resolution, type SeriesModel, makeEncoders } from './plan.ts';
import { learnSeason, seasonDistance } from './season.ts';
import { FLAT_WINDOW, RANGE_MARGIN } from './settings.ts';

export type SeriesCause = 'value' | 'season' | 'flat' | 'sequence';

/** What one value says; owned by the caller and overwritten. */
export type SeriesObservation = {
  /** Share of the bits that were not predicted, at the first resolution. */
  raw: number;
  /** 1 - tail probability of the most surprising signal; 0.5 while unknown. */
  likelihood: number;
  /** The same on a logarithmic scale, 0..1. */
  logLikelihood: number;
  /** 0..1; 0.5 = the alarm threshold. */
  score: number;
  /** At or above the threshold, and no alarm shortly before. */
  alarm: boolean;
  /** The evidence that weighs most. */
  cause: SeriesCause;
  /** The next value expected, or null. */
  prediction: number | null;
  warmingUp: boolean;
  /** Weighted evidence by cause, before the fourth power; 1 is much. */
  readonly evidence: { readonly [cause in SeriesCause]: number } & { [cause in SeriesCause]: number };
};

export function newSeriesObservation(): SeriesObservation {
  return {
    raw: 0,
    likelihood: 0.5,
    logLikelihood: 0,
    score: 0,
    alarm: false,
    cause: 'value',
    prediction: null,
    warmingUp: true,
    evidence: { value: 0, season: 0, flat: 0, sequence: 0 },
  };
}

/** Overlap of a bucket's bits with the predicted columns from which a prediction is believed. */
const BELIEVED = 15;
/** A tail of 1e-5 is evidence 1. */
const SEQUENCE_UNIT = 0.5;
const TINY = 1e-9;

/**
 * Take one value. `epochMs` is the local time of day it belongs to, or null when there is none. A value that is not a
 * finite number is counted as missing and changes nothing else.
 */
export function stepSeries(
  model: SeriesModel,
  epochMs: number | null,
  value: number,
  learn: boolean,
  out: SeriesObservation,
): void {
  const { core, settings } = model;
  const counters = core.seriesCounters;
  if (!Number.isFinite(value)) {
    counters[COUNTER.missing]!++;
    return;
  }
  const index = counters[COUNTER.values]!++;
  if (index < settings.warmUp) {
    core.warmUpValues[index] = value;
    core.warmUpTimes[index] = epochMs ?? NaN;
    if (index + 1 === settings.warmUp) endWarmUp(model, out);
    clear(out);
    return;
  }
  judge(model, epochMs, value, learn, out);
  decide(model, index, out);
}

/** The range is known now: make the encoders and learn what has gone by. */
function endWarmUp(model: SeriesModel, out: SeriesObservation): void {
  const { core, settings } = model;
  let least = Infinity;
  let most = -Infinity;
  for (const value of core.warmUpValues) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  core.range[RANGE.least] = least;
  core.range[RANGE.most] = most;
  makeEncoders(model);
  for (const resolution of model.resolutions) {
    for (let bucket = 0; bucket <= resolution.buckets; bucket++)
      encodeBucket(
        resolution.rdse!,
        bucket + firstBucket(resolution),
        resolution.encoder.bucketBits,
        bucket * settings.activeColumns,
      );
  }
  for (let i = 0; i < settings.warmUp; i++) {
    const time = core.warmUpTimes[i]!;
    judge(model, Number.isNaN(time) ? null : time, core.warmUpValues[i]!, true, out);
  }
  core.seriesCounters[COUNTER.sinceAlarm] = settings.refractory;
}

/** The kept buckets begin this far below the range. */
function firstBucket({ buckets }: Resolution): number {
  return -Math.round((buckets * (RANGE_MARGIN - 1)) / RANGE_MARGIN / 2);
}

/** All evidence about one value, and learning from it. */
function judge(
  model: SeriesModel,
  epochMs: number | null,
  value: number,
  learn: boolean,
  out: SeriesObservation,
): void {
  const { core, ranks, settings } = model;
  const { weights } = settings;
  judgeSequence(model, value, learn, out);
  const up = fourthPower(rankEvidence(ranks.up, value));
  const down = fourthPower(rankEvidence(ranks.down, -value));
  out.evidence.value = weights.value * Math.sqrt(Math.sqrt(up + down));
  const distance = seasonDistance(core, epochMs, value);
  out.evidence.season = distance === null ? 0 : weights.season * rankEvidence(ranks.season, distance);
  const flatness = rememberLately(model, value);
  out.evidence.flat = weights.flat * rankEvidence(ranks.flat, flatness);
  if (!learn) return;
  learnRank(ranks.up, value);
  learnRank(ranks.down, -value);
  if (distance !== null) learnRank(ranks.season, distance);
  learnRank(ranks.flat, flatness);
  learnSeason(core, epochMs, value);
}

function judgeSequence(model: SeriesModel, value: number, learn: boolean, out: SeriesObservation): void {
  const { settings, resolutions, likelihoodParams: params } = model;
  let least = 1;
  for (const [i, resolution] of resolutions.entries()) {
    const { tm, likelihood } = resolution;
    const delta = stepResolution(model, resolution, value, learn);
    const raw = rawAnomaly(tm);
    if (i === 0) out.raw = raw;
    least = Math.min(
      least,
      updateLikelihood(params, likelihood.raw, raw),
      updateLikelihood(params, likelihood.delta, delta),
    );
  }
  out.likelihood = 1 - least;
  out.logLikelihood = Math.min(1, logLikelihood(least));
  out.evidence.sequence = (settings.weights.sequence * out.logLikelihood) / SEQUENCE_UNIT;
  out.prediction = readPrediction(model, resolutions[0]!);
}

/** Step one memory; returns the share of the bits that have just become active and were not predicted. */
function stepResolution(model: SeriesModel, resolution: Resolution, value: number, learn: boolean): number {
  const { active } = model.core;
  const { tm, encoder } = resolution;
  const { predictedColumn } = tm.views;
  const rdse = resolution.rdse!;
  const count = encodeBucket(rdse, bucketOf(rdse, value), active);
  let fresh = 0;
  let unexpected = 0;
  for (let i = 0; i < count; i++) {
    const column = active[i]!;
    if (encoder.wasActive[column] === 1) continue;
    fresh++;
    if (predictedColumn[column] === 0) unexpected++;
  }
  stepTemporalMemory(tm, active, count, learn);
  encoder.wasActive.fill(0);
  for (let i = 0; i < count; i++) encoder.wasActive[active[i]!] = 1;
  return fresh === 0 ? 0 : unexpected / fresh;
}

/** The value of the bucket that most of the predicted columns speak for; the mean of equals. */
function readPrediction(model: SeriesModel, resolution: Resolution): number | null {
  const { activeColumns } = model.settings;
  const { bucketBits } = resolution.encoder;
  const { predictedColumn } = resolution.tm.views;
  let best = BELIEVED - 1;
  let sum = 0;
  let equals = 0;
  for (let bucket = 0; bucket <= resolution.buckets; bucket++) {
    let overlap = 0;
    for (let i = bucket * activeColumns, end = i + activeColumns; i < end; i++)
      overlap += predictedColumn[bucketBits[i]!]!;
    if (overlap < best || overlap < BELIEVED) continue;
    if (overlap > best) {
      best = overlap;
      sum = 0;
      equals = 0;
    }
    sum += bucket;
    equals++;
  }
  if (equals === 0) return null;
  return bucketValue(resolution.rdse!, sum / equals + firstBucket(resolution));
}

/** Keep the value; returns minus the logarithm of the standard deviation of the last ones. */
function rememberLately({ core }: SeriesModel, value: number): number {
  const { lately } = core;
  const kept = core.latelyCount[0]!;
  lately[kept % FLAT_WINDOW] = value;
  core.latelyCount[0] = kept + 1 === 3 * FLAT_WINDOW ? 2 * FLAT_WINDOW : kept + 1;
  const count = Math.min(kept + 1, FLAT_WINDOW);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += lately[i]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const distance = lately[i]! - mean;
    squares += distance * distance;
  }
  return -ln(Math.sqrt(squares / count) + TINY);
}

function fourthPower(value: number): number {
  const square = value * value;
  return square * square;
}

const CAUSES: readonly SeriesCause[] = ['value', 'season', 'flat', 'sequence'];

/** Combine the evidence; raise an alarm unless there was one shortly before. */
function decide({ core, settings }: SeriesModel, index: number, out: SeriesObservation): void {
  const { evidence } = out;
  let sum = 0;
  out.cause = 'value';
  for (const cause of CAUSES) {
    sum += fourthPower(evidence[cause]);
    if (evidence[cause] > evidence[out.cause]) out.cause = cause;
  }
  const since = ++core.seriesCounters[COUNTER.sinceAlarm]!;
  out.warmingUp = false;
  out.score = sum / (sum + settings.threshold);
  out.alarm = out.score >= 0.5 && since > Math.max(settings.refractory, settings.refractoryShare * index);
  if (out.alarm) core.seriesCounters[COUNTER.sinceAlarm] = 0;
}

function clear(out: SeriesObservation): void {
  Object.assign(out, newSeriesObservation());
}

/** Values that were no numbers. */
export function missingValues({ core }: SeriesModel): number {
  return core.seriesCounters[COUNTER.missing]!;
}

/** Values taken so far. */
export function valuesSeen({ core }: SeriesModel): number {
  return core.seriesCounters[COUNTER.values]!;
}
