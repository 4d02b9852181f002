/**
 * prediction.ts - how good are the model's predictions, on rendered scenes?
 *
 *     npm run bench:prediction -- [--scene street,...] [--seeds 1,2,3] [--frames 16000] [--preset pi4] [--ablate NAME,...]
 *
 * The model itself scores every forecast when its time is over and before it is learned; printed are its means over the
 * last 4,000 questions of each kind, beside a forecaster that knows base rates only and one that says that all stays as it
 * is (or follows as it did last time). Activity questions are asked for every zone of the 6 x 6 grid once a second.
 *
 * Picture: mean difference in grey levels over the occupied zones, when a state begins, between the picture seen and the one
 * predicted when the state before began; beside it the picture seen then, and the background.
 */
import { parseArgs } from 'node:util';
import { formatTable } from '../../src/cli/output.ts';
import { type Cortex, createCortex } from '../../src/cortex/cortex.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { type ForecastQuality, predictionQuality } from '../../src/cortex/prediction-quality.ts';
import { type Ablation, PRESETS, type PresetName } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { composePrediction } from '../../src/cortex/template-memory.ts';
import { createScene, renderNext } from '../../src/scene/scene.ts';
import { SCENES, type SceneName } from '../../src/scene/scenes.ts';
import { wholeNumber } from '../whole-number.ts';
import { numbersOf } from './worlds/options.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';
import { CortexdError } from '../../src/errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    scene: { type: 'string', default: 'street,routines,timing_traffic' },
    seeds: { type: 'string', default: '1,2,3' },
    frames: { type: 'string', default: '16000' },
    preset: { type: 'string', default: 'pi4' },
    ablate: { type: 'string', default: '' },
  },
});
const frames = wholeNumber('frames', args.frames, 1);
const preset = PRESETS[args.preset as PresetName];
const ablate = args.ablate === '' ? [] : (args.ablate.split(',') as Ablation[]);
const settings = { ...preset, ablate };
const { width, height, fps } = settings;

/** Sums of grey level differences, and of how many states. */
type Pictures = { predicted: number; persistence: number; background: number; states: number };

function watch(name: SceneName, seed: number, pictures: Pictures): Cortex {
  const scene = createScene({ ...SCENES[name], seed, width, height, fps, anomaliesFrom: frames / 2 });
  const cortex = createCortex(planCortex(settings), seed);
  const luma = new Uint8Array(width * height);
  const before = new Uint8Array(width * height);
  const predicted = new Uint8Array(width * height);
  let told = 0;
  for (let frame = 0; frame < frames; frame++) {
    renderNext(scene, luma);
    const state = cortex.global.views.enteredMs[0]!;
    stepCortex(cortex, { sequence: frame, timeMs: (frame * 1000) / fps, width, height, luma }, true);
    if (cortex.global.views.enteredMs[0] === state) continue;
    if (told > 0 && frame > frames / 2) comparePictures(cortex, luma, before, predicted, pictures);
    told = composePrediction(cortex.templates, cortex.geometry, cortex.eye.views, cortex.global, predicted);
    before.set(luma);
  }
  return cortex;
}

function comparePictures(
  cortex: Cortex,
  luma: Uint8Array,
  before: Uint8Array,
  predicted: Uint8Array,
  pictures: Pictures,
): void {
  const { geometry, zones } = cortex;
  const { occupied } = zones.global;
  const gain = cortex.templates.gain[0]!;
  if (!occupied.includes(1)) return;
  const sums = { predicted: 0, persistence: 0, background: 0, pixels: 0 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const subcell = (y >> 2) * geometry.subColumns + (x >> 2);
      if (occupied[geometry.global.zoneOfSubcell[subcell]!] === 0) continue;
      const seen = luma[y * width + x]!;
      sums.predicted += Math.abs(seen - predicted[y * width + x]!);
      sums.persistence += Math.abs(seen - before[y * width + x]!);
      sums.background += Math.abs(seen - cortex.eye.views.background[y * width + x]! * gain);
      sums.pixels++;
    }
  }
  pictures.predicted += sums.predicted / sums.pixels;
  pictures.persistence += sums.persistence / sums.pixels;
  pictures.background += sums.background / sums.pixels;
  pictures.states++;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function row(name: string, qualities: readonly ForecastQuality[]): (string | number)[] {
  const of = (pick: (quality: ForecastQuality) => number): string => mean(qualities.map(pick)).toFixed(3);
  return [
    name,
    of(({ logLoss }) => logLoss.model),
    of(({ logLoss }) => logLoss.base_rate),
    of(({ logLoss }) => logLoss.persistence),
    of(({ brier }) => brier.model),
    of(({ brier }) => brier.base_rate),
    of(({ brier }) => brier.persistence),
    `${(100 * mean(qualities.map(({ calibrationError }) => calibrationError))).toFixed(1)} %`,
    Math.round(mean(qualities.map(({ questions }) => questions))),
  ];
}

const HEAD = [
  'prediction of',
  'log loss',
  'base rate',
  'persist.',
  'Brier',
  'base rate',
  'persist.',
  'off by',
  'asked',
];
for (const name of args.scene.split(',') as SceneName[]) {
  if (SCENES[name] === undefined) {
    throw new CortexdError('usage', `Expected --scene ${Object.keys(SCENES).join('|')} but received ${name}`);
  }
  const pictures: Pictures = { predicted: 0, persistence: 0, background: 0, states: 0 };
  const seeds = numbersOf('seeds', args.seeds);
  const all = seeds.map((seed) => predictionQuality(watch(name, seed, pictures)));
  const horizons = all[0]!.activity.map(({ horizonS }, index) =>
    row(
      `activity in ${horizonS} s`,
      all.map(({ activity }) => activity[index]!),
    ),
  );
  console.log(
    `scene ${name}, ${width}x${height}, ${frames} frames, seeds ${args.seeds}, left out: ${args.ablate || '-'}`,
  );
  console.log(
    formatTable([
      HEAD,
      row(
        'next state',
        all.map(({ nextState }) => nextState),
      ),
      row(
        'next visit',
        all.map(({ nextVisit }) => nextVisit),
      ),
      ...horizons,
    ]),
  );
  const bins = all[0]!.activity[1]!.reliability.map(
    ({ told, came }) => `${(100 * told).toFixed(0)}:${(100 * came).toFixed(0)}`,
  );
  console.log(`reliability of activity in 5 s, seed ${seeds[0]}, told:came in %  ${bins.join('  ')}`);
  const { predicted, persistence, background, states } = pictures;
  console.log(
    `picture of the next state, mean difference over occupied zones: predicted ${(predicted / states).toFixed(1)}, ` +
      `last ${(persistence / states).toFixed(1)}, background ${(background / states).toFixed(1)} grey levels (${states} states)\n`,
  );
}
