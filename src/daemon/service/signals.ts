/**
 * signals.ts - SIGINT and SIGTERM end the program in order, a second one at once; SIGHUP reads the configuration again.
 */

/** 128 + SIGINT, what shells expect of a program that was interrupted hard. */
const INTERRUPTED = 130;
/**
 * Signals so close to the first are the same wish (ms): a terminal sends Ctrl-C to a whole group of processes, and those
 * above pass it on.
 */
const SAME_WISH_MS = 500;

export type SignalOptions = {
  readonly reload?: () => void;
  /** Another reason to end. */
  readonly until?: Promise<unknown>;
};

/**
 * Resolves on the first SIGINT or SIGTERM, or when `until` does. From then on a further signal, unless it is the same
 * wish, ends the process at once.
 */
export async function untilSignal({ reload, until }: SignalOptions): Promise<void> {
  const hangUp = (): void => reload?.();
  process.on('SIGHUP', hangUp);
  await new Promise<void>((resolve, reject) => {
    const begin = (): void => {
      const sinceMs = performance.now();
      const again = (): void => {
        if (performance.now() - sinceMs >= SAME_WISH_MS) process.exit(INTERRUPTED);
      };
      process.removeListener('SIGINT', begin);
      process.removeListener('SIGTERM', begin);
      process.on('SIGINT', again);
      process.on('SIGTERM', again);
      resolve();
    };
    process.on('SIGINT', begin);
    process.on('SIGTERM', begin);
    const other = (): void => {
      process.removeListener('SIGINT', begin);
      process.removeListener('SIGTERM', begin);
    };
    until?.then(
      () => {
        other();
        resolve();
      },
      (error: unknown) => {
        other();
        reject(error);
      },
    );
  });
  process.removeListener('SIGHUP', hangUp);
}
