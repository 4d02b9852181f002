/**
 * sensor-models.ts - the models of all number sensors in their one worker thread, seen from the main thread.
 */
import { CortexdError } from '../../errors.ts';
import type { MemoryPlan } from '../../memory/model-memory.ts';
import { planSeries } from '../../series/plan.ts';
import type { SeriesSettings } from '../../series/settings.ts';
import type { SeriesObservation } from '../../series/step.ts';
import { WorkerLine } from '../service/worker-line.ts';
import type { SensorReply, SensorRequest, SensorState, SensorWorkerData } from './sensor-protocol.ts';

// The same file name with the extension this module itself has: .js when built.
const WORKER = new URL(`./sensor-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

type Line = WorkerLine<SensorRequest, SensorReply>;

export class SensorModels {
  readonly #plan: MemoryPlan;
  readonly #line: Line;
  readonly #shadow: Shadow;

  private constructor(settings: SeriesSettings, seeds: readonly number[], limitMs: number | undefined) {
    this.#plan = planSeries(settings);
    this.#shadow = new Shadow(this.#plan.persistentBytes);
    const data: SensorWorkerData = { settings, seeds, shadow: this.#shadow.buffer };
    this.#line = new WorkerLine(WORKER, { name: 'sensor model', data, limitMs });
  }

  /** Start the worker with a newborn model for each seed. */
  static async start(settings: SeriesSettings, seeds: readonly number[], limitMs?: number): Promise<SensorModels> {
    const models = new SensorModels(settings, seeds, limitMs);
    await models.#line.expect(['ready']);
    return models;
  }

  /** The model of one sensor, by its place among the seeds. */
  model(sensor: number): SensorModel {
    return new SensorModel(sensor, this.#plan, this.#line, this.#shadow);
  }

  /** Resolves when the thread has answered; throws CortexdError('internal') when it does not. */
  async ping(): Promise<void> {
    await this.#line.ask({ type: 'ping' }, ['done']);
  }

  async close(): Promise<void> {
    await this.#line.close({ type: 'close' });
  }
}

export class SensorModel {
  readonly #sensor: number;
  readonly #plan: MemoryPlan;
  readonly #line: Line;
  readonly #shadow: Shadow;
  #state: SensorState = { values: 0, missing: 0, learning: { state: 'learning', progress: 0 } };

  /** See `SensorModels.model`. */
  constructor(sensor: number, plan: MemoryPlan, line: Line, shadow: Shadow) {
    this.#sensor = sensor;
    this.#plan = plan;
    this.#line = line;
    this.#shadow = shadow;
  }

  /** Values taken, and values that were missing; how far the model is from its last stage. */
  get values(): number {
    return this.#state.values;
  }
  get missing(): number {
    return this.#state.missing;
  }
  get learning(): SensorState['learning'] {
    return this.#state.learning;
  }

  get signature(): string {
    return this.#plan.signature;
  }
  get persistentBytes(): number {
    return this.#plan.persistentBytes;
  }
  /** Whether the model can go on, and is worth saving. */
  get isSound(): boolean {
    return this.#line.isSound;
  }

  /** What the value says. `epochMs`: wall clock for the time of day, or null. */
  async step(
    epochMs: number | null,
    value: number,
    learn: boolean,
  ): Promise<{ readonly observation: SeriesObservation; readonly stepMs: number }> {
    const reply = await this.#line.ask({ type: 'step', sensor: this.#sensor, epochMs, value, learn }, ['observation']);
    this.#state = reply.state;
    return reply;
  }

  /**
   * Copy the persistent bytes, between two steps, when no other sensor's copy is in use. `giveBack` must follow when the
   * copy has been saved.
   */
  async copyImage(): Promise<number> {
    await this.#shadow.take();
    try {
      const { state } = await this.#line.ask({ type: 'copy_image', sensor: this.#sensor }, ['image_copied']);
      return state.values;
    } catch (error) {
      this.#shadow.giveBack();
      throw error;
    }
  }

  /** The bytes that `copyImage` has copied. */
  get copied(): Uint8Array {
    return new Uint8Array(this.#shadow.buffer);
  }
  giveBack(): void {
    this.#shadow.giveBack();
  }

  /** Go on from saved bytes. Throws CortexdError `model_shape` or `corrupt`; the model before goes on then. */
  async restore(image: Uint8Array, signature: string): Promise<void> {
    const request: SensorRequest = { type: 'restore', sensor: this.#sensor, image, signature };
    const reply = await this.#line.ask(request, ['restored', 'refused']);
    if (reply.type === 'refused') {
      throw new CortexdError(reply.code, reply.message, reply.hint === undefined ? {} : { hint: reply.hint });
    }
    this.#state = reply.state;
  }

  /** Combined evidence that raises an alarm from the next value on. */
  async setThreshold(threshold: number): Promise<void> {
    await this.#line.ask({ type: 'set_threshold', sensor: this.#sensor, threshold }, ['done']);
  }
}

/** The one buffer that is saved from: sensors take it in turn, so that their number costs no second image each. */
class Shadow {
  readonly buffer: SharedArrayBuffer;
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  constructor(bytes: number) {
    this.buffer = new SharedArrayBuffer(bytes);
  }

  /** Resolves when it is the caller's. */
  async take(): Promise<void> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
  }

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#isTaken = false;
  }
}
