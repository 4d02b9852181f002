/** apical.test.ts - feedback from a region above picks one of several predicted contexts, and does nothing more. */
import { test } from 'tap';
import { checkPool } from '../../src/htm/check-pool.ts';
import { setApicalInput } from '../../src/htm/apical.ts';
import { createTemporalMemory } from '../../src/htm/create.ts';
import {
  activateCells,
  activateDendrites,
  resetTemporalMemory,
  restoreTemporalMemory,
} from '../../src/htm/temporal-memory.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';

const SHAPE = { columns: 32, cellsPerColumn: 4, segments: 512, synapsesPerSegment: 16 };
const PARAMS = {
  activationThreshold: 3,
  minThreshold: 2,
  maxNewSynapseCount: 4,
  initialPermanence: 140,
  permanenceIncrement: 20,
  permanenceDecrement: 5,
  predictedSegmentDecrement: 1,
};
const APICAL = { apical: { inputs: 16, segments: 512, synapsesPerSegment: 8 } };
const element = (number: number): Uint16Array => Uint16Array.from([0, 1, 2, 3], (i) => number * 4 + i);
const [A, B, C, D, X, Y] = [0, 1, 2, 3, 4, 5].map(element);
/** What the region above says during A B C D, and during X B C Y. */
const FIRST = Uint16Array.of(0, 1, 2, 3, 4);
const SECOND = Uint16Array.of(8, 9, 10, 11, 12);
const NOTHING = new Uint16Array();

const create = (seed = 1) => createTemporalMemory(SHAPE, PARAMS, { seed, ...APICAL });
type Memory = ReturnType<typeof create>;

/** One step under feedback that is there before the step and after it. */
function step(tm: Memory, columns: Uint16Array, feedback: Uint16Array, learn: boolean): void {
  activateCells(tm, columns, columns.length, learn);
  setApicalInput(tm.apical!, feedback, feedback.length);
  activateDendrites(tm);
}

function trained(): Memory {
  const tm = create();
  for (let round = 0; round < 40; round++) {
    for (const [sequence, feedback] of [
      [[A, B, C, D], FIRST],
      [[X, B, C, Y], SECOND],
    ] as const) {
      resetTemporalMemory(tm);
      setApicalInput(tm.apical!, feedback, feedback.length);
      activateDendrites(tm);
      for (const columns of sequence) step(tm, columns!, feedback, true);
    }
  }
  return tm;
}

/** Columns expected after B C, which both sequences share, came out of nowhere. */
function expectedAfterMiddle(tm: Memory, feedback: Uint16Array): number[] {
  resetTemporalMemory(tm);
  setApicalInput(tm.apical!, feedback, feedback.length);
  activateDendrites(tm);
  for (const columns of [B, C]) step(tm, columns!, feedback, false);
  return Array.from(tm.views.predictedColumn.keys()).filter((column) => tm.views.predictedColumn[column] === 1);
}

test('without feedback a shared middle leaves both endings possible; with it only the one that is meant', async (t) => {
  const tm = trained();
  t.same(expectedAfterMiddle(tm, NOTHING), [...D!, ...Y!]);
  t.same(expectedAfterMiddle(tm, FIRST), [...D!]);
  t.same(expectedAfterMiddle(tm, SECOND), [...Y!]);
});

test('feedback that fits no predicted cell changes nothing', async (t) => {
  const tm = trained();
  t.same(expectedAfterMiddle(tm, Uint16Array.of(5, 6, 7, 13, 14)), [...D!, ...Y!]);
});

test('feedback alone predicts nothing', async (t) => {
  const tm = trained();
  resetTemporalMemory(tm);
  setApicalInput(tm.apical!, FIRST, FIRST.length);
  activateDendrites(tm);
  t.notOk(tm.views.predictedColumn.includes(1));
});

test('both pools stay sound, and a saved memory goes on as it would have', async (t) => {
  const tm = trained();
  t.doesNotThrow(() => checkPool(tm.pool));
  t.doesNotThrow(() => checkPool(tm.apical!.dendrites.pool));
  const other = create(99);
  persistentImage(other.memory).set(persistentImage(tm.memory));
  restoreTemporalMemory(other);
  for (const [columns, feedback] of [
    [A, FIRST],
    [B, FIRST],
    [C, SECOND],
    [Y, SECOND],
  ] as const) {
    step(tm, columns!, feedback, true);
    step(other, columns!, feedback, true);
  }
  t.same(persistentImage(other.memory), persistentImage(tm.memory));
});

test('while learning is off no apical segment changes', async (t) => {
  const tm = trained();
  const before = tm.apical!.views.permanence.slice();
  expectedAfterMiddle(tm, FIRST);
  t.same(tm.apical!.views.permanence, before);
});
