/**
 * writes.ts - how many bytes a day the demo's scene writes to the card.
 *
 *     npm run bench:writes -- [--hours 2] [--budget 200] [--interval 300] [--preset pi4]
 *
 * The demo's street with its breaks of routine is stepped as fast as it goes; checkpoints, the write budget, events with
 * pictures, their messages and acknowledgements, and scores are what the daemon makes of them, on the scene's own time. The
 * bytes are those that the kernel counts for the thread, write-ahead log and database together. Prints them by hour, and
 * for a day; the first hour pays for the first whole image.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ulid } from 'ulid';
import { createCortex } from '../../src/cortex/cortex.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS, type PresetName } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { Checkpointer } from '../../src/daemon/watched/checkpointer.ts';
import { MinuteScores } from '../../src/daemon/watched/minute-scores.ts';
import { encodePicture } from '../../src/daemon/camera/picture.ts';
import { WriteBudget } from '../../src/daemon/watched/write-budget.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { type OpenIds, eventRecord, timestamp } from '../../src/records/from-observation.ts';
import { createScene, renderNext } from '../../src/scene/scene.ts';
import { SCENES } from '../../src/scene/scenes.ts';
import { Store } from '../../src/store/store.ts';
import { wholeNumber } from '../whole-number.ts';
import { realNumber } from '../real-number.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const HOUR_MS = 3_600_000;
const FIRST_BREAK = 7260;
const BREAK_SPACING = 150;

const { values: args } = parseArgs({
  options: {
    hours: { type: 'string', default: '2' },
    budget: { type: 'string', default: '200' },
    interval: { type: 'string', default: '300' },
    preset: { type: 'string', default: 'pi4' },
  },
});
const settings = PRESETS[args.preset as PresetName];
const { width, height, fps } = settings;
const plan = planCortex(settings);
const cortex = createCortex(plan, 1);
const live = persistentImage(cortex.memory);
const shadow = new Uint8Array(live.length);
const scene = createScene({
  ...SCENES.street,
  width,
  height,
  seed: 1,
  fps,
  anomaliesFrom: FIRST_BREAK,
  anomalySpacing: BREAK_SPACING,
});
const directory = mkdtempSync(join(tmpdir(), 'cortexd-writes-'));
const store = new Store({ directory, outboxLimit: 10_000, program: 'bench', lock: true });
let nowMs = 0;
const budget = new WriteBudget(realNumber('budget', args.budget, 0) * 1e6, () => nowMs);
const intervalMs = realNumber('interval', args.interval, 1) * 1000;
const hours = wholeNumber('hours', args.hours, 1);
const camera = 'street';
let checkpoints = 0;
let packed = 0;
const checkpointer = new Checkpointer(
  {
    copyImage: async () => {
      shadow.set(live);
      return cortex.clock.step[0]!;
    },
    save: async (step) => {
      const savedAt = timestamp(nowMs);
      const saved = store.checkpoint({ camera, step, signature: plan.memory.signature, bytes: shadow, savedAt });
      budget.spent(saved.bytesWritten);
      checkpoints++;
      packed += saved.rowBytes;
    },
    failed: (error) => {
      throw error;
    },
    allows: () => budget.allows(camera),
    now: () => nowMs,
  },
  { intervalMs, longestMs: 6 * HOUR_MS },
  0,
);
const minutes = new MinuteScores(camera, (score) => store.saveScore(score));
const ids: OpenIds = new Map();
const context = {
  camera,
  zones: {},
  learning: true,
  clockSynced: true,
  snapshots: true,
  newId: (ms: number) => ulid(ms),
};
let events = 0;
let hourBegan = 0;
const byHour: number[] = [];
for (let frame = 0; nowMs < hours * HOUR_MS; frame++) {
  const luma = new Uint8Array(width * height);
  renderNext(scene, luma);
  const taken = { luma, width, height, sequence: frame, timeMs: nowMs, capturedAtMs: nowMs };
  const { events: changes, score } = stepCortex(cortex, taken, true);
  for (const change of changes) {
    const record = eventRecord(change, ids, taken, context);
    if (record.type === 'start') events++;
    store.saveEvent(record, record.type === 'start' ? await encodePicture(taken, record.box) : null, true);
    for (const { sequence } of store.outboxAfter(0, 10)) store.acknowledge(sequence);
  }
  await checkpointer.ifDue();
  minutes.add(nowMs, score);
  if (frame % fps === 0) while (store.idle());
  nowMs = ((frame + 1) * 1000) / fps;
  if (nowMs % HOUR_MS === 0) {
    const total = store.health().bytesWritten;
    byHour.push((total - hourBegan) / 1e6);
    hourBegan = total;
  }
}
const { bytesWritten, walBytesWritten, databaseBytesWritten, fileBytes } = store.health();
store.close();
rmSync(directory, { recursive: true });
const perDay = (bytes: number): string => `${((bytes * 24) / hours / 1e6).toFixed(1)} MB/day`;
const later = byHour.slice(1);
const settled = (later.reduce((sum, hour) => sum + hour, 0) * 24) / later.length;
console.log(`${args.hours} h of the demo's scene, ${args.preset}, ${events} events, budget ${args.budget} MB/day, interval ${args.interval} s
written      ${perDay(bytesWritten)} (log ${perDay(walBytesWritten)}, database ${perDay(databaseBytesWritten)})
by hour      ${settled.toFixed(1)} MB/day without the first; ${byHour.map((hour) => hour.toFixed(2)).join(', ')} MB
checkpoints  ${checkpoints}, ${(packed / checkpoints / 1024).toFixed(0)} KiB of packed pages each, every ${((hours * 3600) / checkpoints).toFixed(0)} s
database     ${(fileBytes / 1e6).toFixed(1)} MB in the end`);
