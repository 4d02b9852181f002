/** multi-step.test.ts - predictions run forward: several steps, several futures, pruned, and the memory left as it was. */
import { test } from 'tap';
import { createTemporalMemory } from '../../src/htm/create.ts';
import { openForwardRun, runForward } from '../../src/htm/multi-step.ts';
import { type TemporalMemory, resetTemporalMemory, stepTemporalMemory } from '../../src/htm/temporal-memory.ts';

const SHAPE = { columns: 64, cellsPerColumn: 8, segments: 1024, synapsesPerSegment: 16 };
const PARAMS = {
  activationThreshold: 3,
  minThreshold: 2,
  maxNewSynapseCount: 4,
  initialPermanence: 140,
  predictedSegmentDecrement: 4,
};
const element = (number: number): Uint16Array => Uint16Array.from([0, 1, 2, 3], (i) => number * 4 + i);

function learn(sequences: readonly (readonly number[])[], rounds: number, kernels = true): TemporalMemory {
  const tm = createTemporalMemory(SHAPE, PARAMS, { kernels });
  for (let round = 0; round < rounds; round++)
    for (const sequence of sequences) {
      resetTemporalMemory(tm);
      for (const number of sequence) stepTemporalMemory(tm, element(number), 4, true);
    }
  resetTemporalMemory(tm);
  return tm;
}

/** Elements expected at each step. */
function futures(tm: TemporalMemory, steps: number, maxCells = 1000): number[][] {
  const run = openForwardRun(tm, steps, maxCells);
  runForward(run);
  return Array.from({ length: steps }, (_, step) => {
    const columns = run.expected.subarray(step * SHAPE.columns, (step + 1) * SHAPE.columns);
    holdCount(run.counts[step]!, columns);
    return Array.from({ length: 16 }, (_none, number) => number).filter((number) => columns[number * 4] === 1);
  });
}
function holdCount(count: number, columns: Uint8Array): void {
  if (columns.reduce((sum, column) => sum + column, 0) !== count)
    throw new Error('the count is not that of the columns');
}

test('a learned sequence is foreseen to its end, and nothing after it', async (t) => {
  const tm = learn([[0, 1, 2, 3, 4]], 30);
  stepTemporalMemory(tm, element(0), 4, false);
  t.same(futures(tm, 6), [[1], [2], [3], [4], [], []]);
});

test('where two futures are possible both are foreseen, step by step', async (t) => {
  const tm = learn(
    [
      [0, 1, 2],
      [0, 5, 6],
    ],
    30,
  );
  stepTemporalMemory(tm, element(0), 4, false);
  t.same(futures(tm, 2), [
    [1, 5],
    [2, 6],
  ]);
});

test('context decides which future of a shared middle is foreseen', async (t) => {
  const tm = learn(
    [
      [0, 1, 2, 3],
      [7, 1, 2, 8],
    ],
    60,
  );
  for (const [first, last] of [
    [0, 3],
    [7, 8],
  ] as const) {
    resetTemporalMemory(tm);
    stepTemporalMemory(tm, element(first), 4, false);
    t.same(futures(tm, 3), [[1], [2], [last]]);
  }
});

test('a union that grows too large is pruned to nothing rather than to some of equals', async (t) => {
  const tm = learn(
    [
      [0, 1, 2],
      [0, 5, 6],
    ],
    30,
  );
  stepTemporalMemory(tm, element(0), 4, false);
  t.same(futures(tm, 2, 8)[0], [1, 5]);
  t.same(futures(tm, 2, 4), [[], []]);
});

test('running forward leaves the memory and its predictions as they were, with kernels and without', async (t) => {
  for (const kernels of [true, false]) {
    const tm = learn([[0, 1, 2, 3, 4]], 30, kernels);
    stepTemporalMemory(tm, element(1), 4, true);
    const before = Object.entries(tm.views).map(([name, view]) => [name, view.slice()] as const);
    futures(tm, 5);
    for (const [name, view] of before) t.same(tm.views[name as keyof typeof tm.views], view, name);
  }
});

test('limits that make no sense are refused', async (t) => {
  const tm = createTemporalMemory(SHAPE, PARAMS);
  t.throws(() => openForwardRun(tm, 0, 10), /steps to be a whole number/);
  t.throws(() => openForwardRun(tm, 3, 0.5), /maxCells to be a whole number/);
});
