import { test } from 'tap';
import { type Cortex, createCortex, restoreCortex } from '../../src/cortex/cortex.ts';
import { levelNow } from '../../src/cortex/judge/level.ts';
import type { Observation } from '../../src/cortex/observation.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { portraitOf } from '../../src/cortex/portrait.ts';
import { type CortexSettings, PRESETS } from '../../src/cortex/settings.ts';
import { endEvents, stepCortex } from '../../src/cortex/step.ts';
import { checkPools, checkSegments } from '../../src/daemon/camera/check-model.ts';
import { checkRanges } from '../../src/memory/check-ranges.ts';
import { type Kind, viewsOf } from '../../src/memory/layout.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { createScene, renderNext } from '../../src/scene/scene.ts';

const settings: CortexSettings = { ...PRESETS.pi4, width: 64, height: 48, globalSegments: 128 };
const { width, height } = settings;
/** Time between two frames: a model is ready after ten minutes. */
const EVERY_MS = 400;
const plan = planCortex(settings);
const scene = createScene({ width, height, fps: 1000 / EVERY_MS, seed: 1 });
const frames = Array.from({ length: 800 }, () => {
  const luma = new Uint8Array(width * height);
  renderNext(scene, luma);
  return luma;
});
/** So many frames have been seen when nonsense comes: all is learned, and things are there. */
const SEEN = 1600;
const STEPS = 6;

function show(cortex: Cortex, from: number, count: number): Observation {
  let seen: Observation | undefined;
  for (let sequence = from; sequence < from + count; sequence++) {
    const luma = frames[sequence % frames.length]!;
    seen = stepCortex(cortex, { sequence, timeMs: sequence * EVERY_MS, width, height, luma }, true);
  }
  if (seen === undefined) throw new Error('Expected at least one frame');
  return seen;
}

/** As a saved model is taken up: nothing is derived from what was not looked at. */
function takeUp(cortex: Cortex): void {
  checkRanges(cortex.memory);
  checkSegments(cortex);
  restoreCortex(cortex);
  checkPools(cortex);
}

/** What a field of a kind can hold that nobody meant. */
function nonsenseOf(kind: Kind): number[] {
  if (kind === 'f32' || kind === 'f64') return [NaN, 1e11, -1];
  return { u8: [255, 40], i8: [-128, 127], u16: [65535, 700], i16: [-32768], u32: [2 ** 32 - 1, 0], i32: [-(2 ** 31)] }[
    kind
  ];
}

void test(
  'nonsense in any field that is kept is refused, or the model lives with it',
  { timeout: 280_000 },
  async (t) => {
    const learned = createCortex(plan, 1);
    show(learned, 0, SEEN);
    const sound = persistentImage(learned.memory).slice();
    let cortex = createCortex(plan, 2);
    let [refused, lived] = [0, 0];
    for (const { name: block, table, base, scratchBase } of plan.memory.blocks) {
      for (const [name, { kind, keep }] of Object.entries(table)) {
        if (keep === 'scratch') continue;
        for (const value of nonsenseOf(kind)) {
          persistentImage(cortex.memory).set(sound);
          viewsOf(table, cortex.memory.buffer, base, scratchBase)[name]!.fill(value);
          try {
            takeUp(cortex);
          } catch (error) {
            if (!(error instanceof RangeError)) t.fail(`${block}.${name} = ${value}: ${String(error)}`);
            refused++;
            continue;
          }
          try {
            const { score, things } = show(cortex, SEEN, STEPS);
            levelNow(cortex);
            portraitOf(cortex);
            endEvents(cortex, 'the test is over');
            // What it has made of it could be taken up again.
            takeUp(cortex);
            const isSound = score >= 0 && score <= 1 && things.every(({ box }) => box.every((x) => x >= 0 && x <= 1));
            if (!isSound) t.fail(`${block}.${name} = ${value}: score ${score}, ${JSON.stringify(things)}`);
            lived++;
          } catch (error) {
            t.fail(`${block}.${name} = ${value}: ${String(error)}`);
            cortex = createCortex(plan, 2);
          }
        }
      }
    }
    t.ok(refused > 300 && lived > 300, `${refused} refused, ${lived} lived with`);
  },
);

void test('indexes, lengths and flags beyond what there is are refused by name', async (t) => {
  const cortex = createCortex(plan, 1);
  const sound = persistentImage(cortex.memory).slice();
  for (const { name: block, table, base, scratchBase } of plan.memory.blocks) {
    for (const [name, { range, keep, length, kind }] of Object.entries(table)) {
      const most = {
        u8: 255,
        i8: 127,
        u16: 65535,
        i16: 32767,
        u32: 2 ** 32 - 1,
        i32: 2 ** 31 - 1,
        f32: 3e38,
        f64: 1e300,
      };
      if (keep === 'scratch' || range === undefined || range[1] >= most[kind]) continue;
      const view = viewsOf(table, cortex.memory.buffer, base, scratchBase)[name]!;
      view[length - 1] = range[1] < 1 ? 1 : Math.ceil(range[1] * 1.01 + 1);
      t.throws(() => checkRanges(cortex.memory), { name: 'RangeError', message: `${block}.${name} holds` });
      persistentImage(cortex.memory).set(sound);
      view[length - 1] = range[1];
      t.doesNotThrow(() => checkRanges(cortex.memory), `${block}.${name} may hold ${range[1]}`);
      persistentImage(cortex.memory).set(sound);
    }
  }
});
