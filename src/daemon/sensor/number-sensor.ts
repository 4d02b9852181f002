/**
 * number-sensor.ts - one number sensor of the running daemon: its source, its events, its checkpoints. Its model lives in
 * the worker thread of all sensors.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { CsvReport } from '../../capture/csv-values.ts';
import { ValueQueue } from '../../capture/value-queue.ts';
import { type SensorValue, csvValues, fileValues, numberOfMessage } from '../../capture/values.ts';
import type { StreamConfig } from '../../config/stream-schema.ts';
import { CortexdError, messageOf } from '../../errors.ts';
import type { RuntimeValues } from '../../mqtt/publisher.ts';
import type { SensorHealth } from '../../records/bridge.ts';
import { lostRecord } from '../../records/camera-lost.ts';
import type { EventRecord } from '../../records/event.ts';
import { timestamp } from '../../records/from-observation.ts';
import { sensorScore } from '../../records/from-series.ts';
import { DEFAULT_SERIES, type SeriesSettings } from '../../series/settings.ts';
import { type CameraLimits, type CameraPorts, shapeMismatch } from '../watched/ports.ts';
import { Checkpointer } from '../watched/checkpointer.ts';
import { MinuteScores } from '../watched/minute-scores.ts';
import { EventBook } from '../watched/event-book.ts';
import { SeriesEvents } from './series-events.ts';
import { STOPPED_MEANWHILE } from '../watched/settle.ts';
import { Turn } from '../watched/turn.ts';
import type { SensorModel } from './sensor-models.ts';

export type SensorPorts = CameraPorts & {
  /** Hear a topic of the broker; null: MQTT is switched off. */
  readonly listen: ((topic: string, listener: (payload: string) => void) => void) | null;
};

const MINUTE_MS = 60_000;
const LONGEST_PAUSE_S = 60;

/** The settings of the model that belong to a sensor's configuration. */
export function seriesSettings({ sensitivity }: StreamConfig): SeriesSettings {
  return { ...DEFAULT_SERIES, threshold: DEFAULT_SERIES.threshold / sensitivity };
}

export class NumberSensor {
  readonly name: string;
  readonly #config: StreamConfig;
  readonly #ports: SensorPorts;
  readonly #model: SensorModel;
  readonly #events: SeriesEvents;
  readonly #book: EventBook;
  readonly #checkpointer: Checkpointer;
  readonly #minutes: MinuteScores;
  readonly #queue = new ValueQueue();
  readonly #stopping = new AbortController();
  #learning: boolean;
  #enabled: boolean;
  #running: Promise<void> | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #isOnline = false;
  #lostEvent: EventRecord | undefined;
  #values = 0;
  #badValues = 0;
  #stepMs = 0;
  #hasComplained = false;
  readonly #turn = new Turn();

  private constructor(
    name: string,
    config: StreamConfig,
    ports: SensorPorts,
    model: SensorModel,
    limits: CameraLimits,
  ) {
    this.name = name;
    this.#config = config;
    this.#ports = ports;
    this.#book = new EventBook(name, ports);
    this.#book.displayName = config.display_name;
    this.#model = model;
    this.#learning = config.learning;
    this.#enabled = config.enabled;
    this.#events = new SeriesEvents(name, seriesSettings(config).threshold);
    this.#minutes = new MinuteScores(name, (score) => this.#inBackground(ports.store.call('saveScore', score)));
    this.#checkpointer = new Checkpointer(
      {
        // No turn is taken: the worker answers in order, so it copies between two steps.
        copyImage: () => model.copyImage(),
        save: async (step) => {
          try {
            const { signature, copied: bytes } = model;
            const savedAt = timestamp(Date.now());
            const checkpoint = { camera: name, step, signature, bytes, savedAt };
            const { bytesWritten } = await ports.store.call('checkpoint', checkpoint);
            limits.budget.spent(bytesWritten);
          } finally {
            model.giveBack();
          }
        },
        failed: (error) =>
          ports.log.error({ stream: name, err: error }, 'The checkpoint failed; the next interval tries again'),
        allows: () => limits.budget.allows(name),
        now: () => performance.now(),
      },
      limits.checkpoint,
      model.values,
    );
  }

  /** Load into `model`, which is newborn, what was saved. Throws CortexdError('model_shape') when it does not fit. */
  static async create(
    name: string,
    config: StreamConfig,
    model: SensorModel,
    ports: SensorPorts,
    limits: CameraLimits,
  ): Promise<NumberSensor> {
    const saved = await ports.store.call('loadModel', name, model.signature);
    if (saved.lost !== null) ports.log.error({ stream: name }, `Saved state was damaged: ${saved.lost}`);
    if (saved.kind === 'loaded') {
      const { bytes, signature, savedAt } = saved.image;
      if (signature !== model.signature) throw shapeMismatch(name, signature, model.signature);
      await model.restore(bytes, signature);
      ports.log.info({ stream: name, step: model.values, saved_at: savedAt }, 'Model resumed from its last checkpoint');
    } else {
      ports.log.info({ stream: name, bytes: model.persistentBytes }, 'Newborn model');
    }
    const sensor = new NumberSensor(name, config, ports, model, limits);
    const open = await ports.store.call('openEvents', name);
    // A lost sensor is waited for: that event is still true.
    for (const event of open) if (event.cause === 'sensor_lost') sensor.#adopt(event);
    await sensor.#book.end(
      open.filter(({ cause }) => cause !== 'sensor_lost'),
      STOPPED_MEANWHILE,
    );
    return sensor;
  }

  #adopt(event: EventRecord): void {
    this.#lostEvent = event;
    this.#book.adopt(event);
  }

  /** Begin to take values. Resolves at once. */
  start(): void {
    this.#publishState('offline');
    this.#book.publishAnomaly();
    this.#expectValue();
    this.#running = this.#watch().catch((error: unknown) => this.#ports.failed(error));
  }

  async #watch(): Promise<void> {
    const { source } = this.#config;
    const { signal } = this.#stopping;
    switch (source.type) {
      case 'mqtt':
        this.#ports.listen?.(source.topic, (payload) => this.#hear(payload, source.json_key));
        return this.#takeAll(this.#queue);
      case 'csv':
        return this.#retrying(LONGEST_PAUSE_S, async () => {
          let known = this.#model.values + this.#model.missing;
          // What the model has seen before a restart it does not see again.
          const report = new CsvReport();
          for await (const value of csvValues(source.path, source.column, source.interval_s, signal, report))
            if (known-- <= 0) await this.#take(value);
          this.#badValues = report.bad;
          for (const sentence of report.summary()) this.#ports.log.warn({ stream: this.name }, sentence);
          this.#ports.log.info({ stream: this.name, values: this.#values }, 'The series has ended');
          this.#publishState('offline');
          clearTimeout(this.#watchdog);
          return true;
        });
      case 'file':
        return this.#retrying(source.interval_s, async () => {
          await this.#takeAll(fileValues(source.path, source.interval_s, signal));
          return false;
        });
    }
  }

  /** Work until done or stopped; trouble of the outside world makes the sensor lost, and it is tried again. */
  async #retrying(pauseS: number, work: () => Promise<boolean>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        if (await work()) return;
      } catch (error) {
        if (!(error instanceof CortexdError) || error.code === 'internal') throw error;
        if (signal.aborted) return;
        this.#badValues++;
        await this.#lose(`${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`);
      }
      await sleep(Math.min(pauseS, LONGEST_PAUSE_S) * 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  async #takeAll(values: AsyncIterable<SensorValue>): Promise<void> {
    for await (const value of values) {
      if (this.#stopping.signal.aborted) return;
      await this.#take(value);
    }
  }

  #hear(payload: string, jsonKey: string | undefined): void {
    try {
      this.#queue.push({ value: numberOfMessage(payload, jsonKey), localMs: null });
      this.#hasComplained = false;
    } catch (error) {
      this.#badValues++;
      // A sensor that always says nonsense, each time another, fills no log: health counts it.
      if (this.#hasComplained) return;
      this.#hasComplained = true;
      this.#ports.log.warn({ stream: this.name }, `${messageOf(error)}; values like it are left out and counted`);
    }
  }

  /** One value's whole life: step, journal, publish, save. */
  async #take({ value: raw, localMs }: SensorValue): Promise<void> {
    if (!this.#enabled) return;
    await this.#turn.exclusively(async () => {
      const { publisher, isClockSynced } = this.#ports;
      const atMs = Date.now();
      const clockSynced = isClockSynced();
      const value = raw * this.#config.scale;
      const epochMs = localMs ?? (clockSynced ? localTime(atMs) : null);
      const { observation, stepMs } = await this.#model.step(epochMs, value, this.#learning);
      this.#values++;
      this.#stepMs += (stepMs - this.#stepMs) / Math.min(this.#values, 100);
      await this.#found();
      if (Number.isNaN(value)) return;
      const moment = { value, index: this.#model.values, atMs, learning: this.#learning, clockSynced };
      const event = this.#events.next(observation, moment);
      if (event !== null) await this.#write(event);
      const record = sensorScore(timestamp(atMs), value, observation, this.#model.learning, clockSynced);
      publisher?.score(this.name, record, performance.now());
      this.#minutes.add(atMs, observation.score);
      // Nobody waits: another sensor's save may have to end first.
      this.#inBackground(this.#checkpointer.ifDue());
    });
  }

  /** A value has come. */
  async #found(): Promise<void> {
    this.#expectValue();
    this.#publishState('online');
    if (this.#lostEvent === undefined) return;
    const { id, started_at: startedAt } = this.#lostEvent;
    this.#lostEvent = undefined;
    await this.#write(this.#lostRecord('end', id, startedAt, 'values come again'));
  }

  #expectValue(): void {
    clearTimeout(this.#watchdog);
    const { lost_after_s: seconds } = this.#config;
    if (seconds === 0 || !this.#enabled || this.#stopping.signal.aborted) return;
    this.#watchdog = setTimeout(
      () => this.#inBackground(this.#lose(`no value for ${seconds} s`)),
      seconds * 1000,
    ).unref();
  }

  async #lose(reason: string): Promise<void> {
    this.#publishState('offline');
    if (this.#lostEvent !== undefined) return;
    this.#ports.log.warn({ stream: this.name }, reason);
    this.#lostEvent = this.#lostRecord('start', ulid(), timestamp(Date.now()), reason);
    await this.#write(this.#lostEvent);
  }

  #lostRecord(type: 'start' | 'end', id: string, startedAt: string, explanation: string): EventRecord {
    const [learning, clockSynced] = [this.#learning, this.#ports.isClockSynced()];
    const lost = { type, id, camera: this.name, startedAt, explanation, frame: this.#model.values };
    return { ...lostRecord({ ...lost, learning, clockSynced }), cause: 'sensor_lost' };
  }

  async #write(event: EventRecord): Promise<void> {
    await this.#book.write(event);
    const { id, type, cause, score, explanation } = event;
    this.#ports.log.info({ stream: this.name, id, type, cause, score }, `Event: ${explanation}`);
  }

  #publishState(state: 'online' | 'offline'): void {
    this.#isOnline = state === 'online';
    this.#ports.publisher?.availability(this.name, state);
  }

  get isAlerting(): boolean {
    return this.#book.isAlerting;
  }

  get health(): SensorHealth {
    return {
      stream: this.name,
      state: this.#isOnline ? 'online' : 'offline',
      step: this.#model.values,
      values: this.#values,
      missing: this.#model.missing,
      bad_values: this.#badValues,
      dropped: this.#queue.dropped,
      step_ms: Math.round(this.#stepMs * 1000) / 1000,
      checkpoint_step: this.#checkpointer.savedStep,
      checkpoint_age_s: Math.round(this.#checkpointer.ageMs / 1000),
    };
  }

  /** Save the model now; resolves when it is durable. */
  async checkpoint(): Promise<void> {
    await this.#checkpointer.save();
  }

  /** Replace the model between two values by saved bytes of the same shape. */
  async restore(bytes: Uint8Array, signature: string): Promise<void> {
    await this.#turn.exclusively(() => this.#model.restore(bytes, signature));
  }

  get signature(): string {
    return this.#model.signature;
  }

  /** Take over what can be changed while running; holds from the next value on. */
  async apply({ learning, enabled, sensitivity }: RuntimeValues): Promise<void> {
    const threshold = DEFAULT_SERIES.threshold / sensitivity;
    this.#learning = learning;
    await this.#model.setThreshold(threshold);
    this.#events.threshold = threshold;
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    this.#publishState('offline');
    this.#expectValue();
  }

  /** Series learn what recurs by themselves: there is nothing to tell them. */
  feedback(): never {
    throw new CortexdError('usage', `Expected a camera but ${this.name} is a number sensor, which takes no feedback`);
  }

  label(): never {
    throw new CortexdError('usage', `Expected a camera but ${this.name} is a number sensor, which takes no labels`);
  }

  /** Take no more values and save the model. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#watchdog);
    this.#queue.close();
    await this.#running;
    this.#minutes.flush();
    // What a step has left half-done is not saved; the checkpoint before is.
    if (this.#model.isSound) await this.checkpoint();
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#ports.log.error({ stream: this.name, err: error }, messageOf(error)));
  }
}

/** The clock that people here live by, as milliseconds as if it were UTC. */
function localTime(ms: number): number {
  return ms - new Date(ms).getTimezoneOffset() * MINUTE_MS;
}
