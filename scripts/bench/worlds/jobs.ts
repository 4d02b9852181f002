/**
 * jobs.ts - a few things at a time: a bench should not take the whole machine.
 */

/** Results in the order of the jobs. */
export async function inTurns<T>(jobs: readonly (() => Promise<T>)[], atOnce: number): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < jobs.length) {
      const index = next++;
      results[index] = await jobs[index]!();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
