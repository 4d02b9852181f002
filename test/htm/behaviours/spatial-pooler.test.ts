/**
 * spatial-pooler.test.ts - the rules that the spatial poolers of BAMI, NuPIC and htm.core keep, one at a time; see
 * docs/behaviours.md.
 */
import { test } from 'tap';
import {
  activeDutyCyclesOf,
  boostFactorsOf,
  inhibitionRadiusOf,
  overlapsOf,
  winnersOf,
} from '../../../src/htm/results.ts';
import { type SpatialPoolerShape, centreOf, flatShape } from '../../../src/htm/sp-shape.ts';
import {
  type SpatialPooler,
  type SpatialPoolerParams,
  freezeBoost,
  poolSpatially,
  restoreSpatialPooler,
} from '../../../src/htm/spatial-pooler.ts';
import { newPooler } from '../../support/memories.ts';

const INPUTS = 32;
const BASE: Partial<SpatialPoolerParams> = {
  potentialPct: 1,
  activeColumns: 2,
  stimulusThreshold: 0,
  boostMode: 'none',
  minPctOverlapDutyCycle: 0,
};
const pooler = (
  params: Partial<SpatialPoolerParams> = {},
  shape: SpatialPoolerShape = flatShape(INPUTS, 8),
): SpatialPooler => newPooler(shape, { ...BASE, ...params }, 1, true).sp;
/** All permanences of a column of a flat pooler. */
const column = (sp: SpatialPooler, number: number): Uint8Array => {
  const lanes = Math.ceil(INPUTS / 16) * 16;
  return sp.views.permanence.subarray(number * lanes, number * lanes + INPUTS);
};
/** Column c is connected to the inputs listed for it, and to no other. */
function connect(sp: SpatialPooler, lists: readonly (readonly number[])[]): void {
  lists.forEach((list, number) => {
    column(sp, number).fill(100);
    for (const input of list) column(sp, number)[input] = 150;
  });
  restoreSpatialPooler(sp);
}
const pool = (sp: SpatialPooler, inputs: readonly number[], learn = false): number[] => [
  ...winnersOf(sp, poolSpatially(sp, Uint32Array.from(inputs), inputs.length, learn)),
];
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
/** Column c is connected to the first c + 1 inputs. */
const stairs = (sp: SpatialPooler): void =>
  connect(
    sp,
    range(0, 8).map((c) => range(0, c + 1)),
  );

test('columns are centred evenly over the inputs', async (t) => {
  t.same(
    range(0, 4).map((c) => centreOf(c, 4, 12)),
    [1, 4, 7, 10],
  );
  t.same(
    range(0, 4).map((c) => centreOf(c, 4, 4)),
    [0, 1, 2, 3],
    'one to one where they are as many',
  );
  t.same(
    range(0, 3).map((c) => centreOf(c, 3, 7)),
    [1, 3, 5],
  );
  t.equal(centreOf(0, 1, 9), 4, 'a single column looks at the middle');
});

test('with potentialPct 1 a column may watch every input', async (t) => {
  for (let c = 0; c < 8; c++) t.ok(column(pooler(), c).every((permanence) => permanence > 0));
});

test('with potentialPct .5 it may watch half of them, each column another half', async (t) => {
  const sp = pooler({ potentialPct: 0.5 });
  const pools = range(0, 8).map((c) => [...column(sp, c)].map((permanence) => (permanence > 0 ? 1 : 0)));
  for (const one of pools)
    t.equal(
      one.reduce((sum: number, is) => sum + is, 0),
      16,
    );
  t.equal(new Set(pools.map(String)).size, 8);
});

for (const [share, name] of [
  [1, 'all'],
  [0, 'none'],
] as const)
  test(`of a newborn’s synapses ${name} are connected where initConnectedPct is ${share}`, async (t) => {
    const sp = pooler({ initConnectedPct: share });
    t.ok(column(sp, 3).every((permanence) => permanence >= 128 === (share === 1)));
  });

test('of a newborn’s synapses about half are connected where initConnectedPct is .5', async (t) => {
  const connected = range(0, 8)
    .flatMap((c) => [...column(pooler({ initConnectedPct: 0.5 }), c)])
    .filter((p) => p >= 128);
  t.ok(connected.length > 90 && connected.length < 166, String(connected.length));
});

test('newborn permanences lie within initSpread of the threshold', async (t) => {
  const sp = pooler({ initSpread: 0.1 });
  t.ok(column(sp, 0).every((permanence) => permanence > 100 && permanence < 145));
});

test('the overlap is the number of connected synapses on active inputs', async (t) => {
  const sp = pooler();
  stairs(sp);
  pool(sp, range(0, 5));
  t.same([...overlapsOf(sp)], [1, 2, 3, 4, 5, 5, 5, 5]);
});

test('without active inputs every overlap is 0', async (t) => {
  const sp = pooler();
  pool(sp, []);
  t.ok(overlapsOf(sp).every((overlap) => overlap === 0));
});

test('a synapse counts from connectedPermanence on', async (t) => {
  const sp = pooler();
  connect(
    sp,
    Array.from({ length: 8 }, () => []),
  );
  column(sp, 0)[4] = 128;
  column(sp, 1)[4] = 127;
  restoreSpatialPooler(sp);
  pool(sp, [4]);
  t.same([...overlapsOf(sp).subarray(0, 2)], [1, 0]);
});

test('the columns with the largest overlaps win, as many as asked for', async (t) => {
  for (const activeColumns of [1, 3, 8]) {
    const sp = pooler({ activeColumns });
    stairs(sp);
    t.same(pool(sp, range(0, 8)), range(8 - activeColumns, 8));
  }
});

test('as many win as asked for also where overlaps are equal', async (t) => {
  const sp = pooler({ activeColumns: 3 });
  connect(
    sp,
    Array.from({ length: 8 }, () => [1]),
  );
  t.equal(pool(sp, [1]).length, 3);
});

test('below the stimulusThreshold no column wins, even if fewer win than asked for', async (t) => {
  const sp = pooler({ activeColumns: 4, stimulusThreshold: 7 });
  stairs(sp);
  t.same(pool(sp, range(0, 8)), [6, 7]);
  t.same(pool(sp, range(0, 3)), []);
});

test('winners: active inputs gain permanenceIncrement, inactive ones lose permanenceDecrement', async (t) => {
  const sp = pooler({ activeColumns: 1, permanenceIncrement: 13, permanenceDecrement: 4 });
  stairs(sp);
  t.same(pool(sp, range(0, 9), true), [7]);
  t.same([...column(sp, 7).subarray(6, 11)], [163, 163, 113, 96, 96]);
});

test('losers and inputs outside the pool stay as they are', async (t) => {
  const sp = pooler({ activeColumns: 1 });
  stairs(sp);
  column(sp, 7)[31] = 0;
  restoreSpatialPooler(sp);
  const before = [...column(sp, 3)];
  pool(sp, range(0, 9), true);
  t.same([...column(sp, 3)], before);
  t.equal(column(sp, 7)[31], 0);
});

test('permanences stay within their limits', async (t) => {
  const sp = pooler({ activeColumns: 8, permanenceIncrement: 100, permanenceDecrement: 100 });
  for (let i = 0; i < 5; i++) pool(sp, range(0, 10), true);
  t.same([...new Set(column(sp, 0).subarray(0, 10))], [255]);
  t.same([...new Set(column(sp, 0).subarray(10))], [1]);
});

test('learning changes which inputs are connected, and the next overlap with them', async (t) => {
  const sp = pooler({ activeColumns: 1, permanenceIncrement: 30 });
  connect(
    sp,
    range(0, 8).map((c) => (c === 2 ? [0, 1] : [])),
  );
  pool(sp, [0, 1, 2, 3], true);
  pool(sp, [0, 1, 2, 3]);
  t.equal(overlapsOf(sp)[2], 4);
});

test('a winner with fewer connected synapses than the stimulusThreshold has all raised until it has enough', async (t) => {
  const sp = pooler({ activeColumns: 1, stimulusThreshold: 2, permanenceDecrement: 60 });
  connect(
    sp,
    range(0, 8).map((c) => (c === 2 ? [0, 1] : [])),
  );
  pool(sp, [0, 1], true);
  const connectedNow = [...column(sp, 2)].filter((permanence) => permanence >= 128).length;
  t.ok(connectedNow >= 2);
});

test('while learning is off nothing changes, and what wins is the same', async (t) => {
  const { sp, image } = newPooler(flatShape(INPUTS, 8), BASE, 1, true);
  const before = Buffer.from(image);
  const first = pool(sp, [1, 2, 3]);
  t.same(pool(sp, [1, 2, 3]), first);
  t.ok(Buffer.from(image).equals(before));
});

test('duty cycles are moving averages over the steps so far, up to dutyCyclePeriod', async (t) => {
  const sp = pooler({ activeColumns: 1, dutyCyclePeriod: 4, permanenceIncrement: 0, permanenceDecrement: 0 });
  connect(
    sp,
    range(0, 8).map((c) => [c]),
  );
  const duties: number[] = [];
  for (const input of [0, 0, 1, 1, 1]) {
    pool(sp, [input], true);
    duties.push(Math.round(activeDutyCyclesOf(sp)[0]! * 10_000) / 10_000);
  }
  t.same(duties, [1, 1, 0.6667, 0.5, 0.375]);
});

test('the overlap duty cycle counts steps in which the overlap reached the threshold', async (t) => {
  const sp = pooler({ activeColumns: 1, stimulusThreshold: 2, permanenceIncrement: 0, permanenceDecrement: 0 });
  stairs(sp);
  pool(sp, [0, 1], true);
  t.same([...sp.views.overlapDutyCycle.subarray(0, 8)], [0, 1, 1, 1, 1, 1, 1, 1]);
});

test('exponential boosting: e to the strength times what the duty cycle is short of the density', async (t) => {
  const sp = pooler({ activeColumns: 2, boostMode: 'exponential', boostStrength: 3 });
  stairs(sp);
  for (let i = 0; i < 5; i++) pool(sp, range(0, 8), true);
  boostFactorsOf(sp).forEach((factor, c) => {
    const expected = Math.exp(3 * (2 / 8 - activeDutyCyclesOf(sp)[c]!));
    t.ok(Math.abs(factor - expected) < 1e-6 * expected, `column ${c}`);
  });
});

test('logarithmic boosting: ln of the duty cycle over ln of the density', async (t) => {
  const sp = pooler({ activeColumns: 2, boostMode: 'logarithmic' });
  stairs(sp);
  for (let i = 0; i < 5; i++) pool(sp, range(0, 8), true);
  const duty = activeDutyCyclesOf(sp)[7]!;
  t.ok(Math.abs(boostFactorsOf(sp)[7]! - Math.log(duty) / Math.log(0.25)) < 1e-6);
});

test('without boosting every factor is 1', async (t) => {
  const sp = pooler({ boostMode: 'none' });
  for (let i = 0; i < 5; i++) pool(sp, range(0, 8), true);
  t.same([...new Set(boostFactorsOf(sp))], [1]);
});

test('a boosted column wins over one with a larger overlap', async (t) => {
  const sp = pooler({ activeColumns: 1 });
  stairs(sp);
  sp.views.boost[3] = 3;
  t.same(pool(sp, range(0, 8)), [3]);
});

test('with strong boosting every column wins in turn, without it always the same', async (t) => {
  const seen = (boostStrength: number): number => {
    const sp = pooler({ activeColumns: 1, boostMode: 'exponential', boostStrength, dutyCyclePeriod: 10 });
    stairs(sp);
    const won = new Set<number>();
    for (let i = 0; i < 200; i++) pool(sp, range(0, 8), true).forEach((c) => won.add(c));
    return won.size;
  };
  t.ok(seen(20) > 4);
  t.equal(seen(0), 1);
});

test('frozen factors stay as they are', async (t) => {
  const sp = pooler({ boostMode: 'exponential' });
  for (let i = 0; i < 20; i++) pool(sp, range(0, 8), true);
  freezeBoost(sp);
  const before = [...boostFactorsOf(sp)];
  for (let i = 0; i < 20; i++) pool(sp, range(8, 20), true);
  t.same([...boostFactorsOf(sp)], before);
});

test('the least overlap duty cycle is a share of the largest of all columns, taken every updatePeriod steps', async (t) => {
  const sp = pooler({ minPctOverlapDutyCycle: 0.25, updatePeriod: 10, stimulusThreshold: 1 });
  stairs(sp);
  for (let i = 0; i < 9; i++) pool(sp, range(0, 8), true);
  t.equal(sp.views.leastOverlapDuty[0], 0);
  pool(sp, range(0, 8), true);
  t.same([...new Set(sp.views.leastOverlapDuty.subarray(0, 8))], [0.25]);
});

test('a weak column is raised in every step until it is weak no more', async (t) => {
  const sp = pooler({ minPctOverlapDutyCycle: 0.5, updatePeriod: 1, stimulusThreshold: 1 });
  connect(
    sp,
    range(0, 8).map((c) => (c === 0 ? [] : [1, 2, 3])),
  );
  const raised: number[] = [];
  for (let i = 0; i < 9; i++) {
    pool(sp, [1, 2, 3], true);
    raised.push(column(sp, 0)[20]!);
  }
  t.same(
    raised,
    [100, 113, 126, 139, 152, 165, 178, 178, 178],
    'a tenth of the threshold each time, until it overlaps often enough',
  );
});

const LINE: SpatialPoolerShape = {
  inputWidth: 24,
  inputHeight: 1,
  columnWidth: 24,
  columnHeight: 1,
  potentialRadius: 2,
  inhibitionRadius: 3,
  wrapAround: false,
};
/** Inputs that a column of a line may watch. */
function watched(sp: SpatialPooler, number: number): number[] {
  const found: number[] = [];
  for (let input = 0; input < 24; input++) {
    sp.views.permanence.forEach((permanence, lane) => (sp.views.permanence[lane] = permanence > 0 ? 200 : 0));
    restoreSpatialPooler(sp);
    poolSpatially(sp, Uint32Array.of(input), 1, false);
    if (sp.views.overlap[number]! > 0) found.push(input);
  }
  return found;
}

test('a column with a potential radius watches the inputs around its centre, clipped at the border', async (t) => {
  const sp = pooler({}, LINE);
  t.same(watched(sp, 10), [8, 9, 10, 11, 12]);
  t.same(watched(sp, 0), [0, 1, 2]);
  t.same(watched(sp, 23), [21, 22, 23]);
});

test('or continued on the other side where it wraps around', async (t) => {
  const sp = pooler({}, { ...LINE, wrapAround: true });
  t.same(watched(sp, 0), [0, 1, 2, 22, 23]);
  t.same(watched(sp, 23), [0, 1, 21, 22, 23]);
});

test('under local inhibition every neighbourhood has its winners', async (t) => {
  const sp = pooler({ activeColumns: 4, stimulusThreshold: 1 }, LINE);
  const winners = pool(sp, range(0, 24));
  t.ok(winners.some((c) => c < 8) && winners.some((c) => c >= 8 && c < 16) && winners.some((c) => c >= 16));
});

test('and none more than the density allows', async (t) => {
  const sp = pooler({ activeColumns: 4 }, { ...LINE, wrapAround: true });
  const winners = pool(sp, range(0, 24));
  for (const c of range(0, 24)) {
    const near = winners.filter((w) => Math.min(Math.abs(w - c), 24 - Math.abs(w - c)) <= 3);
    t.ok(near.length <= 2, `${near.length} around ${c}: a sixth of 7 columns, rounded, and one on each side of a rim`);
  }
});

test('the inhibition radius is the shape’s, or follows the connected synapses', async (t) => {
  t.equal(inhibitionRadiusOf(pooler({}, LINE)), 3);
  const sp = pooler({ adaptInhibitionRadius: true, updatePeriod: 1, initConnectedPct: 0 }, LINE);
  pool(sp, [1], true);
  t.equal(inhibitionRadiusOf(sp), 1, 'never below 1');
  t.equal(inhibitionRadiusOf(pooler()), null, 'none with global inhibition');
});

test('poolers of the same seed are the same, of another seed others', async (t) => {
  const image = (seed: number): string => newPooler(flatShape(INPUTS, 8), BASE, seed).image.join();
  t.equal(image(5), image(5));
  t.not(image(5), image(6));
});

test('two inputs with much in common get codes with much in common, two with nothing others', async (t) => {
  const sp = newPooler(flatShape(200, 256), { potentialPct: 0.8, activeColumns: 20, boostMode: 'none' }, 3, true).sp;
  const code = (first: number): number[] => pool(sp, range(first, first + 60));
  const common = (a: number[], b: number[]): number => a.filter((c) => b.includes(c)).length;
  const [one, near, far] = [code(0), code(6), code(120)];
  t.ok(common(one, near) > common(one, far) + 4, `${common(one, near)} and ${common(one, far)}`);
});
