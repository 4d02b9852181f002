/**
 * corpus.ts - the 58 series of the Numenta Anomaly Benchmark with their anomaly windows, and its published results.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { wallClock } from '../../../src/capture/time-text.ts';

export type Series = {
  /** e.g. `realTweets/Twitter_volume_AAPL.csv` */
  readonly name: string;
  readonly category: string;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Anomaly windows as inclusive row numbers. */
  readonly windows: readonly (readonly [number, number])[];
};

export type Profile = { readonly name: string; readonly tp: number; readonly fp: number; readonly fn: number };
export type Corpus = {
  readonly series: readonly Series[];
  readonly profiles: readonly Profile[];
  /** detector -> profile -> score */
  readonly published: { readonly [detector: string]: { readonly [profile: string]: number } };
};

export function readCorpus(folder: string): Corpus {
  const windows = readJson(join(folder, 'labels/combined_windows.json')) as { [name: string]: [string, string][] };
  const series = readdirSync(join(folder, 'data'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.csv'))
    .toSorted()
    .map((name) => readSeries(folder, name, windows[name] ?? []));
  const matrix = readJson(join(folder, 'config/profiles.json')) as {
    [name: string]: { CostMatrix: { tpWeight: number; fpWeight: number; fnWeight: number } };
  };
  return {
    series,
    profiles: Object.entries(matrix).map(([name, { CostMatrix: costs }]) => ({
      name,
      tp: costs.tpWeight,
      fp: costs.fpWeight,
      fn: costs.fnWeight,
    })),
    published: readJson(join(folder, 'results/final_results.json')) as Corpus['published'],
  };
}

function readSeries(folder: string, name: string, windows: readonly [string, string][]): Series {
  const rows = readFileSync(join(folder, 'data', name), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const times = Float64Array.from(rows, (row) => wallClock(row.slice(0, row.indexOf(',')).trim()));
  const values = Float64Array.from(rows, (row) => Number(row.slice(row.indexOf(',') + 1)));
  const rowAt = (text: string): number => times.indexOf(wallClock(text));
  return {
    name,
    category: name.split('/')[0]!,
    times,
    values,
    windows: windows.map(([from, to]) => [rowAt(from), rowAt(to)] as const),
  };
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** Rows at the start that are not scored. */
export function probation(rows: number): number {
  return Math.min(Math.floor(0.15 * rows), 750);
}
