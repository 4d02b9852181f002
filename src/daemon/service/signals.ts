/**
 * signals.ts - SIGINT and SIGTERM end the program in order, a second one at once; SIGHUP reads the configuration again.
 */

/** 128 + SIGINT, what shells expect of a program that was interrupted hard. */
const INTERRUPTED = 130;

export type SignalOptions = {
  readonly reload?: () => void;
  /** Another reason to end. */
  readonly until?: Promise<unknown>;
};

/** Resolves on the first SIGINT or SIGTERM, or when `until` does. From then on a further signal ends the process at once. */
export async function untilSignal({ reload, until }: SignalOptions): Promise<void> {
  const hangUp = (): void => reload?.();
  process.on('SIGHUP', hangUp);
  await new Promise<void>((resolve, reject) => {
    const first = (): void => {
      process.once('SIGINT', () => process.exit(INTERRUPTED));
      process.once('SIGTERM', () => process.exit(INTERRUPTED));
      resolve();
    };
    process.once('SIGINT', first);
    process.once('SIGTERM', first);
    const other = (): void => {
      process.removeListener('SIGINT', first);
      process.removeListener('SIGTERM', first);
      resolve();
    };
    until?.then(other, reject);
  });
  process.removeListener('SIGHUP', hangUp);
}
