import { test } from 'tap';
import { modelSize } from '../../src/capture/model-size.ts';
import { createCortex } from '../../src/cortex/cortex.ts';
import { planCortex, planTable } from '../../src/cortex/plan.ts';
import { PIXELS, PRESETS, PRESET_NAMES } from '../../src/cortex/settings.ts';
import { ALIGNMENT } from '../../src/memory/layout.ts';

const MIB = 2 ** 20;

void test('each preset stays within its budget', async (t) => {
  const budgets = { 'pi-zero2': 4 * MIB, pi4: 16 * MIB, pi5: 40 * MIB };
  for (const name of PRESET_NAMES) {
    for (const native of [
      { width: 640, height: 480 },
      { width: 1920, height: 1080 },
      { width: 1080, height: 1920 },
      { width: 3000, height: 1000 },
    ]) {
      const { totalBytes } = planCortex({ ...PRESETS[name], ...modelSize(native, null, PIXELS[name]) }).memory;
      t.ok(totalBytes <= budgets[name], `${name}: ${(totalBytes / MIB).toFixed(2)} MiB`);
    }
  }
});

void test('a preset is the model of a 4:3 source', async (t) => {
  for (const name of PRESET_NAMES) {
    const { width, height } = PRESETS[name];
    t.same(modelSize({ width: 640, height: 480 }, null, PIXELS[name]), { width, height });
  }
});

void test('the table accounts for every byte but the padding between fields', async (t) => {
  for (const name of PRESET_NAMES) {
    const plan = planCortex(PRESETS[name]);
    const rows = planTable(plan);
    const told = rows.reduce((sum, { bytes }) => sum + bytes, 0);
    const fields = rows.reduce((sum, { copies }) => sum + copies, 0);
    t.ok(told <= plan.memory.totalBytes && plan.memory.totalBytes - told < fields * ALIGNMENT, name);
  }
});

void test('equal settings have equal signatures, other sizes have others', async (t) => {
  const { signature } = planCortex(PRESETS.pi4).memory;
  t.equal(planCortex({ ...PRESETS.pi4 }).memory.signature, signature);
  t.equal(planCortex({ ...PRESETS.pi4, sensitivity: 3, holdMs: 1 }).memory.signature, signature, 'knobs do not count');
  t.not(planCortex({ ...PRESETS.pi4, globalSegments: 100 }).memory.signature, signature);
  t.not(planCortex({ ...PRESETS.pi4, width: 96, height: 96 }).memory.signature, signature);
});

void test('a model can be made of any size in steps of 4 px', async (t) => {
  for (const [width, height] of [
    [24, 24],
    [28, 60],
    [100, 56],
  ] as const) {
    const plan = planCortex({ ...PRESETS['pi-zero2'], width, height });
    t.ok(createCortex(plan, 1).memory.buffer.byteLength >= plan.memory.totalBytes);
  }
  t.throws(() => planCortex({ ...PRESETS.pi4, width: 130 }), RangeError);
});
