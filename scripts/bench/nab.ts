/**
 * nab.ts - the series model on the Numenta Anomaly Benchmark, with NAB's own scoring.
 *
 *     npm run bench:nab -- [--data FOLDER] [--seeds 6,7,8,9,10] [--verbose]
 *
 * Each seed is one pass over all 58 series; nothing is tuned on labels here except what NAB itself tunes, the one threshold
 * for the corpus, and where a line says so. "length known": the warm-up is NAB's probation, the pause after an alarm grows
 * from 2/15 of it, as a detector may that is told how long a file is. "product": the settings every sensor gets.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { combinedEvidence, refractoryPeriod } from '../../src/series/combine.ts';
import { DEFAULT_SERIES, type SeriesSettings } from '../../src/series/settings.ts';
import { nothing, windowedGaussian } from './nab/baselines.ts';
import { type Series, probation, readCorpus } from './nab/corpus.ts';
import { runCorpus } from './nab/parallel.ts';
import type { Column, Evidence } from './nab/run-series.ts';
import { type Scores, scoreAll, scoreCorpus, worth } from './nab/scorer.ts';
import { numbersOf } from './worlds/options.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    data: { type: 'string', default: join('..', 'shared', 'data', 'nab') },
    seeds: { type: 'string', default: '6,7,8,9,10' },
    verbose: { type: 'boolean', default: false },
  },
});
const corpus = readCorpus(args.data);
const PROFILES = corpus.profiles.map((profile) => profile.name);

/** What a detector may do that is told how long the file is. */
const knowingLength = ({ values }: Series): SeriesSettings => {
  const warmUp = probation(values.length);
  return { ...DEFAULT_SERIES, stages: [warmUp], refractory: (0.02 * warmUp) / 0.15 };
};
const asProduct = (): SeriesSettings => DEFAULT_SERIES;

/** Combined evidence where it raises an alarm, else 0. `only`: the kinds of evidence that may speak. */
function alarms(
  evidence: Evidence,
  settings: SeriesSettings,
  only: readonly Column[],
  options: { readonly threshold?: number; readonly refractory?: boolean } = {},
): Float64Array {
  const { threshold = settings.threshold, refractory = true } = options;
  const part = (column: Column, row: number): number => (only.includes(column) ? evidence[column][row]! : 0);
  let last = -Infinity;
  return evidence.value.map((_, row) => {
    const sum = combinedEvidence({
      value: part('value', row),
      season: part('season', row),
      flat: part('flat', row),
      sequence: part('sequence', row),
    });
    if (!refractory) return sum;
    if (sum < threshold || row - last <= refractoryPeriod(settings, row)) return 0;
    last = row;
    return sum;
  });
}

const ALL: readonly Column[] = ['value', 'season', 'flat', 'sequence'];
const THRESHOLDS = [0.4, 0.6, 0.8, 1, 1.25, 1.5, 1.75, 2];

type Rows = Map<string, { [profile: string]: number[] }>;
const rows: Rows = new Map();
function note(name: string, scores: { readonly [profile: string]: number }): void {
  const row = rows.get(name) ?? Object.fromEntries(PROFILES.map((profile) => [profile, []]));
  for (const profile of PROFILES) row[profile]!.push(scores[profile]!);
  rows.set(name, row);
}
const plain = (found: ReturnType<typeof scoreAll>): { [profile: string]: number } =>
  Object.fromEntries(Object.entries(found).map(([profile, outcome]) => [profile, outcome.score]));

/** The best internal threshold of the few tried, chosen per profile: how ablations are treated, not how the model is. */
function bestOf(scoresAt: (threshold: number) => readonly Scores[]): { [profile: string]: number } {
  const best: { [profile: string]: number } = Object.fromEntries(PROFILES.map((profile) => [profile, 0]));
  for (const threshold of THRESHOLDS)
    for (const [profile, score] of Object.entries(plain(scoreAll(corpus, scoresAt(threshold)))))
      best[profile] = Math.max(best[profile]!, score);
  return best;
}

/** Weights and threshold chosen without the category that is scored. */
const WEIGHTS = [0.5, 0.75, 1];
function leaveOneCategoryOut(
  evidence: readonly Evidence[],
  settings: readonly SeriesSettings[],
): { [p: string]: number } {
  const categories = [...new Set(corpus.series.map((series) => series.category))];
  const parts = categories.map((category) =>
    corpus.series.map((series, i) => (series.category === category ? i : -1)).filter((i) => i >= 0),
  );
  const windows = corpus.series.reduce((sum, series) => sum + series.windows.length, 0);
  /** [candidate][profile][category] */
  const gains = candidates().map((weights) => {
    const found = evidence.map((entry, i) => alarmsWeighted(entry, settings[i]!, weights));
    return corpus.profiles.map((profile) =>
      parts.map(
        (part) =>
          scoreCorpus(
            part.map((i) => corpus.series[i]!),
            part.map((i) => found[i]!),
            profile,
            1,
          ).gain,
      ),
    );
  });
  return Object.fromEntries(
    corpus.profiles.map((profile, p) => {
      let gain = 0;
      for (const held of categories.keys()) {
        const others = (candidate: (typeof gains)[number]): number =>
          candidate[p]!.reduce((sum, one, category) => (category === held ? sum : sum + one), 0);
        const best = gains.reduce((one, other) => (others(other) > others(one) ? other : one));
        gain += best[p]![held]!;
      }
      return [profile.name, (100 * gain) / worth(windows, profile)];
    }),
  );
}

type Weights = {
  readonly threshold: number;
  readonly season: number;
  readonly flat: number;
  readonly sequence: number;
};
function candidates(): Weights[] {
  return THRESHOLDS.flatMap((threshold) =>
    WEIGHTS.flatMap((season) =>
      WEIGHTS.flatMap((flat) => WEIGHTS.map((sequence) => ({ threshold, season, flat, sequence }))),
    ),
  );
}

/** 1 where evidence in these weights raises an alarm, else 0. */
function alarmsWeighted(evidence: Evidence, settings: SeriesSettings, weights: Weights): Float64Array {
  const usual = DEFAULT_SERIES.weights;
  const scaled = {
    ...evidence,
    season: evidence.season.map((x) => (x / usual.season) * weights.season),
    flat: evidence.flat.map((x) => (x / usual.flat) * weights.flat),
    sequence: evidence.sequence.map((x) => (x / usual.sequence) * weights.sequence),
  };
  return alarms(scaled, settings, ALL, weights).map((x) => (x > 0 ? 1 : 0));
}

function say(name: string, scores: { readonly [profile: string]: readonly number[] }): void {
  const cell = (values: readonly number[]): string => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const range = values.length > 1 ? ` (${Math.min(...values).toFixed(1)}-${Math.max(...values).toFixed(1)})` : '';
    return `${mean.toFixed(2)}${range}`;
  };
  console.log(`| ${[name, ...PROFILES.map((profile) => cell(scores[profile]!))].join(' | ')} |`);
}

async function main(): Promise<void> {
  const seeds = numbersOf('seeds', args.seeds);
  note('windowed Gaussian (own, to check the scorer)', plain(scoreAll(corpus, corpus.series.map(windowedGaussian))));
  note('null (own)', plain(scoreAll(corpus, corpus.series.map(nothing))));
  for (const seed of seeds) {
    const settings = corpus.series.map(knowingLength);
    const evidence = await runCorpus(args.data, corpus.series, knowingLength, seed);
    const combine = (only: readonly Column[], options = {}): Scores[] =>
      evidence.map((entry, i) => alarms(entry, settings[i]!, only, options));
    const model = scoreAll(corpus, combine(ALL));
    note('**model, length known**', plain(model));
    if (args.verbose) for (const [profile, outcome] of Object.entries(model)) console.log(seed, profile, outcome);
    note('all evidence, no pause', plain(scoreAll(corpus, combine(ALL, { refractory: false }))));
    note(
      'without the sequence',
      bestOf((threshold) => combine(['value', 'season', 'flat'], { threshold })),
    );
    note(
      'without the value',
      bestOf((threshold) => combine(['season', 'flat', 'sequence'], { threshold })),
    );
    note(
      'without the season',
      bestOf((threshold) => combine(['value', 'flat', 'sequence'], { threshold })),
    );
    note(
      'without flatness',
      bestOf((threshold) => combine(['value', 'season', 'sequence'], { threshold })),
    );
    note(
      'sequence only',
      bestOf((threshold) => combine(['sequence'], { threshold })),
    );
    note(
      'value only',
      bestOf((threshold) => combine(['value'], { threshold })),
    );
    note(
      'season only',
      bestOf((threshold) => combine(['season'], { threshold })),
    );
    note(
      'raw anomaly of one memory',
      plain(
        scoreAll(
          corpus,
          evidence.map((entry) => entry.raw),
        ),
      ),
    );
    note(
      "Numenta's likelihood of the same memory",
      plain(
        scoreAll(
          corpus,
          evidence.map((entry) => entry.numenta),
        ),
      ),
    );
    note(
      '**model, weights and threshold chosen without the category scored**',
      leaveOneCategoryOut(evidence, settings),
    );
    const product = await runCorpus(args.data, corpus.series, asProduct, seed);
    note(
      '**model, product settings**',
      plain(
        scoreAll(
          corpus,
          product.map((entry) => alarms(entry, DEFAULT_SERIES, ALL)),
        ),
      ),
    );
  }
  console.log(`| detector, ${seeds.length} seeds: mean (range) | ${PROFILES.join(' | ')} |`);
  console.log(`|---|${PROFILES.map(() => '---|').join('')}`);
  for (const [name, row] of rows) say(name, row);
  const published = Object.entries(corpus.published).toSorted(([, a], [, b]) => b['standard']! - a['standard']!);
  for (const [name, scores] of published)
    say(`published: ${name}`, Object.fromEntries(PROFILES.map((profile) => [profile, [scores[profile]!]])));
}

await main();
