/**
 * parallel.ts - the model over every series of the corpus, as many at a time as there are processors.
 */
import { availableParallelism } from 'node:os';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { SeriesSettings } from '../../../src/series/settings.ts';
import { type Series, readCorpus } from './corpus.ts';
import { type Evidence, runSeries } from './run-series.ts';

type Task = { readonly index: number; readonly settings: SeriesSettings; readonly seed: number };

/** Evidence of each series, in order; `settingsOf` may look at the length of a series. */
export async function runCorpus(
  folder: string,
  series: readonly Series[],
  settingsOf: (series: Series) => SeriesSettings,
  seed: number,
): Promise<Evidence[]> {
  const tasks = series.map((entry, index): Task => ({ index, settings: settingsOf(entry), seed }));
  // The longest first, so that no one waits for the last.
  tasks.sort((a, b) => series[b.index]!.values.length - series[a.index]!.values.length);
  const found: Evidence[] = [];
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: folder });
      try {
        for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
          const { index } = task;
          found[index] = await new Promise<Evidence>((resolve, reject) => {
            worker.removeAllListeners();
            worker.on('message', resolve).on('error', reject);
            worker.postMessage(task);
          });
        }
      } finally {
        await worker.terminate();
      }
    }),
  );
  return found;
}

if (!isMainThread) {
  const { series } = readCorpus(workerData as string);
  parentPort!.on('message', ({ index, settings, seed }: Task) => {
    parentPort!.postMessage(runSeries(series[index]!, settings, seed));
  });
}
