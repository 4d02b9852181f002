/**
 * run-series.ts - the product's own series model over one series of the corpus: what every row gave as evidence.
 */
import { NUPIC_LIKELIHOOD, createLikelihood, updateLikelihood } from '../../../src/anomaly/anomaly-likelihood.ts';
import { rawAnomaly } from '../../../src/htm/temporal-memory.ts';
import { allocateMemory } from '../../../src/memory/model-memory.ts';
import { initSeries, openSeries, planSeries } from '../../../src/series/plan.ts';
import type { SeriesSettings } from '../../../src/series/settings.ts';
import { learnRange, newSeriesObservation, stepResolution, stepSeries } from '../../../src/series/step.ts';
import type { Series } from './corpus.ts';

/** One column per kind of evidence; rows of the warm-up are 0. */
export const COLUMNS = ['value', 'season', 'flat', 'sequence', 'raw', 'numenta'] as const;
export type Column = (typeof COLUMNS)[number];
export type Evidence = { readonly [column in Column]: Float64Array };

export function runSeries(series: Series, settings: SeriesSettings, seed: number): Evidence {
  const rows = series.values.length;
  const model = openSeries(allocateMemory(planSeries(settings)), settings);
  initSeries(model, seed);
  const evidence = Object.fromEntries(COLUMNS.map((column) => [column, new Float64Array(rows)])) as Evidence;
  const out = newSeriesObservation();
  for (let row = 0; row < rows; row++) {
    stepSeries(model, series.times[row]!, series.values[row]!, true, out);
    if (out.warmingUp) continue;
    for (const cause of ['value', 'season', 'flat', 'sequence'] as const) evidence[cause][row] = out.evidence[cause];
    evidence.raw[row] = out.raw;
  }
  evidence.raw.set(warmUpAnomalies(series, settings, seed));
  evidence.numenta.set(numentaLikelihood(settings, evidence.raw));
  return evidence;
}

/** The raw anomalies that the model keeps to itself. */
function warmUpAnomalies({ values }: Series, settings: SeriesSettings, seed: number): Float64Array {
  const model = openSeries(allocateMemory(planSeries(settings)), settings);
  initSeries(model, seed);
  const first = values.subarray(0, settings.stages.at(-1));
  learnRange(model, first);
  const resolution = model.resolutions[0]!;
  return first.map((value) => {
    stepResolution(model, resolution, value, true);
    return rawAnomaly(resolution.tm);
  });
}

/** Numenta's likelihood (10 rows, folded, onset filter) of the raw anomaly of one memory, warm-up included in its history. */
function numentaLikelihood(settings: SeriesSettings, raw: Float64Array): Float64Array {
  const learningPeriod = settings.stages.at(-1)! >> 1;
  const params = { ...NUPIC_LIKELIHOOD, learningPeriod, estimationSamples: settings.stages.at(-1)! - learningPeriod };
  const views = createLikelihood(params);
  return raw.map((score) => 1 - updateLikelihood(params, views, score));
}
