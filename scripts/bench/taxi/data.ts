/**
 * data.ts - taxi passengers in New York per half hour, and the simple forecasts that anything better must beat.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Passengers = {
  readonly counts: Float64Array;
  /** Minute of the day, and day of the week (0..6), of each. */
  readonly minutes: Uint16Array;
  readonly days: Uint8Array;
};

export const PER_DAY = 48;
const PER_WEEK = 7 * PER_DAY;

export function readPassengers(folder: string): Passengers {
  const rows = readFileSync(join(folder, 'nyc_taxi.csv'), 'utf8')
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(','));
  return {
    counts: Float64Array.from(rows, (row) => Number(row[1])),
    minutes: Uint16Array.from(rows, (row) => Number(row[2])),
    days: Uint8Array.from(rows, (row) => Number(row[3])),
  };
}

/** Forecast of the value `ahead` half hours after `now`, knowing those up to `now`. */
export type Forecast = (counts: Float64Array, now: number, ahead: number) => number;

function usual(counts: Float64Array, at: number): number {
  return (
    (counts[at - PER_WEEK]! + counts[at - 2 * PER_WEEK]! + counts[at - 3 * PER_WEEK]! + counts[at - 4 * PER_WEEK]!) / 4
  );
}

/** How much of today's deviation from the usual is expected to last; chosen before record 10,000. */
const LASTING = 0.7;

export const BASELINES: { readonly [name: string]: Forecast } = {
  'now (persistence)': (counts, now) => counts[now]!,
  'the same time yesterday': (counts, now, ahead) => counts[now + ahead - PER_DAY]!,
  'the same time last week': (counts, now, ahead) => counts[now + ahead - PER_WEEK]!,
  'mean of the last four weeks': (counts, now, ahead) => usual(counts, now + ahead),
  'mean of four weeks, times how unusual it is now': (counts, now, ahead) =>
    usual(counts, now + ahead) * (counts[now]! / usual(counts, now)) ** LASTING,
};
