/**
 * bench-sp.ts - `cortexd bench sp`: a spatial pooler on a sequence of SDRs.
 */
import { openKernels } from '../htm/kernels/kernels.ts';
import { type SpatialPoolerShape, compactShape } from '../htm/sp-shape.ts';
import {
  SPATIAL_POOLER_DEFAULTS,
  initSpatialPooler,
  openSpatialPooler,
  poolSpatially,
  spatialPoolerFields,
} from '../htm/spatial-pooler.ts';
import { allocateMemory, blockViews, planMemory } from '../memory/model-memory.ts';
import { type Window, mean, median, runWindows } from './bench-windows.ts';
import type { SdrSequence } from './sdr-file.ts';

/** Permanences in units of 1/255. A radius of -1 means: no topology, all columns compete. */
export const SP_PRESETS = {
  /** What htm.core was measured with, global: 10,000 inputs to 2,048 columns, 2 % win, permanences .1, .05, .008. */
  htmcore: {
    columnWidth: 2048,
    columnHeight: 1,
    potentialRadius: -1,
    inhibitionRadius: -1,
    wrapAround: 1,
    potentialPct: 0.5,
    initConnectedPct: 0.5,
    initSpread: 1,
    density: 0.02,
    connectedPermanence: 26,
    permanenceIncrement: 13,
    permanenceDecrement: 2,
    stimulusThreshold: 0,
    dutyCyclePeriod: 1000,
    boostStrength: 0,
    minPctOverlapDutyCycle: 0.001,
    adaptInhibitionRadius: 0,
  },
  /** The same with topology: 64 x 64 columns, windows of radius 8, neighbourhoods of radius 9. */
  'htmcore-local': {
    columnWidth: 64,
    columnHeight: 64,
    potentialRadius: 8,
    inhibitionRadius: 9,
    wrapAround: 1,
    potentialPct: 0.5,
    initConnectedPct: 0.5,
    initSpread: 1,
    density: 0.02,
    connectedPermanence: 26,
    permanenceIncrement: 13,
    permanenceDecrement: 2,
    stimulusThreshold: 0,
    dutyCyclePeriod: 1000,
    boostStrength: 0,
    minPctOverlapDutyCycle: 0.001,
    adaptInhibitionRadius: 0,
  },
};
export type SpSettings = (typeof SP_PRESETS)['htmcore'];

export type SpWindow = Window & {
  /** Mean share of columns that won. */
  readonly sparsity: number;
};
export type SpReport = {
  readonly windows: readonly SpWindow[];
  readonly modelBytes: number;
  /** After the warm-up. */
  readonly learningMedianCpuMs: number;
  readonly learningMeanCpuMs: number;
  readonly stillMedianCpuMs: number;
};

/** `warmUp` steps learning, then `learned` more learning and `still` with learning off, in windows of `window`. */
export function benchSp(
  input: SdrSequence,
  settings: SpSettings,
  options: { warmUp: number; learned: number; still: number; window: number; seed: number; wasm: boolean },
  report: (window: SpWindow) => void,
): SpReport {
  const columns = settings.columnWidth * settings.columnHeight;
  const whole: SpatialPoolerShape = {
    inputWidth: settings.potentialRadius < 0 ? input.bits : input.width,
    inputHeight: settings.potentialRadius < 0 ? 1 : input.height,
    columnWidth: settings.columnWidth,
    columnHeight: settings.columnHeight,
    potentialRadius: settings.potentialRadius < 0 ? null : settings.potentialRadius,
    inhibitionRadius: settings.inhibitionRadius < 0 ? null : settings.inhibitionRadius,
    wrapAround: settings.wrapAround !== 0,
  };
  const shape = compactShape(whole, settings.potentialPct);
  const params = {
    ...SPATIAL_POOLER_DEFAULTS,
    ...settings,
    activeColumns: Math.max(1, Math.floor(settings.density * columns)),
    adaptInhibitionRadius: settings.adaptInhibitionRadius !== 0,
    boostMode: settings.boostStrength > 0 ? ('exponential' as const) : ('none' as const),
  };
  const table = spatialPoolerFields(shape);
  const memory = allocateMemory(planMemory([{ name: 'pooler', table }]));
  const kernels = options.wasm ? openKernels(memory) : null;
  const sp = openSpatialPooler(shape, params, blockViews(memory, 'pooler', table), kernels);
  initSpatialPooler(sp, options.seed);

  const windows: SpWindow[] = [];
  let won = 0;
  const run = (from: number, to: number, learning: boolean): Float64Array =>
    runWindows(
      from,
      to,
      options.window,
      learning,
      (index) => {
        const step = index % input.steps;
        const start = input.starts[step]!;
        const end = input.starts[step + 1]!;
        won += poolSpatially(sp, input.indices.subarray(start, end), end - start, learning);
      },
      (window) => {
        const entry = { ...window, sparsity: won / (window.to - window.from) / columns };
        won = 0;
        windows.push(entry);
        report(entry);
      },
    );
  const { warmUp, learned, still } = options;
  run(0, warmUp, true);
  const learning = run(warmUp, warmUp + learned, true);
  const stillCpu = run(warmUp + learned, warmUp + learned + still, false);
  return {
    windows,
    modelBytes: memory.plan.totalBytes,
    learningMedianCpuMs: median(learning),
    learningMeanCpuMs: mean(learning),
    stillMedianCpuMs: median(stillCpu),
  };
}
