/**
 * bridge.ts - records about the daemon itself: is it there, what is it, how is it doing.
 */
import { Type, type Static } from 'typebox';
import { FencingToken, Timestamp, TimestampOrNull } from './common.ts';
import { PredictionQualityRecord } from './prediction-quality.ts';

export const StateRecord = Type.Object(
  { state: Type.Union([Type.Literal('online'), Type.Literal('offline')]), token: FencingToken },
  { additionalProperties: false, $id: 'state', title: 'Availability' },
);
export type StateRecord = Static<typeof StateRecord>;

export const InfoRecord = Type.Object(
  {
    version: Type.String(),
    node: Type.String({ description: 'Node.js version' }),
    cameras: Type.Array(Type.String()),
    streams: Type.Array(Type.String(), { description: 'number sensors' }),
    config: Type.Unknown({ description: 'effective configuration, secrets replaced by "***"' }),
  },
  { additionalProperties: false, $id: 'info', title: 'Daemon' },
);
export type InfoRecord = Static<typeof InfoRecord>;

export const CameraHealth = Type.Object(
  {
    camera: Type.String(),
    state: Type.Union([Type.Literal('online'), Type.Literal('offline')]),
    step: Type.Integer({ minimum: 0 }),
    frames: Type.Integer({ minimum: 0, description: 'stepped since start' }),
    dropped: Type.Integer({ minimum: 0, description: 'replaced by a newer frame before they were stepped' }),
    bad_frames: Type.Integer({ minimum: 0, description: 'could not be decoded' }),
    fps: Type.Number({ minimum: 0 }),
    step_ms: Type.Number({ minimum: 0, description: 'mean time of a model step' }),
    checkpoint_step: Type.Integer({ minimum: 0, description: 'step of the last durable checkpoint' }),
    checkpoint_age_s: Type.Number({ minimum: 0, description: 'so much learning a power cut would cost now' }),
    checkpoint_copy_ms: Type.Number({ minimum: 0, description: 'how long the last checkpoint kept the model busy' }),
    segments: Type.Integer({ minimum: 0, description: 'segments in use, all regions' }),
    segment_capacity: Type.Integer({ minimum: 0 }),
    evictions: Type.Integer({ minimum: 0, description: 'segments replaced because a pool was full, since birth' }),
    things: Type.Integer({ minimum: 0, description: 'things that are followed now' }),
    things_lost: Type.Integer({
      minimum: 0,
      description: 'things that came while as many as can be were followed, since birth',
    }),
    prediction: Type.Union([PredictionQualityRecord, Type.Null()], {
      description: 'quality of the predictions lately, null in the first moments after the start',
    }),
  },
  { additionalProperties: false },
);
export type CameraHealth = Static<typeof CameraHealth>;

export const SensorHealth = Type.Object(
  {
    stream: Type.String(),
    state: Type.Union([Type.Literal('online'), Type.Literal('offline')]),
    step: Type.Integer({ minimum: 0, description: 'values in the life of the model' }),
    values: Type.Integer({ minimum: 0, description: 'taken since start' }),
    missing: Type.Integer({ minimum: 0, description: 'moments without a value, in the life of the model' }),
    bad_values: Type.Integer({ minimum: 0, description: 'messages or files without a number, since start' }),
    dropped: Type.Integer({ minimum: 0, description: 'came faster than they could be taken' }),
    step_ms: Type.Number({ minimum: 0, description: 'mean time of a model step' }),
    checkpoint_step: Type.Integer({ minimum: 0, description: 'step of the last durable checkpoint' }),
    checkpoint_age_s: Type.Number({ minimum: 0, description: 'so much learning a power cut would cost now' }),
  },
  { additionalProperties: false },
);
export type SensorHealth = Static<typeof SensorHealth>;

export const StorageHealth = Type.Object(
  {
    state: Type.Union([Type.Literal('ok'), Type.Literal('failing')], {
      description: 'failing: nothing can be written',
    }),
    failing_since: TimestampOrNull,
    reason: Type.Union([Type.String(), Type.Null()]),
    database_bytes: Type.Integer({ minimum: 0, description: 'size of the database and its write-ahead log' }),
    log_bytes_written: Type.Integer({ minimum: 0, description: 'to the write-ahead log, since start' }),
    database_bytes_written: Type.Integer({ minimum: 0, description: 'to the database itself, since start' }),
    checkpoints: Type.Integer({ minimum: 0, description: 'of all models, since start' }),
    checkpoint_ms: Type.Number({ minimum: 0, description: 'time to write the last one, beside the frames' }),
    checkpoint_bytes: Type.Integer({ minimum: 0, description: 'packed pages of the last one' }),
    outbox_bytes: Type.Integer({ minimum: 0 }),
    outbox_dropped: Type.Integer({ minimum: 0, description: 'messages given up because the outbox was full' }),
    lost: Type.Array(Type.String(), { description: 'what was found damaged since start, and what that cost' }),
  },
  { additionalProperties: false },
);
export type StorageHealth = Static<typeof StorageHealth>;

export const HealthRecord = Type.Object(
  {
    at: Timestamp,
    clock_synced: Type.Boolean(),
    uptime_s: Type.Number({ minimum: 0 }),
    rss_mb: Type.Number({ minimum: 0 }),
    db_bytes_written_per_day: Type.Number({ minimum: 0 }),
    outbox_depth: Type.Integer({ minimum: 0 }),
    storage: StorageHealth,
    mqtt: Type.Object(
      {
        connected: Type.Boolean(),
        connects: Type.Integer({ minimum: 0, description: 'since start' }),
        dropped: Type.Integer({
          minimum: 0,
          description: 'messages of QoS 0 not sent, offline or because the broker was slow',
        }),
        events_sent: Type.Integer({ minimum: 0, description: 'acknowledged by the broker since start' }),
      },
      { additionalProperties: false },
    ),
    cameras: Type.Array(CameraHealth),
    streams: Type.Array(SensorHealth),
  },
  { additionalProperties: false, $id: 'health', title: 'Health' },
);
export type HealthRecord = Static<typeof HealthRecord>;
