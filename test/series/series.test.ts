/** series.test.ts - a number series through its model: stages, evidence by cause, restarts, what is refused. */
import { createHash } from 'node:crypto';
import { test } from 'tap';
import { allocateMemory, persistentImage } from '../../src/memory/model-memory.ts';
import { nextRandom } from '../../src/memory/random.ts';
import { combinedEvidence, refractoryPeriod, strongestCause } from '../../src/series/combine.ts';
import { type SeriesModel, initSeries, openSeries, planSeries, restoreSeries } from '../../src/series/plan.ts';
import { DEFAULT_SERIES, type SeriesSettings } from '../../src/series/settings.ts';
import {
  type SeriesObservation,
  missingValues,
  newSeriesObservation,
  stepSeries,
  valuesSeen,
} from '../../src/series/step.ts';

const SETTINGS: SeriesSettings = { ...DEFAULT_SERIES, segments: 4096 };
const FIVE_MINUTES = 300_000;

function newSeries(settings = SETTINGS, seed = 1): { model: SeriesModel; image: Uint8Array } {
  const memory = allocateMemory(planSeries(settings));
  const model = openSeries(memory, settings);
  initSeries(model, seed);
  return { model, image: persistentImage(memory) };
}

/** A day of 288 values, two humps, a little noise. */
function dayCurve(index: number, random: Uint32Array): number {
  const hour = ((index % 288) / 288) * 24;
  const noise = (nextRandom(random) % 1000) / 1000 - 0.5;
  return 50 + 20 * Math.sin(((hour - 6) / 12) * Math.PI) + 8 * Math.sin((hour / 6) * Math.PI) + noise;
}

const digest = (bytes: NodeJS.ArrayBufferView): string => createHash('sha256').update(bytes).digest('hex');

type Told = { readonly index: number } & SeriesObservation;

/** Feed `count` values; `change` may break the routine. */
function feed(model: SeriesModel, count: number, change: (index: number, value: number) => number): Told[] {
  const random = Uint32Array.of(9);
  const out = newSeriesObservation();
  return Array.from({ length: count }, (_, index) => {
    stepSeries(model, index * FIVE_MINUTES, change(index, dayCurve(index, random)), true, out);
    return { ...out, evidence: { ...out.evidence }, index };
  });
}
const alarmsOf = (told: readonly Told[]): readonly Told[] => told.filter(({ alarm }) => alarm);

test('a routine gives no alarm, and what comes next is foreseen', async (t) => {
  const { model } = newSeries();
  const told = feed(model, 3000, (_, value) => value);
  t.same(
    alarmsOf(told).filter(({ index }) => index > 600),
    [],
  );
  t.ok(
    told.slice(0, 100).every(({ warmingUp, score }) => warmingUp && score === 0),
    'nothing is judged in the first stage',
  );
  const foreseen = told.slice(2000).filter(({ prediction }) => prediction !== null);
  t.ok(foreseen.length > 500, `${foreseen.length} of 1,000 predicted`);
  const random = Uint32Array.of(9);
  const values = Array.from({ length: 3000 }, (_, index) => dayCurve(index, random));
  const errors = foreseen
    .filter(({ index }) => index < 2999)
    .map(({ index, prediction }) => Math.abs(values[index + 1]! - prediction!));
  t.ok(errors.reduce((sum, error) => sum + error, 0) / errors.length < 2);
});

test('a value far out, a value at the wrong time, and stillness each raise an alarm that names them', async (t) => {
  const breaks: { readonly [cause: string]: (index: number, value: number) => number } = {
    value: (index, value) => (index === 2500 ? 140 : value),
    // What is usual at noon, at night: the level itself is ordinary.
    season: (index, value) => (index >= 2592 + 24 && index < 2592 + 60 ? 70 + (value % 1) : value),
    flat: (index, value) => (index >= 2500 && index < 2600 ? 55 : value),
  };
  for (const [cause, change] of Object.entries(breaks)) {
    const { model } = newSeries();
    const told = feed(model, 2800, change);
    const found = alarmsOf(told).filter(({ index }) => index >= 2500);
    t.ok(found.length >= 1, `${cause}: ${found.length} alarms`);
    const peak = told.slice(2500).reduce((most, one) => Math.max(most, one.evidence[cause as 'value']), 0);
    const before = told.slice(600, 2500).reduce((most, one) => Math.max(most, one.evidence[cause as 'value']), 0);
    t.ok(peak > before, `${cause}: evidence ${peak.toFixed(2)} where it was at most ${before.toFixed(2)} before`);
    t.equal(alarmsOf(told).filter(({ index }) => index > 600 && index < 2500).length, 0);
  }
});

test('an order never seen is evidence from the memory alone, though every value is ordinary', async (t) => {
  const { model } = newSeries();
  // The same values backwards: level, season (no time given) and spread stay what they were.
  const out = newSeriesObservation();
  const random = Uint32Array.of(9);
  const steps = (i: number): number => Math.floor((i % 40) / 2) * 5 + (nextRandom(random) % 100) / 100;
  let before = 0;
  let after = 0;
  for (let i = 0; i < 3000; i++) {
    stepSeries(model, null, steps(i < 2800 ? i : 39 - (i % 40)), true, out);
    if (i > 1000 && i < 2800) before = Math.max(before, out.evidence.sequence);
    if (i >= 2800) after = Math.max(after, out.evidence.sequence);
    if (out.evidence.season !== 0) t.fail('a season without times');
  }
  t.ok(after > before && after > 1, `${after.toFixed(2)}, before at most ${before.toFixed(2)}`);
});

test('the score reaches one half exactly where there is an alarm, and one long anomaly is one alarm', async (t) => {
  const { model } = newSeries();
  const told = feed(model, 2800, (index, value) => (index >= 2500 && index < 2530 ? 200 : value));
  t.ok(told.every(({ alarm, score }) => alarm === score >= 0.5));
  t.equal(alarmsOf(told).filter(({ index }) => index >= 2500 && index < 2560).length, 1);
  t.equal(refractoryPeriod(SETTINGS, 10), SETTINGS.refractory);
  t.equal(refractoryPeriod(SETTINGS, 10_000), 300);
});

test('evidence is combined so that the strongest speaks', async (t) => {
  t.equal(combinedEvidence({ value: 1, season: 0, flat: 0, sequence: 0 }), 1);
  t.ok(combinedEvidence({ value: 0.8, season: 0.8, flat: 0.8, sequence: 0 }) < 1.25);
  t.equal(strongestCause({ value: 0.1, season: 0.3, flat: 0.2, sequence: 0.3 }), 'season');
});

test('missing values are counted and change nothing else', async (t) => {
  const [a, b] = [newSeries(), newSeries()];
  const out = newSeriesObservation();
  for (let i = 0; i < 400; i++) {
    stepSeries(a.model, null, i % 17, true, out);
    stepSeries(b.model, null, i % 17, true, out);
    if (i % 50 === 0) stepSeries(b.model, null, NaN, true, out);
  }
  t.equal(missingValues(b.model), 8);
  t.equal(valuesSeen(b.model), 400);
  b.model.core.seriesCounters[1] = 0;
  t.equal(digest(b.image), digest(a.image));
});

test('a model that is saved and restored at any moment goes on byte for byte', async (t) => {
  const straight = newSeries();
  const random = Uint32Array.of(9);
  const values = Array.from({ length: 1200 }, (_, index) => dayCurve(index, random));
  const run = (model: SeriesModel, from: number, to: number): void => {
    const out = newSeriesObservation();
    for (let i = from; i < to; i++) stepSeries(model, i * FIVE_MINUTES, values[i]!, true, out);
  };
  run(straight.model, 0, 1200);
  // In the first stage, just before and after a stage, and late.
  for (const cut of [37, 99, 100, 399, 751, 1100]) {
    const first = newSeries();
    run(first.model, 0, cut);
    const second = newSeries(SETTINGS, 77);
    second.image.set(first.image);
    restoreSeries(second.model);
    run(second.model, cut, 1200);
    t.equal(digest(second.image), digest(straight.image), `cut after ${cut}`);
  }
});

test('while learning is off the memories stay as they are', async (t) => {
  const { model } = newSeries();
  feed(model, 1000, (_, value) => value);
  const learned = (): string[] =>
    [...model.resolutions.map(({ tm }) => tm.views.permanence), model.ranks.up.ordered].map(digest);
  const before = learned();
  const out = newSeriesObservation();
  for (let i = 0; i < 200; i++) stepSeries(model, null, i, false, out);
  t.same(learned(), before);
});

test('constant values, huge ones and steps are survived', async (t) => {
  for (const value of [() => 0, () => -3e12, (i: number) => (i < 500 ? 1 : 1e12), (i: number) => i * 1e-9]) {
    const { model } = newSeries();
    const out = newSeriesObservation();
    for (let i = 0; i < 1000; i++) {
      stepSeries(model, null, value(i), true, out);
      if (!(out.score >= 0 && out.score <= 1) || Number.isNaN(out.likelihood)) t.fail(`score ${out.score} at ${i}`);
    }
  }
});

test('settings that make no sense are refused', async (t) => {
  t.throws(() => planSeries({ ...SETTINGS, stages: [5] }), /stages from 10 values on/);
  t.throws(() => planSeries({ ...SETTINGS, stages: [100, 100] }), /ascending stages/);
  t.throws(() => planSeries({ ...SETTINGS, buckets: [] }), /at least one number of buckets/);
});

test('the same values give the bytes they have always given', async (t) => {
  const { model, image } = newSeries();
  feed(model, 1000, (_, value) => Math.round(value * 100) / 100);
  t.equal(digest(image).slice(0, 16), '47b784ff7735df28');
});
