/**
 * lifecycle.ts - start and stop order as data: stages start first to last and stop last to first.
 */

/** One part of the daemon. `stop` is called only when `start` has succeeded. */
export type Stage = {
  readonly name: string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

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
        await stage.stop();
      } catch (error) {
        report(stage.name, error);
      }
    }
  }
}
