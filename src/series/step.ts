/**
 * step.ts - one value of a number series: how surprising it is, why, and which value is expected next.
 *
 *     stages     the first values are kept; at each stage their range decides the encoders, and they go through fresh
 *                memories once more, unjudged: a range learned too early is put right
 *     sequence   encode at each resolution -> temporal memory -> anomaly (of all bits, of the new bits) -> is it lately
 *                higher than usual?
 *     statistics the value and its opposite, its distance from the usual at this time of day, the flatness of the last
 *                values, each ranked among those seen before
 *     combine    the fourth root is not taken: S = sum of (weight * evidence)^4, so that the strongest speaks
 */
import { logLikelihood, updateLikelihood } from '../anomaly/anomaly-likelihood.ts';
import { learnRank, rankEvidence } from '../anomaly/rank-evidence.ts';
import { bucketOf, bucketValue, encodeBucket, mostBuckets } from '../htm/encoders/rdse.ts';
import { rawAnomaly, stepTemporalMemory } from '../htm/temporal-memory.ts';
import { ln } from '../memory/exact-math.ts';
import { type SeriesCause, combinedEvidence, fourthPower, refractoryPeriod, strongestCause } from './combine.ts';
import { COUNTER, RANGE, type Resolution, type SeriesModel, initMemories, makeEncoders, stageOf } from './plan.ts';
import { learnSeason, seasonDistance } from './season.ts';
import { FLAT_WINDOW, RANGE_MARGIN } from './settings.ts';

/** What one value says; owned by the caller and overwritten. */
export type SeriesObservation = {
  /** Share of the bits that were not predicted, at the first resolution. */
  raw: number;
  /** 1 - tail probability of the most surprising signal; 0.5 while unknown. */
  likelihood: number;
  /** The same on a logarithmic scale, 0..1. */
  logLikelihood: number;
  /** 0..1; from 0.5 on exactly when there is an alarm. */
  score: number;
  /** The evidence reaches the threshold, and there was no alarm shortly before. */
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
  const isJudged = index >= settings.stages[0]!;
  if (isJudged) judgeSequence(model, value, learn, out);
  else clear(out);
  judgeStatistics(model, epochMs, value, learn, out);
  if (index < core.firstValues.length) core.firstValues[index] = value;
  if (settings.stages.includes(index + 1)) beginStage(model, index + 1);
  if (isJudged) decide(model, index, out);
}

/** Fresh memories learn the first `count` values with encoders for their range. */
function beginStage(model: SeriesModel, count: number): void {
  const values = model.core.firstValues.subarray(0, count);
  initMemories(model);
  learnRange(model, values);
  const unused = newSeriesObservation();
  for (const value of values) judgeSequence(model, value, true, unused);
}

/** Make the encoders for the range of `values`. */
export function learnRange(model: SeriesModel, values: Float64Array): void {
  const { core, settings } = model;
  core.range[RANGE.least] = values.reduce((least, value) => Math.min(least, value), Infinity);
  core.range[RANGE.most] = values.reduce((most, value) => Math.max(most, value), -Infinity);
  makeEncoders(model);
  for (const resolution of model.resolutions) {
    const { rdse, encoder, buckets } = resolution;
    for (let bucket = 0; bucket <= buckets; bucket++)
      encodeBucket(rdse!, bucket + firstBucket(resolution), encoder.bucketBits, bucket * settings.activeColumns);
  }
}

/** The kept buckets begin this far below the range. */
function firstBucket({ buckets }: Resolution): number {
  return -Math.round((buckets * (RANGE_MARGIN - 1)) / RANGE_MARGIN / 2);
}

/** How exceptional the value is by itself, and learning from it. */
function judgeStatistics(
  model: SeriesModel,
  epochMs: number | null,
  value: number,
  learn: boolean,
  out: SeriesObservation,
): void {
  const { core, ranks, settings } = model;
  const { weights } = settings;
  const up = fourthPower(rankEvidence(ranks.up, value));
  const down = fourthPower(rankEvidence(ranks.down, -value));
  out.evidence.value = weights.value * Math.sqrt(Math.sqrt(up + down));
  const distance = seasonDistance(core, epochMs, value);
  out.evidence.season = distance === null ? 0 : weights.season * rankEvidence(ranks.season, distance);
  const flatness = rememberLately(model, value);
  out.evidence.flat = flatness === null ? 0 : weights.flat * rankEvidence(ranks.flat, flatness);
  if (!learn) return;
  learnRank(ranks.up, value);
  learnRank(ranks.down, -value);
  if (distance !== null) learnRank(ranks.season, distance);
  if (flatness !== null) learnRank(ranks.flat, flatness);
  learnSeason(core, epochMs, value);
}

function judgeSequence(model: SeriesModel, value: number, learn: boolean, out: SeriesObservation): void {
  const { settings, resolutions } = model;
  const params = model.likelihoodParams[stageOf(model)]!;
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
export function stepResolution(model: SeriesModel, resolution: Resolution, value: number, learn: boolean): number {
  const { active } = model.core;
  const { tm, encoder } = resolution;
  const { predictedColumn } = tm.views;
  const rdse = resolution.rdse!;
  const most = mostBuckets(rdse);
  // A value that is out of all proportion to the range is the last one there is.
  const count = encodeBucket(rdse, Math.max(-most, Math.min(most, bucketOf(rdse, value))), active);
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

/** Keep the value; returns minus the logarithm of the standard deviation of the last ones, null while they are too few. */
function rememberLately({ core }: SeriesModel, value: number): number | null {
  const { lately } = core;
  const kept = core.latelyCount[0]!;
  lately[kept % FLAT_WINDOW] = value;
  core.latelyCount[0] = kept + 1 === 3 * FLAT_WINDOW ? 2 * FLAT_WINDOW : kept + 1;
  if (kept + 1 < FLAT_WINDOW) return null;
  let sum = 0;
  for (let i = 0; i < FLAT_WINDOW; i++) sum += lately[i]!;
  const mean = sum / FLAT_WINDOW;
  let squares = 0;
  for (let i = 0; i < FLAT_WINDOW; i++) {
    const distance = lately[i]! - mean;
    squares += distance * distance;
  }
  return -ln(Math.sqrt(squares / FLAT_WINDOW) + TINY);
}

/** Combine the evidence; raise an alarm unless there was one shortly before. */
function decide({ core, settings }: SeriesModel, index: number, out: SeriesObservation): void {
  const { evidence } = out;
  const sum = combinedEvidence(evidence);
  out.cause = strongestCause(evidence);
  const since = ++core.seriesCounters[COUNTER.sinceAlarm]!;
  out.warmingUp = false;
  out.alarm = sum >= settings.threshold && since > refractoryPeriod(settings, index);
  out.score = sum / (sum + settings.threshold);
  // One long anomaly is one alarm: what would be the next is kept below the threshold.
  if (out.alarm) core.seriesCounters[COUNTER.sinceAlarm] = 0;
  else if (out.score >= 0.5) out.score /= 2;
}

/** Nothing is judged yet. */
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
