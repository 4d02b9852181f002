/** contexts.test.ts - several sequences followed at once by one memory: they share what is learned, and nothing else. */
import { test } from 'tap';
import { setApicalInput } from '../../src/htm/apical.ts';
import { checkPool } from '../../src/htm/check-pool.ts';
import { copyContext, enterContext, heldContext, resetContext, stepContext } from '../../src/htm/contexts.ts';
import { createTemporalMemory } from '../../src/htm/create.ts';
import {
  activateCells,
  activateDendrites,
  rawAnomaly,
  restoreTemporalMemory,
  stepTemporalMemory,
} from '../../src/htm/temporal-memory.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { randomBelow } from '../../src/memory/random.ts';

const SHAPE = { columns: 48, cellsPerColumn: 4, segments: 512, synapsesPerSegment: 16, externalInputs: 6 };
const PARAMS = {
  activationThreshold: 3,
  minThreshold: 2,
  maxNewSynapseCount: 6,
  initialPermanence: 130,
  permanenceIncrement: 20,
  permanenceDecrement: 10,
  predictedSegmentDecrement: 3,
};
const element = (number: number): Uint16Array => Uint16Array.from([0, 1, 2, 3], (i) => number * 4 + i);
const create = (contexts = 3, seed = 1) =>
  createTemporalMemory(SHAPE, PARAMS, { seed, contexts: { contexts, activeColumns: 4 } });
type Memory = ReturnType<typeof create>;
const step = (tm: Memory, slot: number, number: number, learn = true): number => {
  stepContext(tm.contexts!, slot, element(number), 4, learn);
  return rawAnomaly(tm);
};
const predicted = (tm: Memory): string => tm.views.predictedColumn.join('');

/** Everything of the memory without its contexts. */
const engineOf = (tm: Memory): Buffer => {
  const { base, layout } = tm.memory.plan.blocks.find(({ name }) => name === 'engine')!;
  return Buffer.from(persistentImage(tm.memory).slice(base, base + layout.persistentBytes));
};

test('one context is the memory as it is without contexts, byte for byte', async (t) => {
  const [alone, inContext] = [create(), create()];
  const random = Uint32Array.of(7);
  for (let i = 0; i < 400; i++) {
    const columns = element(randomBelow(random, 9));
    const outside = Uint16Array.of(i % 3, 3 + (i % 2));
    stepTemporalMemory(alone, columns, 4, i % 10 !== 9, outside, 2);
    stepContext(inContext.contexts!, 0, columns, 4, i % 10 !== 9, outside, 2);
  }
  enterContext(inContext.contexts!, 0);
  t.ok(engineOf(alone).equals(engineOf(inContext)));
  t.equal(predicted(alone), predicted(inContext));
  checkPool(inContext.pool);
});

test('while nothing is learned, interleaved contexts say what memories of their own would say', async (t) => {
  const shared = create();
  for (let round = 0; round < 20; round++)
    for (const number of [0, 1, 2, 3, 4, 5, 6, 7, 8]) step(shared, 0, (number * 5) % 9);
  resetContext(shared.contexts!, 0);
  const own = [0, 1, 2].map(() => {
    const copy = create();
    persistentImage(copy.memory).set(persistentImage(shared.memory));
    restoreTemporalMemory(copy);
    return copy;
  });
  const random = Uint32Array.of(11);
  const at = [0, 3, 6];
  for (let i = 0; i < 200; i++) {
    const slot = randomBelow(random, 3);
    const place = randomBelow(random, 10) === 0 ? randomBelow(random, 9) : at[slot]! + 1;
    at[slot] = place;
    const number = (place * 5) % 9;
    const told = step(shared, slot, number, false);
    stepTemporalMemory(own[slot]!, element(number), 4, false);
    enterContext(shared.contexts!, slot);
    if (told !== rawAnomaly(own[slot]!) || predicted(shared) !== predicted(own[slot]!)) t.fail(`step ${i}`);
  }
  t.pass('200 steps of three sequences');
});

test('what one sequence taught is expected in another, and no context disturbs another', async (t) => {
  const tm = create();
  for (let round = 0; round < 10; round++) {
    resetContext(tm.contexts!, 0);
    for (const number of [0, 1, 2, 3]) step(tm, 0, number);
  }
  // In slot 1 the same, with steps of an unrelated sequence between all of them.
  const told: number[] = [];
  for (const number of [0, 1, 2, 3]) {
    told.push(step(tm, 1, number));
    step(tm, 2, 8 + (number % 2));
  }
  t.same(told, [1, 0, 0, 0]);
  // In one context that mixture bursts.
  const mixed: number[] = [];
  resetContext(tm.contexts!, 1);
  for (const number of [0, 11, 1, 10, 2]) mixed.push(step(tm, 1, number, false));
  t.same(mixed, [1, 1, 1, 1, 1]);
});

test('predictions are those of the segments as they are when a context is entered, not as they were when it was left', async (t) => {
  const tm = create();
  step(tm, 0, 0);
  step(tm, 1, 5);
  // Slot 2 learns what follows 0 while slot 0 waits.
  for (let round = 0; round < 3; round++) {
    resetContext(tm.contexts!, 2);
    for (const number of [0, 1]) step(tm, 2, number);
  }
  enterContext(tm.contexts!, 0);
  t.same(
    [...element(1)].map((column) => tm.views.predictedColumn[column]),
    [1, 1, 1, 1],
  );
  enterContext(tm.contexts!, 1);
  t.equal(predicted(tm).includes('1'), false);
  t.equal(heldContext(tm.contexts!), 1);
});

test('a copied context goes on by itself from where the other is', async (t) => {
  const tm = create();
  for (let round = 0; round < 10; round++) {
    resetContext(tm.contexts!, 0);
    for (const number of [0, 1, 2, 3]) step(tm, 0, number);
  }
  resetContext(tm.contexts!, 0);
  for (const number of [0, 1]) step(tm, 0, number, false);
  copyContext(tm.contexts!, 0, 2);
  t.equal(step(tm, 0, 7, false), 1, 'the first goes astray');
  t.equal(step(tm, 2, 2, false), 0, 'the copy does not');
  t.equal(step(tm, 2, 3, false), 0);
  copyContext(tm.contexts!, 0, 2);
  t.equal(step(tm, 2, 3, false), 1, 'a copy onto the one that is held');
});

test('a saved memory goes on in every context as if nothing had happened', async (t) => {
  const whole = create();
  const random = Uint32Array.of(5);
  const choices = Array.from({ length: 300 }, () => [randomBelow(random, 3), randomBelow(random, 6)] as const);
  for (const [slot, number] of choices.slice(0, 150)) step(whole, slot, number);
  const second = create(3, 99);
  persistentImage(second.memory).set(persistentImage(whole.memory));
  restoreTemporalMemory(second);
  for (const tm of [whole, second]) for (const [slot, number] of choices.slice(150)) step(tm, slot, number);
  t.ok(Buffer.from(persistentImage(whole.memory)).equals(Buffer.from(persistentImage(second.memory))));
});

test('feedback from above belongs to the context it came in', async (t) => {
  const tm = createTemporalMemory(
    { ...SHAPE, externalInputs: 0 },
    { ...PARAMS, initialPermanence: 140 },
    { apical: { inputs: 16, segments: 256, synapsesPerSegment: 8 }, contexts: { contexts: 2 } },
  );
  const contexts = tm.contexts!;
  const bits = [Uint16Array.of(0, 1, 2, 3), Uint16Array.of(8, 9, 10)];
  for (const slot of [0, 1]) {
    enterContext(contexts, slot);
    activateCells(tm, element(slot), 4, false);
    setApicalInput(tm.apical!, bits[slot]!, bits[slot]!.length);
    activateDendrites(tm);
  }
  for (const slot of [0, 1]) {
    enterContext(contexts, slot);
    const { apicalActive, apicalCount } = tm.apical!.views;
    t.equal(apicalCount[0], bits[slot]!.length);
    t.same(
      [...apicalActive].flatMap((is, bit) => (is === 1 ? [bit] : [])),
      [...bits[slot]!],
    );
  }
  resetContext(contexts, 1);
  t.equal(tm.apical!.views.apicalCount[0], 0);
});

test('contexts that cannot be are refused, and so is a step that does not fit one', async (t) => {
  const tm = create();
  t.throws(() => create(0), /contexts to be a whole number from 1 .* but received 0/);
  t.throws(
    () => createTemporalMemory(SHAPE, PARAMS, { contexts: { contexts: 1, activeColumns: 49 } }),
    /activeColumns from 1 to 48 but received 49/,
  );
  for (const slot of [-1, 3, 0.5, NaN])
    t.throws(() => enterContext(tm.contexts!, slot), /Expected a context from 0 to 2/, String(slot));
  t.throws(() => stepContext(tm.contexts!, 0, Uint16Array.from([0, 1, 2, 3, 4]), 5, true), /at most 4 active columns/);
});
