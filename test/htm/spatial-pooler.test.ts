import { createHash } from 'node:crypto';
import { test } from 'tap';
import { freezeBoost, learnedSteps, poolSpatially } from '../../src/htm/spatial-pooler.ts';
import { randomBelow, seedWord } from '../../src/memory/random.ts';
import { newPooler } from '../support/memories.ts';

const SHAPE = { inputs: 64, columns: 32, poolSize: 48 };

/** Ten fixed patterns of 16 bits; `noise` of them are moved elsewhere. */
function pattern(number: number, noise = 0, random = new Uint32Array([1])): Uint8Array {
  const input = new Uint8Array(64);
  const fixed = new Uint32Array([seedWord(number, 77)]);
  for (let set = 0; set < 16;) {
    const bit = randomBelow(fixed, 64);
    if (input[bit] === 1) continue;
    input[bit] = 1;
    set++;
  }
  for (let moved = 0; moved < noise;) {
    const [from, to] = [randomBelow(random, 64), randomBelow(random, 64)];
    if (input[from] === 0 || input[to] === 1) continue;
    input[from] = 0;
    input[to] = 1;
    moved++;
  }
  return input;
}
const winnersOf = (sp: ReturnType<typeof newPooler>['sp'], input: Uint8Array, learn = false): number[] =>
  Array.from(sp.views.winners.subarray(0, poolSpatially(sp, input, learn)));

test('exactly k columns win, ascending, and the same input gives the same code', async (t) => {
  const { sp } = newPooler(SHAPE);
  const code = winnersOf(sp, pattern(1));
  t.equal(code.length, 4);
  t.same(
    code,
    code.toSorted((a, b) => a - b),
  );
  t.same(winnersOf(sp, pattern(1)), code);
});

test('columns below the stimulus threshold never win', async (t) => {
  const { sp } = newPooler(SHAPE, { stimulusThreshold: 3 });
  const input = new Uint8Array(64);
  input[0] = 1;
  t.equal(poolSpatially(sp, input, false), 0);
});

test('potential pools are distinct inputs within range', async (t) => {
  const { sp } = newPooler(SHAPE);
  for (let column = 0; column < SHAPE.columns; column++) {
    const pool = sp.views.potentialInput.subarray(column * SHAPE.poolSize, (column + 1) * SHAPE.poolSize);
    t.equal(new Set(pool).size, SHAPE.poolSize);
    t.ok(pool.every((input) => input < SHAPE.inputs));
  }
});

test('learning makes codes robust: a quarter of the bits moved changes the code less than before', async (t) => {
  const overlap = (trained: boolean): number => {
    const { sp } = newPooler(SHAPE);
    const random = new Uint32Array([5]);
    for (let i = 0, steps = trained ? 2000 : 0; i < steps; i++) poolSpatially(sp, pattern(i % 10, 2, random), true);
    let shared = 0;
    for (let number = 0; number < 10; number++) {
      const clean = new Set(winnersOf(sp, pattern(number)));
      for (let repeat = 0; repeat < 10; repeat++) {
        shared += winnersOf(sp, pattern(number, 4, random)).filter((column) => clean.has(column)).length / 4 / 100;
      }
    }
    return shared;
  };
  const [before, after] = [overlap(false), overlap(true)];
  t.ok(after > before + 0.1, `${before.toFixed(2)} untrained, ${after.toFixed(2)} trained`);
});

test('winners move towards the input and losers stay as they are', async (t) => {
  const { sp } = newPooler(SHAPE, { boostStrength: 0, minPctOverlapDutyCycle: 0 });
  const before = Uint8Array.from(sp.views.permanence);
  const winners = new Set(winnersOf(sp, pattern(3), true));
  const input = pattern(3);
  for (let column = 0; column < SHAPE.columns; column++) {
    for (let slot = column * SHAPE.poolSize; slot < (column + 1) * SHAPE.poolSize; slot++) {
      const change = sp.views.permanence[slot]! - before[slot]!;
      if (winners.has(column)) t.equal(change, input[sp.views.potentialInput[slot]!] === 1 ? 8 : -2);
      else t.equal(change, 0);
    }
  }
});

test('boosting spreads the work over more columns, and freezing keeps the factors as they are', async (t) => {
  const used = (boostStrength: number): number => {
    const { sp } = newPooler(SHAPE, { boostStrength, dutyCyclePeriod: 100 });
    const columns = new Set<number>();
    for (let i = 0; i < 1000; i++)
      for (const column of winnersOf(sp, pattern(i % 3), true)) if (i > 500) columns.add(column);
    return columns.size;
  };
  t.ok(used(20) > used(0), `${used(20)} columns with boosting, ${used(0)} without`);
  const { sp } = newPooler(SHAPE, { boostStrength: 20, dutyCyclePeriod: 100 });
  for (let i = 0; i < 200; i++) poolSpatially(sp, pattern(i % 3), true);
  freezeBoost(sp);
  const frozen = Float32Array.from(sp.views.boost);
  t.ok(frozen.some((factor) => factor !== 1));
  for (let i = 0; i < 200; i++) poolSpatially(sp, pattern(9), true);
  t.same(sp.views.boost, frozen);
});

test('a column that never reaches the overlap of its peers is raised', async (t) => {
  const { sp } = newPooler(SHAPE, { minPctOverlapDutyCycle: 0.5 });
  sp.views.permanence.fill(0, 0, SHAPE.poolSize);
  for (let i = 0; i < 50; i++) poolSpatially(sp, pattern(i % 10), true);
  t.ok(sp.views.permanence.subarray(0, SHAPE.poolSize).every((permanence) => permanence > 0));
});

test('nothing changes while learning is off', async (t) => {
  const { sp, image } = newPooler(SHAPE);
  for (let i = 0; i < 100; i++) poolSpatially(sp, pattern(i % 10), true);
  const before = createHash('sha256').update(image).digest('hex');
  for (let i = 0; i < 100; i++) poolSpatially(sp, pattern(i % 10), false);
  t.equal(createHash('sha256').update(image).digest('hex'), before);
  t.equal(learnedSteps(sp), 100);
});

test('an impossible pool is refused', async (t) => {
  t.throws(() => newPooler({ ...SHAPE, poolSize: 65 }), RangeError);
  t.throws(() => newPooler({ ...SHAPE, poolSize: 0 }), RangeError);
});

test('the same steps give the bytes they have always given', async (t) => {
  const { sp, image } = newPooler(SHAPE);
  const random = new Uint32Array([9]);
  for (let i = 0; i < 1000; i++) poolSpatially(sp, pattern(i % 10, 3, random), true);
  t.equal(createHash('sha256').update(image).digest('hex').slice(0, 16), GOLDEN);
});
/** Integers and exact arithmetic only, so equal on every machine. */
const GOLDEN = '1302b2f6194581f1';
