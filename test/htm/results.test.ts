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
  const tm = htm.createTemporalMemory(SHAPE, PARAMS, { apical: { inputs: 8, segments: 64, synapsesPerSegment: 8 } });
  const [above, other] = [Uint32Array.of(0, 1, 2, 3), Uint32Array.of(4, 5, 6, 7)];
  const step = (columns: Uint32Array, bits: Uint32Array): void => {
    htm.activateCells(tm, columns, 4, true);
    htm.setApicalInput(tm.apical!, bits, 4);
    htm.activateDendrites(tm);
  };
  for (let round = 0; round < 12; round++)
    for (const [first, bits] of [
      [0, above],
      [2, other],
    ] as const) {
      htm.resetTemporalMemory(tm);
      for (const number of [first, 1, 3 + first]) step(element(number), bits);
    }
  const predictive = (bits: Uint32Array): string => {
    htm.resetTemporalMemory(tm);
    htm.activateCells(tm, element(1), 4, false);
    htm.setApicalInput(tm.apical!, bits, 4);
    htm.activateDendrites(tm);
    return htm.predictiveCellsOf(tm).join();
  };
  t.not(predictive(above), '');
  t.not(predictive(above), predictive(other));
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
