/**
 * checkpointer.ts - when a model's bytes are saved.
 *
 * At a step boundary the model worker copies its image into a shadow buffer (a memory copy, milliseconds); the store
 * worker then writes from the shadow while frames go on. One save at a time: the shadow is not touched until the last
 * save is durable.
 */

/** The two sides of a checkpoint. */
export type CheckpointPorts = {
  /** Copy the image into the shadow buffer; resolves to the step it belongs to. */
  readonly copyImage: () => Promise<number>;
  /** Write the shadow; resolves when it is durable. */
  readonly save: (step: number) => Promise<void>;
  /** A save that failed (disk full, ...): the model goes on, the next interval tries again. */
  readonly failed: (error: unknown) => void;
  /** Monotonic ms */
  readonly now: () => number;
};

export class Checkpointer {
  readonly #ports: CheckpointPorts;
  readonly #intervalMs: number;
  #lastMs: number;
  #saving: Promise<void> | undefined;
  #savedStep: number;

  /** `step`: the step that is already durable, 0 for a newborn model. */
  constructor(ports: CheckpointPorts, intervalMs: number, step: number) {
    this.#ports = ports;
    this.#intervalMs = intervalMs;
    this.#lastMs = ports.now();
    this.#savedStep = step;
  }

  /** Step of the last durable checkpoint. */
  get savedStep(): number {
    return this.#savedStep;
  }

  /** Begin a save when the interval has passed and none is under way; resolves when the image has been copied. */
  async ifDue(): Promise<void> {
    if (this.#saving !== undefined || this.#ports.now() - this.#lastMs < this.#intervalMs) return;
    await this.#begin();
  }

  /** Save now and wait until it is durable; throws what the save throws. */
  async save(): Promise<void> {
    await this.#saving;
    const step = await this.#ports.copyImage();
    await this.#ports.save(step);
    this.#savedStep = step;
    this.#lastMs = this.#ports.now();
  }

  async #begin(): Promise<void> {
    this.#lastMs = this.#ports.now();
    const step = await this.#ports.copyImage();
    this.#saving = this.#ports
      .save(step)
      .then(() => {
        this.#savedStep = step;
      })
      .catch((error: unknown) => this.#ports.failed(error))
      .finally(() => {
        this.#saving = undefined;
      });
  }
}
