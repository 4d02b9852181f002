/**
 * docs-examples.ts - one example of each payload, shown in docs/mqtt.md and held against the schemas by a test.
 */
import { anomalyOf } from '../src/records/anomaly.ts';
import type { HealthRecord } from '../src/records/bridge.ts';
import type { EventRecord } from '../src/records/event.ts';
import type { PredictionRecord } from '../src/records/prediction.ts';
import type { ScoreRecord } from '../src/records/score.ts';
import type { SensorScore } from '../src/records/series.ts';
import type { COMMANDS, TOPICS } from '../src/mqtt/topics.ts';

const event: EventRecord = {
  version: 1,
  type: 'start',
  id: '01KARZ3NDEKTSV4RRFFQ69G5FA',
  camera: 'porch',
  cause: 'motion',
  severity: 'alert',
  score: 0.93,
  peak: 0.97,
  started_at: '2026-11-23T09:30:00.125Z',
  ended_at: null,
  frame: 1234,
  zones: ['gate'],
  box: [0.25, 0.5, 0.125, 0.25],
  position: { row: 3, column: 5 },
  explanation: 'moves left to right where only right to left was seen',
  expected: [{ state: 'right to left', probability: 0.9 }],
  has_snapshot: true,
  learning: false,
  clock_synced: true,
};

const score: ScoreRecord = {
  at: '2026-11-23T09:30:00.125Z',
  score: 0.12,
  streams: { form: 0.2, motion: 0.14, sequence: 0, timing: 0.05 },
  learning: { state: 'learning', progress: 0.62 },
  clock_synced: true,
};

const prediction: PredictionRecord = {
  version: 1,
  camera: 'porch',
  at: '2026-11-23T09:30:00.125Z',
  next: [{ state: 'row 2, columns 0-1', zones: ['drive'], probability: 0.86, in_seconds: [2.1, 6] }],
  confidence: 0.86,
  activity: [
    { zone: 'drive', horizon_s: 1, probability: 0 },
    { zone: 'drive', horizon_s: 5, probability: 0.5999 },
    { zone: 'drive', horizon_s: 30, probability: 0.86 },
  ],
  label: { name: 'lorry', probability: 0.91 },
  clock_synced: true,
};

const health: HealthRecord = {
  at: '2026-11-23T09:30:00.125Z',
  clock_synced: true,
  uptime_s: 86400,
  rss_mb: 118.2,
  db_bytes_written_per_day: 41000000,
  outbox_depth: 0,
  storage: {
    state: 'ok',
    failing_since: null,
    reason: null,
    database_bytes: 14385152,
    log_bytes_written: 92142000,
    database_bytes_written: 18874368,
    checkpoints: 288,
    checkpoint_ms: 21.4,
    checkpoint_bytes: 318544,
    outbox_bytes: 0,
    outbox_dropped: 0,
    lost: [],
  },
  mqtt: { connected: true, connects: 1, dropped: 0, events_sent: 118 },
  cameras: [
    {
      camera: 'porch',
      state: 'online',
      step: 864000,
      frames: 864000,
      dropped: 12,
      bad_frames: 0,
      fps: 10,
      step_ms: 2.4,
      checkpoint_step: 862000,
      checkpoint_age_s: 200,
      checkpoint_copy_ms: 2.1,
      segments: 18211,
      segment_capacity: 49152,
      evictions: 0,
      things: 2,
      things_lost: 0,
      prediction: {
        next_state: forecast(0.41, 2.35, 0.93),
        next_episode: forecast(0.22, 0.71, 0.35),
        activity: [{ horizon_s: 1, ...forecast(0.04, 0.23, 0.07) }],
      },
    },
  ],
  streams: [
    {
      stream: 'boiler',
      state: 'online',
      step: 43200,
      values: 1440,
      missing: 3,
      bad_values: 0,
      dropped: 0,
      step_ms: 0.31,
      checkpoint_step: 43198,
      checkpoint_age_s: 120,
    },
  ],
};

const sensorScore: SensorScore = {
  at: '2026-11-23T09:30:00.125Z',
  value: 61.4,
  score: 0.02,
  likelihood: 0.913,
  log_likelihood: 0.106,
  prediction: 61.6,
  evidence: { value: 0.31, season: 0.2, flat: 0.01, sequence: 0.21 },
  learning: { state: 'ready', progress: 1 },
  clock_synced: true,
};

const area = {
  enabled: true,
  points: [
    [0, 0.5],
    [0.3, 0.5],
    [0.3, 1],
    [0, 1],
  ],
};
const online = { state: 'online' };
const anomaly = anomalyOf([event]);

/** By the names of the topic table; topics with pictures have none. */
export const EXAMPLES: {
  readonly [name in Exclude<keyof typeof TOPICS, 'snapshot' | 'heatmap' | 'predicted'>]: unknown;
} = {
  bridgeState: online,
  info: {
    version: '0.1.0',
    node: 'v20.20.2',
    cameras: ['porch'],
    streams: ['boiler'],
    config: { mqtt: { url: 'mqtt://127.0.0.1:1883' } },
  },
  health,
  availability: online,
  score,
  sensorScore,
  anomaly: anomaly.state,
  anomalyAttributes: anomaly.attributes,
  event,
  prediction,
  learning: 'ON',
  enabled: 'ON',
  sensitivity: 1,
  alarmsPerDay: 10,
  quietHours: '22:00-06:30',
  mute: { until: '2026-11-23T10:30:00.000Z' },
  zone: area,
  mask: area,
  response: { transaction: 'a1', status: 'ok', data: { deleted: 'before-holiday' }, error: null },
};

/** By the names of the command table: what may be sent, as it is sent. */
export const COMMAND_EXAMPLES: { readonly [name in keyof typeof COMMANDS]: readonly string[] } = {
  learning: ['OFF'],
  enabled: ['ON'],
  sensitivity: ['1.5'],
  alarmsPerDay: ['5'],
  quietHours: ['22:00-06:30', 'off'],
  mute: ['60'],
  zone: ['OFF', '[[0, 0.5], [0.3, 0.5], [0.3, 1], [0, 1]]', 'RESET'],
  mask: ['{"enabled": true, "points": [[0, 0], [0.2, 0], [0.2, 0.2]]}'],
  feedback: ['normal', '{"feedback": "matters", "event": "01KARZ3NDEKTSV4RRFFQ69G5FA", "transaction": 7}'],
  label: ['lorry'],
  request: ['{"name": "before-holiday", "camera": "porch", "transaction": "a1"}'],
};

/** The quality of one kind of forecast by log loss: the model, base rate, persistence. */
function forecast(model: number, base: number, persistence: number) {
  return {
    questions: 4210,
    log_loss: { model, base_rate: base, persistence },
    brier: { model: 0.11, base_rate: 0.2, persistence: 0.15 },
    calibration_error: 0.02,
    reliability: [{ told: 0.93, came: 0.95, count: 3120 }],
  };
}
