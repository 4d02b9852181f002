/**
 * detection.ts - how many breaks of the routine are found, at how many false alarms, on rendered scenes.
 *
 *     node dist/scripts/bench/detection.js [--seeds 1,2,3,4,5] [--frames 16000] [--suite local|order] [--ablate NAME,...]
 *                                          [--preset pi4] [--sensitivity 1]
 *
 * An anomaly is found when an event is open or starts between its first labelled frame and 40 frames after its last.
 * Every other start of an alert event is false; alarms within 50 frames of one another count once. Thresholds never see
 * labels; learning stays on throughout. Anomalies begin at frame 9,000.
 *
 * Baselines are printed beside: the largest block of the absolute frame difference, with the same rule for its threshold
 * (second largest of the last 100 block maxima). They show what a motion detector would do with the same freedom.
 */
import { parseArgs } from 'node:util';
import { createCortex } from '../../src/cortex/cortex.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { type Ablation, PRESETS, type PresetName } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { type SceneOptions, createScene, renderNext } from '../../src/scene/scene.ts';

const { values: args } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3,4,5' },
    frames: { type: 'string', default: '16000' },
    suite: { type: 'string', default: 'local' },
    ablate: { type: 'string', default: '' },
    preset: { type: 'string', default: 'pi4' },
    sensitivity: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});

const FROM = 9000;
const SUITES: { readonly [name: string]: Partial<SceneOptions> } = {
  local: { anomaliesFrom: FROM, anomalySpacing: 330 },
  order: { kinds: ['order'], anomaliesFrom: FROM, anomalySpacing: 500 },
};
const LENIENCE = 40;
const REFRACTORY = 50;

type Label = { kind: string; first: number; last: number; foundAt: number };
type Judge = { readonly starts: { frame: number; what: string }[] };
type Run = { readonly labels: Label[]; readonly model: Judge; readonly baseline: Judge; readonly cpuMs: number };

function runSeed(seed: number): Run {
  const settings = {
    ...PRESETS[args.preset as PresetName],
    sensitivity: Number(args.sensitivity),
    ablate: args.ablate === '' ? [] : (args.ablate.split(',') as Ablation[]),
    ...(args.ablate.includes('high-order') ? { cellsPerColumn: 1 } : {}),
  };
  const scene = createScene({
    ...SUITES[args.suite],
    seed,
    width: settings.width,
    height: settings.height,
    fps: settings.fps,
  });
  const cortex = createCortex(planCortex(settings), seed);
  const luma = new Uint8Array(settings.width * settings.height);
  const labels = new Map<number, Label>();
  const model: Judge = { starts: [] };
  const baseline: Judge = { starts: [] };
  const difference = blockDifference(settings.width, settings.height);
  let spent = 0;
  for (let frame = 0; frame < Number(args.frames); frame++) {
    const truth = renderNext(scene, luma);
    if (truth.kind !== null) {
      const label = labels.get(truth.id) ?? { kind: truth.kind, first: frame, last: frame, foundAt: -1 };
      label.last = frame;
      labels.set(truth.id, label);
    }
    const began = performance.now();
    const seen = stepCortex(
      cortex,
      { sequence: frame, timeMs: (frame * 1000) / settings.fps, width: settings.width, height: settings.height, luma },
      true,
    );
    spent += performance.now() - began;
    if (frame < FROM) {
      difference(luma);
      continue;
    }
    for (const event of seen.events) {
      if (event.type === 'start' && event.severity === 'alert') {
        model.starts.push({ frame, what: `${event.cause}: ${event.explanation} (${event.score.toFixed(2)})` });
      }
    }
    if (difference(luma)) baseline.starts.push({ frame, what: 'difference' });
  }
  return { labels: [...labels.values()], model, baseline, cpuMs: spent / Number(args.frames) };
}

/** Largest 12-px block mean of |frame - frame before|, against the second largest of the last 100 blocks of 100 frames. */
function blockDifference(width: number, height: number): (luma: Uint8Array) => boolean {
  const previous = new Uint8Array(width * height);
  const maxima: number[] = [];
  let blockMax = 0;
  let count = 0;
  return (luma) => {
    let largest = 0;
    for (let top = 0; top + 12 <= height; top += 12) {
      for (let left = 0; left + 12 <= width; left += 12) {
        let sum = 0;
        for (let y = top; y < top + 12; y++) {
          for (let x = left; x < left + 12; x++) sum += Math.abs(luma[y * width + x]! - previous[y * width + x]!);
        }
        largest = Math.max(largest, sum / 144);
      }
    }
    previous.set(luma);
    const second = maxima.toSorted((a, b) => b - a)[1] ?? Infinity;
    blockMax = Math.max(blockMax, largest);
    if (++count % 100 === 0) {
      maxima.push(Math.min(blockMax, maxima.length >= 8 ? second * 1.02 : Infinity));
      if (maxima.length > 100) maxima.shift();
      blockMax = 0;
    }
    return maxima.length >= 8 && largest > second;
  };
}

/** Mark found labels; returns the false alarms. */
function score(labels: Label[], judge: Judge): { frame: number; what: string }[] {
  for (const label of labels) label.foundAt = -1;
  const wrong: { frame: number; what: string }[] = [];
  let lastWrong = -Infinity;
  for (const start of judge.starts) {
    const label = labels.find(({ first, last }) => start.frame >= first - 2 && start.frame <= last + LENIENCE);
    if (label) {
      if (label.foundAt < 0) label.foundAt = start.frame;
    } else if (start.frame - lastWrong > REFRACTORY) {
      wrong.push(start);
      lastWrong = start.frame;
    }
  }
  return wrong;
}

const kinds = new Map<string, { found: number; total: number; delays: number[] }>();
const baselineKinds = new Map<string, number>();
let falseAlarms = 0;
let falseBaseline = 0;
let normalFrames = 0;
const rows: string[] = [];
for (const seed of args.seeds.split(',').map(Number)) {
  const run = runSeed(seed);
  const labelled = run.labels.reduce((sum, { first, last }) => sum + last - first + LENIENCE, 0);
  const frames = Number(args.frames) - FROM - labelled;
  normalFrames += frames;
  const wrongBaseline = score(run.labels, run.baseline).length;
  falseBaseline += wrongBaseline;
  for (const { kind, foundAt } of run.labels) {
    baselineKinds.set(kind, (baselineKinds.get(kind) ?? 0) + (foundAt >= 0 ? 1 : 0));
  }
  const foundBaseline = run.labels.filter(({ foundAt }) => foundAt >= 0).length;
  const wrong = score(run.labels, run.model);
  falseAlarms += wrong.length;
  for (const { kind, foundAt, first } of run.labels) {
    const entry = kinds.get(kind) ?? { found: 0, total: 0, delays: [] };
    entry.total++;
    if (foundAt >= 0) {
      entry.found++;
      entry.delays.push(foundAt - first);
    }
    kinds.set(kind, entry);
  }
  const found = run.labels.filter(({ foundAt }) => foundAt >= 0).length;
  rows.push(
    `seed ${seed}: found ${found}/${run.labels.length}, false ${wrong.length} in ${frames} normal frames, ` +
      `${run.cpuMs.toFixed(2)} ms a frame | block difference: found ${foundBaseline}, false ${wrongBaseline}`,
  );
  if (args.verbose) {
    for (const { frame, what } of wrong) rows.push(`    false at ${frame}: ${what}`);
    for (const label of run.labels)
      if (label.foundAt < 0) rows.push(`    missed ${label.kind} at ${label.first}-${label.last}`);
  }
}
console.log(rows.join('\n'));
for (const [kind, { found, total, delays }] of [...kinds].toSorted(([a], [b]) => a.localeCompare(b))) {
  const median = delays.toSorted((a, b) => a - b)[delays.length >> 1] ?? NaN;
  console.log(
    `${kind.padEnd(9)} ${found}/${total}  median delay ${median} frames | block difference ${baselineKinds.get(kind) ?? 0}/${total}`,
  );
}
const all = [...kinds.values()];
const found = all.reduce((sum, entry) => sum + entry.found, 0);
const total = all.reduce((sum, entry) => sum + entry.total, 0);
const foundBaseline = [...baselineKinds.values()].reduce((sum, count) => sum + count, 0);
console.log(
  `all       ${found}/${total}  false alarms per 5,000 frames ${((falseAlarms * 5000) / normalFrames).toFixed(2)} | ` +
    `block difference ${foundBaseline}/${total} at ${((falseBaseline * 5000) / normalFrames).toFixed(2)}`,
);
