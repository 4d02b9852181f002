import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openSource } from '../../src/capture/open.ts';
import { cortexSettings, preprocessConfig, sourceConfig } from '../../src/config/camera-settings.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createCortex } from '../../src/cortex/cortex.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { sha256 } from '../../src/store/model-image.ts';
import { Store } from '../../src/store/store.ts';
import { shortFolder } from '../support/folder.ts';
import { Running } from '../support/program.ts';

/** 10,000 by hand: CORTEXD_RESTART_FRAMES=10000. */
const FRAMES = Number(process.env['CORTEXD_RESTART_FRAMES'] ?? 1600);
const LIVES: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGTERM'];

async function saved(directory: string): Promise<{ step: number; sha256: string }> {
  const store = new Store({ directory, outboxLimit: 100, program: '0', lock: true });
  const loaded = await store.loadModel('lane');
  store.close();
  if (loaded.kind === 'none' || loaded.lost !== null) throw new Error(`Expected a model but ${loaded.lost}`);
  return { step: loaded.image.step, sha256: sha256(loaded.image.bytes) };
}

test(`a model that was stopped and killed on its way through ${FRAMES} frames is one that never was, byte for byte`, async (t) => {
  const folder = shortFolder(t);
  const file = join(folder, 'c.yaml');
  // Killed lives never run out of frames; stopped ones end with their source.
  const write = (signal: NodeJS.Signals): void =>
    writeFileSync(
      file,
      `state_directory: state
log: { level: debug }
mqtt: { enabled: false }
web: { enabled: false }
checkpoint: { interval_s: 1 }
cameras:
  lane:
    preset: pi-zero2
    source: { type: synthetic, scene: lanes, frames: ${signal === 'SIGKILL' ? 1_000_000 : FRAMES / 2}, fast_frames: 1000000, anomalies_from: 400, anomaly_spacing: 100 }
`,
    );
  // The one life below is told by its steps, so its source must have enough of them.
  write('SIGKILL');
  const { config, stateDirectory } = loadConfig(file);
  const steps: number[] = [];
  let hash = '';
  for (const [life, signal] of LIVES.entries()) {
    write(signal);
    const daemon = new Running(['run', '--config', file]);
    t.teardown(() => daemon.end('SIGKILL'));
    await daemon.says(life === 0 ? /Newborn model/ : /Model resumed/);
    await daemon.says(signal === 'SIGKILL' ? /generation=/ : /The source has ended/, 280_000);
    const code = await daemon.end(signal);
    t.equal(code, signal === 'SIGKILL' ? null : 0);
    const now = await saved(stateDirectory);
    const before = steps.at(-1) ?? 0;
    if (signal === 'SIGTERM') t.equal(now.step, before + FRAMES / 2, 'the last step was saved on the way out');
    else t.ok(now.step > before, `killed: step ${now.step}`);
    steps.push(now.step);
    hash = now.sha256;
  }

  // The same frames in one life: what was lost by a kill was never learned, and the source begins anew each time.
  const camera = config.cameras['lane']!;
  const cortex = createCortex(planCortex(cortexSettings(camera)), camera.seed);
  for (const [life, end] of steps.entries()) {
    const source = await openSource(sourceConfig(camera), preprocessConfig(camera), () => undefined);
    let left = end - (steps[life - 1] ?? 0);
    for await (const frame of source) {
      if (left-- === 0) break;
      stepCortex(cortex, frame, true);
    }
    await source.close();
  }
  t.equal(cortex.clock.step[0], steps.at(-1));
  t.equal(sha256(persistentImage(cortex.memory)), hash, `${steps.at(-1)} steps, the same bytes`);
});
