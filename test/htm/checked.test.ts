/** checked.test.ts - whatever the library is handed that makes no sense is refused, by name, and nothing is changed by it. */
import { createHash } from 'node:crypto';
import { type Test, test } from 'tap';
import * as htm from '../../src/library.ts';

const SHAPE = { columns: 64, cellsPerColumn: 4, segments: 256, synapsesPerSegment: 16, externalInputs: 8 };
const PARAMS = { activationThreshold: 3, minThreshold: 2 };
const BAD = [NaN, Infinity, -1, 0.5, undefined as unknown as number, '3' as unknown as number];

/** Each field of `good` in turn is given each bad value; the message must name the field. */
function refusesEach<T extends object>(
  t: Test,
  good: T,
  fields: readonly (keyof T & string)[],
  make: (settings: T) => unknown,
  bad: readonly unknown[] = BAD,
): void {
  t.doesNotThrow(() => make(good));
  for (const field of fields)
    for (const value of bad)
      t.throws(
        () => make({ ...good, [field]: value }),
        {
          name: 'RangeError',
          message: new RegExp(`Expected .*${field.replace(/(Width|Height)$/, '')}.* but received`),
        },
        `${field} ${String(value)}`,
      );
}

test('a temporal memory is not made of impossible shapes and parameters', async (t) => {
  refusesEach(t, SHAPE, ['columns', 'cellsPerColumn', 'segments', 'synapsesPerSegment'], (shape) =>
    htm.createTemporalMemory(shape, PARAMS),
  );
  t.throws(() => htm.createTemporalMemory({ ...SHAPE, columns: 0 }, PARAMS), /columns .* from 1 to \d+ but received 0/);
  const params = { ...htm.TEMPORAL_MEMORY_DEFAULTS, ...PARAMS };
  refusesEach(t, params, Object.keys(params) as (keyof typeof params)[], (all) => htm.createTemporalMemory(SHAPE, all));
  for (const [given, message] of [
    [{ activationThreshold: 99 }, /activationThreshold .* from 1 to 16 but received 99, the synapses of a segment/],
    [{ activationThreshold: 2, minThreshold: 3 }, /minThreshold .* from 1 to 2 but received 3/],
    [{ permanenceIncrement: 300 }, /permanenceIncrement .* from 0 to 255 but received 300/],
    [{ initialPermanence: 0.21 }, /initialPermanence .* but received 0\.21: 255 stands for 1, so 0\.21 is 54/],
    [{ permanenceIncrment: 9 }, /only activationThreshold, .* but received "permanenceIncrment"/],
    [{ maxSegmentsPerCell: 0 }, /maxSegmentsPerCell .* from 1/],
  ] as const)
    t.throws(() => htm.createTemporalMemory(SHAPE, { ...PARAMS, ...given }), message);
  t.throws(() => htm.createTemporalMemory({ ...SHAPE, cells: 1 } as typeof SHAPE, PARAMS), /shape .* received "cells"/);
  t.throws(() => htm.createTemporalMemory(SHAPE, PARAMS, { seed: 0.5 }), /seed/);
  t.throws(() => htm.createTemporalMemory(SHAPE, PARAMS, { kernel: true } as object), /options .* received "kernel"/);
  const apical = { inputs: 8, segments: 16, synapsesPerSegment: 8 };
  refusesEach(t, apical, ['inputs', 'segments', 'synapsesPerSegment'], (one) =>
    htm.createTemporalMemory(SHAPE, PARAMS, { apical: one }),
  );
});

test('a pooler is not made of impossible shapes and parameters', async (t) => {
  const flat = htm.flatShape(40, 30);
  refusesEach(t, flat, ['inputWidth', 'inputHeight', 'columnWidth', 'columnHeight'], (shape) =>
    htm.createSpatialPooler(shape, { activeColumns: 1 }),
  );
  t.throws(() => htm.createSpatialPooler(htm.flatShape(0, 10), { activeColumns: 1 }), /inputWidth .* received 0/);
  const params = { ...htm.SPATIAL_POOLER_DEFAULTS };
  const {
    potentialPct: _,
    initConnectedPct: _1,
    initSpread: _2,
    minPctOverlapDutyCycle: _3,
    boostStrength: _4,
    ...whole
  } = params;
  refusesEach(t, params, Object.keys(whole) as (keyof typeof params)[], (all) => htm.createSpatialPooler(flat, all));
  refusesEach(
    t,
    params,
    ['potentialPct', 'initConnectedPct', 'initSpread', 'minPctOverlapDutyCycle'],
    (all) => htm.createSpatialPooler(flat, all),
    [NaN, -0.1, 1.5],
  );
  t.throws(() => htm.createSpatialPooler(flat, { boostStrength: NaN }), /boostStrength/);
  t.throws(() => htm.createSpatialPooler(flat, { boostMode: 'strong' as 'none' }), /one of none, exponential/);
  t.throws(() => htm.createSpatialPooler(flat, { stimulus: 1 } as object), /received "stimulus"/);
  t.throws(() => htm.createSpatialPooler(flat, { localTies: 'random' as 'order' }), /one of order, ranking/);
});

test('other engines are not made of impossible shapes either', async (t) => {
  const picture = { width: 8, height: 8, channels: 2, kernel: 3, stride: 1, columns: 8, shared: true };
  refusesEach(t, picture, ['width', 'height', 'channels', 'kernel', 'stride', 'columns'], (shape) =>
    htm.createConvolutionalPooler(shape),
  );
  const params = { ...htm.CONVOLUTION_DEFAULTS };
  refusesEach(t, params, Object.keys(params) as (keyof typeof params)[], (all) =>
    htm.createConvolutionalPooler(picture, all),
  );
  refusesEach(t, { inputs: 10, classes: 3, horizons: 1 }, ['inputs', 'classes', 'horizons'], (shape) =>
    htm.createSdrClassifier(shape),
  );
  const likelihood = { ...htm.NUPIC_LIKELIHOOD };
  refusesEach(t, likelihood, Object.keys(likelihood) as (keyof typeof likelihood)[], (all) =>
    htm.createLikelihood(all),
  );
  for (const name of ['averagingWindow', 'historyWindow', 'estimationSamples', 'reestimationPeriod'])
    t.throws(() => htm.createLikelihood({ ...likelihood, [name]: 0 }), /from 1 to/, name);
});

test('activity that does not exist is refused, and the engine stays as it was', async (t) => {
  const tm = htm.createTemporalMemory(SHAPE, PARAMS, {
    apical: { inputs: 8, segments: 16, synapsesPerSegment: 8 },
    contexts: { contexts: 2 },
  });
  const sp = htm.createSpatialPooler(htm.flatShape(40, 30), { activeColumns: 3 });
  const classifier = htm.createSdrClassifier({ inputs: 40, classes: 3, horizons: 2 });
  const cp = htm.createConvolutionalPooler({
    width: 8,
    height: 8,
    channels: 2,
    kernel: 3,
    stride: 1,
    columns: 8,
    shared: true,
  });
  htm.stepTemporalMemory(tm, Uint32Array.of(1, 2, 3), 3, true);
  htm.poolSpatially(sp, Uint32Array.of(1, 2, 3), 3, true);
  const state = (): string => {
    const hash = createHash('sha256');
    for (const { memory } of [tm, sp, classifier, cp]) hash.update(htm.persistentImage(memory));
    return hash.digest('hex');
  };
  const before = state();
  const bits = (...list: number[]): Uint32Array => Uint32Array.from(list);
  const refused: [RegExp, () => void][] = [
    [/active columns to be from 0 to 63 but received 99/, () => htm.stepTemporalMemory(tm, bits(1, 2, 99), 3, true)],
    [/active columns to be ascending .* received 1 after 2/, () => htm.stepTemporalMemory(tm, bits(2, 1), 2, true)],
    [/without repeats but received 2 after 2/, () => htm.stepTemporalMemory(tm, bits(2, 2), 2, true)],
    [
      /number of active columns .* the 2 that were given but received 3/,
      () => htm.activateCells(tm, bits(1, 2), 3, true),
    ],
    [
      /external inputs to be from 0 to 7 but received 8/,
      () => htm.stepTemporalMemory(tm, bits(1), 1, true, bits(8), 1),
    ],
    [/externalCount .* received 2/, () => htm.stepTemporalMemory(tm, bits(1), 1, true, undefined, 2)],
    [/external inputs to be from 0 to 7/, () => htm.setExternalInputs(tm, bits(70), 1)],
    [/apical inputs to be from 0 to 7/, () => htm.setApicalInput(tm.apical!, bits(8), 1)],
    [/active columns/, () => htm.stepContext(tm.contexts!, 0, bits(64), 1, true)],
    [/context from 0 to 1 but received 2/, () => htm.stepContext(tm.contexts!, 2, bits(6), 1, true)],
    [/active inputs to be from 0 to 39 but received 40/, () => void htm.poolSpatially(sp, bits(40), 1, true)],
    [/active bits to be from 0 to 39 but received 50/, () => void htm.learnClass(classifier, 0, bits(50), 1, 1, 0.5)],
    [/horizon .* from 0 to 1 but received 2/, () => htm.inferClasses(classifier, 2, bits(5), 1)],
    [/rate to be a number/, () => void htm.learnClass(classifier, 0, bits(5), 1, 1, NaN)],
    [/class .* from 0 to 2 but received 3/, () => void htm.learnClasses(classifier, 0, bits(5), 1, [1, 3], 0.5)],
    [/each class once/, () => void htm.learnClasses(classifier, 0, bits(5), 1, [1, 1], 0.5)],
    [/pixels to have room for 64/, () => htm.convolve(cp, new Uint32Array(63))],
    [/samples/, () => htm.learnConvolution(cp, cp.pixels, -1)],
  ];
  for (const [message, call] of refused) t.throws(call, { name: 'RangeError', message });
  t.equal(state(), before);
  const likelihood = htm.createLikelihood(htm.NUPIC_LIKELIHOOD);
  for (const raw of [NaN, -0.1, 1.1])
    t.throws(() => htm.updateLikelihood(htm.NUPIC_LIKELIHOOD, likelihood, raw), /raw to be a number from 0 to 1/);
  t.equal(htm.updateLikelihood(htm.NUPIC_LIKELIHOOD, likelihood, 0.3), 0.5);
});
