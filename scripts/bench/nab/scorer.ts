/**
 * scorer.ts - how NAB scores a detector, written from its published definition (Lavin and Ahmad 2015; the white paper).
 *
 *     in a window    the earliest detection counts, from nearly 1 at its start to 0 at its end:  sigma(y) = 2 / (1 + e^(5y)) - 1
 *                    with y from -1 to 0 over the window; divided by sigma(-1)
 *     after one      a false detection costs little at first, the full price from three window lengths on
 *     before any     the full price
 *     missed         the price of a miss
 *
 * One threshold for the whole corpus, the best there is; 0 is a detector that never speaks, 100 a perfect one.
 */
import { type Corpus, type Profile, type Series, probation } from './corpus.ts';

/** Scores of a detector for each row of a series. */
export type Scores = ArrayLike<number>;
export type Outcome = {
  readonly score: number;
  /** Points above those of a detector that never speaks; adds up over parts of the corpus. */
  readonly gain: number;
  readonly threshold: number;
  readonly found: number;
  readonly falseRows: number;
};

const sigmoid = (y: number): number => 2 / (1 + Math.exp(5 * y)) - 1;

type Point = { readonly score: number; readonly window: number; readonly value: number };

/** Each row that counts: its score, its window (-1 none), and what a detection there is worth before weights. */
function pointsOf(series: Series, scores: Scores, firstWindow: number, least: number): Point[] {
  const points: Point[] = [];
  let past = -1;
  let next = 0;
  for (let row = 0; row < series.values.length; row++) {
    while (next < series.windows.length && series.windows[next]![1] < row) past = next++;
    const inside = next < series.windows.length && series.windows[next]![0] <= row;
    if (row < probation(series.values.length) || scores[row]! < least) continue;
    if (inside) {
      const [from, to] = series.windows[next]!;
      const y = -(to - row + 1) / (to - from + 1);
      points.push({ score: scores[row]!, window: firstWindow + next, value: sigmoid(y) / sigmoid(-1) });
      continue;
    }
    if (past < 0) {
      points.push({ score: scores[row]!, window: -1, value: -1 });
      continue;
    }
    const [from, to] = series.windows[past]!;
    const y = (row - to) / (to - from);
    points.push({ score: scores[row]!, window: -1, value: y > 3 ? -1 : sigmoid(y) });
  }
  return points;
}

/** The best score over all thresholds, normalized. `scores[i]` belongs to `corpus.series[i]`. `chosen` fixes the threshold. A score of 0 is silence. */
export function scoreCorpus(
  series: readonly Series[],
  scores: readonly Scores[],
  profile: Profile,
  chosen?: number,
): Outcome {
  let windows = 0;
  const points: Point[] = [];
  series.forEach((entry, i) => {
    points.push(...pointsOf(entry, scores[i]!, windows, chosen ?? Number.MIN_VALUE));
    windows += entry.windows.length;
  });
  points.sort((a, b) => b.score - a.score);
  const bestIn = new Float64Array(windows).fill(-profile.fn);
  let total = -profile.fn * windows;
  let found = 0;
  let falseRows = 0;
  const nothing = total;
  let best = { points: total, threshold: Infinity, found: 0, falseRows: 0 };
  for (let i = 0; i < points.length; i++) {
    const { score, window, value } = points[i]!;
    if (window < 0) {
      total += value * profile.fp;
      falseRows++;
    } else if (value * profile.tp > bestIn[window]!) {
      if (bestIn[window] === -profile.fn) found++;
      total += value * profile.tp - bestIn[window]!;
      bestIn[window] = value * profile.tp;
    }
    if (points[i + 1]?.score === score) continue;
    if (chosen !== undefined || total > best.points) best = { points: total, threshold: score, found, falseRows };
  }
  const { points: reached, ...rest } = best;
  const gain = reached - nothing;
  return { ...rest, gain, score: (100 * gain) / worth(windows, profile) };
}

/** Points between a detector that never speaks and a perfect one. */
export function worth(windows: number, profile: Profile): number {
  return (profile.tp + profile.fn) * windows;
}

/** Scores of all three profiles. */
export function scoreAll(corpus: Corpus, scores: readonly Scores[]): { readonly [profile: string]: Outcome } {
  return Object.fromEntries(
    corpus.profiles.map((profile) => [profile.name, scoreCorpus(corpus.series, scores, profile)]),
  );
}
