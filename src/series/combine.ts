/**
 * combine.ts - evidence of several kinds made one number, and the pause after an alarm.
 */
import type { SeriesSettings } from './settings.ts';

export type SeriesCause = 'value' | 'season' | 'flat' | 'sequence';
/** Weighted evidence by cause; 1 is much. */
export type SeriesEvidence = { readonly [cause in SeriesCause]: number };

const CAUSES: readonly SeriesCause[] = ['value', 'season', 'flat', 'sequence'];

/** The sum of fourth powers: near the largest when one speaks, a little more when several do. */
export function combinedEvidence({ value, season, flat, sequence }: SeriesEvidence): number {
  return fourthPower(value) + fourthPower(season) + fourthPower(flat) + fourthPower(sequence);
}

/** What weighs most; the first of equals. */
export function strongestCause(evidence: SeriesEvidence): SeriesCause {
  let strongest: SeriesCause = 'value';
  for (const cause of CAUSES) if (evidence[cause] > evidence[strongest]) strongest = cause;
  return strongest;
}

/** Values after an alarm in which no other is raised, when `index` values have been seen. */
export function refractoryPeriod({ refractory, refractoryShare }: SeriesSettings, index: number): number {
  return Math.max(refractory, refractoryShare * index);
}

export function fourthPower(value: number): number {
  const square = value * value;
  return square * square;
}
