import { test } from 'tap';
import type { EventChange, Observation } from '../../src/cortex/observation.ts';
import {
  type OpenIds,
  toldOf,
  eventRecord,
  PredictionNews,
  predictionRecord,
  scoreRecord,
} from '../../src/records/from-observation.ts';
import { EventRecord } from '../../src/records/event.ts';
import { PredictionRecord } from '../../src/records/prediction.ts';
import { ScoreRecord } from '../../src/records/score.ts';
import { accepts } from './schemas.ts';

const ZONES = {
  gate: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
  drive: [
    [0.5, 0],
    [1, 0],
    [1, 1],
    [0.5, 1],
  ],
} as const;

const WALL = Date.UTC(2026, 10, 23, 9, 30);
const CONTEXT = { camera: 'porch', zones: ZONES, learning: true, clockSynced: true, snapshots: false };

/** A frame at a model time; the wall clock runs along. */
const frameAt = (timeMs: number) => ({ sequence: 7, timeMs, capturedAtMs: WALL + timeMs - 5000 });

function change(type: EventChange['type']): EventChange {
  return {
    type,
    key: 'thing:7',
    cause: 'motion',
    severity: 'alert',
    score: 0.91234567,
    peak: 1,
    startedStep: 1,
    startedTimeMs: 4000,
    endedTimeMs: type === 'end' ? 9000 : null,
    position: { row: 1, column: 2 },
    box: [0.1, 0.1, 0.2, 0.2],
    explanation: 'moves left to right where only right to left was seen',
    expected: [],
  };
}

function observation(timeMs: number, events: readonly EventChange[]): Observation {
  return {
    step: 1,
    timeMs,
    score: 0.9,
    streams: { form: 0, motion: 1.5, sequence: 0, timing: 0 },
    changed: 3,
    learning: { state: 'ready', progress: 1 },
    things: [],
    grid: new Float32Array(1),
    heat: new Float32Array(3),
    gridColumns: 1,
    gridRows: 1,
    events,
    prediction: {
      next: [{ state: 'right', positions: [[0.6, 0, 0.2, 0.2]], probability: 0.8, inMs: [0, 4000] }],
      confidence: 0.8,
      // Four places side by side; something comes to the last two.
      activity: {
        columns: 4,
        rows: 1,
        horizonsS: [1, 5, 10],
        probability: Float32Array.of(0, 0, 0, 0, 0, 0, 0.04, 0.2, 0.4, 0.05, 0.25, 0.5),
      },
    },
    label: { name: 'lorry', probability: 0.91 },
  };
}

void test('all records of one event carry one id and one start; the next event gets another', async (t) => {
  const ids: OpenIds = new Map();
  const start = eventRecord(change('start'), ids, frameAt(5000), CONTEXT);
  const update = eventRecord(change('update'), ids, frameAt(7000), CONTEXT);
  const end = eventRecord(change('end'), ids, frameAt(10000), CONTEXT);
  const again = eventRecord(change('start'), ids, frameAt(20000), CONTEXT);
  t.equal(start.started_at, '2026-11-23T09:29:59.000Z', 'a second of model time before the frame');
  t.strictSame([update.started_at, end.started_at], [start.started_at, start.started_at]);
  t.equal(end.ended_at, '2026-11-23T09:30:04.000Z');
  t.strictSame([update.id, end.id], [start.id, start.id]);
  t.not(again.id, start.id);
  t.strictSame(start.zones, ['gate']);
  for (const record of [start, update, end, again]) t.strictSame(accepts(EventRecord, record), []);
});

void test('an event that was open before a restart keeps its id', async (t) => {
  const id = '01KARZ3NDEKTSV4RRFFQ69G5FA';
  const startedAtMs = Date.UTC(2026, 10, 22);
  const start = eventRecord(change('start'), new Map(), frameAt(5000), CONTEXT);
  const ids: OpenIds = new Map([['thing:7', { id, startedAtMs, told: toldOf(start) }]]);
  const end = eventRecord(change('end'), ids, frameAt(10000), CONTEXT);
  t.strictSame([end.id, end.started_at], [id, '2026-11-22T00:00:00.000Z'], 'and its start, by the clock of then');
  t.equal(ids.size, 0);
});

void test('the end of an event tells where and why as it was, not what the scene looks like by then', async (t) => {
  const ids: OpenIds = new Map();
  const start = eventRecord(change('start'), ids, frameAt(5000), CONTEXT);
  const later = { ...change('end'), explanation: 'nothing is there any more', box: null, position: null };
  const end = eventRecord(later, ids, frameAt(10000), CONTEXT);
  t.strictSame([end.explanation, end.box, end.zones], [start.explanation, start.box, start.zones]);
});

void test('a prediction that says the same again is not told again', async (t) => {
  const news = new PredictionNews();
  const told = (timeMs: number, more: Partial<Observation> = {}): boolean =>
    news.isNews(predictionRecord({ ...observation(timeMs, []), ...more }, frameAt(timeMs), CONTEXT)!);
  t.strictSame([told(5000), told(5100), told(5200)], [true, false, false]);
  t.ok(told(5300, { label: { name: 'lorry', probability: 0.5 } }));
  t.ok(told(5400), 'what was told before the last is news again');
});

void test('a prediction names its zones and the chance of the most likely of its places within each horizon', async (t) => {
  const seen = observation(5000, []);
  const prediction = predictionRecord(seen, frameAt(5000), CONTEXT)!;
  t.strictSame(accepts(PredictionRecord, prediction), []);
  t.strictSame(accepts(ScoreRecord, scoreRecord(seen, frameAt(5000), CONTEXT)), []);
  t.strictSame(prediction.label, { name: 'lorry', probability: 0.91 });
  t.match(prediction.next[0], { state: 'drive', zones: ['drive'], in_seconds: [0, 4] });
  t.strictSame(
    prediction.activity.map(({ zone, horizon_s, probability }) => [zone, horizon_s, probability]),
    [
      ['gate', 1, 0],
      ['gate', 5, 0],
      ['gate', 10, 0],
      ['drive', 1, 0.05],
      ['drive', 5, 0.25],
      ['drive', 10, 0.5],
    ],
  );
});

void test('two things at once are two events of one cause, each with its own id and box', async (t) => {
  const ids: OpenIds = new Map();
  const first = eventRecord(change('start'), ids, frameAt(5000), CONTEXT);
  const other = eventRecord(
    { ...change('start'), key: 'thing:8', box: [0.6, 0.6, 0.1, 0.1] },
    ids,
    frameAt(5000),
    CONTEXT,
  );
  t.not(first.id, other.id);
  t.equal(ids.size, 2);
  const end = eventRecord({ ...change('end'), key: 'thing:8', box: null }, ids, frameAt(10000), CONTEXT);
  t.equal(end.id, other.id);
  t.same(end.box, [0.6, 0.6, 0.1, 0.1], 'as last told of it');
  t.same([...ids.keys()], ['thing:7']);
});
