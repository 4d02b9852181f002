/** nab-scorer.test.ts - NAB's scoring on a small corpus whose scores can be worked out by hand. */
import { test } from 'tap';
import type { Corpus, Series } from '../../scripts/bench/nab/corpus.ts';
import { scoreAll, scoreCorpus, worth } from '../../scripts/bench/nab/scorer.ts';

const STANDARD = { name: 'standard', tp: 1, fp: 0.11, fn: 1 };
/** 1,000 rows, so that the first 150 do not count; one window of 100 rows. */
const series: Series = {
  name: 'a/b.csv',
  category: 'a',
  times: new Float64Array(1000),
  values: new Float64Array(1000),
  windows: [[500, 599]],
};
const sigmoid = (y: number): number => 2 / (1 + Math.exp(5 * y)) - 1;
const scoresAt = (rows: { readonly [row: number]: number }): Float64Array => {
  const scores = new Float64Array(1000);
  for (const [row, score] of Object.entries(rows)) scores[Number(row)] = score;
  return scores;
};
const scoreOf = (rows: { readonly [row: number]: number }, chosen?: number) =>
  scoreCorpus([series], [scoresAt(rows)], STANDARD, chosen);
const isNear = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;

test('silence is 0, the earliest possible detection 100, a late one hardly anything', async (t) => {
  t.equal(scoreOf({}).score, 0);
  t.ok(isNear(scoreOf({ 500: 1 }).score, 100));
  const late = scoreOf({ 599: 1 });
  t.ok(isNear(late.score, (100 * (1 + sigmoid(-0.01) / sigmoid(-1))) / 2));
  t.match(late, { found: 1, falseRows: 0, threshold: 1 });
});

test('only the earliest detection in a window counts, and probation not at all', async (t) => {
  t.ok(isNear(scoreOf({ 500: 1, 510: 1, 520: 1 }).score, 100));
  t.equal(scoreOf({ 100: 5 }).score, 0);
});

test('a false detection costs its full price before a window and long after it, little just after it', async (t) => {
  const price = (row: number): number => (scoreOf({ 500: 1 }, 1).score - scoreOf({ 500: 1, [row]: 1 }, 1).score) * 0.02;
  t.ok(isNear(price(200), 0.11));
  t.ok(isNear(price(950), 0.11), 'more than three window lengths after');
  t.ok(isNear(price(600), -0.11 * sigmoid(1 / 99)));
  t.ok(price(600) < price(650));
});

test('the one threshold is the best there is for the corpus', async (t) => {
  const { threshold, score } = scoreOf({ 200: 0.3, 300: 0.3, 500: 0.8 });
  t.equal(threshold, 0.8);
  t.ok(isNear(score, 100));
  t.ok(scoreOf({ 200: 0.3, 300: 0.3, 500: 0.8 }, 0.3).score < 100);
  t.equal(worth(3, STANDARD), 6);
});

test('every profile weighs differently', async (t) => {
  const corpus: Corpus = {
    series: [series],
    profiles: [STANDARD, { name: 'low', tp: 1, fp: 0.22, fn: 1 }],
    published: {},
  };
  const { standard, low } = scoreAll(corpus, [scoresAt({ 200: 1, 500: 1 })]);
  t.ok(isNear(100 - standard!.score, (100 - low!.score) / 2));
});
