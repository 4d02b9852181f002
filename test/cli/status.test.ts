import { test } from 'tap';
import { type Status, describeStatus } from '../../src/cli/status.ts';
import { PredictionQualityRecord, predictionQualityRecord } from '../../src/records/prediction-quality.ts';
import { accepts } from '../records/schemas.ts';

const FORECAST = {
  questions: 4210.5,
  logLoss: { model: 0.41234567, base_rate: 2.35, persistence: 0.9 },
  brier: { model: 0.11, base_rate: 0.2, persistence: 0.15 },
  calibrationError: 0.0213,
  reliability: [{ told: 0.93, came: 0.95, count: 3120 }],
};
const NOTHING = { ...FORECAST, questions: 0 };
const quality = predictionQualityRecord({
  nextState: FORECAST,
  nextVisit: NOTHING,
  activity: [{ horizonS: 5, ...FORECAST }],
});

function status(prediction: Status['cameras'][number]['prediction']): Status {
  return {
    version: '1.0.0',
    pins: 'none',
    broker: {
      state: 'online',
      reason: null,
      hint: null,
      url: 'mqtt://127.0.0.1:1883',
      protocol: '5.0',
      connects: 1,
      dropped: 0,
      eventsSent: 0,
    },
    at: '2026-11-24T12:00:00.000Z',
    clock_synced: true,
    uptime_s: 10,
    rss_mb: 100,
    db_bytes_written_per_day: 0,
    outbox_depth: 0,
    storage: {
      state: 'ok',
      failing_since: null,
      reason: null,
      database_bytes: 0,
      log_bytes_written: 0,
      database_bytes_written: 0,
      checkpoints: 0,
      checkpoint_ms: 0,
      checkpoint_bytes: 0,
      outbox_bytes: 0,
      outbox_dropped: 0,
      lost: [],
    },
    mqtt: { connected: true, connects: 1, dropped: 0, events_sent: 0 },
    streams: [],
    cameras: [
      {
        camera: 'porch',
        state: 'online',
        step: 9,
        frames: 9,
        dropped: 0,
        bad_frames: 0,
        fps: 10,
        step_ms: 1,
        checkpoint_step: 0,
        checkpoint_age_s: 0,
        checkpoint_copy_ms: 0,
        segments: 1,
        segment_capacity: 2,
        evictions: 0,
        things: 2,
        things_lost: 0,
        prediction,
      },
    ],
  };
}

void test('the quality of predictions is a record of its own, rounded', async (t) => {
  t.same(accepts(PredictionQualityRecord, quality), []);
  t.equal(quality.next_state.log_loss.model, 0.4123);
});

void test('status tells how good the predictions are, beside who knows little', async (t) => {
  const lines = describeStatus(status(quality)).split('\n');
  t.match(
    lines.find((line) => line.includes('next state')),
    /porch .*0\.412 +2\.350 +0\.900 +0\.110 +2\.1 %/,
  );
  t.ok(lines.some((line) => line.includes('activity within 5 s')));
  t.notOk(
    lines.some((line) => line.includes('next visit')),
    'nothing was asked yet',
  );
});

void test('before anything was predicted, status leaves it out', async (t) => {
  t.notMatch(describeStatus(status(null)), /log loss/);
});
