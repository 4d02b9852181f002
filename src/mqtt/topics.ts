/**
 * topics.ts - every topic that is published, once: its path, how it is delivered, what it carries, one sentence.
 * docs/mqtt.md and docs/schema derive from this table.
 *
 * Paths are relative to the base topic; `<camera>` stands for a camera's name in the configuration, `<stream>` for a number
 * sensor's. Sensors have the availability, anomaly and event topics too, under their own name.
 */
import type { TSchema } from 'typebox';
import { AnomalyAttributes, AnomalyState } from '../records/anomaly.ts';
import { HealthRecord, InfoRecord, StateRecord } from '../records/bridge.ts';
import { EventRecord } from '../records/event.ts';
import { PredictionRecord } from '../records/prediction.ts';
import { ScoreRecord } from '../records/score.ts';
import { SensorScore } from '../records/series.ts';

/**
 * `state`: retained, QoS 1, sent again on every connect. `stream`: QoS 0, dropped while offline. `event`: QoS 1, not
 * retained, kept in the outbox until the broker has acknowledged it.
 */
export type Delivery = 'state' | 'stream' | 'event';

export const QOS: { readonly [delivery in Delivery]: 0 | 1 } = { state: 1, stream: 0, event: 1 };

export type Topic = {
  readonly path: string;
  readonly delivery: Delivery;
  /** null: not JSON but the bytes of a JPEG picture */
  readonly schema: TSchema | null;
  readonly sentence: string;
};

export const TOPICS = {
  bridgeState: {
    path: 'bridge/state',
    delivery: 'state',
    schema: StateRecord,
    sentence: 'Whether the daemon is there; `offline` is also its last will.',
  },
  info: {
    path: 'bridge/info',
    delivery: 'state',
    schema: InfoRecord,
    sentence: 'Version, cameras and effective configuration without secrets.',
  },
  health: {
    path: 'bridge/health',
    delivery: 'stream',
    schema: HealthRecord,
    sentence: 'How the daemon and each model are doing, once a minute.',
  },
  availability: {
    path: '<camera>/availability',
    delivery: 'state',
    schema: StateRecord,
    sentence: 'Whether pictures come from the camera, or values from the sensor.',
  },
  score: {
    path: '<camera>/score',
    delivery: 'stream',
    schema: ScoreRecord,
    sentence: 'How unusual the picture is now, at most one message per `mqtt.score_interval_s`.',
  },
  anomaly: {
    path: '<camera>/anomaly',
    delivery: 'state',
    schema: AnomalyState,
    sentence: '`ON` while an alert is open, else `OFF`; bare text.',
  },
  anomalyAttributes: {
    path: '<camera>/anomaly/attributes',
    delivery: 'state',
    schema: AnomalyAttributes,
    sentence: 'What is open now: the event with the highest score.',
  },
  event: {
    path: '<camera>/event',
    delivery: 'event',
    schema: EventRecord,
    sentence: 'Something unusual starts, changes or ends. At least once, in order, the same `id` for one event.',
  },
  sensorScore: {
    path: '<stream>/score',
    delivery: 'stream',
    schema: SensorScore,
    sentence: 'How unusual the value of a number sensor is, at most one message per `mqtt.score_interval_s`.',
  },
  prediction: {
    path: '<camera>/prediction',
    delivery: 'stream',
    schema: PredictionRecord,
    sentence: 'What the model expects next, when that changes.',
  },
  snapshot: {
    path: '<camera>/snapshot',
    delivery: 'stream',
    schema: null,
    sentence: 'Picture of an event with the place marked, when it starts.',
  },
  heatmap: {
    path: '<camera>/heatmap',
    delivery: 'stream',
    schema: null,
    sentence: 'Where the picture is unusual, when an event starts.',
  },
} as const satisfies { readonly [name: string]: Topic };

/** The path of a topic for a camera or number sensor. */
export function pathFor(topic: Topic, camera: string): string {
  return topic.path.replace(/<camera>|<stream>/, camera);
}

/** Why a string cannot be part of a topic, or null. Levels are separated by "/"; none may be empty or hold a wildcard. */
export function topicProblem(topic: string): string | null {
  if (topic === '') return 'it is empty';
  if (/[+#]/.test(topic)) return 'it holds a wildcard (+ or #)';
  if (/\p{Cc}/u.test(topic)) return 'it holds a control character';
  if (topic.startsWith('$')) return 'topics that begin with $ belong to the broker';
  if (topic.split('/').some((level) => level === '')) return 'it has an empty level';
  return Buffer.byteLength(topic) > 65535 ? 'it is too long' : null;
}
