/**
 * child.ts - learns, saves, journals and snapshots as the daemon does, until it is killed.
 *
 *     child.js DIRECTORY [STAGE COUNT]     with a stage: ends itself, by SIGKILL, when it gets there for the COUNTth time
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Checkpointer } from '../../src/daemon/watched/checkpointer.ts';
import type { Stage } from '../../src/store/stages.ts';
import { Store } from '../../src/store/store.ts';
import { CAMERA, IMAGE_BYTES, INTERVAL_MS, type Report, eventNumber, writeImage } from './protocol.ts';

const [directory, fatalStage, fatalCount] = process.argv.slice(2) as [string, Stage | undefined, string | undefined];
let togo = Number(fatalCount ?? 0);
const tell = (report: Report): void => void process.send?.(report);

const store = new Store({
  directory,
  outboxLimit: 50,
  program: 'kill-test',
  lock: true,
  recover: true,
  stage: (stage) => {
    if (stage === fatalStage && --togo <= 0) process.kill(process.pid, 'SIGKILL');
  },
});
const loaded = await store.loadModel(CAMERA);
if (loaded.lost !== null) throw new Error(loaded.lost);
const live = new Uint8Array(IMAGE_BYTES);
const shadow = new Uint8Array(IMAGE_BYTES);
let step = loaded.kind === 'loaded' ? loaded.image.step : 0;
const retention = { before: '0000', minutesBefore: '0000', eventBytes: 200_000, pictureBytes: 100_000 };

const checkpointer = new Checkpointer(
  {
    copyImage: async () => {
      shadow.set(live);
      return step;
    },
    save: async (saved) => {
      const savedAt = new Date().toISOString();
      store.checkpoint({ camera: CAMERA, step: saved, signature: 'kill-test', bytes: shadow, savedAt });
      tell({ type: 'saved', step: saved });
    },
    failed: (error) => {
      throw error;
    },
    allows: () => true,
    now: () => performance.now(),
  },
  { intervalMs: INTERVAL_MS, longestMs: INTERVAL_MS },
  step,
);

const last = store.events({ limit: 1 })[0];
let events = last === undefined ? 0 : last.frame + 1;
for (let round = 1; ; round++) {
  step++;
  writeImage(step, live);
  tell({ type: 'step', step, atMs: Date.now() });
  await checkpointer.ifDue();
  if (round % 4 === 0) {
    store.saveEvent(eventNumber(events++), new Uint8Array(2000), true);
    tell({ type: 'events', count: events });
    store.saveScore({ camera: CAMERA, minute: '2026-11-24T10:00Z', frames: 1, min: 0, mean: 0.5, max: 1 });
  }
  if (round % 20 === 0) {
    const name = `s${step}`;
    await store.createSnapshot(name, CAMERA, new Date().toISOString(), 'scheduled');
    tell({ type: 'snapshot', name });
    store.trimSnapshots(CAMERA, 'scheduled', 3);
    store.retain(retention);
  }
  for (let pieces = 0; pieces < 3 && store.idle(); pieces++);
  await sleep(1);
}
