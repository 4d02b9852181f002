/**
 * topics.ts - every topic that is published, once: its path, how it is delivered, what it carries, one sentence.
 * docs/mqtt.md and docs/schema derive from this table.
 *
 * Paths are relative to the base topic; `<camera>` stands for a camera's name in the configuration, `<stream>` for a number
 * sensor's. Sensors have the availability, anomaly and event topics too, under their own name.
 */
import type { TSchema } from 'typebox';
import {
  AlarmsPerDay,
  AreaCommand,
  AreaRecord,
  FeedbackCommand,
  LabelCommand,
  MuteMinutes,
  MuteRecord,
  QuietHours,
  RequestRecord,
  ResponseRecord,
  Sensitivity,
  Switch,
} from '../records/commands.ts';
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

/** By default; see the settings mqtt.state_qos, mqtt.stream_qos, mqtt.event_qos. */
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
    sentence:
      'Where the picture is unusual, when an event starts: form blue, motion red, sequence and timing green, over the frame.',
  },
  predicted: {
    path: '<camera>/predicted',
    delivery: 'stream',
    schema: null,
    sentence: 'Picture of what is expected next, at most one a second while the prediction changes.',
  },
  learning: {
    path: '<camera>/learning',
    delivery: 'state',
    schema: Switch,
    sentence: 'Whether the model goes on learning; bare text.',
  },
  enabled: {
    path: '<camera>/enabled',
    delivery: 'state',
    schema: Switch,
    sentence: 'Whether the camera is watched at all; bare text.',
  },
  sensitivity: {
    path: '<camera>/sensitivity',
    delivery: 'state',
    schema: Sensitivity,
    sentence: 'How easily it alarms; a bare number.',
  },
  alarmsPerDay: {
    path: '<camera>/alarms_per_day',
    delivery: 'state',
    schema: AlarmsPerDay,
    sentence: 'How many alarms a day are asked for; a bare number. Cameras only.',
  },
  quietHours: {
    path: '<camera>/quiet_hours',
    delivery: 'state',
    schema: QuietHours,
    sentence: 'When nothing is an alert, by the clock of the machine; bare text, `off` for never. Cameras only.',
  },
  mute: {
    path: '<camera>/mute',
    delivery: 'state',
    schema: MuteRecord,
    sentence: 'Until when nothing is an alert. Cameras only.',
  },
  zone: {
    path: '<camera>/zone/<name>',
    delivery: 'state',
    schema: AreaRecord,
    sentence: 'A zone: whether it is told with events, and where it is.',
  },
  mask: {
    path: '<camera>/mask/<name>',
    delivery: 'state',
    schema: AreaRecord,
    sentence: 'A mask: whether it hides what is behind it, and where it is.',
  },
  response: {
    path: 'bridge/response/<verb>',
    delivery: 'stream',
    schema: ResponseRecord,
    sentence: 'Answer to a request; `bridge/response/set` answers all other commands. Always QoS 1.',
  },
} as const satisfies { readonly [name: string]: Topic };

/** A topic that others publish to. */
export type CommandTopic = { readonly path: string; readonly schema: TSchema; readonly sentence: string };

export const COMMANDS = {
  learning: { path: '<camera>/learning/set', schema: Switch, sentence: 'Switch learning on or off.' },
  enabled: { path: '<camera>/enabled/set', schema: Switch, sentence: 'Watch the camera, or close it.' },
  sensitivity: { path: '<camera>/sensitivity/set', schema: Sensitivity, sentence: 'Set the sensitivity.' },
  alarmsPerDay: {
    path: '<camera>/alarms_per_day/set',
    schema: AlarmsPerDay,
    sentence: 'Ask for so many alarms a day, from 0.01 to 10000.',
  },
  quietHours: {
    path: '<camera>/quiet_hours/set',
    schema: QuietHours,
    sentence: 'Quiet hours, `22:00-06:30`; `off` for none. What is unusual then is a notice, not an alert.',
  },
  mute: {
    path: '<camera>/mute/set',
    schema: MuteMinutes,
    sentence: 'Nothing is an alert for so many minutes, a week at most; `0` ends that.',
  },
  zone: {
    path: '<camera>/zone/<name>/set',
    schema: AreaCommand,
    sentence: 'Switch a zone on or off, draw it, or `RESET` it to the configuration.',
  },
  mask: {
    path: '<camera>/mask/<name>/set',
    schema: AreaCommand,
    sentence: 'The same for a mask. Holds from the next frame that is learned, stored or sent.',
  },
  feedback: {
    path: '<camera>/feedback/set',
    schema: FeedbackCommand,
    sentence:
      '`normal`: that event was nothing: it ends, and the same thing alarms no more. `matters`: never get used to it. Without an event id the newest event is meant.',
  },
  label: {
    path: '<camera>/label/set',
    schema: LabelCommand,
    sentence: 'Name what is seen now, or was seen last; predictions then tell it.',
  },
  request: {
    path: 'bridge/request/<verb>',
    schema: RequestRecord,
    sentence:
      'Ask for `snapshot.create`, `snapshot.list`, `snapshot.restore`, `snapshot.delete`, `events.list`, `health` or `restart`.',
  },
} as const satisfies { readonly [name: string]: CommandTopic };

/** The path of a topic for a camera or number sensor, and for a zone or mask of it. */
export function pathFor(topic: Topic | CommandTopic, camera: string, name = ''): string {
  return topic.path.replace(/<camera>|<stream>/, camera).replace('<name>', name);
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
