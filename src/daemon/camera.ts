/**
 * camera.ts - one camera of the running daemon: its source with retries, its model, its events, its checkpoints.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { LatestFrame, newestOf } from '../capture/latest.ts';
import { lossless } from '../capture/lossless.ts';
import { openSource } from '../capture/open.ts';
import type { CapturedFrame, FrameSource } from '../capture/types.ts';
import { cortexSettings, preprocessConfig, sourceConfig } from '../config/camera-settings.ts';
import type { CameraConfig } from '../config/camera-schema.ts';
import type { CortexStats } from '../cortex/stats.ts';
import { CortexdError, messageOf } from '../errors.ts';
import type { EventRecord } from '../records/event.ts';
import {
  type OpenIds,
  type RecordContext,
  eventRecord,
  predictionRecord,
  scoreRecord,
  timestamp,
  toldOf,
} from '../records/from-observation.ts';
import type { CameraHealth } from '../records/bridge.ts';
import { lostRecord } from '../records/camera-lost.ts';
import { type CameraLimits, type CameraPorts, shapeMismatch } from './camera-ports.ts';
import { Checkpointer } from './checkpointer.ts';
import { ModelClient, type StepResult } from './model-client.ts';
import { OpenEvents } from './open-events.ts';
import { encodeHeatMap, encodePicture } from './picture.ts';
import { type Described, type PipelinePorts, runPipeline } from './pipeline.ts';
import { FrameRate } from './frame-rate.ts';
import { MinuteScores } from './minute-scores.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export class Camera {
  readonly name: string;
  readonly #config: CameraConfig;
  readonly #ports: CameraPorts;
  readonly #model: ModelClient;
  readonly #checkpointer: Checkpointer;
  readonly #eventIds: OpenIds = new Map();
  readonly #openEvents = new OpenEvents();
  readonly #rate = new FrameRate();
  readonly #minutes: MinuteScores;
  readonly #stopping = new AbortController();
  #source: FrameSource | undefined;
  #running: Promise<void> | undefined;
  #isOnline = false;
  #learning: boolean;
  #frames = 0;
  #droppedBefore = 0;
  #latest = new LatestFrame();
  #badFrames = 0;
  #stepMs = 0;
  #stats: CortexStats | undefined;
  #lostEvent: EventRecord | undefined;
  /** Work on the model that must not meet a frame half-way: restores, snapshots. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    name: string,
    config: CameraConfig,
    ports: CameraPorts,
    model: ModelClient,
    limits: CameraLimits,
  ) {
    this.name = name;
    this.#config = config;
    this.#ports = ports;
    this.#model = model;
    this.#learning = config.learning;
    this.#minutes = new MinuteScores(name, (score) => this.#inBackground(ports.store.call('saveScore', score)));
    this.#checkpointer = new Checkpointer(
      {
        copyImage: () => this.#exclusively(() => model.copyImage()),
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
    const settings = cortexSettings(config);
    const model = await ModelClient.start(settings, config.seed, null);
    const saved = await ports.store.call('loadModel', name, model.signature);
    if (saved.lost !== null) ports.log.error({ camera: name }, `Saved state was damaged: ${saved.lost}`);
    if (saved.kind === 'loaded') {
      if (saved.image.signature !== model.signature) {
        await model.close();
        throw shapeMismatch(
          name,
          { signature: saved.image.signature, bytes: saved.image.bytes.length },
          { signature: model.signature, bytes: model.persistentBytes },
        );
      }
      await model.restore(saved.image.bytes);
      ports.log.info(
        { camera: name, step: model.step, saved_at: saved.image.savedAt },
        'Model resumed from its last checkpoint',
      );
    } else {
      ports.log.info({ camera: name, bytes: model.totalBytes }, 'Newborn model');
    }
    const camera = new Camera(name, config, ports, model, limits);
    for (const event of await ports.store.call('openEvents', name)) camera.#adopt(event);
    return camera;
  }

  /** An event that was open when the daemon stopped goes on under its id. */
  #adopt(event: EventRecord): void {
    if (event.cause === 'camera_lost') {
      this.#lostEvent = event;
    } else {
      this.#eventIds.set(event.cause, { id: event.id, startedAtMs: Date.parse(event.started_at), told: toldOf(event) });
    }
    this.#openEvents.note(event);
  }

  /** Begin to watch. Resolves at once; the camera is tried until `stop`. */
  start(): void {
    this.#setOnline(false);
    this.#publishAnomaly();
    // Whatever is no trouble of the outside world is a broken contract: the daemon ends and is started again.
    this.#running = this.#watch().catch((error: unknown) => this.#ports.failed(error));
  }

  async #watch(): Promise<void> {
    const { log } = this.#ports;
    for (let pauseMs = FIRST_PAUSE_MS; !this.#stopping.signal.aborted;) {
      const framesBefore = this.#frames;
      try {
        await this.#watchOnce();
        if (this.#stopping.signal.aborted) return;
        log.info({ camera: this.name, frames: this.#frames }, 'The source has ended');
        this.#setOnline(false);
        return;
      } catch (error) {
        if (error instanceof CortexdError && error.code === 'internal') throw error;
        if (!(error instanceof CortexdError)) throw error;
        if (this.#stopping.signal.aborted) return;
        await this.#lose(error);
      }
      if (this.#frames > framesBefore) pauseMs = FIRST_PAUSE_MS;
      await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      // A camera that is away and tried again is work: the watchdog must not kill a healthy daemon for it.
      this.#ports.workDone();
    }
  }

  async #watchOnce(): Promise<void> {
    const config = sourceConfig(this.#config);
    const source = await openSource(config, preprocessConfig(this.#config), (message) => {
      this.#ports.log.warn({ camera: this.name }, message);
    });
    this.#source = source;
    const ports = this.#pipelinePorts();
    const stopped = (): boolean => this.#stopping.signal.aborted;
    this.#latest = new LatestFrame();
    try {
      const fastFrames = config.type === 'synthetic' ? config.fastFrames : 0;
      const frames = fastFrames > 0 ? lossless(source, fastFrames, this.#latest) : newestOf(source, this.#latest);
      await runPipeline(frames, ports, stopped);
    } finally {
      this.#droppedBefore += this.#latest.dropped;
      this.#badFrames += source.counters.badFrames;
      this.#latest.dropped = 0;
      await source.close();
    }
  }

  #pipelinePorts(): PipelinePorts {
    return {
      stepModel: (frame) => this.#exclusively(() => this.#model.stepFrame(frame, this.#learning)),
      describe: (result, frame) => this.#describe(result, frame),
      journal: (event, frame, result) => this.#journal(event, frame, result),
      publish: (described, frame, result) => this.#publish(described, frame, result),
      checkpointIfDue: () => this.#checkpointer.ifDue(),
      frameDone: (frame, result) => this.#frameDone(frame, result),
    };
  }

  #describe({ observation }: StepResult, frame: CapturedFrame): Described {
    const context: RecordContext = {
      camera: this.name,
      zones: this.#config.zones,
      learning: this.#learning,
      clockSynced: this.#ports.isClockSynced(),
      snapshots: this.#config.snapshots,
    };
    return {
      score: scoreRecord(observation, frame, context),
      events: observation.events.map((change) => eventRecord(change, this.#eventIds, frame, context)),
      prediction: observation.prediction === null ? null : predictionRecord(observation.prediction, frame, context),
    };
  }

  async #journal(event: EventRecord, frame: CapturedFrame, { observation }: StepResult): Promise<void> {
    const { publisher, log } = this.#ports;
    const wantsPicture = event.type === 'start' && this.#config.snapshots;
    const picture = wantsPicture ? await encodePicture(frame, event.box) : null;
    await this.#write(event, picture);
    if (picture !== null && publisher !== null) {
      publisher.picture(this.name, 'snapshot', picture);
      const { grid, gridColumns, gridRows } = observation;
      publisher.picture(this.name, 'heatmap', await encodeHeatMap(frame, grid, gridColumns, gridRows));
    }
    const { id, type, cause, score, explanation } = event;
    log.info({ camera: this.name, id, type, cause, score }, `Event: ${explanation}`);
  }

  /** Journal first; then whoever delivers messages is told. A full disk must not stop the watching. */
  async #write(event: EventRecord, picture: Uint8Array | null): Promise<void> {
    try {
      await this.#ports.store.call('saveEvent', event, picture, this.#ports.publisher !== null);
    } catch (error) {
      this.#ports.log.error({ camera: this.name, id: event.id, err: error }, 'The event could not be written');
      this.#ports.publisher?.unwrittenEvent(event);
    }
    const wasAlerting = this.#openEvents.alerting;
    this.#openEvents.note(event);
    this.#publishAnomaly();
    if (wasAlerting !== this.#openEvents.alerting) this.#ports.alarmChanged();
    this.#ports.eventWritten();
    this.#ports.live.publish({ type: 'event', event });
  }

  #publish(described: Described, frame: CapturedFrame, result: StepResult): void {
    const { publisher, live, watch } = this.#ports;
    const { observation } = result;
    this.#setOnline(true);
    publisher?.score(this.name, described.score, performance.now());
    if (described.prediction !== null) {
      publisher?.prediction(described.prediction);
      live.publish({ type: 'prediction', prediction: described.prediction });
    }
    const { score, streams, learning, grid, gridColumns, gridRows } = observation;
    const { sequence, width, height, luma } = frame;
    const shown = {
      camera: this.name,
      sequence,
      width,
      height,
      luma,
      score,
      streams,
      learning,
      grid,
      gridColumns,
      gridRows,
    };
    live.publish({ type: 'frame', frame: shown });
    watch?.(described, frame, result);
  }

  #frameDone(frame: CapturedFrame, { observation, stepMs, stats }: StepResult): void {
    this.#frames++;
    this.#stepMs += (stepMs - this.#stepMs) / Math.min(this.#frames, 100);
    this.#stats = stats;
    this.#rate.count();
    this.#minutes.add(frame.capturedAtMs, observation.score);
    this.#ports.workDone();
  }

  async #lose(error: CortexdError): Promise<void> {
    const { log } = this.#ports;
    log.warn({ camera: this.name }, `${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`);
    this.#setOnline(false);
    if (this.#lostEvent !== undefined) return;
    this.#lostEvent = this.#lostRecord('start', ulid(), timestamp(Date.now()), error.message);
    await this.#write(this.#lostEvent, null);
  }

  #lostRecord(type: 'start' | 'end', id: string, startedAt: string, explanation: string): EventRecord {
    const learning = this.#learning;
    const clockSynced = this.#ports.isClockSynced();
    return lostRecord({
      type,
      id,
      camera: this.name,
      startedAt,
      explanation,
      frame: this.#frames,
      learning,
      clockSynced,
    });
  }

  #setOnline(online: boolean): void {
    if (online && this.#lostEvent !== undefined) {
      const { id, started_at: startedAt } = this.#lostEvent;
      this.#lostEvent = undefined;
      this.#inBackground(this.#write(this.#lostRecord('end', id, startedAt, 'the camera is back'), null));
    }
    if (online === this.#isOnline && this.#frames > 0) return;
    this.#isOnline = online;
    this.#ports.publisher?.availability(this.name, online ? 'online' : 'offline');
  }

  #publishAnomaly(): void {
    this.#ports.publisher?.anomaly(this.name, this.#openEvents.all);
  }

  get isAlerting(): boolean {
    return this.#openEvents.alerting;
  }

  get health(): CameraHealth {
    return {
      camera: this.name,
      state: this.#isOnline ? 'online' : 'offline',
      step: this.#model.step,
      frames: this.#frames,
      dropped: this.#droppedBefore + this.#latest.dropped,
      bad_frames: this.#badFrames + (this.#source?.counters.badFrames ?? 0),
      fps: this.#rate.perSecond(),
      step_ms: Math.round(this.#stepMs * 1000) / 1000,
      checkpoint_step: this.#checkpointer.savedStep,
      checkpoint_age_s: Math.round(this.#checkpointer.ageMs / 1000),
      checkpoint_copy_ms: Math.round(this.#checkpointer.copyMs * 10) / 10,
      segments: this.#stats?.segments ?? 0,
      segment_capacity: this.#stats?.segmentCapacity ?? 0,
      evictions: this.#stats?.evictions ?? 0,
    };
  }

  /** Save the model now; resolves when it is durable. */
  async checkpoint(): Promise<void> {
    await this.#checkpointer.save();
  }

  /** Replace the model between two frames by saved bytes of the same shape. */
  async restore(bytes: Uint8Array, signature: string): Promise<void> {
    const { signature: own, persistentBytes } = this.#model;
    if (signature !== own) {
      throw shapeMismatch(this.name, { signature, bytes: bytes.length }, { signature: own, bytes: persistentBytes });
    }
    await this.#exclusively(() => this.#model.restore(bytes));
  }

  get signature(): string {
    return this.#model.signature;
  }

  set learning(on: boolean) {
    this.#learning = on;
  }

  /** Stop watching, save the model, end its thread. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#source?.close();
    await this.#running;
    this.#minutes.flush();
    try {
      await this.checkpoint();
    } finally {
      await this.#model.close();
    }
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#ports.log.error({ camera: this.name, err: error }, messageOf(error)));
  }
}
