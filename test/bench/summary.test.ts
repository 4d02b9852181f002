import { test } from 'tap';
import type { Label } from '../../scripts/bench/detection/measures.ts';
import type { Run, Track } from '../../scripts/bench/detection/run.ts';
import { judgeTrack, normalFrames, summarize, wholeLabels } from '../../scripts/bench/detection/summary.ts';
import { PRESETS } from '../../src/cortex/settings.ts';

const FRAMES = 1000;
const WARMUP = 100;

/** A run of 1,000 frames, 100 of them warm-up, with something in the picture in every other frame. */
function runOf(labels: Label[], seed = 1): Run {
  const busy = Uint8Array.from({ length: FRAMES }, (_, frame) => frame % 2);
  const settings = PRESETS['pi4'];
  const task = { suite: 'local', seed, settings, warmup: WARMUP, frames: FRAMES, baselines: false } as const;
  return { task: { ...task, model: 'model', nuisances: null }, labels, busy, tracks: [], notices: [] };
}

function trackOf(scores: (frame: number) => number, alertFrames: readonly number[]): Track {
  return {
    method: 'model',
    scores: Float32Array.from({ length: FRAMES }, (_, frame) => scores(frame)),
    alerts: alertFrames.map((frame) => ({ frame, cause: 'form', what: '' })),
    positionAuc: 0.75,
    stepMs: 2,
  };
}

const stop: Label = { id: '1', kind: 'stop', first: 200, last: 249 };
const fast: Label = { id: '2', kind: 'fast', first: 600, last: 609 };

void test('frames of an anomaly, its rim and the warm-up are not normal', async (t) => {
  const run = runOf([stop]);
  const normal = normalFrames(run);
  t.equal(normal.length, 900 - (2 + 50 + 40));
  t.notOk(normal.some((frame) => frame < 100 || (frame >= 198 && frame <= 289)));
  t.ok(normalFrames(run, true).every((frame) => frame % 2 === 1));
});

void test('a row counts found, false and their rates, at the threshold without labels and at the one with them', async (t) => {
  const run = runOf([stop, fast]);
  // Higher in both anomalies than anywhere else; one alert in the first, two false ones, one of them in the warm-up.
  const inside = (frame: number): boolean => (frame >= 203 && frame <= 249) || (frame >= 600 && frame <= 609);
  const track = trackOf((frame) => (inside(frame) ? 2 : (frame % 100) / 100), [50, 210, 400]);
  const row = summarize([judgeTrack(run, track)]);
  const normal = 900 - (2 + 50 + 40) - (2 + 10 + 40);
  t.same(row.found, { found: 1, of: 2, delay: 10 });
  t.same(row.byKind, {
    fast: { found: 0, of: 1, delay: Number.NaN },
    stop: { found: 1, of: 1, delay: 10 },
  });
  t.same(row.falseBySeed, [1]);
  t.equal(row.falsePer5000, 5000 / normal);
  t.equal(row.falsePerHour, 36_000 / normal);
  t.same(row.foundAtFalseFrames, { found: 2, of: 2, delay: 3 });
  t.ok(row.aucAll > 0.95 && row.aucAll < 1, `${row.aucAll}`);
  t.equal(row.positionAuc, 0.75);
  t.equal(row.stepMs, 2);
});

void test('an anomaly that the end of the run cuts short is not asked for, and not false either', async (t) => {
  const cut: Label = { id: '3', kind: 'stop', first: 980, last: 999 };
  const run = runOf([stop, cut]);
  t.same(wholeLabels(run), [stop]);
  const row = summarize([
    judgeTrack(
      run,
      trackOf(() => 0, [985]),
    ),
  ]);
  t.same(row.found.of, 1);
  t.same(row.falseBySeed, [0]);
});

void test('seeds are averaged, counts are added', async (t) => {
  const seeds = [1, 2].map((seed) =>
    judgeTrack(
      runOf([stop], seed),
      trackOf((frame) => (frame === 220 ? 1 : 0), seed === 1 ? [220] : [700]),
    ),
  );
  const row = summarize(seeds);
  t.same(row.found, { found: 1, of: 2, delay: 20 });
  t.same(row.falseBySeed, [0, 1]);
  t.equal(row.aucAll, 0.51);
});
