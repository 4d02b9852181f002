/**
 * lifecycle.ts - start and stop order as data: stages start first to last and stop last to first.
 */

/** One part of the daemon. `stop` is called only when `start` has succeeded. */
export type Stage = {
  readonly name: string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Longest that one part may take to stop (ms): systemd waits 60 s for all of them. */
const STOP_LIMIT_MS = 25_000;

export class Lifecycle {
  readonly #started: Stage[] = [];

  /** Start the stages in order; when one fails, stop those before it and throw its error. */
  async start(stages: readonly Stage[]): Promise<void> {
    for (const stage of stages) {
      try {
        await stage.start();
      } catch (error) {
        await this.stop(() => undefined);
        throw error;
      }
      this.#started.push(stage);
    }
  }

  /** Stop what was started, in reverse order. A failing stage is reported and does not keep the others from stopping. */
  async stop(report: (stage: string, error: unknown) => void): Promise<void> {
    for (let stage = this.#started.pop(); stage !== undefined; stage = this.#started.pop()) {
      try {
        await within(stage.stop());
      } catch (error) {
        report(stage.name, error);
      }
    }
  }
}

/** Rejects when a stop takes longer than STOP_LIMIT_MS: the others have their turn all the same. */
async function within(stopped: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Expected an end within ${STOP_LIMIT_MS / 1000} s`)), STOP_LIMIT_MS);
  });
  try {
    await Promise.race([stopped, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** All results, once all work has come to its end; throws the first error there is. */
export async function allOf<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(works);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
