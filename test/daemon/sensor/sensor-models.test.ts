/** sensor-models.test.ts - the models of all number sensors in one worker thread and one memory. */
import { test } from 'tap';
import { NumberModel } from '../../../src/daemon/sensor/series-model.ts';
import { type SensorModel, SensorModels } from '../../../src/daemon/sensor/sensor-models.ts';
import { planSeries } from '../../../src/series/plan.ts';
import { DEFAULT_SERIES, type SeriesSettings } from '../../../src/series/settings.ts';

/** Small, and past its last stage soon; few segments, so that they are replaced too. */
const SETTINGS: SeriesSettings = { ...DEFAULT_SERIES, segments: 500, stages: [20, 60], rankWindow: 200 };
const { signature } = planSeries(SETTINGS);

/** Value `i` of series `kind`: a cycle with breaks, another for each. */
const valueOf = (kind: number, i: number): number => ((i * (kind + 3)) % 17) + (i % 41 === 40 ? 30 * kind : 0);

async function imageOf(model: SensorModel): Promise<Buffer> {
  await model.copyImage();
  const bytes = Buffer.from(model.copied.slice());
  model.giveBack();
  return bytes;
}

/** A model alone in its memory after the first `count` values of a series. */
function alone(kind: number, count: number): NumberModel {
  const model = new NumberModel(SETTINGS, 7 + kind);
  for (let i = 0; i < count; i++) model.step(i * 60_000, valueOf(kind, i), true);
  return model;
}

test('sensors that share a thread and its memory become what each becomes alone, byte for byte', async (t) => {
  const models = await SensorModels.start(SETTINGS, [7, 8, 9]);
  t.teardown(() => models.close());
  const sensors = [0, 1, 2].map((i) => models.model(i));
  // Turns of unequal length: one value each, then some in a row.
  const taken = [0, 0, 0];
  for (let turn = 0; turn < 120; turn++)
    for (const [kind, sensor] of sensors.entries())
      for (let n = turn % (kind + 2); n >= 0; n--)
        await sensor.step(taken[kind]! * 60_000, valueOf(kind, taken[kind]!++), true);
  for (const [kind, sensor] of sensors.entries()) {
    t.equal(sensor.values, taken[kind]);
    t.same(sensor.learning, { state: 'ready', progress: 1 });
    t.ok((await imageOf(sensor)).equals(Buffer.from(alone(kind, taken[kind]!).image)), `sensor ${kind}`);
  }
});

test('they answer as the model alone does, and a threshold is one sensor’s own', async (t) => {
  const models = await SensorModels.start(SETTINGS, [7, 8]);
  t.teardown(() => models.close());
  const [first, second] = [models.model(0), models.model(1)] as const;
  await second.setThreshold(1e-9);
  const expected = new NumberModel(SETTINGS, 7);
  let alarms = 0;
  for (let i = 0; i < 200; i++) {
    const { observation, stepMs } = await first.step(null, valueOf(0, i), true);
    t.ok(stepMs >= 0);
    t.strictSame(observation, expected.step(null, valueOf(0, i), true));
    if ((await second.step(null, valueOf(0, i), true)).observation.alarm) alarms++;
  }
  t.ok(alarms > 0);
});

test('a saved model goes on in another place of another thread; what is none is refused, and nothing has changed', async (t) => {
  const models = await SensorModels.start(SETTINGS, [1, 2]);
  t.teardown(() => models.close());
  const [first, second] = [models.model(0), models.model(1)] as const;
  const half = alone(1, 150);
  await first.step(null, 5, true);
  await second.restore(half.image, signature);
  t.equal(second.values, 150);
  for (let i = 150; i < 300; i++) {
    await second.step(i * 60_000, valueOf(1, i), true);
    if (i % 3 === 0) await first.step(null, i, true);
  }
  const before = await imageOf(second);
  t.ok(before.equals(Buffer.from(alone(1, 300).image)));

  await t.rejects(second.restore(half.image, 'another'), { code: 'model_shape', message: /bytes of another shape/ });
  await t.rejects(second.restore(new Uint8Array(3), signature), { code: 'model_shape' });
  const nonsense = half.image.slice().fill(201, half.image.length >> 2);
  await t.rejects(second.restore(nonsense, signature), { code: 'corrupt', hint: /Nothing was changed/ });
  t.ok(second.isSound);
  t.ok((await imageOf(second)).equals(before));
  await second.step(null, 1, true);
  t.equal(second.values, 301);
});

test('one buffer is saved from, in turn: a second copy waits until the first was saved, and steps go on', async (t) => {
  const models = await SensorModels.start(SETTINGS, [1, 2]);
  t.teardown(() => models.close());
  const [first, second] = [models.model(0), models.model(1)] as const;
  await first.step(null, 5, true);
  t.equal(await first.copyImage(), 1);
  const copied = Buffer.from(first.copied.slice());
  let hasCopied = false;
  const waiting = second.copyImage().then((step) => {
    hasCopied = true;
    return step;
  });
  await second.step(null, 6, true);
  await second.step(null, 7, true);
  t.notOk(hasCopied);
  t.ok(Buffer.from(first.copied).equals(copied), 'what is being saved stays');
  first.giveBack();
  t.equal(await waiting, 2, 'the copy is of the step it is made at');
  second.giveBack();
  t.equal(await first.copyImage(), 1, 'and the buffer is free again');
});

test('a thread that hangs in a step is noticed, by whoever asks for life', async (t) => {
  process.env['CORTEXD_FAULT'] = 'sensor step@2=hang';
  t.teardown(() => delete process.env['CORTEXD_FAULT']);
  const models = await SensorModels.start(SETTINGS, [1], 500);
  const sensor = models.model(0);
  await sensor.step(null, 5, true);
  await models.ping();
  const step = sensor.step(null, 6, true);
  await t.rejects(models.ping(), { code: 'internal', message: /Expected the sensor model to answer within 0.5 s/ });
  await t.rejects(step, { code: 'internal' });
  t.notOk(sensor.isSound, 'nothing of it is saved');
  await models.close();
});

test('a step that throws leaves nothing that is saved', async (t) => {
  process.env['CORTEXD_FAULT'] = 'sensor step@2=throw';
  t.teardown(() => delete process.env['CORTEXD_FAULT']);
  const models = await SensorModels.start(SETTINGS, [1]);
  t.teardown(() => models.close());
  const sensor = models.model(0);
  await sensor.step(null, 5, true);
  await t.rejects(sensor.step(null, 6, true), {
    code: 'internal',
    message: /The sensor model failed: a fault on purpose/,
  });
  t.notOk(sensor.isSound);
  await t.rejects(sensor.copyImage(), { code: 'internal' });
  await t.rejects(models.ping(), { code: 'internal' });
});

test('a sensor takes at most 4 MB', async (t) => {
  t.ok(planSeries(DEFAULT_SERIES).persistentBytes <= 4e6);
});
