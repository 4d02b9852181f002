import { test } from 'tap';
import { planCortex } from '../../../src/cortex/plan.ts';
import { PRESETS } from '../../../src/cortex/settings.ts';
import { ModelClient } from '../../../src/daemon/camera/model-client.ts';
import { tryModel } from '../../../src/daemon/camera/trial.ts';
import { parseSignature } from '../../../src/memory/signature.ts';
import { createScene, renderNext } from '../../../src/scene/scene.ts';
import type { Frame } from '../../../src/vision/frame.ts';

const SETTINGS = PRESETS['pi-zero2'];
const { width, height } = SETTINGS;

/** Frames `from` to `to` of one scene. */
function frames(from: number, to: number): Frame[] {
  const scene = createScene({ width, height, fps: 5, kinds: [] });
  const all: Frame[] = [];
  for (let sequence = 0; sequence < to; sequence++) {
    const luma = new Uint8Array(width * height);
    renderNext(scene, luma);
    if (sequence >= from) all.push({ sequence, timeMs: sequence * 200, width, height, luma });
  }
  return all;
}
async function imageAfter(model: ModelClient, list: readonly Frame[]): Promise<Buffer> {
  for (const frame of list) await model.stepFrame(frame, true);
  await model.copyImage();
  return Buffer.from(new Uint8Array(model.shadow).slice());
}

test('a model restored in another worker goes on byte for byte', async (t) => {
  const whole = await ModelClient.start(SETTINGS, 1, null);
  const first = await ModelClient.start(SETTINGS, 1, null);
  const expected = await imageAfter(whole, frames(0, 400));
  const half = await imageAfter(first, frames(0, 200));
  const second = await ModelClient.start(SETTINGS, 99, half);
  t.equal(second.step, 200);
  t.ok((await imageAfter(second, frames(200, 400))).equals(expected));
  t.equal(await whole.restore(half), 200, 'and replaced while it runs');
  t.ok((await imageAfter(whole, frames(200, 400))).equals(expected));
  await Promise.all([whole.close(), first.close(), second.close()]);
});

test('the worker tells how good its predictions are now and then, and draws what it expects', async (t) => {
  const model = await ModelClient.start(SETTINGS, 1, null);
  const seen = [];
  for (const frame of frames(0, 100)) seen.push((await model.stepFrame(frame, true)).quality);
  t.equal(seen.filter((quality) => quality !== null).length, 2, 'every fifty frames');
  t.same(
    seen[99]?.activity.map(({ horizonS }) => horizonS),
    [1, 5, 10],
  );
  t.ok(seen[99]!.activity[0]!.questions > 0);
  const { luma, probability } = await model.predictedPicture();
  t.equal(luma.length, width * height);
  t.ok(probability >= 0 && probability <= 1);
  t.ok(new Set(luma).size > 20, 'a picture, not a plain');
  await model.close();
});

test('the pixels of a frame are handed back, and the grid is a copy', async (t) => {
  const model = await ModelClient.start(SETTINGS, 1, null);
  const [frame, next] = frames(0, 2) as [Frame, Frame];
  const { luma, observation, stats } = await model.stepFrame(frame, true);
  t.equal(luma.length, width * height);
  t.notOk(observation.grid.buffer instanceof SharedArrayBuffer);
  t.equal(stats.step, 1);
  t.equal((await model.stepFrame(next, true)).observation.step, 2);
  await model.close();
});

test('a model that has broken in a step is of no use any more: it is not stepped, and not saved', async (t) => {
  const model = await ModelClient.start(SETTINGS, 1, null);
  await t.rejects(model.restore(new Uint8Array(5)), { code: 'model_shape' });
  const [frame] = frames(0, 1) as [Frame];
  t.equal(
    (await model.stepFrame(frame, true)).observation.step,
    1,
    'a model of another size is refused, and it goes on',
  );
  const wrong: Frame = { sequence: 0, timeMs: 0, width: 10, height: 10, luma: new Uint8Array(100) };
  await t.rejects(model.stepFrame(wrong, true), { code: 'internal', message: /Expected a frame of 92 x 68 px/ });
  t.notOk(model.isSound);
  await t.rejects(model.copyImage(), { code: 'internal' });
  await model.close();
  await t.rejects(model.stepFrame(frames(0, 1)[0]!, true), { code: 'internal' });
});

test('a step that does not end, throws or takes the thread with it is told within the limit', async (t) => {
  t.teardown(() => delete process.env['CORTEXD_FAULT']);
  // Only what hangs is told by the limit; on a busy machine a thread takes its time to end.
  for (const [kind, limitMs, message] of [
    ['hang', 500, /to answer within 0\.5 s/],
    ['throw', 30_000, /a fault on purpose/],
    ['die', 30_000, /has ended/],
  ] as const) {
    process.env['CORTEXD_FAULT'] = `model step@3=${kind}`;
    const model = await ModelClient.start(SETTINGS, 1, null, limitMs);
    const [first, second, third] = frames(0, 3) as [Frame, Frame, Frame];
    await model.stepFrame(first, true);
    await model.stepFrame(second, true);
    await t.rejects(model.stepFrame(third, true), { code: 'internal', message }, kind);
    t.notOk(model.isSound);
    await model.close();
  }
});

test('bytes that cannot be those of a model are refused, and the model before goes on', async (t) => {
  const model = await ModelClient.start(SETTINGS, 1, null);
  for (const frame of frames(0, 60)) await model.stepFrame(frame, true);
  await model.copyImage();
  const sound = new Uint8Array(model.shadow).slice();
  for (const value of [0xff, 0x7f]) {
    const nonsense = sound.slice().fill(value);
    await t.rejects(tryModel(SETTINGS, nonsense), { code: 'corrupt' });
  }
  const { memory } = planCortex(SETTINGS);
  const placed = (block: string, name: string) => {
    const field = parseSignature(memory.signature)
      .find((one) => one.name === block)
      ?.fields.find((one) => one.name === name);
    if (field === undefined) throw new Error(`Expected a field ${block}.${name}`);
    return field;
  };
  // Each of these stepped for a while before it hung or threw.
  for (const [block, name, value] of [
    ['gate.looks', 'current', 255],
    ['things', 'bornMs', 0x7e],
    ['things', 'seenMs', 0xff],
  ] as const) {
    const { offset, length, kind } = placed(block, name);
    const nonsense = sound.slice().fill(value, offset, offset + length * (kind === 'f64' ? 8 : 1));
    await t.rejects(tryModel(SETTINGS, nonsense), {
      code: 'corrupt',
      message: new RegExp(`${block}.${name} (holds|is)`),
    });
  }
  await tryModel(SETTINGS, sound);
  t.equal((await model.stepFrame(frames(60, 61)[0]!, true)).observation.step, 61);
  await model.close();
});
