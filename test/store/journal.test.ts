import { test } from 'tap';
import { Store } from '../../src/store/store.ts';
import { openJournal } from '../../src/store/reader.ts';
import { eventOf, imageOf } from './support.ts';

const open = (directory: string, outboxBytes = 1e6): Store =>
  new Store({ directory, outboxLimit: 1000, outboxBytes, program: '0.0.0', lock: true });
const LIMITS = { before: '2026-10-01T00:00:00.000Z', minutesBefore: '0000', eventBytes: 1e9, pictureBytes: 1e9 };

test('the outbox is bounded by bytes as by messages: updates go first, then the oldest', async (t) => {
  const store = open(t.testdir(), 1500);
  for (const [id, type] of [
    ['A', 'start'],
    ['A', 'update'],
    ['A', 'end'],
    ['B', 'start'],
    ['C', 'start'],
  ] as const)
    store.saveEvent(eventOf(id, { type }), null, true);
  const { outboxBytes, outboxDepth, outboxDropped } = store.health();
  t.ok(outboxBytes <= 1500 && outboxDepth >= 2, `${outboxDepth} messages, ${outboxBytes} bytes`);
  t.equal(outboxDepth + outboxDropped, 5);
  const left = store.outboxAfter(0, 10).map(({ payload }) => JSON.parse(payload) as { id: string; type: string });
  t.notOk(left.some(({ type }) => type === 'update'));
  t.equal(left.at(-1)?.id.at(-1), 'C', 'the newest is there');
  store.close();
});

test('an acknowledged message is not sent again, and is gone for good with the next write', async (t) => {
  const directory = t.testdir();
  const store = open(directory);
  for (const id of ['A', 'B', 'C', 'D']) store.saveEvent(eventOf(id), null, true);
  const [a, b] = store.outboxAfter(0, 2);
  store.acknowledge(a!.sequence);
  store.acknowledge(a!.sequence);
  store.acknowledge(b!.sequence);
  t.equal(store.health().outboxDepth, 2);
  t.same(
    store.outboxAfter(0, 2).map(({ payload }) => (JSON.parse(payload) as { id: string }).id.at(-1)),
    ['C', 'D'],
  );
  store.checkpoint(imageOf(1));
  const { journal, close } = openJournal(directory);
  t.equal(journal.outboxes.broker.depth, 2, 'also for another reader of the file');
  close();
  store.close();
  const again = open(directory);
  t.equal(again.health().outboxDepth, 2);
  again.close();
});

test('scores are kept by the minute, later by the hour, at last not at all', async (t) => {
  const directory = t.testdir();
  const store = open(directory);
  for (let minute = 0; minute < 90; minute++) {
    const hour = minute < 60 ? '08' : '09';
    const at = `2026-11-20T${hour}:${String(minute % 60).padStart(2, '0')}Z`;
    store.saveScore({ camera: 'porch', minute: at, frames: 10, min: 0.1, mean: minute < 60 ? 0.2 : 0.4, max: 0.9 });
  }
  store.flush();
  const read = <T>(work: (journal: ReturnType<typeof openJournal>['journal']) => T): T => {
    const { journal, close } = openJournal(directory);
    const result = work(journal);
    close();
    return result;
  };
  t.equal(read((journal) => journal.scores('porch', 1000)).length, 90);
  // In two parts: the second half of the nine o'clock hour joins the first.
  for (const minutesBefore of ['2026-11-20T09:10Z', '2026-11-21T00:00Z']) {
    store.retain({ ...LIMITS, minutesBefore });
    while (store.idle());
  }
  t.equal(read((journal) => journal.scores('porch', 1000)).length, 0);
  t.match(
    read((journal) => journal.hourlyScores('porch', 10)),
    [
      { hour: '2026-11-20T09:00Z', frames: 300, min: 0.1, max: 0.9 },
      { hour: '2026-11-20T08:00Z', frames: 600 },
    ],
  );
  t.ok(Math.abs(read((journal) => journal.hourlyScores('porch', 1))[0]!.mean - 0.4) < 1e-9);
  store.retain({ ...LIMITS, before: '2026-12-01T00:00:00.000Z' });
  while (store.idle());
  t.equal(read((journal) => journal.hourlyScores('porch', 10)).length, 0);
  store.close();
});

test('events keep within their bytes, the oldest go, in pieces that hold nobody up', async (t) => {
  const store = open(t.testdir());
  const ended = { type: 'end', ended_at: '2026-11-23T10:00:05.000Z' } as const;
  for (let i = 0; i < 450; i++) store.saveEvent(eventOf(`E${i}`, ended), new Uint8Array(10), false);
  store.saveEvent(eventOf('OPEN'), null, false);
  const bytes = JSON.stringify(eventOf('E1', ended)).length;
  store.retain({ ...LIMITS, eventBytes: bytes * 40 });
  let pieces = 0;
  while (store.idle()) pieces++;
  t.ok(pieces >= 3, `${pieces} pieces`);
  const left = store.events({ limit: 1000 });
  t.ok(left.length >= 38 && left.length <= 41, `${left.length} events`);
  t.ok(store.event(eventOf('OPEN').id));
  t.ok(store.event(eventOf('E449').id));
  t.equal(store.picture(eventOf('E3').id), undefined, 'with the event goes its picture');
  t.equal(store.picture(eventOf('E449').id)?.length, 10);
  store.close();
});

test('a clock that is set back a year mixes nothing up and deletes nothing', async (t) => {
  const store = open(t.testdir());
  const ended = { type: 'end', ended_at: '2026-11-23T10:00:05.000Z' } as const;
  const minute = { camera: 'porch', minute: '2026-11-23T10:00Z', frames: 10, min: 0.2, mean: 0.2, max: 0.2 };
  store.saveEvent(eventOf('A', ended), new Uint8Array(600), false);
  store.saveScore(minute);
  store.checkpoint(imageOf(1));
  await store.createSnapshot('s1', 'porch', '2026-11-23T10:00:00.000Z', 'scheduled');
  // A year back.
  store.saveEvent(eventOf('B', { ...ended, started_at: '2025-11-23T10:00:00.000Z' }), new Uint8Array(600), false);
  store.checkpoint({ ...imageOf(2), savedAt: '2025-11-23T10:00:00.000Z' });
  await store.createSnapshot('s2', 'porch', '2025-11-23T10:00:00.000Z', 'scheduled');
  // The clock is right again, in a minute that has been before.
  store.saveScore({ ...minute, frames: 30, mean: 0.6, max: 0.9 });
  store.checkpoint(imageOf(3));
  await store.createSnapshot('s3', 'porch', '2026-11-23T10:00:30.000Z', 'scheduled');
  t.match(await store.loadModel('porch'), { kind: 'loaded', lost: null, image: { step: 3 } });
  t.same(
    store.snapshots().map(({ name }) => name),
    ['s3', 's2', 's1'],
    'in the order in which they were made',
  );
  t.same(store.trimSnapshots('porch', 'scheduled', 2), ['s1']);
  store.retain({ ...LIMITS, before: '2024-11-23T10:00:00.000Z', pictureBytes: 700 });
  while (store.idle());
  t.equal(store.events({ limit: 9 }).length, 2);
  t.equal(store.picture(eventOf('A').id), undefined, 'the picture that was taken first goes first');
  t.equal(store.picture(eventOf('B').id)?.length, 600);
  store.close();
});
