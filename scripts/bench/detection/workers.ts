/**
 * workers.ts - seeds of suites in a few threads at a time: a bench should not take the whole machine.
 */
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { type Run, type Task, runSeed } from './run.ts';

const WORKERS = 2;

/** Results in the order of the tasks. */
export async function runTasks(tasks: readonly Task[]): Promise<Run[]> {
  const results: Run[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    if (next >= tasks.length) return;
    const worker = new Worker(new URL(import.meta.url));
    try {
      while (next < tasks.length) {
        const index = next++;
        results[index] = await new Promise<Run>((resolve, reject) => {
          worker.removeAllListeners();
          worker.on('message', resolve).on('error', reject);
          worker.postMessage(tasks[index]);
        });
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return results;
}

if (!isMainThread) {
  parentPort!.on('message', (task: Task) => parentPort!.postMessage(runSeed(task)));
}
