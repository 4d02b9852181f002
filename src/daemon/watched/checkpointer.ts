/**
 * checkpointer.ts - when a model's bytes are saved.
 *
 * At a step boundary the model's image is copied into a shadow buffer (a memory copy, milliseconds); the store worker then
 * writes from the shadow while frames go on. One save at a time: the shadow is not touched until the last save is durable.
 *
 * A save is due when the interval has passed; it then waits for the write budget, but never longer than the longest
 * interval; the first save of a model waits for no budget.
 */

/** The two sides of a checkpoint. */
export type CheckpointPorts = {
  /** Copy the image into the shadow buffer; resolves to the step it belongs to. */
  readonly copyImage: () => Promise<number>;
  /** Write the shadow; resolves when it is durable. */
  readonly save: (step: number) => Promise<void>;
  /** A save that failed (disk full, ...): the model goes on, the next interval tries again. Told once until one succeeds. */
  readonly failed: (error: unknown) => void;
  /** Whether the write budget lets a save that is due begin. */
  readonly allows: () => boolean;
  /** Monotonic ms */
  readonly now: () => number;
};

/** ms: least time between two saves, and the longest that the budget may make of it. */
export type CheckpointTimes = { readonly intervalMs: number; readonly longestMs: number };

export class Checkpointer {
  readonly #ports: CheckpointPorts;
  readonly #times: CheckpointTimes;
  #lastMs: number;
  #saving: Promise<void> | undefined;
  #savedStep: number;
  #savedMs: number;
  #copyMs = 0;
  #isFailing = false;

  /** `step`: the step that is already durable, 0 for a newborn model. */
  constructor(ports: CheckpointPorts, times: CheckpointTimes, step: number) {
    this.#ports = ports;
    this.#times = times;
    this.#lastMs = ports.now();
    this.#savedMs = this.#lastMs;
    this.#savedStep = step;
  }

  /** Step of the last durable checkpoint. */
  get savedStep(): number {
    return this.#savedStep;
  }

  /** How old what would survive a power cut is (ms). */
  get ageMs(): number {
    return this.#ports.now() - this.#savedMs;
  }

  /** How long the last copy kept the model from its next frame (ms). */
  get copyMs(): number {
    return this.#copyMs;
  }

  /** Begin a save when one is due and none is under way; resolves when the image has been copied. */
  async ifDue(): Promise<void> {
    const { intervalMs, longestMs } = this.#times;
    const sinceMs = this.#ports.now() - this.#lastMs;
    if (this.#saving !== undefined || sinceMs < intervalMs) return;
    // A model that was never saved does not wait: all it has learned would be lost.
    if (sinceMs < longestMs && this.#savedStep > 0 && !this.#ports.allows()) return;
    const { copied, saved } = this.#begin();
    saved.catch((error: unknown) => {
      // Told once until one succeeds: a disk that stays full says nothing new at each interval.
      if (!this.#isFailing) this.#ports.failed(error);
      this.#isFailing = true;
    });
    // What fails here fails `saved` too, and is told once.
    await copied.catch(() => undefined);
  }

  /** Save now and wait until it is durable; throws what the save throws. */
  async save(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
    await this.#begin().saved;
  }

  #begin(): { copied: Promise<number>; saved: Promise<void> } {
    const beganMs = this.#ports.now();
    this.#lastMs = beganMs;
    const copied = this.#ports.copyImage();
    const saved = copied.then(async (step) => {
      const copiedMs = this.#ports.now();
      this.#copyMs = copiedMs - beganMs;
      await this.#ports.save(step);
      this.#isFailing = false;
      this.#savedStep = step;
      this.#savedMs = copiedMs;
    });
    this.#saving = saved
      .catch(() => undefined)
      .finally(() => {
        this.#saving = undefined;
      });
    return { copied, saved };
  }
}
