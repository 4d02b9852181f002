/**
 * bench-tm.ts - `cortexd bench tm`: a temporal memory on a sequence of SDRs, its columns being the file's bits.
 */
import { openKernels } from '../htm/kernels/kernels.ts';
import { evictionsOf, segmentsInUse } from '../htm/segment-pool.ts';
import {
  TM_COUNT,
  type TemporalMemory,
  initTemporalMemory,
  openTemporalMemory,
  rawAnomaly,
  stepTemporalMemory,
  temporalMemoryFields,
} from '../htm/temporal-memory.ts';
import { allocateMemory, blockViews, planMemory } from '../memory/model-memory.ts';
import { type Window, mean, median, runWindows } from './bench-windows.ts';
import type { SdrSequence } from './sdr-file.ts';

/** Permanences in units of 1/255. */
export const TM_PRESETS = {
  /** What htm.core was measured with: 32 cells, 13 of 20 synapses, permanences .21, .5, .1, .1. */
  htmcore: {
    cellsPerColumn: 32,
    segments: 65536,
    synapsesPerSegment: 32,
    activationThreshold: 13,
    minThreshold: 10,
    maxNewSynapseCount: 20,
    initialPermanence: 54,
    connectedPermanence: 128,
    permanenceIncrement: 26,
    permanenceDecrement: 26,
    predictedSegmentDecrement: 0,
  },
  /** The same, but what followed once is expected at once, and a wrong expectation weakens it. */
  oneshot: {
    cellsPerColumn: 32,
    segments: 65536,
    synapsesPerSegment: 32,
    activationThreshold: 13,
    minThreshold: 10,
    maxNewSynapseCount: 20,
    initialPermanence: 134,
    connectedPermanence: 128,
    permanenceIncrement: 26,
    permanenceDecrement: 26,
    predictedSegmentDecrement: 1,
  },
};
export type TmSettings = (typeof TM_PRESETS)['htmcore'];

export type TmWindow = Window & {
  readonly anomaly: number;
  /** Share of the predicted columns that did not become active. */
  readonly wrong: number;
  readonly segments: number;
  readonly synapses: number;
  readonly evictions: number;
};

export type TmReport = {
  readonly windows: readonly TmWindow[];
  readonly modelBytes: number;
  /** Of the steps that learned. */
  readonly medianCpuMs: number;
  readonly meanCpuMs: number;
  /** Of the last quarter of them. */
  readonly lateMedianCpuMs: number;
};

/** Learn `learned` steps, then run the rest with learning off. */
export function benchTm(
  input: SdrSequence,
  settings: TmSettings,
  options: { learned: number; window: number; seed: number; wasm: boolean },
  report: (window: TmWindow) => void,
): TmReport {
  const shape = { ...settings, columns: input.bits };
  const table = temporalMemoryFields(shape);
  const memory = allocateMemory(planMemory([{ name: 'memory', table }]));
  const kernels = options.wasm ? openKernels(memory) : null;
  const tm = openTemporalMemory(shape, settings, blockViews(memory, 'memory', table), { kernels });
  initTemporalMemory(tm, options.seed);

  const windows: TmWindow[] = [];
  let cpu: Float64Array = new Float64Array();
  for (const learning of [true, false]) {
    let seen = newTally();
    const times = runWindows(
      learning ? 0 : options.learned,
      learning ? options.learned : input.steps,
      options.window,
      learning,
      (index) => {
        const active = input.indices.subarray(input.starts[index], input.starts[index + 1]);
        const expected = tm.views.counts[TM_COUNT.predictedColumns]!;
        stepTemporalMemory(tm, active, active.length, learning);
        tally(seen, tm, expected);
      },
      (window) => {
        const { steps, anomaly, expected, came } = seen;
        seen = newTally();
        const entry = {
          ...window,
          anomaly: anomaly / steps,
          wrong: expected === 0 ? 0 : (expected - came) / expected,
          segments: segmentsInUse(tm.pool),
          synapses: synapsesOf(tm),
          evictions: evictionsOf(tm.pool),
        };
        windows.push(entry);
        report(entry);
      },
    );
    if (learning) cpu = times;
  }
  return {
    windows,
    modelBytes: memory.plan.totalBytes,
    medianCpuMs: median(cpu),
    meanCpuMs: mean(cpu),
    lateMedianCpuMs: median(cpu.subarray(Math.floor(cpu.length * 0.75))),
  };
}

type Tally = { steps: number; anomaly: number; expected: number; came: number };
const newTally = (): Tally => ({ steps: 0, anomaly: 0, expected: 0, came: 0 });

function tally(seen: Tally, tm: TemporalMemory, expected: number): void {
  seen.steps++;
  seen.anomaly += rawAnomaly(tm);
  seen.expected += expected;
  seen.came += tm.views.counts[TM_COUNT.predictedActive]!;
}

function synapsesOf({ views }: TemporalMemory): number {
  let synapses = 0;
  for (const count of views.synapseCount) synapses += count;
  return synapses;
}
