import { test } from 'tap';
import { PRESETS } from '../../../src/cortex/settings.ts';
import { ModelClient } from '../../../src/daemon/camera/model-client.ts';
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

test('a broken contract in the worker is an internal error, and a model of another size is refused', async (t) => {
  const model = await ModelClient.start(SETTINGS, 1, null);
  const wrong: Frame = { sequence: 0, timeMs: 0, width: 10, height: 10, luma: new Uint8Array(100) };
  await t.rejects(model.stepFrame(wrong, true), { code: 'internal', message: /Expected a frame of 64 x 48 px/ });
  await t.rejects(model.restore(new Uint8Array(5)), { code: 'model_shape' });
  const [frame] = frames(0, 1) as [Frame];
  t.equal((await model.stepFrame(frame, true)).observation.step, 1, 'it goes on');
  await model.close();
  await t.rejects(model.stepFrame(frames(0, 1)[0]!, true), { code: 'internal' });
});
