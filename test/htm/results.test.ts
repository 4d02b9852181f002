/** results.test.ts - what an engine found can be asked for in words, and it is what its arrays say. */
import { test } from 'tap';
import * as htm from '../../src/library.ts';

const SHAPE = { columns: 32, cellsPerColumn: 4, segments: 256, synapsesPerSegment: 16 };
const PARAMS = { activationThreshold: 3, minThreshold: 2, initialPermanence: 140, connectedPermanence: 130 };
const element = (number: number): Uint32Array => Uint32Array.from({ length: 4 }, (_, i) => number * 4 + i);

test('a step of a temporal memory: cells, predictions, and the step in numbers', async (t) => {
  const tm = htm.createTemporalMemory(SHAPE, PARAMS);
  htm.stepTemporalMemory(tm, element(0), 4, true);
  t.same(
    [...htm.activeCellsOf(tm)],
    Array.from({ length: 16 }, (_, i) => i),
    'a burst',
  );
  t.same([...htm.winnerCellsOf(tm)], [0, 4, 8, 12]);
  t.same([...htm.predictedColumnsOf(tm)], []);
  htm.stepTemporalMemory(tm, element(1), 4, true);
  htm.resetTemporalMemory(tm);
  htm.stepTemporalMemory(tm, element(0), 4, true);
  t.same([...htm.predictedColumnsOf(tm)], [4, 5, 6, 7]);
  t.same([...htm.predictiveCellsOf(tm)], [16, 20, 24, 28]);
  t.same(htm.summaryOf(tm), {
    anomaly: 1,
    activeColumns: 4,
    burstingColumns: 4,
    activeCells: 16,
    winnerCells: 4,
    predictedColumns: 4,
    segments: 4,
    evictions: 0,
  });
  t.equal(htm.summaryOf(tm).anomaly, htm.rawAnomaly(tm));
});

test('segments are told with their synapses, permanences as shares', async (t) => {
  const tm = htm.createTemporalMemory({ ...SHAPE, externalInputs: 3 }, PARAMS);
  htm.stepTemporalMemory(tm, element(0), 4, true, Uint32Array.of(2), 1);
  htm.stepTemporalMemory(tm, element(1), 4, true);
  const segments = htm.segmentsOf(tm);
  t.same(
    segments.map(({ cell }) => cell),
    [16, 20, 24, 28],
  );
  for (const { synapses } of segments) {
    t.same(
      synapses.map(({ presynapticCell }) => presynapticCell).toSorted((a, b) => a - b),
      [0, 4, 8, 12, 130],
    );
    t.ok(synapses.every(({ permanence, isConnected }) => permanence === 140 / 255 && isConnected));
  }
});

test('feedback that prefers a cell is seen in the predictive cells', async (t) => {
  const tm = htm.createTemporalMemory(
    SHAPE,
    { ...PARAMS, maxNewSynapseCount: 4, permanenceIncrement: 20, permanenceDecrement: 5, predictedSegmentDecrement: 1 },
    { apical: { inputs: 16, segments: 256, synapsesPerSegment: 8 } },
  );
  const [above, other] = [Uint32Array.of(0, 1, 2, 3), Uint32Array.of(8, 9, 10, 11)];
  const run = (numbers: readonly number[], bits: Uint32Array, learn: boolean): void => {
    htm.resetTemporalMemory(tm);
    htm.setApicalInput(tm.apical!, bits, 4);
    htm.activateDendrites(tm);
    for (const number of numbers) htm.stepTemporalMemory(tm, element(number), 4, learn);
  };
  for (let round = 0; round < 40; round++) {
    run([0, 1, 2, 3], above, true);
    run([4, 1, 2, 5], other, true);
  }
  const [first, second, none] = [above, other, Uint32Array.of(4, 5, 6, 7)].map((bits) => {
    run([1], bits, false);
    return [...htm.predictiveCellsOf(tm)];
  });
  t.ok(first!.length >= 4 && second!.length >= 4);
  t.notOk(
    first!.some((cell) => second!.includes(cell)),
    'each feedback has its own cells',
  );
  t.same(
    [...first!, ...second!].toSorted((a, b) => a - b),
    none,
    'unknown feedback prefers none',
  );
});

test('a step of a pooler and an answer of a classifier', async (t) => {
  const sp = htm.createSpatialPooler(htm.flatShape(50, 21), { activeColumns: 3, stimulusThreshold: 1 });
  const input = Uint32Array.from({ length: 10 }, (_, i) => i * 3);
  const count = htm.poolSpatially(sp, input, 10, true);
  const winners = [...htm.winnersOf(sp, count)];
  const overlaps = [...htm.overlapsOf(sp)];
  t.equal(overlaps.length, 21);
  t.equal(winners.length, 3);
  const least = Math.min(...winners.map((column) => overlaps[column]!));
  t.ok(overlaps.every((overlap, column) => winners.includes(column) || overlap <= least));
  t.equal(htm.boostFactorsOf(sp).length, 21);
  t.same(
    [...htm.activeDutyCyclesOf(sp)].map((duty, column) => (duty === 1 ? column : -1)).filter((column) => column >= 0),
    winners,
    'after one step a winner has won always',
  );
  t.equal(htm.inhibitionRadiusOf(sp), null);
  const classifier = htm.createSdrClassifier({ inputs: 10, classes: 3, horizons: 1, bias: false });
  for (let i = 0; i < 50; i++) htm.learnClasses(classifier, 0, Uint32Array.of(1, 2), 2, [0, 2], 0.3);
  htm.inferClasses(classifier, 0, Uint32Array.of(1, 2), 2);
  const [a, b, c] = htm.probabilitiesOf(classifier);
  t.ok(Math.abs(a! - 0.5) < 0.02 && b! < 0.03 && Math.abs(c! - 0.5) < 0.02, 'two labels share the probability');
  htm.inferClasses(classifier, 0, Uint32Array.of(5), 1);
  t.equal(htm.answerOf(classifier).probability, 1 / 3, 'without a bias nothing is likelier by itself');
});
