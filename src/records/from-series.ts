/**
 * from-series.ts - what a series model says becomes records.
 */
import type { SeriesCause, SeriesEvidence } from '../series/combine.ts';
import type { SeriesObservation } from '../series/step.ts';
import type { SensorScore, SeriesLine } from './series.ts';

/** One row of `cortexd series`. A missing value has been neither judged nor learned. */
export function seriesLine(
  timestamp: string,
  value: number,
  observation: SeriesObservation,
  learning: SeriesLine['learning'],
): SeriesLine {
  const isMissing = !Number.isFinite(value);
  const { raw, likelihood, logLikelihood, score, prediction, alarm, cause, evidence } = observation;
  return {
    timestamp,
    value: isMissing ? null : value,
    raw: isMissing ? 0 : digits(raw, 4),
    likelihood: isMissing ? 0.5 : digits(likelihood, 12),
    log_likelihood: isMissing ? 0 : digits(logLikelihood, 6),
    score: isMissing ? 0 : digits(score, 6),
    prediction: prediction === null ? null : significant(prediction),
    alarm: !isMissing && alarm,
    cause,
    evidence: isMissing ? { value: 0, season: 0, flat: 0, sequence: 0 } : roundEvidence(evidence),
    learning,
  };
}

/** What a number sensor publishes; `value` is a finite number. */
export function sensorScore(
  at: string,
  value: number,
  observation: SeriesObservation,
  learning: SeriesLine['learning'],
  clockSynced: boolean,
): SensorScore {
  const { score, likelihood, log_likelihood, prediction, evidence } = seriesLine(at, value, observation, learning);
  return {
    at,
    value: significant(value),
    score,
    likelihood,
    log_likelihood,
    prediction,
    evidence,
    learning,
    clock_synced: clockSynced,
  };
}

/** Evidence with the digits that matter. */
function roundEvidence({ value, season, flat, sequence }: SeriesEvidence): SeriesLine['evidence'] {
  return { value: digits(value, 4), season: digits(season, 4), flat: digits(flat, 4), sequence: digits(sequence, 4) };
}

/** One plain sentence: what is unusual about the value. */
export function explainSeries(cause: SeriesCause, value: number, expected: number | null): string {
  const shown = significant(value);
  switch (cause) {
    case 'value':
      return `${shown} is further out than nearly all values before`;
    case 'season':
      return `${shown} is far from the usual at this time of day`;
    case 'flat':
      return `the value has been still for longer than ever, at ${shown}`;
    case 'sequence':
      return expected === null
        ? `the values do not follow one another as they did before; now ${shown}`
        : `the values do not follow one another as they did before; now ${shown}, next expected ${significant(expected)}`;
  }
}

function digits(value: number, count: number): number {
  const scale = 10 ** count;
  return Math.round(value * scale) / scale;
}

/** Six digits are more than any sensor has. */
export function significant(value: number): number {
  return Number(value.toPrecision(6));
}
