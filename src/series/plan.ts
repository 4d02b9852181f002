/**
 * plan.ts - the field tables of a series model, and the model over its one buffer.
 */
import { type LikelihoodParams, likelihoodFields } from '../anomaly/anomaly-likelihood.ts';
import { rankFields } from '../anomaly/rank-evidence.ts';
import { type RdseEncoder, rdseEncoder } from '../htm/encoders/rdse.ts';
import { openKernels } from '../htm/kernels/kernels.ts';
import {
  type TemporalMemory,
  type TemporalMemoryShape,
  clearTemporalMemory,
  initTemporalMemory,
  openTemporalMemory,
  restoreTemporalMemory,
  temporalMemoryFields,
} from '../htm/temporal-memory.ts';
import { type FieldTable, type Views, field } from '../memory/layout.ts';
import { type MemoryPlan, type ModelMemory, blockViews, planMemory } from '../memory/model-memory.ts';
import {
  FLAT_WINDOW,
  RANGE_MARGIN,
  SEASON_SLOTS,
  SERIES_TM_PARAMS,
  type SeriesSettings,
  likelihoodParams,
} from './settings.ts';

/** The numbers that are ranked. */
export const FEATURES = ['up', 'down', 'season', 'flat'] as const;
export type Feature = (typeof FEATURES)[number];

/** The anomaly of one memory: of all columns, and of those that have just become active. */
const SIGNALS = ['raw', 'delta'] as const;
export type Signal = (typeof SIGNALS)[number];

/** Places in the `seriesCounters` field. */
export const COUNTER = { values: 0, missing: 1, sinceAlarm: 2, seed: 3 } as const;
/** Places in the `range` field. */
export const RANGE = { least: 0, most: 1 } as const;

// f64: the values themselves and what is derived from them by + - * / and square root
const coreFields = (settings: SeriesSettings) => ({
  seriesCounters: field('u32', 4, 'state'), // see COUNTER
  range: field('f64', 2, 'learned'), // least and most of the values up to the last stage
  firstValues: field('f64', settings.stages.at(-1)!, 'state'), // what goes through the memories again at each stage
  lately: field('f64', FLAT_WINDOW, 'state'), // ring of the last values
  latelyCount: field('u32', 1, 'state'), // values in it, then going round
  slotUsual: field('f64', SEASON_SLOTS, 'learned'), // usual mean of each slot of the day
  slotKnown: field('u8', SEASON_SLOTS, 'learned'), // 0|1
  slotSum: field('f64', 1, 'state'), // of the current slot
  slotCount: field('u32', 2, 'state'), // its values; the slot's number + 1
  active: field('u16', settings.activeColumns, 'scratch'),
});

const memoryFields = (settings: SeriesSettings) => ({
  wasActive: field('u8', settings.columns, 'state'), // [columns] 0|1 at the last value
  bucketBits: field('u16', bucketsKept(settings) * settings.activeColumns, 'learned'), // bits of every bucket near the range
});
/** Buckets whose bits are kept for reading predictions: the range and 20 % on each side. */
function bucketsKept(settings: SeriesSettings): number {
  return Math.max(...settings.buckets) + 1;
}

function tmShape(settings: SeriesSettings): TemporalMemoryShape {
  const { columns, segments, synapsesPerSegment } = settings;
  // Values come seldom: passing over all synapses costs less than memory for an index, and nothing when another sensor's turn comes.
  return { columns, cellsPerColumn: 1, segments, synapsesPerSegment, indexed: false };
}

function tables(settings: SeriesSettings): { readonly [name: string]: FieldTable } {
  const found: { [name: string]: FieldTable } = { core: coreFields(settings) };
  for (const feature of FEATURES) found[`rank.${feature}`] = rankFields(settings.rankWindow);
  settings.buckets.forEach((_, i) => {
    found[`memory.${i}`] = temporalMemoryFields(tmShape(settings));
    found[`encoder.${i}`] = memoryFields(settings);
    for (const signal of SIGNALS) found[`likelihood.${i}.${signal}`] = likelihoodFields(likelihoodParams(settings, 0));
  });
  return found;
}

/** One temporal memory with what surrounds it. */
export type Resolution = {
  readonly buckets: number;
  readonly tm: TemporalMemory;
  readonly encoder: Views<ReturnType<typeof memoryFields>>;
  readonly likelihood: { readonly [signal in Signal]: Views<ReturnType<typeof likelihoodFields>> };
  /** null until the range is known; derived from it. */
  rdse: RdseEncoder | null;
};

export type SeriesModel = {
  readonly settings: SeriesSettings;
  /** For each stage; the last entry of a stage that has been reached holds. */
  readonly likelihoodParams: readonly LikelihoodParams[];
  readonly memory: ModelMemory;
  readonly core: Views<ReturnType<typeof coreFields>>;
  readonly ranks: { readonly [feature in Feature]: Views<ReturnType<typeof rankFields>> };
  readonly resolutions: readonly Resolution[];
};

/** What a model of these settings consists of and how many bytes it takes. Throws RangeError when they contradict each other. */
export function planSeries(settings: SeriesSettings): MemoryPlan {
  const { stages } = settings;
  if (!(stages[0]! >= 10) || stages.some((stage, i) => i > 0 && stage <= stages[i - 1]!))
    throw new RangeError(`Expected ascending stages from 10 values on but received ${stages.join(', ')}`);
  if (settings.buckets.length === 0) throw new RangeError('Expected at least one number of buckets but received none');
  return planMemory(Object.entries(tables(settings)).map(([name, table]) => ({ name, table })));
}

/** The model over an allocated memory of its plan; `initSeries` or `restoreSeries` must follow. */
export function openSeries(memory: ModelMemory, settings: SeriesSettings): SeriesModel {
  const kernels = openKernels(memory);
  const shape = tmShape(settings);
  const params = settings.stages.map((stage) => likelihoodParams(settings, stage));
  const likelihood = likelihoodFields(params[0]!);
  const rank = (feature: Feature): Views<ReturnType<typeof rankFields>> =>
    blockViews(memory, `rank.${feature}`, rankFields(settings.rankWindow));
  return {
    settings,
    likelihoodParams: params,
    memory,
    core: blockViews(memory, 'core', coreFields(settings)),
    ranks: { up: rank('up'), down: rank('down'), season: rank('season'), flat: rank('flat') },
    resolutions: settings.buckets.map((buckets, i) => ({
      buckets,
      tm: openTemporalMemory(shape, SERIES_TM_PARAMS, blockViews(memory, `memory.${i}`, temporalMemoryFields(shape)), {
        kernels,
      }),
      encoder: blockViews(memory, `encoder.${i}`, memoryFields(settings)),
      likelihood: {
        raw: blockViews(memory, `likelihood.${i}.raw`, likelihood),
        delta: blockViews(memory, `likelihood.${i}.delta`, likelihood),
      },
      rdse: null,
    })),
  };
}

/** Make a zero-filled memory a newborn model; `seed` decides every random choice it will ever make. */
export function initSeries(model: SeriesModel, seed: number): void {
  model.core.seriesCounters[COUNTER.seed] = seed;
  model.core.seriesCounters[COUNTER.sinceAlarm] = Math.ceil(model.settings.refractory);
  initMemories(model);
}

/** Memories that know nothing, whatever they knew; the numbers that were ranked stay. */
export function initMemories({ core, resolutions }: SeriesModel): void {
  for (const [i, { tm, encoder, likelihood }] of resolutions.entries()) {
    clearTemporalMemory(tm);
    for (const views of [encoder, likelihood.raw, likelihood.delta])
      for (const view of Object.values(views)) view.fill(0);
    initTemporalMemory(tm, core.seriesCounters[COUNTER.seed]! * 16 + i);
  }
}

/** Derive what is not saved, after the persistent bytes were replaced by saved ones. */
export function restoreSeries(model: SeriesModel): void {
  for (const { tm } of model.resolutions) restoreTemporalMemory(tm);
  if (stageOf(model) >= 0) makeEncoders(model);
}

/** Index of the last stage that has been reached, -1 before the first. */
export function stageOf({ core, settings }: SeriesModel): number {
  return settings.stages.findLastIndex((stage) => core.seriesCounters[COUNTER.values]! >= stage);
}

/** The encoders that belong to the range. */
export function makeEncoders({ core, settings, resolutions }: SeriesModel): void {
  const least = core.range[RANGE.least]!;
  const most = core.range[RANGE.most]!;
  for (const resolution of resolutions) {
    const width = most > least ? (most - least) * RANGE_MARGIN : Math.max(Math.abs(most) * 0.2, 1e-9);
    resolution.rdse = rdseEncoder({
      size: settings.columns,
      width: settings.activeColumns,
      resolution: width / resolution.buckets,
      origin: least,
      step: 2,
      seed: core.seriesCounters[COUNTER.seed]!,
    });
  }
}
