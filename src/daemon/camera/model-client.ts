/**
 * model-client.ts - a model in its worker thread, seen from the main thread. One request at a time, in order.
 */
import type { AlarmLevel } from '../../cortex/judge/level.ts';
import type { KindSeen } from '../../cortex/kind-seen.ts';
import type { Portrait } from '../../cortex/portrait.ts';
import type { CortexSettings } from '../../cortex/settings.ts';
import type { PredictionQuality } from '../../cortex/prediction-quality.ts';
import type { CortexStats } from '../../cortex/stats.ts';
import type { Verdict } from '../../cortex/feedback/feedback.ts';
import type { LabelOutcome } from '../../cortex/labels.ts';
import type { EventChange, Observation } from '../../cortex/observation.ts';
import { planCortex } from '../../cortex/plan.ts';
import { CortexdError } from '../../errors.ts';
import type { Frame } from '../../vision/frame.ts';
import { WorkerLine } from '../service/worker-line.ts';
import type { ModelReply, ModelRequest, ModelWorkerData } from './model-protocol.ts';

/** What came of one frame. `luma` is the frame's own pixel buffer, handed back. */
export type StepResult = {
  readonly observation: Observation;
  readonly luma: Uint8Array;
  readonly stepMs: number;
  readonly stats: CortexStats;
  /** How good the predictions are; null in most frames, as it changes slowly. */
  readonly quality: PredictionQuality | null;
  /** Alarms a day from which on what is seen now would be one. */
  readonly level: AlarmLevel | null;
  readonly kind: KindSeen | null;
};

// The same file name with the extension this module itself has: .js when built.
const WORKER = new URL(`./model-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

export class ModelClient {
  /** Shape of the model in words; equal signatures mean that a saved image fits. */
  readonly signature: string;
  readonly persistentBytes: number;
  readonly totalBytes: number;
  /** [persistentBytes] the image that `copyImage` filled last. */
  readonly shadow: SharedArrayBuffer;
  /** Steps of the model's life. */
  step = 0;
  readonly #line: WorkerLine<ModelRequest, ModelReply>;

  private constructor(data: ModelWorkerData, signature: string, totalBytes: number, limitMs: number | undefined) {
    this.signature = signature;
    this.totalBytes = totalBytes;
    this.shadow = data.shadow;
    this.persistentBytes = data.shadow.byteLength;
    this.#line = new WorkerLine(WORKER, { name: 'model', data, limitMs });
  }

  /** Start a worker with a newborn model, or with one that resumes from `image` (persistent bytes of the same shape). */
  static async start(
    settings: CortexSettings,
    seed: number,
    image: Uint8Array | null,
    limitMs?: number,
  ): Promise<ModelClient> {
    const { memory } = planCortex(settings);
    const shadow = new SharedArrayBuffer(memory.persistentBytes);
    const client = new ModelClient({ settings, seed, image, shadow }, memory.signature, memory.totalBytes, limitMs);
    const reply = await client.#line.expect(['ready']);
    client.step = reply.step;
    return client;
  }

  /** Whether the model can go on, and is worth saving. */
  get isSound(): boolean {
    return this.#line.isSound;
  }

  /** Step the model on one frame; the frame's pixel buffer is given away until the result hands it back. */
  async stepFrame(frame: Frame, learn: boolean): Promise<StepResult> {
    const { sequence, timeMs, width, height, luma } = frame;
    // Nothing else that the frame may carry goes to another thread.
    const bare = { sequence, timeMs, width, height, luma };
    const transfer = [luma.buffer as ArrayBuffer];
    const reply = await this.#line.ask({ type: 'frame', frame: bare, learn }, ['observation'], { transfer });
    this.step = reply.observation.step;
    return reply;
  }

  /** Copy the persistent bytes into `shadow`, between two steps; resolves to the step they belong to. */
  async copyImage(): Promise<number> {
    return (await this.#line.ask({ type: 'copy_image' }, ['image_copied'])).step;
  }

  /** The picture that is expected next: `luma` [height, width] and its probability, 0 when nothing is predicted. */
  async predictedPicture(): Promise<{ readonly luma: Uint8Array; readonly probability: number }> {
    return this.#line.ask({ type: 'predicted_picture' }, ['predicted_picture'], { isVital: false });
  }

  /** Replace the whole model by saved persistent bytes of the same shape; resolves to its step. */
  async restore(image: Uint8Array): Promise<number> {
    if (image.length !== this.persistentBytes) {
      throw new CortexdError(
        'model_shape',
        `Expected a model of ${this.persistentBytes} bytes but received ${image.length}`,
      );
    }
    const reply = await this.#line.ask({ type: 'restore', image }, ['restored', 'refused']);
    if (reply.type === 'refused') {
      throw new CortexdError(
        'corrupt',
        `Expected a model that is sound inside but received one where ${reply.reason}`,
        {
          hint: 'Nothing was changed. Use another snapshot (cortexd snapshot list).',
        },
      );
    }
    this.step = reply.step;
    return this.step;
  }

  /** What the model has learned, for people to look at. */
  async portrait(): Promise<Portrait> {
    return (await this.#line.ask({ type: 'portrait' }, ['portrait'], { isVital: false })).portrait;
  }

  async setSensitivity(sensitivity: number, alarmsPerDay: number): Promise<void> {
    await this.#line.ask({ type: 'set_sensitivity', sensitivity, alarmsPerDay }, ['done']);
  }

  /** The picture is another one from now on: the eye begins anew. */
  async lookAnew(): Promise<void> {
    await this.#line.ask({ type: 'look_anew' }, ['done']);
  }

  /** Watching pauses: resolves to the ends of all open events. */
  async closeEvents(): Promise<readonly EventChange[]> {
    return (await this.#line.ask({ type: 'close_events' }, ['events_closed'])).events;
  }

  /** Take in what someone said of what was unusual from one step to another. */
  async giveFeedback(
    verdict: Verdict,
    key: string,
    fromStep: number,
    toStep: number,
  ): Promise<{ readonly events: readonly EventChange[]; readonly signatures: number }> {
    return this.#line.ask({ type: 'feedback', verdict, key, fromStep, toStep }, ['events_closed']);
  }

  /** Give what is seen a name. */
  async giveLabel(name: string): Promise<LabelOutcome> {
    return (await this.#line.ask({ type: 'label', name }, ['labelled'])).outcome;
  }

  async close(): Promise<void> {
    await this.#line.close({ type: 'close' });
  }
}
