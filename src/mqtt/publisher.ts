/**
 * publisher.ts - records go to their topics. Events go through the outbox (`eventMessage`), unless they cannot be written.
 */
import type { AreaRecord, MuteRecord } from '../records/commands.ts';
import type { EventRecord } from '../records/event.ts';
import { anomalyOf } from '../records/anomaly.ts';
import type { HealthRecord, InfoRecord, StateRecord } from '../records/bridge.ts';
import type { PredictionRecord } from '../records/prediction.ts';
import type { ScoreRecord } from '../records/score.ts';
import type { SensorScore } from '../records/series.ts';
import type { Bus } from './bus.ts';
import { TOPICS, pathFor } from './topics.ts';

/** What the outbox keeps of an event; `topic` is relative to the base topic. */
export function eventMessage(event: EventRecord): { readonly topic: string; readonly payload: string } {
  return { topic: pathFor(TOPICS.event, event.camera), payload: JSON.stringify(event) };
}

/** Settings of a camera or sensor that can be changed while it runs. */
export type RuntimeValues = {
  readonly learning: boolean;
  readonly enabled: boolean;
  readonly sensitivity: number;
  readonly zones: { readonly [name: string]: AreaRecord };
  readonly masks: { readonly [name: string]: AreaRecord };
  /** Of cameras only. */
  readonly alarms_per_day?: number;
  readonly quiet_hours?: string;
  readonly display_name?: string;
  /** ISO 8601; empty: not muted. */
  readonly muted_until?: string;
};

export class Publisher {
  readonly #bus: Bus;
  readonly #keepsPictures: boolean;
  /** Least time between two score messages of a camera (ms). */
  scoreIntervalMs: number;
  /** camera -> monotonic time from which the next score may be sent (ms) */
  readonly #nextScoreMs = new Map<string, number>();
  readonly #cameras = new Set<string>();
  /** camera -> paths of its zones and masks */
  readonly #areas = new Map<string, readonly string[]>();

  /** `keepsPictures`: whether the broker keeps the last picture of an event for who comes later. */
  constructor(bus: Bus, scoreIntervalMs: number, keepsPictures = false) {
    this.#bus = bus;
    this.#keepsPictures = keepsPictures;
    this.scoreIntervalMs = scoreIntervalMs;
  }

  info(record: InfoRecord): void {
    this.#bus.retain(TOPICS.info.path, JSON.stringify(record));
  }

  health(record: HealthRecord): void {
    this.#bus.send(TOPICS.health.path, JSON.stringify(record));
  }

  /** `token`: of the lease, in a fleet. */
  availability(camera: string, state: StateRecord['state'], token?: number): void {
    // What is leased says itself when it goes; later somebody else may say that it is there.
    if (token === undefined) this.#cameras.add(camera);
    const record: StateRecord = token === undefined ? { state } : { state, token };
    this.#bus.retain(pathFor(TOPICS.availability, camera), JSON.stringify(record));
  }

  /** Of a camera or number sensor. `nowMs`: monotonic. Sent when the interval is over; what comes between is left out. */
  score(camera: string, record: ScoreRecord | SensorScore, nowMs: number): void {
    const due = this.#nextScoreMs.get(camera) ?? nowMs;
    if (nowMs < due) return;
    // On the grid of the interval when frames come in time, so that the rate is the one that was asked for.
    this.#nextScoreMs.set(camera, Math.max(due + this.scoreIntervalMs, nowMs + this.scoreIntervalMs / 2));
    this.#bus.send(pathFor(TOPICS.score, camera), JSON.stringify(record));
  }

  /** Switch and attributes, from all events of the camera that are open. */
  anomaly(camera: string, open: readonly EventRecord[], token?: number): void {
    const { state, attributes } = anomalyOf(open);
    this.#bus.retain(pathFor(TOPICS.anomalyAttributes, camera), JSON.stringify({ ...attributes, token }));
    this.#bus.retain(pathFor(TOPICS.anomaly, camera), state);
  }

  /** What can be changed while running, as it is now. Zones and masks that are gone are taken back. */
  settings(camera: string, values: RuntimeValues): void {
    const { learning, enabled, sensitivity, zones, masks } = values;
    const bus = this.#bus;
    bus.retain(pathFor(TOPICS.learning, camera), learning ? 'ON' : 'OFF');
    bus.retain(pathFor(TOPICS.enabled, camera), enabled ? 'ON' : 'OFF');
    bus.retain(pathFor(TOPICS.sensitivity, camera), String(sensitivity));
    const { alarms_per_day: alarms, quiet_hours: quiet, muted_until: until } = values;
    if (alarms !== undefined) bus.retain(pathFor(TOPICS.alarmsPerDay, camera), String(alarms));
    // An empty payload would take the topic back.
    if (quiet !== undefined) bus.retain(pathFor(TOPICS.quietHours, camera), quiet || 'off');
    if (until !== undefined) {
      const mute: MuteRecord = { until: until || null };
      bus.retain(pathFor(TOPICS.mute, camera), JSON.stringify(mute));
    }
    const now = new Map<string, string>();
    for (const [name, area] of Object.entries(zones)) now.set(pathFor(TOPICS.zone, camera, name), JSON.stringify(area));
    for (const [name, area] of Object.entries(masks)) now.set(pathFor(TOPICS.mask, camera, name), JSON.stringify(area));
    for (const path of this.#areas.get(camera) ?? []) if (!now.has(path)) bus.forget(path);
    for (const [path, payload] of now) bus.retain(path, payload);
    this.#areas.set(camera, [...now.keys()]);
  }

  prediction(record: PredictionRecord): void {
    this.#bus.send(pathFor(TOPICS.prediction, record.camera), JSON.stringify(record));
  }

  /** An event that could not be written (disk full): sent at once and not kept; better told once than never. */
  unwrittenEvent(event: EventRecord): void {
    const { topic, payload } = eventMessage(event);
    this.#bus.send(topic, payload);
  }

  picture(camera: string, kind: 'snapshot' | 'heatmap' | 'predicted', jpeg: Uint8Array): void {
    const retain = this.#keepsPictures && kind !== 'predicted';
    this.#bus.send(pathFor(TOPICS[kind], camera), jpeg, undefined, retain);
  }

  /** Every camera goes offline, then the bus; all within `limitMs`. */
  async close(limitMs = 2000): Promise<void> {
    for (const camera of this.#cameras) this.availability(camera, 'offline');
    await this.#bus.close(limitMs);
  }
}
