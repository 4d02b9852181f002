/**
 * temporal-memory.test.ts - the rules that the temporal memories of BAMI, NuPIC and htm.core keep, one at a time; see
 * docs/behaviours.md.
 */
import { test } from 'tap';
import { checkPool } from '../../../src/htm/check-pool.ts';
import { activeCellsOf, predictiveCellsOf, winnerCellsOf } from '../../../src/htm/results.ts';
import { segmentsInUse } from '../../../src/htm/segment-pool.ts';
import { type TemporalMemory, rawAnomaly, resetTemporalMemory } from '../../../src/htm/temporal-memory.ts';
import { all, memory, permanenceOf, plant, sourcesOf, step } from './planted.ts';

const active = (tm: TemporalMemory): number[] => [...activeCellsOf(tm)].toSorted((a, b) => a - b);
const winners = (tm: TemporalMemory): number[] => [...winnerCellsOf(tm)].toSorted((a, b) => a - b);

/** Column 0 bursts: cells 0 to 3 are active. A segment on cell 4 (column 1) has watched them. */
function predicting(permanence = 150): { tm: TemporalMemory; segment: number } {
  const tm = memory();
  const segment = plant(tm, 4, all([0, 1, 2, 3], permanence));
  step(tm, [0], false);
  return { tm, segment };
}

for (const learn of [true, false]) {
  test(`a predicted column activates the predictive cells alone, learning ${learn ? 'on' : 'off'}`, async (t) => {
    const { tm } = predicting();
    t.same([...predictiveCellsOf(tm)], [4]);
    step(tm, [1], learn);
    t.same(active(tm), [4]);
    t.same(winners(tm), [4], 'and they win');
    t.equal(rawAnomaly(tm), 0);
  });
  test(`two predictive cells of a column are both active and both win, learning ${learn ? 'on' : 'off'}`, async (t) => {
    const { tm } = predicting();
    plant(tm, 6, all([0, 1, 2, 3], 150));
    step(tm, [1], learn);
    t.same(active(tm), [4, 6]);
    t.same(winners(tm), [4, 6]);
  });
  test(`an unpredicted column bursts and has one winner, learning ${learn ? 'on' : 'off'}`, async (t) => {
    const { tm } = predicting();
    step(tm, [2], learn);
    t.same(active(tm), [8, 9, 10, 11]);
    t.equal(winners(tm).length, 1);
    t.equal(rawAnomaly(tm), 1);
  });
  test(`no active column: no active cell, no winner, no prediction, no anomaly, learning ${learn ? 'on' : 'off'}`, async (t) => {
    const { tm } = predicting();
    step(tm, [], learn);
    t.same([active(tm), winners(tm), [...predictiveCellsOf(tm)]], [[], [], []]);
    t.equal(rawAnomaly(tm), 0);
  });
}

test('the anomaly is the share of active columns that were not predicted', async (t) => {
  const { tm } = predicting();
  step(tm, [1, 2, 3, 4], false);
  t.equal(rawAnomaly(tm), 0.75);
});

test('a segment predicts from activationThreshold connected active synapses on, not below', async (t) => {
  for (const [cells, predicts] of [
    [[0, 1, 2], true],
    [[0, 1], false],
  ] as const) {
    const tm = memory();
    plant(tm, 4, all(cells, 150));
    step(tm, [0], false);
    t.equal(predictiveCellsOf(tm).length === 1, predicts, `${cells.length} synapses`);
  }
});

test('a synapse is connected from connectedPermanence on', async (t) => {
  for (const [permanence, predicts] of [
    [128, true],
    [127, false],
  ] as const) {
    const { tm } = predicting(permanence);
    t.equal(predictiveCellsOf(tm).length === 1, predicts, String(permanence));
  }
});

test('synapses of an active segment: active ones rise, others fall', async (t) => {
  const tm = memory();
  const segment = plant(tm, 4, [...all([0, 1, 2], 150), [50, 150]]);
  step(tm, [0]);
  step(tm, [1]);
  t.same(
    [0, 1, 2, 50].map((cell) => permanenceOf(tm, segment, cell)),
    [170, 170, 170, 140],
  );
});

test('in a bursting column the best matching segment learns, and no other', async (t) => {
  const tm = memory();
  const best = plant(tm, 4, [...all([0, 1, 2], 60), [50, 60]]);
  const other = plant(tm, 5, [...all([0, 1], 60), [50, 60]]);
  step(tm, [0]);
  step(tm, [1]);
  t.same(
    [0, 50].map((cell) => permanenceOf(tm, best, cell)),
    [80, 50],
  );
  t.same(
    [0, 50].map((cell) => permanenceOf(tm, other, cell)),
    [60, 60],
  );
  t.same(winners(tm), [4]);
});

test('with learning off the winner of a bursting column is the cell of its best matching segment too', async (t) => {
  const tm = memory();
  plant(tm, 7, all([0, 1, 2], 60));
  step(tm, [0], false);
  step(tm, [1], false);
  t.same(winners(tm), [7]);
});

test('matching segments of a predicted active column that are not active stay as they are', async (t) => {
  const tm = memory();
  plant(tm, 4, all([0, 1, 2, 3], 150));
  const matching = plant(tm, 5, [...all([0, 1], 60), [50, 60]]);
  step(tm, [0]);
  step(tm, [1]);
  t.same(
    [0, 1, 50].map((cell) => permanenceOf(tm, matching, cell)),
    [60, 60, 60],
  );
});

test('without winners in the step before no segment grows', async (t) => {
  const tm = memory();
  step(tm, []);
  step(tm, [2, 3]);
  t.equal(segmentsInUse(tm.pool), 0);
});

test('a new segment watches as many of the last winners as asked for', async (t) => {
  const tm = memory({ maxNewSynapseCount: 2 });
  step(tm, [0, 1, 2]);
  const before = winners(tm);
  step(tm, [4]);
  t.equal(segmentsInUse(tm.pool), 1);
  const sources = sourcesOf(tm, 0);
  t.equal(sources.length, 2);
  t.ok(sources.every((cell) => before.includes(cell)));
  t.ok(sources.every((cell) => permanenceOf(tm, 0, cell) === 54));
});

test('a new segment watches all of the last winners when there are fewer', async (t) => {
  const tm = memory({ maxNewSynapseCount: 4 });
  step(tm, [0, 1, 2]);
  const before = winners(tm);
  step(tm, [4]);
  t.same(sourcesOf(tm, 0), before);
});

test('a matching segment grows to some of the last winners', async (t) => {
  const tm = memory({ maxNewSynapseCount: 3 });
  step(tm, [0, 1, 2, 3]);
  const before = winners(tm);
  const segment = plant(tm, 20, all(before.slice(0, 2), 60));
  step(tm, [5]);
  t.equal(sourcesOf(tm, segment).length, 3);
  t.ok(sourcesOf(tm, segment).every((cell) => before.includes(cell)));
});

test('a matching segment grows to all of the last winners when there is room', async (t) => {
  const tm = memory({ maxNewSynapseCount: 8 });
  step(tm, [0, 1, 2, 3]);
  const before = winners(tm);
  const segment = plant(tm, 20, all(before.slice(0, 2), 60));
  step(tm, [5]);
  t.same(sourcesOf(tm, segment), before);
});

test('an active segment grows too, by what its active synapses are short of maxNewSynapseCount', async (t) => {
  const tm = memory({ maxNewSynapseCount: 4 });
  step(tm, [0, 1, 2, 3, 6]);
  const before = winners(tm);
  const segment = plant(tm, 20, all(before.slice(0, 3), 150));
  step(tm, [5]);
  t.equal(sourcesOf(tm, segment).length, 4);
});

test('a synapse that falls to 0 by a wrong prediction is removed', async (t) => {
  const tm = memory();
  const segment = plant(tm, 4, [...all([0, 1, 2], 150), [3, 4]]);
  step(tm, [0]);
  step(tm, [2]);
  t.equal(permanenceOf(tm, segment, 3), null);
  t.equal(permanenceOf(tm, segment, 0), 145);
});

test('a synapse that falls to 0 while its segment is reinforced is removed', async (t) => {
  const tm = memory();
  const segment = plant(tm, 4, [...all([0, 1, 2], 150), [50, 9]]);
  step(tm, [0]);
  step(tm, [1]);
  t.equal(permanenceOf(tm, segment, 50), null);
});

test('a full segment gives up its weakest inactive synapse for a new one', async (t) => {
  const tm = memory({ maxNewSynapseCount: 8, permanenceDecrement: 1 });
  step(tm, [0, 1, 2, 3]);
  const before = winners(tm);
  const segment = plant(tm, 20, [...all(before.slice(0, 3), 150), [60, 90], [61, 30], [62, 90], [63, 90], [64, 90]]);
  step(tm, [5]);
  t.equal(sourcesOf(tm, segment).length, 8);
  t.equal(permanenceOf(tm, segment, 61), null, 'the weakest has gone');
  t.ok(before.every((cell) => permanenceOf(tm, segment, cell) !== null));
});

test('wrong predictions: matching segments of inactive columns lose on the synapses that misled them, others do not', async (t) => {
  const tm = memory();
  const misled = plant(tm, 4, [...all([0, 1, 2], 150), [50, 150]]);
  const silent = plant(tm, 8, all([60, 61, 62], 150));
  step(tm, [0]);
  step(tm, [3]);
  t.same(
    [0, 50].map((cell) => permanenceOf(tm, misled, cell)),
    [145, 150],
  );
  t.equal(permanenceOf(tm, silent, 60), 150);
});

test('nothing is punished where predictedSegmentDecrement is 0', async (t) => {
  const tm = memory({ predictedSegmentDecrement: 0 });
  const misled = plant(tm, 4, all([0, 1, 2], 150));
  step(tm, [0]);
  step(tm, [3]);
  t.equal(permanenceOf(tm, misled, 0), 150);
});

test('a new segment goes to a cell with the fewest segments', async (t) => {
  const tm = memory();
  for (const cell of [20, 20, 21, 23]) plant(tm, cell, all([100, 101, 102], 150));
  step(tm, [0]);
  step(tm, [5]);
  t.same(winners(tm), [22]);
  t.equal(tm.views.segmentsOfCell[22], 1);
});

test('while learning is off no synapse changes, grows or goes, whatever is active', async (t) => {
  const tm = memory();
  const segment = plant(tm, 4, [...all([0, 1, 2], 150), [50, 3]]);
  for (const columns of [[0], [1], [0], [2], [], [5, 6]]) step(tm, columns, false);
  t.same(
    [0, 1, 2, 50].map((cell) => permanenceOf(tm, segment, cell)),
    [150, 150, 150, 3],
  );
  t.equal(segmentsInUse(tm.pool), 1);
});

test('permanences do not rise above the most there is', async (t) => {
  const { tm, segment } = predicting(250);
  step(tm, [1]);
  t.equal(permanenceOf(tm, segment, 0), 255);
});

test('segments that were given back are used again', async (t) => {
  const tm = memory({}, 4, 4);
  for (let i = 0; i < 200; i++)
    step(
      tm,
      [(i * 7) % 32, (i * 11) % 32].toSorted((a, b) => a - b).filter((c, j, l) => c !== l[j - 1]),
    );
  t.ok(segmentsInUse(tm.pool) <= 4);
  checkPool(tm.pool);
});

test('after a reset there are no active cells, no winners and no predictions', async (t) => {
  const { tm } = predicting();
  resetTemporalMemory(tm);
  t.same([active(tm), winners(tm), [...predictiveCellsOf(tm)]], [[], [], []]);
  step(tm, [1]);
  t.equal(rawAnomaly(tm), 1);
  t.equal(segmentsInUse(tm.pool), 1, 'nothing is learned across a reset');
});

test('the cells of a column are numbered together', async (t) => {
  const tm = memory();
  step(tm, [31], false);
  t.same(active(tm), [124, 125, 126, 127]);
});

test('the order in which columns are named in a step makes no difference', async (t) => {
  const image = (turn: boolean): string => {
    const tm = memory({ maxNewSynapseCount: 8 });
    for (let i = 0; i < 60; i++) {
      const columns = [i % 5, 8 + (i % 3), 20 + (i % 4)];
      step(tm, turn ? columns.toReversed() : columns);
    }
    return `${tm.views.presynapticCell.join()};${tm.views.permanence.join()};${winners(tm).join()}`;
  };
  t.equal(image(true), image(false));
});

test('an element repeated without change is predicted by itself', async (t) => {
  const tm = memory({ initialPermanence: 140, maxNewSynapseCount: 8 });
  for (let i = 0; i < 30; i++) step(tm, [3, 4, 5, 6]);
  t.equal(rawAnomaly(tm), 0);
});

test('with one cell per column the memory is of first order: what follows B is the same after A and after X', async (t) => {
  const tm = memory({ initialPermanence: 140, maxNewSynapseCount: 8, predictedSegmentDecrement: 0 }, 1);
  const element = (n: number): number[] => [4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3];
  for (let i = 0; i < 10; i++)
    for (const sequence of [
      [0, 1, 2],
      [3, 1, 4],
    ]) {
      resetTemporalMemory(tm);
      for (const n of sequence) step(tm, element(n));
    }
  for (const first of [0, 3]) {
    resetTemporalMemory(tm);
    for (const n of [first, 1]) step(tm, element(n), false);
    t.same([...predictiveCellsOf(tm)], [...element(2), ...element(4)]);
  }
});

test('a memory of the same seed learns the same, one of another seed draws otherwise', async (t) => {
  const run = (): string => {
    const tm = memory({ maxNewSynapseCount: 2 });
    for (let i = 0; i < 40; i++) step(tm, [i % 6, 8 + (i % 6), 16 + (i % 6)]);
    return tm.views.presynapticCell.join();
  };
  t.equal(run(), run());
});
