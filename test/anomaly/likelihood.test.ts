/** likelihood.test.ts - the normal tail, the anomaly likelihood of NuPIC, evidence by rank. */
import { test } from 'tap';
import {
  NUPIC_LIKELIHOOD,
  createLikelihood,
  logLikelihood,
  updateLikelihood,
} from '../../src/anomaly/anomaly-likelihood.ts';
import { gaussianTail } from '../../src/anomaly/gaussian-tail.ts';
import { learnRank, rankEvidence, rankFields } from '../../src/anomaly/rank-evidence.ts';
import { layOut, viewsOf } from '../../src/memory/layout.ts';
import { nextRandom } from '../../src/memory/random.ts';

/** Q(z) to 15 digits, from tables. */
const TAIL: readonly (readonly [number, number])[] = [
  [0, 0.5],
  [0.5, 0.308537538725987],
  [1, 0.158655253931457],
  [2, 0.0227501319481792],
  [3, 0.00134989803163009],
  [5, 2.86651571879194e-7],
  [8, 6.22096057427178e-16],
  [20, 2.75362411860623e-89],
];

test('the tail of the normal distribution, from the middle to 1e-89', async (t) => {
  for (const [z, tail] of TAIL) {
    t.ok(Math.abs(gaussianTail(z) / tail - 1) < 1e-10, `Q(${z}) = ${tail}, received ${gaussianTail(z)}`);
    t.ok(Math.abs(gaussianTail(-z) - (1 - tail)) < 1e-14);
  }
});

/** The tails of a series of raw scores. */
function run(scores: readonly number[], params = NUPIC_LIKELIHOOD): number[] {
  const views = createLikelihood(params);
  return scores.map((score) => updateLikelihood(params, views, score));
}

test('nothing is known in the learning period, and the estimation after it', async (t) => {
  const tails = run(Array.from({ length: 400 }, (_, i) => (i % 10) / 10));
  t.ok(tails.slice(0, 388).every((tail) => tail === 0.5));
  t.not(tails[388], 0.5);
});

test('the likelihood is that of the mean of the last scores under the history, worked out by hand', async (t) => {
  const params = { ...NUPIC_LIKELIHOOD, averagingWindow: 2, learningPeriod: 2, estimationSamples: 2 };
  const scores = [0.9, 0.9, 0.2, 0.4, 0.9];
  // Averages 0.9 0.9 0.55 0.3 0.65; the learning period is left out, so that the history is 0.55 and 0.3.
  const mean = (0.55 + 0.3) / 2;
  const deviation = Math.sqrt(((0.55 - mean) ** 2 + (0.3 - mean) ** 2) / 2);
  const expected = gaussianTail((0.65 - mean) / deviation);
  t.ok(Math.abs(run(scores, params)[4]! - expected) < 1e-6);
});

test('mean and variance have a floor, so that a perfect memory does not make a trifle a sensation', async (t) => {
  const params = { ...NUPIC_LIKELIHOOD, learningPeriod: 10, estimationSamples: 10 };
  const tails = run([...Array.from({ length: 50 }, () => 0), 0.3], params);
  // Mean .03 where it is 0, and the deviation around that: one deviation below, folded.
  t.ok(Math.abs(tails[49]! - gaussianTail(1)) < 1e-5);
  t.ok(Math.abs(tails[50]! - 0.5) < 1e-5, 'an average of .03 is what is taken to be usual');
});

test('with the onset filter only the first of several extreme values stands out', async (t) => {
  const params = { ...NUPIC_LIKELIHOOD, averagingWindow: 1, learningPeriod: 5, estimationSamples: 20 };
  const quiet = Array.from({ length: 40 }, (_, i) => (i % 4) / 100);
  const tails = run([...quiet, 1, 1, 1], params);
  t.ok(tails[40]! < 1e-5);
  t.equal(tails[41], 1e-3);
  const all = run([...quiet, 1, 1, 1], { ...params, onsetOnly: false });
  t.ok(all[41]! < 1e-5);
});

test('folded, a drop counts like a rise; one-sided, it is nothing', async (t) => {
  const params = { ...NUPIC_LIKELIHOOD, averagingWindow: 1, learningPeriod: 5, estimationSamples: 20 };
  const busy = Array.from({ length: 40 }, (_, i) => 0.8 + (i % 4) / 100);
  t.ok(run([...busy, 0], params)[40]! < 0.01);
  t.ok(run([...busy, 0], { ...params, folded: false })[40]! > 0.99);
});

test('the logarithmic scale: 1e-5 is the middle, 1e-10 the end', async (t) => {
  t.ok(Math.abs(logLikelihood(1e-5) - 0.5) < 1e-5);
  t.ok(logLikelihood(1) < 1e-9);
  t.ok(logLikelihood(0) === 1);
});

function newRank(window: number) {
  const table = rankFields(window);
  const { totalBytes, persistentBytes } = layOut(table);
  return viewsOf(table, new ArrayBuffer(totalBytes), 0, persistentBytes);
}

test('a record is evidence 1 and more the further it lies beyond the old one; the middle is little', async (t) => {
  const rank = newRank(100);
  t.equal(rankEvidence(rank, 5), 0, 'nothing seen yet');
  for (let i = 1; i <= 99; i++) learnRank(rank, i);
  t.ok(rankEvidence(rank, 50) < 0.2);
  t.ok(Math.abs(rankEvidence(rank, 98) - Math.log(100 / 3) / Math.log(100)) < 1e-12);
  // 5 % of the range of 98 beyond the record is log10(1 + 1) more.
  t.ok(Math.abs(rankEvidence(rank, 99 + 4.9) - (1 + Math.log10(2))) < 1e-12);
  t.equal(rankEvidence(rank, 1e9), 4);
});

test('the window forgets the oldest and stays in order, far beyond its length', async (t) => {
  const rank = newRank(50);
  const random = Uint32Array.of(7);
  const all: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const value = nextRandom(random) % 20;
    all.push(value);
    learnRank(rank, value);
    const expected = all.slice(-50).toSorted((a, b) => a - b);
    const kept = Array.from(rank.ordered.subarray(0, expected.length));
    if (kept.join() !== expected.join()) t.same(kept, expected, `after ${i + 1} numbers`);
  }
  t.same(
    Array.from(rank.ordered),
    all.slice(-50).toSorted((a, b) => a - b),
  );
});

test('where all numbers were the same anything larger is extreme', async (t) => {
  const rank = newRank(10);
  for (let i = 0; i < 10; i++) learnRank(rank, 3);
  t.ok(rankEvidence(rank, 3.1) > 2);
  t.equal(rankEvidence(rank, 3), 0);
});
