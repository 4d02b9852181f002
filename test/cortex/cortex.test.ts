import { createHash } from 'node:crypto';
import { test } from 'tap';
import { type Cortex, createCortex, restoreCortex } from '../../src/cortex/cortex.ts';
import type { Observation } from '../../src/cortex/observation.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { type Ablation, type CortexSettings, PRESETS } from '../../src/cortex/settings.ts';
import { cortexStats } from '../../src/cortex/stats.ts';
import { resetContext, stepCortex } from '../../src/cortex/step.ts';
import { viewsOf } from '../../src/memory/layout.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { createScene, renderNext } from '../../src/scene/scene.ts';

const settings: CortexSettings = {
  ...PRESETS.pi4,
  width: 96,
  height: 72,
  globalSegments: 256,
};

/** Luma planes of the first `count` frames of a street. */
function film(count: number, seed = 1): Uint8Array[] {
  const scene = createScene({ width: settings.width, height: settings.height, fps: settings.fps, seed });
  return Array.from({ length: count }, () => {
    const luma = new Uint8Array(settings.width * settings.height);
    renderNext(scene, luma);
    return luma;
  });
}

function show(cortex: Cortex, frames: readonly Uint8Array[], from: number, to: number, learn = true): Observation[] {
  const { width, height, fps } = cortex.settings;
  return frames.slice(from, to).map((luma, i) => {
    const seen = stepCortex(
      cortex,
      { sequence: from + i, timeMs: ((from + i) * 1000) / fps, width, height, luma },
      learn,
    );
    return { ...seen, grid: Float32Array.from(seen.grid), heat: Float32Array.from(seen.heat) };
  });
}

function hashOf(cortex: Cortex): string {
  return createHash('sha256').update(persistentImage(cortex.memory)).digest('hex');
}

/** The bytes of all fields declared `learned`. */
function learnedBytes({ memory }: Cortex): string {
  const hash = createHash('sha256');
  for (const block of memory.plan.blocks) {
    const views = viewsOf(block.table, memory.buffer, block.base, block.scratchBase);
    for (const [name, { keep }] of Object.entries(block.table)) {
      const view = views[name]!;
      if (keep === 'learned') hash.update(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    }
  }
  return hash.digest('hex');
}

const frames = film(600);

void test('the same frames and the same seed give the same bytes', async (t) => {
  const [a, b, other] = [1, 1, 2].map((seed) => createCortex(planCortex(settings), seed)) as [Cortex, Cortex, Cortex];
  for (const cortex of [a, b, other]) show(cortex, frames, 0, 300);
  t.ok(cortexStats(a).segments > 0);
  t.equal(hashOf(a), hashOf(b));
  t.not(hashOf(a), hashOf(other));
});

void test('going on from saved bytes in another model is the same as never having stopped', async (t) => {
  const straight = createCortex(planCortex(settings), 1);
  const whole = show(straight, frames, 0, 600);
  const first = createCortex(planCortex(settings), 1);
  show(first, frames, 0, 350);
  const second = createCortex(planCortex(settings), 99);
  persistentImage(second.memory).set(persistentImage(first.memory));
  restoreCortex(second);
  const rest = show(second, frames, 350, 600);
  t.equal(hashOf(second), hashOf(straight));
  t.same(rest, whole.slice(350), 'and says the same');
  t.equal(cortexStats(second).step, 600);
});

void test('a model that already ran can be restored to another state', async (t) => {
  const model = createCortex(planCortex(settings), 1);
  show(model, frames, 0, 200);
  const image = Uint8Array.from(persistentImage(model.memory));
  show(model, frames, 200, 300);
  const expected = hashOf(model);
  show(model, frames, 300, 450);
  persistentImage(model.memory).set(image);
  restoreCortex(model);
  show(model, frames, 200, 300);
  t.equal(hashOf(model), expected);
});

void test('without learning nothing learned changes, while the eye goes on', async (t) => {
  const cortex = createCortex(planCortex(settings), 1);
  show(cortex, frames, 0, 400);
  const learned = learnedBytes(cortex);
  const background = cortex.eye.views.background.slice();
  show(cortex, frames, 400, 600, false);
  t.equal(learnedBytes(cortex), learned);
  t.notSame(cortex.eye.views.background, background);
  show(cortex, frames, 400, 600, true);
  t.not(learnedBytes(cortex), learned);
});

void test('a step never touches what it was shown', async (t) => {
  const cortex = createCortex(planCortex(settings), 1);
  const copies = frames.slice(0, 50).map((luma) => luma.slice());
  show(cortex, frames, 0, 50);
  t.same(frames.slice(0, 50), copies);
});

void test('scores lie between 0 and 1 and the grid has one finite value per place', async (t) => {
  const seen = show(createCortex(planCortex(settings), 1), frames, 0, 600);
  t.ok(seen.every(({ score }) => score >= 0 && score < 1));
  t.ok(seen.every(({ grid, gridColumns, gridRows }) => grid.length === gridColumns * gridRows));
  t.ok(seen.every(({ grid }) => grid.every((value) => value >= 0 && Number.isFinite(value))));
  t.ok(seen.some(({ changed }) => changed > 0));
  t.equal(seen.at(-1)?.step, 600);
});

void test('progress of learning grows and no alert is raised before the model is ready', async (t) => {
  const seen = show(createCortex(planCortex(settings), 1), frames, 0, 600);
  t.ok(seen.every(({ learning }) => learning.state === 'learning'));
  t.ok(seen.every(({ learning }, i) => i === 0 || learning.progress >= seen[i - 1]!.learning.progress));
  t.ok(Math.abs(seen.at(-1)!.learning.progress - 0.1) < 0.001, 'one of ten minutes');
  t.same(
    seen.flatMap(({ events }) => events),
    [],
  );
});

void test('a new clip forgets the context and keeps what was learned', async (t) => {
  const cortex = createCortex(planCortex(settings), 1);
  show(cortex, frames, 0, 400);
  const learned = learnedBytes(cortex);
  resetContext(cortex);
  t.equal(learnedBytes(cortex), learned);
  t.equal(cortex.zones.local.occupied.includes(1), false);
  t.equal(cortex.global.views.current[0], 0);
  t.ok(cortex.judge.things.status.every((status) => status === 0));
  show(cortex, frames, 0, 50);
  t.equal(cortexStats(cortex).step, 450, 'the life of the model goes on');
});

void test('time that jumps back or stands still counts as one ordinary frame', async (t) => {
  const cortex = createCortex(planCortex(settings), 1);
  const at = (timeMs: number): void => {
    const { width, height } = settings;
    stepCortex(cortex, { sequence: 0, timeMs, width, height, luma: frames[0]! }, true);
  };
  for (const timeMs of [5_000_000, 5_000_040, 100, 100, 3_600_000]) at(timeMs);
  t.equal(cortex.lifeMs[0], 100 + 40 + 100 + 100 + 100);
});

void test('a frame of another size is a broken contract', async (t) => {
  const cortex = createCortex(planCortex(settings), 1);
  const frame = { sequence: 0, timeMs: 0, width: 100, height: 72, luma: new Uint8Array(7200) };
  t.throws(
    () => stepCortex(cortex, frame, true),
    new RangeError('Expected a frame of 96 x 72 px but received 100 x 72'),
  );
});

void test('a part that is left out says nothing', async (t) => {
  const seen = (ablate: Ablation[]) => show(createCortex(planCortex({ ...settings, ablate }), 1), frames, 0, 600);
  const full = seen([]);
  t.ok(full.some(({ streams }) => streams.sequence > 0));
  t.ok(full.some(({ streams }) => streams.motion > 0));
  t.ok(seen(['direction', 'speed', 'flow']).every(({ streams }) => streams.motion === 0));
  t.ok(seen(['size', 'shape']).every(({ streams }) => streams.form === 0));
  t.ok(seen(['stay', 'timing']).every(({ streams }) => streams.timing === 0));
  t.ok(seen(['place', 'birth', 'visits']).every(({ streams }) => streams.sequence === 0));
});

void test('a model with one light for the whole picture takes a passing shadow for things', async (t) => {
  const { width } = settings;
  // slowly enough for the scene gate, which mutes the whole picture when all of it changes at once
  const shaded = frames.map((luma, frame) => {
    const depth = 0.5 * Math.min(1, Math.max(0, (frame - 300) / 40));
    return luma.map((value, i) => Math.round(value * (1 - depth * Math.max(0, (2 * (i % width)) / width - 1))));
  });
  const taken = (ablate: Ablation[]) => {
    const cortex = createCortex(planCortex({ ...settings, ablate }), 1);
    let sum = 0;
    for (let from = 0; from < 340; from += 10) {
      show(cortex, shaded, from, from + 10);
      if (from > 300) sum += cortex.eye.views.foreground.reduce((on, value) => on + value, 0);
    }
    return sum;
  };
  const [full, without] = [taken([]), taken(['light'])];
  t.ok(full < 0.7 * without, `${full} against ${without} pixels`);
});

void test('a model without the gate knows nothing of what another model sees', async (t) => {
  const small = { ...settings, ablate: ['gate'] as const };
  const dark = frames.slice(0, 60).map(({ length }) => new Uint8Array(length));
  const alone = createCortex(planCortex(small), 1);
  const beside = createCortex(planCortex(small), 1);
  const covered = createCortex(planCortex(settings), 1);
  const expected = show(alone, frames, 0, 300).map(({ score }) => score);
  show(covered, frames, 0, 100);
  show(covered, dark, 0, 60);
  const seen = show(beside, frames, 0, 300).map(({ score }) => score);
  t.same(seen, expected);
});

void test('without high-order context every column has one cell', async (t) => {
  const cortex = createCortex(planCortex({ ...settings, ablate: ['high-order'] }), 1);
  t.equal(cortex.global.memory.shape.cellsPerColumn, 1);
});

void test('two hundred steps are one hundred, saved, restored, and one hundred more', async (t) => {
  const straight = createCortex(planCortex(settings), 1);
  show(straight, frames, 0, 200);
  const parts = createCortex(planCortex(settings), 1);
  show(parts, frames, 0, 100);
  const image = persistentImage(parts.memory).slice();
  show(parts, frames, 300, 400);
  persistentImage(parts.memory).set(image);
  restoreCortex(parts);
  show(parts, frames, 100, 200);
  t.equal(hashOf(parts), hashOf(straight));
});
