/**
 * learning.test.ts - what classifiers, encoders and the anomaly likelihood of NuPIC and htm.core do; see docs/behaviours.md.
 */
import { test } from 'tap';
import * as htm from '../../../src/library.ts';

const bits = (...list: number[]): Uint32Array => Uint32Array.from(list);

function classifier(classes = 3, shape: { bias?: boolean; horizons?: number } = {}) {
  const one = htm.createSdrClassifier({ inputs: 40, classes, horizons: 1, ...shape });
  const learn = (active: Uint32Array, target: number, times = 1, horizon = 0): void => {
    for (let i = 0; i < times; i++) htm.learnClass(one, horizon, active, active.length, target, 0.5);
  };
  const infer = (active: Uint32Array, horizon = 0): number[] => {
    htm.inferClasses(one, horizon, active, active.length);
    return [...htm.probabilitiesOf(one)];
  };
  return { one, learn, infer };
}

test('a classifier that has learned nothing gives every class the same', async (t) => {
  t.same(classifier(4).infer(bits(1, 2)), [0.25, 0.25, 0.25, 0.25]);
});

test('one class shown often is nearly certain', async (t) => {
  const { learn, infer } = classifier();
  learn(bits(1, 5, 9), 2, 20);
  t.ok(infer(bits(1, 5, 9))[2]! > 0.95);
});

test('probabilities sum to 1, however large the weights', async (t) => {
  const { learn, infer } = classifier();
  learn(bits(...Array.from({ length: 40 }, (_, i) => i)), 1, 2000);
  const sum = infer(bits(...Array.from({ length: 40 }, (_, i) => i))).reduce((a, b) => a + b);
  t.ok(Math.abs(sum - 1) < 1e-12);
});

test('disjoint patterns do not disturb each other’s weights', async (t) => {
  const { learn, infer } = classifier(3, { bias: false });
  learn(bits(1, 2, 3), 0, 30);
  const before = infer(bits(1, 2, 3));
  learn(bits(10, 11, 12), 1, 30);
  t.same(infer(bits(1, 2, 3)), before);
});

test('overlapping patterns are told apart by what they do not share', async (t) => {
  const { learn, infer } = classifier(2);
  for (let i = 0; i < 60; i++) {
    learn(bits(1, 2, 3, 4), 0);
    learn(bits(3, 4, 5, 6), 1);
  }
  t.ok(infer(bits(1, 2, 3, 4))[0]! > 0.9 && infer(bits(3, 4, 5, 6))[1]! > 0.9);
});

test('a class can be relearned', async (t) => {
  const { learn, infer } = classifier(2);
  learn(bits(1, 2), 0, 20);
  learn(bits(1, 2), 1, 40);
  t.ok(infer(bits(1, 2))[1]! > 0.9);
});

test('without active bits a classifier without bias is undecided', async (t) => {
  const { learn, infer } = classifier(2, { bias: false });
  learn(bits(1, 2), 0, 20);
  t.same(infer(bits()), [0.5, 0.5]);
});

test('with a bias the more frequent class is likelier whatever is active', async (t) => {
  const { learn, infer } = classifier(2);
  for (let i = 0; i < 40; i++) {
    learn(bits(1), 0, 3);
    learn(bits(2), 1, 1);
  }
  t.ok(infer(bits())[0]! > 0.5);
});

test('several classes at once share the probability', async (t) => {
  const { one, infer } = classifier(4);
  for (let i = 0; i < 60; i++) htm.learnClasses(one, 0, bits(1, 2, 3), 3, [0, 3], 0.3);
  const [a, b, c, d] = infer(bits(1, 2, 3));
  t.ok(Math.abs(a! - 0.5) < 0.02 && Math.abs(d! - 0.5) < 0.02 && b! + c! < 0.04);
});

test('each horizon learns by itself', async (t) => {
  const { learn, infer } = classifier(2, { horizons: 2 });
  learn(bits(1, 2), 0, 20, 0);
  learn(bits(1, 2), 1, 20, 1);
  t.ok(infer(bits(1, 2), 0)[0]! > 0.9 && infer(bits(1, 2), 1)[1]! > 0.9);
});

test('a rate of 0 learns nothing, and the loss is told by the probability before', async (t) => {
  const { one } = classifier(2);
  t.equal(htm.learnClass(one, 0, bits(1), 1, 0, 0), 0.5);
  t.equal(htm.learnClass(one, 0, bits(1), 1, 0, 0.5), 0.5);
  t.ok(htm.learnClass(one, 0, bits(1), 1, 0, 0.5) > 0.5);
});

test('classifiers need two classes', async (t) => {
  t.throws(() => classifier(1), /classes .* from 2/);
});

const scalar = (value: number, more: object = {}): Uint32Array => {
  const encoder = htm.scalarEncoder({ minimum: 0, maximum: 10, size: 24, width: 4, ...more });
  const out = new Uint32Array(4);
  htm.encodeScalar(encoder, value, out);
  return out;
};

test('the least and the largest scalar are the first and the last bits', async (t) => {
  t.same([...scalar(0)], [0, 1, 2, 3]);
  t.same([...scalar(10)], [20, 21, 22, 23]);
});

test('a scalar’s bits move evenly with it', async (t) => {
  t.same(
    Array.from({ length: 11 }, (_, v) => scalar(v)[0]),
    [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20],
  );
});

test('near scalars share bits, far ones none', async (t) => {
  t.equal(htm.overlapOf(scalar(5), scalar(5.5)), 3);
  t.equal(htm.overlapOf(scalar(5), scalar(6)), 2);
  t.equal(htm.overlapOf(scalar(5), scalar(7)), 0);
});

test('a scalar outside the range is refused, or clipped where that is asked for', async (t) => {
  t.throws(() => scalar(10.1), /from 0 to 10 but received 10\.1/);
  t.same(scalar(99, { clipInput: true }), scalar(10));
  t.same(scalar(-99, { clipInput: true }), scalar(0));
});

test('an encoder without a range, without bits, or with more active bits than bits is refused', async (t) => {
  for (const bad of [{ maximum: 0 }, { width: 0 }, { width: 24 }, { size: 0 }]) t.throws(() => scalar(0, bad));
});

test('a scalar is decoded to what it was, within a bucket', async (t) => {
  const encoder = htm.scalarEncoder({ minimum: 0, maximum: 10, size: 24, width: 4 });
  for (const value of [0, 2.5, 7.1, 10])
    t.ok(Math.abs(htm.decodeScalar(encoder, scalar(value)[0]!) - value) <= 0.25, String(value));
});

const circle = (value: number, centred?: boolean): Uint32Array => {
  const settings = { period: 10, size: 20, width: 4 };
  const out = new Uint32Array(4);
  htm.encodeCircular(htm.circularEncoder(centred === undefined ? settings : { ...settings, centred }), value, out);
  return out;
};

test('a periodic value goes on at the beginning', async (t) => {
  t.same(circle(0), circle(10));
  t.same([...circle(9.9, false)], [0, 1, 2, 19]);
});

test('a periodic value lies in the middle of its bits, or at their beginning', async (t) => {
  t.same([...circle(5)], [8, 9, 10, 11]);
  t.same([...circle(5, false)], [10, 11, 12, 13]);
});

const rdse = (value: number, seed = 1): Uint32Array => {
  const encoder = htm.rdseEncoder({ size: 1000, width: 21, resolution: 2, origin: 0, step: 1, seed });
  const out = new Uint32Array(21);
  htm.encodeBucket(encoder, htm.bucketOf(encoder, value), out);
  return out;
};

test('a random code has exactly its number of bits, all different', async (t) => {
  for (let value = -500; value < 500; value += 7) if (new Set(rdse(value)).size !== 21) t.fail(String(value));
  t.pass();
});

test('values within one bucket have one code, the next bucket differs by about a bit', async (t) => {
  t.same(rdse(10), rdse(10.9));
  t.ok(htm.overlapOf(rdse(10), rdse(12)) >= 19);
});

test('random codes of values far apart have hardly a bit in common, on both sides of zero', async (t) => {
  for (const [a, b] of [
    [0, 100],
    [-50, 50],
    [1e6, 1e6 + 200],
  ] as const)
    t.ok(htm.overlapOf(rdse(a), rdse(b)) <= 4, `${a} ${b}`);
});

test('another seed gives another random code, the same the same', async (t) => {
  t.same(rdse(5, 3), rdse(5, 3));
  t.ok(htm.overlapOf(rdse(5, 3), rdse(5, 4)) <= 4);
});

const date = (text: string, more: object): number[] => {
  const encoder = htm.dateEncoder({ timeOfDay: 0, timeOfDayHours: 4, dayOfWeek: 0, weekend: 0, season: 0, ...more });
  const out = new Uint32Array(htm.dateWidth(encoder));
  htm.encodeDate(encoder, Date.parse(text), out);
  return [...out];
};
const common = (a: number[], b: number[]): number => a.filter((bit) => b.includes(bit)).length;

test('times of day overlap within their radius, across midnight too', async (t) => {
  const at = (hour: string): number[] => date(`2026-03-03T${hour}:00Z`, { timeOfDay: 20 });
  t.ok(common(at('23:00'), at('01:00')) === 10);
  t.equal(common(at('06:00'), at('10:00')), 0);
  t.same(at('06:00'), date('2026-08-09T06:00:00Z', { timeOfDay: 20 }), 'whatever the day');
});

test('every day of the week has its own bits, all day long', async (t) => {
  const days = Array.from({ length: 7 }, (_, day) => date(`2026-03-0${2 + day}T15:00:00Z`, { dayOfWeek: 3 }));
  t.equal(new Set(days.flat()).size, 21);
  t.same(days[0], date('2026-03-02T00:30:00Z', { dayOfWeek: 3 }));
});

test('Saturday and Sunday are weekend, the other days are not', async (t) => {
  const first = Array.from({ length: 7 }, (_, day) => date(`2026-03-0${2 + day}T12:00:00Z`, { weekend: 2 })[0]);
  t.same(first, [0, 0, 0, 0, 0, 2, 2]);
});

test('seasons overlap within a quarter of a year, across New Year too', async (t) => {
  const at = (day: string): number[] => date(`${day}T00:00:00Z`, { season: 12 });
  t.ok(common(at('2026-01-10'), at('2026-12-20')) >= 9);
  t.equal(common(at('2026-01-10'), at('2026-07-10')), 0);
});

test('the parts of a date have bits of their own, in a fixed order', async (t) => {
  const parts = { timeOfDay: 6, dayOfWeek: 2, weekend: 2, season: 3, holiday: 2, customDay: 2 };
  const found = date('2026-05-05T12:00:00Z', parts);
  t.equal(found.length, 17);
  t.same(
    found.toSorted((a, b) => a - b),
    found,
  );
  t.equal(new Set(found).size, 17);
});

test('the likelihood says nothing before it knows what is usual', async (t) => {
  const state = htm.createLikelihood(htm.NUPIC_LIKELIHOOD);
  for (let i = 0; i < 388; i++) if (htm.updateLikelihood(htm.NUPIC_LIKELIHOOD, state, 0.2) !== 0.5) t.fail(`step ${i}`);
  t.pass();
});

test('a steady anomaly is no news, a rise is', async (t) => {
  const params = { ...htm.NUPIC_LIKELIHOOD, onsetOnly: false };
  const state = htm.createLikelihood(params);
  let tail = 0;
  for (let i = 0; i < 600; i++) tail = htm.updateLikelihood(params, state, 0.8);
  t.ok(tail > 0.4, `steady: ${tail}`);
  for (let i = 0; i < 10; i++) tail = htm.updateLikelihood(params, state, 1);
  t.ok(tail < 1e-3, `risen: ${tail}`);
});

test('the logarithmic likelihood is 0 for a certainty and 1 for one in ten billion', async (t) => {
  t.ok(Math.abs(htm.logLikelihood(1)) < 1e-9);
  t.equal(Math.round(htm.logLikelihood(0) * 1e6), 1e6);
  t.ok(Math.abs(htm.logLikelihood(1e-5) - 0.5) < 1e-4);
});

test('overlap counts common bits, of lists of any length', async (t) => {
  t.equal(htm.overlapOf(bits(), bits(1)), 0);
  t.equal(htm.overlapOf(bits(1, 2, 3), bits(2, 3, 4)), 2);
});

test('sparsity and entropy of codes', async (t) => {
  t.equal(htm.sparsityOf([2, 4], 100).mean, 0.03);
  t.ok(Math.abs(htm.entropyOf([0.1, 0.1, 0.1]).ratio - 1) < 1e-12);
  t.ok(htm.entropyOf([0.3, 0, 0]).ratio < 1);
});
