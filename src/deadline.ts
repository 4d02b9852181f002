/**
 * deadline.ts - whoever waits for something that may never come waits only so long.
 */

/** What `work` resolves to; rejects with the error that `late` makes after `limitMs`. What becomes of it then is nobody's. */
export async function inTime<T>(limitMs: number, work: Promise<T>, late: () => Error): Promise<T> {
  work.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), limitMs);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
