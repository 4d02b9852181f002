/**
 * camera.ts - one camera of the running daemon: its source with retries, its model, its events, its checkpoints.
 */
import { createMask } from '../../capture/preprocess.ts';
import type { CapturedFrame, PreprocessConfig, Size } from '../../capture/types.ts';
import { cortexSettings, sourceConfig, watchedPreprocess } from '../../config/camera-settings.ts';
import type { CameraConfig } from '../../config/camera-schema.ts';
import type { PredictionQuality } from '../../cortex/prediction-quality.ts';
import type { Verdict } from '../../cortex/feedback/feedback.ts';
import type { EventChange } from '../../cortex/observation.ts';
import type { CortexStats } from '../../cortex/stats.ts';
import { messageOf } from '../../errors.ts';
import type { RuntimeValues } from '../../mqtt/publisher.ts';
import type { EventRecord } from '../../records/event.ts';
import {
  type FrameTime,
  type OpenIds,
  type RecordContext,
  eventRecord,
  PredictionNews,
  predictionRecord,
  scoreRecord,
  timestamp,
} from '../../records/from-observation.ts';
import type { CameraHealth } from '../../records/bridge.ts';
import { predictionQualityRecord } from '../../records/prediction-quality.ts';
import { type CameraLimits, type CameraPorts, shapeMismatch } from '../watched/ports.ts';
import { endedBy, resumeModel } from './resume-model.ts';
import { Checkpointer } from '../watched/checkpointer.ts';
import { masksChanged } from './mask-memory.ts';
import { modelShape } from './model-shape.ts';
import type { ModelClient, StepResult } from './model-client.ts';
import { EventBook } from '../watched/event-book.ts';
import { encodeHeatMap } from './picture.ts';
import { Looking } from './looking.ts';
import { type Described, type PipelinePorts, runPipeline } from './pipeline.ts';
import { PredictedPicture } from './predicted-picture.ts';
import { Presence } from '../watched/presence.ts';
import { FrameRate } from './frame-rate.ts';
import { enabledAreas } from '../control/runtime-config.ts';
import { Teaching } from './teaching.ts';
import { REPLACED_MEANWHILE, STOPPED_MEANWHILE } from '../watched/settle.ts';
import { Turn } from '../watched/turn.ts';
import { tryModel } from './trial.ts';
import { Watching, type WatchingPorts } from './watching.ts';

export class Camera {
  readonly name: string;
  readonly #config: CameraConfig;
  readonly #ports: CameraPorts;
  readonly #model: ModelClient;
  readonly #checkpointer: Checkpointer;
  readonly #eventIds: OpenIds = new Map();
  readonly #book: EventBook;
  readonly #rate = new FrameRate();
  readonly #predictions = new PredictionNews();
  /** What people get to see of it. */
  readonly looking: Looking;
  readonly #preprocess: PreprocessConfig;
  /** Hides what is masked now, also in a frame that was taken before. */
  readonly #hide: (luma: Uint8Array) => Uint8Array;
  readonly #teaching: Teaching;
  readonly #presence: Presence;
  readonly #watching: Watching;
  #zones: RecordContext['zones'];
  #lastFrame: FrameTime | undefined;
  #learning: boolean;
  #frames = 0;
  #stepMs = 0;
  #stats: CortexStats | undefined;
  #quality: PredictionQuality | undefined;
  readonly #turn = new Turn();

  private constructor(
    name: string,
    config: CameraConfig,
    ports: CameraPorts,
    model: ModelClient,
    limits: CameraLimits,
    size: Size,
  ) {
    this.name = name;
    this.#config = config;
    this.#ports = ports;
    this.#book = new EventBook(name, ports);
    this.#book.displayName = config.display_name;
    this.#model = model;
    this.#learning = config.learning;
    this.#zones = config.zones;
    this.#preprocess = watchedPreprocess(config, size);
    this.#hide = createMask(this.#preprocess);
    this.#presence = new Presence({
      camera: name,
      publish: (state) => ports.publisher?.availability(name, state),
      write: (event) => this.#book.write(event),
      moment: () => ({ frame: this.#frames, learning: this.#learning, clockSynced: ports.isClockSynced() }),
    });
    this.#watching = new Watching(this.#watchingPorts(), config.enabled);
    this.#teaching = new Teaching({
      camera: name,
      model,
      exclusively: (work) => this.#turn.exclusively(work),
      record: (change) => {
        const timeMs = change.endedTimeMs ?? change.startedTimeMs;
        const now = { sequence: this.#frames, timeMs, capturedAtMs: Date.now() };
        return this.#recordsOf(change, this.#lastFrame ?? now)[0] ?? null;
      },
      write: (event) => this.#book.write(event),
      checkpoint: async () => limits.budget.allowsCommand() && (await this.checkpoint(), true),
    });
    this.looking = new Looking(name, config, this.#preprocess, {
      store: ports.store,
      mayWrite: () => limits.budget.allowsCommand(),
      portrait: () => this.#turn.exclusively(() => model.portrait()),
      predicted: new PredictedPicture({
        compose: () => this.#turn.exclusively(() => model.predictedPicture()),
        size: this.#preprocess,
        hide: this.#hide,
      }),
      failed: (error) => ports.log.error({ camera: name, err: error }, 'A picture could not be drawn'),
      inBackground: (work) => this.#inBackground(work),
    });
    this.#checkpointer = new Checkpointer(
      {
        copyImage: () => this.#turn.exclusively(() => model.copyImage()),
        save: async (step) => {
          const bytes = new Uint8Array(model.shadow);
          const image = { camera: name, step, signature: model.signature, bytes, savedAt: timestamp(Date.now()) };
          const { pages, generation, ms, bytesWritten } = await ports.store.call('checkpoint', image);
          limits.budget.spent(bytesWritten);
          ports.log.debug({ camera: name, step, pages, generation, ms }, 'checkpoint');
        },
        failed: (error) =>
          ports.log.error({ camera: name, err: error }, 'The checkpoint failed; the next interval tries again'),
        allows: () => limits.budget.allows(name),
        now: () => performance.now(),
      },
      limits.checkpoint,
      model.step,
    );
  }

  /** Load the model (or make one) and prepare the camera. Throws CortexdError('model_shape') when the saved one does not fit. */
  static async create(name: string, config: CameraConfig, ports: CameraPorts, limits: CameraLimits): Promise<Camera> {
    const size = await modelShape(ports, name, config);
    const model = await resumeModel(name, config, size, ports);
    const camera = new Camera(name, config, ports, model, limits, size);
    try {
      const open = await ports.store.call('openEvents', name);
      // A lost camera is looked for again and found, or not: that event is still true.
      for (const event of open) if (event.cause === 'camera_lost') camera.#adopt(event);
      await camera.#book.end(open.filter(isOfTheModel), STOPPED_MEANWHILE);
    } catch (error) {
      await camera.abandon();
      throw error;
    }
    return camera;
  }

  #adopt(event: EventRecord): void {
    this.#presence.adopt(event);
    this.#book.adopt(event);
  }

  /** Begin to watch. Resolves at once; the camera is tried until `stop`. */
  start(): void {
    this.#presence.absent();
    this.#book.publishAnomaly();
    // Whatever is no trouble of the outside world is a broken contract: the daemon ends and is started again.
    this.#watching.start((error) => endedBy(error, this.name, this.#model, this.#checkpointer, this.#ports));
  }

  #watchingPorts(): WatchingPorts {
    const { log, workDone } = this.#ports;
    return {
      source: sourceConfig(this.#config),
      preprocess: this.#preprocess,
      lostAfterMs: this.#config.lost_after_s * 1000,
      frozenAfterMs: this.#config.frozen_after_s * 1000,
      run: (frames, stopped) => runPipeline(frames, this.#pipelinePorts(), stopped),
      warn: (message) => log.warn({ camera: this.name }, message),
      lost: async ({ message, hint }) => {
        const line = `${message}${hint === undefined ? '' : ` (${hint})`}`;
        // Tried again for ever; what is news is told once.
        if (this.#presence.isLostFor(message)) log.debug({ camera: this.name }, line);
        else log.warn({ camera: this.name }, line);
        await this.#presence.lost(message);
      },
      ended: async () => {
        log.info({ camera: this.name, frames: this.#frames }, 'The source has ended');
        await this.#presence.ended();
      },
      switchedOff: async () => {
        await this.#presence.switchedOff();
        await this.#teaching.endAll(await this.#turn.exclusively(() => this.#model.closeEvents()));
      },
      alive: () => workDone(this.name),
    };
  }

  #pipelinePorts(): PipelinePorts {
    return {
      stepModel: (frame) =>
        this.#turn.exclusively(() => {
          this.#hide(frame.luma);
          return this.#model.stepFrame(frame, this.#learning);
        }),
      describe: (result, frame) => this.#describe(result, frame),
      journal: (event, frame, result) => this.#journal(event, frame, result),
      publish: (described, frame, result) => this.#publish(described, frame, result),
      checkpointIfDue: () => this.#checkpointer.ifDue(),
      frameDone: (frame, result) => this.#frameDone(frame, result),
    };
  }

  get #context(): RecordContext {
    return {
      camera: this.name,
      zones: this.#zones,
      learning: this.#learning,
      clockSynced: this.#ports.isClockSynced(),
      snapshots: this.#config.snapshots,
    };
  }

  /** An event that the model remembers from a life before this one was ended since: what goes on of it begins anew. */
  #recordsOf(change: EventChange, frame: FrameTime): EventRecord[] {
    if (change.type === 'start' || this.#eventIds.has(change.key)) return [this.#record(change, frame)];
    if (change.type === 'end' || change.score < 0.5) return [];
    return [this.#record({ ...change, type: 'start', startedTimeMs: frame.timeMs }, frame)];
  }

  #record(change: EventChange, frame: FrameTime): EventRecord {
    const record = this.looking.severe(eventRecord(change, this.#eventIds, frame, this.#context));
    this.#teaching.note(record, change);
    return record;
  }

  #describe({ observation }: StepResult, frame: CapturedFrame): Described {
    const context = this.#context;
    this.#lastFrame = frame;
    const prediction = predictionRecord(observation, frame, context);
    return {
      score: scoreRecord(observation, frame, context),
      events: observation.events.flatMap((change) => this.#recordsOf(change, frame)),
      prediction: prediction !== null && this.#predictions.isNews(prediction) ? prediction : null,
    };
  }

  async #journal(event: EventRecord, frame: CapturedFrame, { observation }: StepResult): Promise<void> {
    const { publisher, log } = this.#ports;
    const wantsPicture = event.type === 'start' && this.#config.snapshots;
    const picture = wantsPicture ? await this.looking.pictureOf(frame, event.box) : null;
    await this.#book.write(event, picture);
    this.looking.event(event, frame);
    if (picture !== null && publisher !== null) {
      publisher.picture(this.name, 'snapshot', picture);
      publisher.picture(this.name, 'heatmap', await encodeHeatMap(frame, observation));
    }
    const { id, type, cause, score, explanation } = event;
    log.info({ camera: this.name, id, type, cause, score }, `Event: ${explanation}`);
  }

  #publish(described: Described, frame: CapturedFrame, result: StepResult): void {
    const { publisher, live, watch } = this.#ports;
    const { observation } = result;
    this.#inBackground(this.#presence.found());
    publisher?.score(this.name, described.score, performance.now());
    if (described.prediction !== null) {
      publisher?.prediction(described.prediction);
      if (publisher !== null && this.#config.snapshots) {
        const send = (jpeg: Buffer): void => publisher.picture(this.name, 'predicted', jpeg);
        this.#inBackground(this.looking.predicted.sendWhenDue(send));
      }
      live.publish({ type: 'prediction', prediction: described.prediction });
    }
    live.publish({ type: 'frame', frame: this.looking.liveFrame(frame, observation) });
    watch?.(described, frame, result);
  }

  #frameDone(frame: CapturedFrame, result: StepResult): void {
    const { stepMs, stats, quality } = result;
    this.#frames++;
    this.#stepMs += (stepMs - this.#stepMs) / Math.min(this.#frames, 100);
    this.#stats = stats;
    this.#quality = quality ?? this.#quality;
    this.#rate.count();
    this.looking.note(frame, result);
    this.#ports.workDone(this.name);
  }

  get isAlerting(): boolean {
    return this.#book.isAlerting;
  }

  get health(): CameraHealth {
    return {
      camera: this.name,
      state: this.#presence.isOnline ? 'online' : 'offline',
      step: this.#model.step,
      frames: this.#frames,
      dropped: this.#watching.dropped,
      bad_frames: this.#watching.badFrames,
      fps: this.#rate.perSecond(),
      step_ms: Math.round(this.#stepMs * 1000) / 1000,
      checkpoint_step: this.#checkpointer.savedStep,
      checkpoint_age_s: Math.round(this.#checkpointer.ageMs / 1000),
      checkpoint_copy_ms: Math.round(this.#checkpointer.copyMs * 10) / 10,
      segments: this.#stats?.segments ?? 0,
      segment_capacity: this.#stats?.segmentCapacity ?? 0,
      evictions: this.#stats?.evictions ?? 0,
      things: this.#stats?.things ?? 0,
      things_lost: this.#stats?.thingsLost ?? 0,
      prediction: this.#quality === undefined ? null : predictionQualityRecord(this.#quality),
    };
  }

  /** Save the model now; resolves when it is durable. */
  async checkpoint(): Promise<void> {
    await this.#checkpointer.save();
  }

  /** Replace the model between two frames by saved bytes of the same shape. */
  async restore(bytes: Uint8Array, signature: string): Promise<void> {
    if (signature !== this.#model.signature) throw shapeMismatch(this.name, signature, this.#model.signature);
    await tryModel(cortexSettings(this.#config), bytes);
    await this.#turn.exclusively(() => this.#model.restore(bytes));
    this.#eventIds.clear();
    await this.#book.end(this.#book.open.filter(isOfTheModel), REPLACED_MEANWHILE);
  }

  get signature(): string {
    return this.#model.signature;
  }

  /** Take over what can be changed while running. */
  async apply(values: RuntimeValues): Promise<void> {
    const { learning, enabled, sensitivity, zones, masks, alarms_per_day: alarms } = values;
    const hidden = Object.values(enabledAreas(masks));
    this.#learning = learning;
    this.#zones = enabledAreas(zones);
    this.#book.displayName = values.display_name ?? '';
    this.looking.quiet.set(values.quiet_hours ?? '', values.muted_until ?? '');
    await this.#turn.exclusively(async () => {
      await this.#model.setSensitivity(sensitivity, alarms ?? this.#config.alarms_per_day);
      const areOthers = JSON.stringify(hidden) !== JSON.stringify(this.#preprocess.masks);
      this.#preprocess.masks = hidden;
      // Before the start it is the masks of the last life that the model knows.
      const wereOthers = await masksChanged(this.#ports, this.name, hidden);
      if (this.#watching.isRunning ? areOthers : wereOthers) await this.#model.lookAnew();
    });
    await this.#watching.setEnabled(enabled);
  }

  /** See teaching.ts. */
  readonly feedback = (verdict: Verdict, id: string | null) => this.#teaching.feedback(verdict, id);
  readonly label = (name: string) => this.#teaching.label(name);

  /** Stop watching, save the model, end its thread. */
  async stop(): Promise<void> {
    await this.#watching.stop();
    this.looking.close();
    try {
      // What a step has left half-done is not saved; the checkpoint before is.
      if (this.#model.isSound) await this.checkpoint();
    } finally {
      await this.#model.close();
    }
  }

  /** It will not be watched after all: end its thread, and save nothing. */
  async abandon(): Promise<void> {
    await this.#model.close();
  }

  /** Stop for good: somebody else goes on, so all events end. */
  async leave(reason: string): Promise<void> {
    try {
      await this.stop();
    } finally {
      await this.#book.end(this.#book.open, reason);
      this.#presence.absent();
    }
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#ports.log.error({ camera: this.name, err: error }, messageOf(error)));
  }
}

/** Whether the model has raised it, and not the camera's absence. */
function isOfTheModel({ cause }: EventRecord): boolean {
  return cause !== 'camera_lost';
}
