/**
 * lifecycle.ts - start and stop order as data: stages start first to last and stop last to first.
 */
import { inTime } from '../../deadline.ts';

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
        // The others have their turn all the same.
        await inTime(STOP_LIMIT_MS, stage.stop(), tooLate);
      } catch (error) {
        report(stage.name, error);
      }
    }
  }
}

const tooLate = (): Error => new Error(`Expected an end within ${STOP_LIMIT_MS / 1000} s`);

/** All results, once all work has come to its end; throws the first error there is. */
export async function allOf<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(works);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
