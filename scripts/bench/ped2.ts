/**
 * ped2.ts - people on a walkway, with bicycles, carts and skaters to be found: UCSD Ped2 through the product's own model.
 *
 *     npm run bench:ped2 -- [--data FOLDER] [--seeds 1] [--preset pi4] [--ablate NAME,...] [--clips 12] [--json]
 *
 * The model lives through the 16 training clips, then through the 12 test clips, once with everything learned frozen and
 * once learning on, each from the same trained model. Between clips the context is forgotten. Scores are causal; nothing
 * is normalised by clip, nothing is chosen on the test clips. `smoothed`: a running mean of the score, over the past only.
 *
 * Frame AUC over all test frames pooled. Localisation: chance that a position of the anomaly scores above another one,
 * among positions of anomalous frames in which something moves, all frames pooled / mean of each frame's own.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../../src/cli/output.ts';
import { createCortex, restoreCortex } from '../../src/cortex/cortex.ts';
import { STREAMS } from '../../src/cortex/observation.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { ABLATIONS, type Ablation, PRESETS, type PresetName } from '../../src/cortex/settings.ts';
import { resetContext, stepCortex } from '../../src/cortex/step.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { auc, mean, splitByCover } from './detection/measures.ts';
import { type Clip, readClips, readFrames, readMask } from './ped2/data.ts';
import { wholeNumber } from '../whole-number.ts';
import { numbersOf } from './worlds/options.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';
import { CortexdError } from '../../src/errors.ts';

tellErrorsPlainly();

const FPS = 10;
/** Size of the pictures as they were published (px), and the block size known to do best there. */
const FULL = { width: 360, height: 240, block: 20 };
/** Share of a position that must be masked: a person is a fraction of one. */
const MASKED = 0.1;
/** A position moves when its mean absolute difference to the frame before exceeds so many grey levels. */
const MOVING = 3;
const SMOOTHING = 0.2;

const { values: args } = parseArgs({
  options: {
    data: { type: 'string', default: join('..', 'shared', 'data', 'ped2') },
    cache: { type: 'string', default: join(tmpdir(), 'cortexd-bench-ped2') },
    seeds: { type: 'string', default: '1' },
    preset: { type: 'string', default: 'pi4' },
    ablate: { type: 'string', default: '' },
    clips: { type: 'string', default: '12' },
    json: { type: 'boolean', default: false },
  },
});

/** One row of the table: what a method said about every test frame, and about every position of anomalous ones. */
type Row = {
  readonly scores: number[];
  readonly smoothed: number[];
  readonly inside: number[];
  readonly outside: number[];
  readonly byFrame: number[];
  smooth: number;
};

const newRow = (): Row => ({ scores: [], smoothed: [], inside: [], outside: [], byFrame: [], smooth: 0 });

function note(row: Row, score: number): void {
  row.smooth += SMOOTHING * (score - row.smooth);
  row.scores.push(score);
  row.smoothed.push(row.smooth);
}

function noteGrid(row: Row, grid: ArrayLike<number>, mask: Float64Array, moving: Float64Array): void {
  const { inside, outside } = splitByCover(grid, mask, MASKED, (position) => moving[position]! > MOVING);
  for (const value of inside) row.inside.push(value);
  for (const value of outside) row.outside.push(value);
  const own = auc(inside, outside);
  if (!Number.isNaN(own)) row.byFrame.push(own);
}

/** Mean absolute difference of each block of a grid [rows * columns]. */
function blockDifferences(
  luma: Uint8Array,
  before: Uint8Array,
  width: number,
  columns: number,
  rows: number,
): Float64Array {
  const height = luma.length / width;
  const sums = new Float64Array(columns * rows);
  const counts = new Float64Array(columns * rows);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x++, i++) {
      const block = row + Math.floor((x * columns) / width);
      sums[block]! += Math.abs(luma[i]! - before[i]!);
      counts[block]!++;
    }
  }
  return sums.map((sum, block) => sum / counts[block]!);
}

type Test = {
  readonly clip: Clip;
  readonly frames: readonly Uint8Array[];
  /** Per frame: share of each position that is anomalous (empty for normal frames), and how much it moves. */
  readonly masks: readonly Float64Array[];
  readonly moving: readonly Float64Array[];
};

async function main(): Promise<void> {
  if (!existsSync(join(args.data, 'labels.json'))) {
    console.log(`Ped2 is left out: there is no ${join(args.data, 'labels.json')} (name its folder with --data).`);
    return;
  }
  const preset = PRESETS[args.preset as PresetName];
  const ablate = args.ablate === '' ? [] : (args.ablate.split(',') as Ablation[]);
  const unknown = ablate.find((name) => !ABLATIONS.includes(name));
  if (unknown !== undefined)
    throw new CortexdError('usage', `Expected --ablate ${ABLATIONS.join('|')} but received ${unknown}`);
  const settings = { ...preset, fps: FPS, ablate };
  const plan = planCortex(settings);
  const { width, height } = settings;
  const { columns, rows } = plan.geometry.local;
  const clips = readClips(args.data);
  const train = clips.filter(({ name }) => name.startsWith('train/'));
  const tests = clips.filter(({ name }) => name.startsWith('test/')).slice(0, wholeNumber('clips', args.clips, 1));
  const labels = tests.flatMap((clip) => clip.labels);

  const table = new Map<string, Row[]>();
  const row = (name: string): Row => {
    const made = newRow();
    table.set(name, [...(table.get(name) ?? []), made]);
    return made;
  };
  const baselines = {
    frame: row('frame difference'),
    block: row(`block difference, ${columns} x ${rows} positions`),
    full: row(`block difference, ${FULL.block} px of ${FULL.width} x ${FULL.height}`),
  };
  const prepared: Test[] = [];
  for (const clip of tests) {
    const frames = await readFrames(args.data, args.cache, clip, width, height);
    const full = await readFrames(args.data, args.cache, clip, FULL.width, FULL.height);
    const masks: Float64Array[] = [];
    const moving: Float64Array[] = [];
    for (const [frame, luma] of frames.entries()) {
      const before = Math.max(0, frame - 1);
      const blocks = blockDifferences(luma, frames[before]!, width, columns, rows);
      const fine = blockDifferences(
        full[frame]!,
        full[before]!,
        FULL.width,
        FULL.width / FULL.block,
        FULL.height / FULL.block,
      );
      note(baselines.frame, mean([...blocks]));
      note(baselines.block, Math.max(...blocks));
      note(baselines.full, Math.max(...fine));
      moving.push(blocks);
      masks.push(clip.labels[frame] === 1 ? await readMask(args.data, clip, frame, columns, rows) : new Float64Array());
      if (clip.labels[frame] === 1) noteGrid(baselines.block, blocks, masks[frame]!, blocks);
    }
    for (const one of Object.values(baselines)) one.smooth = 0;
    prepared.push({ clip, frames, masks, moving });
  }

  let spentMs = 0;
  let steps = 0;
  for (const seed of numbersOf('seeds', args.seeds)) {
    const cortex = createCortex(plan, seed);
    const step = (luma: Uint8Array, sequence: number, learn: boolean) => {
      const began = performance.now();
      const seen = stepCortex(cortex, { sequence, timeMs: (sequence * 1000) / FPS, width, height, luma }, learn);
      spentMs += performance.now() - began;
      steps++;
      return seen;
    };
    for (const clip of train) {
      const frames = await readFrames(args.data, args.cache, clip, width, height);
      frames.forEach((luma, frame) => step(luma, frame, true));
      resetContext(cortex);
    }
    const trained = persistentImage(cortex.memory).slice();
    for (const learn of [false, true]) {
      persistentImage(cortex.memory).set(trained);
      restoreCortex(cortex);
      const how = learn ? 'learning on' : 'frozen';
      const model = row(`model, ${how}`);
      const streams = STREAMS.map((name) => row(`  ${name} stream, ${how}`));
      for (const { clip, frames, masks, moving } of prepared) {
        for (const [frame, luma] of frames.entries()) {
          const seen = step(luma, frame, learn);
          note(model, seen.score);
          STREAMS.forEach((name, i) => note(streams[i]!, seen.streams[name]));
          if (clip.labels[frame] === 1) noteGrid(model, seen.grid, masks[frame]!, moving[frame]!);
        }
        resetContext(cortex);
        for (const one of [model, ...streams]) one.smooth = 0;
      }
    }
  }
  print(table, labels, spentMs / steps);
}

function print(table: ReadonlyMap<string, readonly Row[]>, labels: readonly number[], stepMs: number): void {
  const frameAuc = (scores: readonly number[]): number =>
    auc(
      scores.filter((_, i) => labels[i] === 1),
      scores.filter((_, i) => labels[i] === 0),
    );
  const results = [...table].map(([name, runs]) => ({
    name,
    frame_auc: mean(runs.map(({ scores }) => frameAuc(scores))),
    smoothed_auc: mean(runs.map(({ smoothed }) => frameAuc(smoothed))),
    position_auc: mean(runs.map(({ inside, outside }) => auc(inside, outside))),
    position_auc_by_frame: mean(runs.map(({ byFrame }) => mean(byFrame))),
  }));
  if (args.json) {
    const seeds = numbersOf('seeds', args.seeds);
    const rows = results.map((one) => ({ ...one, name: one.name.trim() }));
    console.log(JSON.stringify({ bench: 'ped2', ablate: args.ablate, seeds, step_ms: stepMs, rows }));
    return;
  }
  const cell = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(3));
  const anomalous = labels.filter((label) => label === 1).length;
  console.log(
    `Ped2, ${labels.length} test frames, ${anomalous} anomalous; preset ${args.preset}, seeds ${args.seeds}, ` +
      `left out: ${args.ablate || 'nothing'}; ${stepMs.toFixed(2)} ms a frame`,
  );
  console.log(
    formatTable([
      ['', 'frame AUC', 'smoothed', 'position AUC', 'by frame'],
      ...results.map((one) => [
        one.name,
        cell(one.frame_auc),
        cell(one.smoothed_auc),
        cell(one.position_auc),
        cell(one.position_auc_by_frame),
      ]),
    ]),
  );
}

await main();
