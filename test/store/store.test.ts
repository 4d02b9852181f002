import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { DATABASE_FILE } from '../../src/store/database.ts';
import { isLocked } from '../../src/store/lock.ts';
import { NEWEST } from '../../src/store/migrations.ts';
import { openJournal } from '../../src/store/reader.ts';
import { StoreClient } from '../../src/store/store-client.ts';
import { Store } from '../../src/store/store.ts';
import { assembleModel } from '../../src/store/model-parts.ts';
import { shortFolder } from '../support/folder.ts';
import { eventOf, imageOf, noiseOf } from './support.ts';

const NOW = '2026-11-23T12:00:00.000Z';
const open = (directory: string, outboxLimit = 100): Store =>
  new Store({ directory, outboxLimit, program: '0.0.0', lock: true });

test('a checkpoint is loaded again with every byte, and only changed pages are written', async (t) => {
  const directory = t.testdir();
  const store = open(directory);
  const image = imageOf(1);
  t.match(store.checkpoint(image), { generation: 1, pages: 4, pageBytes: image.bytes.length });
  image.bytes[65536 + 5] = 99;
  t.match(store.checkpoint({ ...image, step: 2 }), { generation: 2, pages: 1, pageBytes: 65536 });
  store.close();
  const again = open(directory);
  const loaded = await again.loadModel('porch');
  t.equal(loaded.kind, 'loaded');
  if (loaded.kind !== 'loaded') return;
  t.equal(loaded.image.step, 2);
  t.equal(loaded.lost, null);
  t.ok(Buffer.from(loaded.image.bytes).equals(Buffer.from(image.bytes)));
  t.equal(again.checkpoint({ ...image, step: 3 }).pages, 0, 'after loading, an unchanged page is known to be written');
  t.equal((await again.loadModel('elsewhere')).kind, 'none');
  again.close();
});

test('a damaged page makes loading fall back to the generation before, and say what was lost', async (t) => {
  const directory = t.testdir();
  const store = open(directory);
  store.checkpoint(imageOf(1));
  store.checkpoint(imageOf(2));
  store.checkpoint(imageOf(3));
  store.close();
  const db = new Sqlite(join(directory, DATABASE_FILE));
  t.equal(db.prepare('SELECT count(*) FROM model').pluck().get(), 2, 'two generations are kept');
  db.prepare('UPDATE model_page SET bytes = zeroblob(65536) WHERE page = 1 AND generation = 3').run();
  db.close();
  const again = open(directory);
  const loaded = await again.loadModel('porch');
  t.match(loaded, { kind: 'loaded', generation: 2, lost: /step 3.*page 1 fails its checksum.*goes on from step 2/ });
  if (loaded.kind === 'loaded') t.ok(Buffer.from(loaded.image.bytes).equals(Buffer.from(imageOf(2).bytes)));
  again.close();
});

test('an image that is shorter than the one before is loaded as well, and so is the one before', async (t) => {
  const directory = shortFolder(t);
  const options = { directory, outboxLimit: 9, program: '0', lock: true };
  const images = [noiseOf(1, 4), noiseOf(2, 2), noiseOf(3, 2), noiseOf(4, 4)];
  for (const image of images) {
    const store = new Store(options);
    store.checkpoint(image);
    store.close();
    const again = new Store(options);
    const loaded = await again.loadModel('porch', image.signature);
    again.close();
    t.match(loaded, { kind: 'loaded', lost: null, image: { step: image.step } });
    t.ok(loaded.kind === 'loaded' && Buffer.from(loaded.image.bytes).equals(image.bytes));
  }
  const other = new Sqlite(join(directory, DATABASE_FILE));
  t.teardown(() => other.close());
  other.prepare('DELETE FROM model_page WHERE generation = 4 AND page = 1').run();
  const store = new Store(options);
  t.teardown(() => store.close());
  const before = await store.loadModel('porch');
  t.match(before, { kind: 'loaded', lost: /step 4/, image: { step: 3 } }, 'of the other length');
  t.ok(before.kind === 'loaded' && Buffer.from(before.image.bytes).equals(images[2]!.bytes));
  const pages = other.prepare('SELECT count(*) FROM model_page WHERE page > 2').pluck().get();
  t.equal(pages, 0, 'pages beyond the length of all are gone');
});

test('parts of a checkpoint are read from the database; where a page is damaged the next one writes all anew', async (t) => {
  const directory = shortFolder(t);
  const store = new Store({ directory, outboxLimit: 9, program: '0', lock: true });
  t.teardown(() => store.close());
  const image = noiseOf(1);
  store.checkpoint(image);
  const whole = store.modelParts('porch', new Set())!;
  t.equal(whole.parts.length, 4);
  const parts = new Map(whole.parts.map(({ hash, bytes }) => [hash, bytes]));
  const bytes = await assembleModel(whole.length, whole.hashes, async (hash) => parts.get(hash) ?? null);
  t.ok(Buffer.from(bytes).equals(image.bytes));
  image.bytes[70_000]! ^= 1;
  store.checkpoint({ ...image, step: 2 });
  t.equal(store.modelParts('porch', new Set(parts.keys()))!.parts.length, 1, 'only what is not known');

  const other = new Sqlite(join(directory, DATABASE_FILE));
  other.prepare('UPDATE model_page SET bytes = zeroblob(65536) WHERE page = 1').run();
  other.close();
  t.throws(() => store.modelParts('porch', new Set()), { code: 'corrupt', message: /page 1 of the model of porch/ });
  t.equal(store.modelParts('porch', new Set()), null, 'nobody knows what is written');
  t.equal(store.checkpoint({ ...image, step: 3 }).pages, 4);
  t.equal(store.modelParts('porch', new Set())!.parts.length, 4);
});

test('when no generation is sound, the newest sound snapshot is gone on from, and the damage is kept aside', async (t) => {
  const directory = t.testdir();
  const store = open(directory);
  store.checkpoint(imageOf(1));
  await store.createSnapshot('older', 'porch', NOW);
  store.checkpoint(imageOf(2));
  await store.createSnapshot('newer', 'porch', NOW);
  store.checkpoint(imageOf(3));
  store.close();
  const db = new Sqlite(join(directory, DATABASE_FILE));
  db.prepare('DELETE FROM model_page WHERE page = 2').run();
  db.prepare("UPDATE snapshot SET compressed = zeroblob(9) WHERE name = 'newer'").run();
  db.close();
  const again = open(directory);
  const loaded = await again.loadModel('porch', 'shape-3');
  t.match(loaded, { kind: 'loaded', generation: 0, image: { step: 1 } });
  t.match(loaded.lost, /step 3\): 3 of 4 pages; .*step 2\): 3 of 4 pages; .*"newer".*goes on from snapshot "older"/);
  const event = again.events({ limit: 1 })[0];
  t.match(event, { cause: 'state_lost', severity: 'notice', camera: 'porch', explanation: /goes on from snapshot/ });
  t.match(again.health().losses, [/porch: .*goes on from snapshot "older"/]);
  const aside = readdirSync(directory).filter((name) => name.includes('.damaged-'));
  t.equal(aside.length, 1);
  const kept = new Sqlite(join(directory, aside[0]!), { readonly: true });
  t.equal(kept.prepare('SELECT count(*) FROM model').pluck().get(), 2, 'with the damaged generations');
  kept.close();
  again.checkpoint({ ...imageOf(9), step: 9 });
  t.match(await again.loadModel('porch'), { kind: 'loaded', lost: null, image: { step: 9 } });
  again.close();
});

test('without any sound snapshot of the shape the model begins anew, and it is said so', async (t) => {
  const directory = t.testdir();
  const store = open(directory);
  store.checkpoint(imageOf(1));
  await store.createSnapshot('small', 'porch', NOW);
  store.close();
  const db = new Sqlite(join(directory, DATABASE_FILE));
  db.prepare('DELETE FROM model_page').run();
  db.close();
  const again = open(directory);
  t.match(await again.loadModel('porch', 'another-shape'), { kind: 'none', lost: /0 of 4 pages.*begins anew/ });
  t.equal(again.events({ limit: 5 }).length, 1);
  t.match(await again.loadModel('porch', 'another-shape'), { kind: 'none', lost: null }, 'told once');
  again.close();
});

test('a second daemon is kept out, and let in when the first has gone', async (t) => {
  const directory = t.testdir();
  const first = open(directory);
  t.ok(isLocked(directory));
  t.throws(() => open(directory), { code: 'in_use', hint: /Stop the other one/ });
  first.close();
  t.notOk(isLocked(directory));
  open(directory).close();
});

test('a database of a newer program is refused and not touched', async (t) => {
  const directory = t.testdir();
  open(directory).close();
  const file = join(directory, DATABASE_FILE);
  const db = new Sqlite(file);
  db.pragma(`user_version = ${NEWEST + 1}`);
  db.close();
  const before = statSync(file);
  t.throws(() => open(directory), { code: 'newer_version', message: new RegExp(`received version ${NEWEST + 1}`) });
  t.throws(() => openJournal(directory), { code: 'newer_version' });
  t.equal(statSync(file).size, before.size);
  t.notOk(isLocked(directory), 'the lock is let go after the refusal');
});

test('a file that is no database of ours is never overwritten', async (t) => {
  const directory = t.testdir({ [DATABASE_FILE]: 'this is a shopping list' });
  t.throws(() => open(directory), { code: 'corrupt', message: /not a SQLite file/ });
  rmSync(join(directory, DATABASE_FILE));
  const other = new Sqlite(join(directory, DATABASE_FILE));
  other.exec('CREATE TABLE recipes (name TEXT)');
  other.close();
  t.throws(() => open(directory), { code: 'store', message: /another program/ });
});

test('a database with flipped bytes in its pages is refused with the damage named', async (t) => {
  const directory = t.testdir();
  const store = open(directory);
  store.checkpoint(imageOf(1));
  for (let i = 0; i < 50; i++) store.saveEvent(eventOf(String(i)), null, true);
  store.close();
  const file = join(directory, DATABASE_FILE);
  const { size } = statSync(file);
  const db = new Sqlite(file);
  const page = db.pragma('page_size', { simple: true }) as number;
  const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'event'").pluck().get() as number;
  db.close();
  const { openSync, writeSync, closeSync } = await import('node:fs');
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(64, 0xff), 0, 64, (root - 1) * page);
  closeSync(handle);
  t.throws(() => open(directory), { code: 'corrupt', hint: /sets the file aside/ });
  t.equal(statSync(file).size, size);
});

test('an event and its message are written together; messages leave in order when acknowledged', async (t) => {
  const store = open(t.testdir());
  const picture = new Uint8Array([1, 2, 3]);
  store.saveEvent(eventOf('A'), picture, true);
  store.saveEvent(eventOf('A', { type: 'update', peak: 0.9 }), null, true);
  store.saveEvent(eventOf('A', { type: 'end', ended_at: '2026-11-23T10:00:09.000Z' }), null, true);
  store.saveEvent(eventOf('B', { camera: 'yard', started_at: '2026-11-23T11:00:00.000Z' }), null, false);
  const rows = store.outboxAfter(0, 10);
  t.same(
    rows.map(({ payload }) => (JSON.parse(payload) as { type: string }).type),
    ['start', 'update', 'end'],
  );
  store.acknowledge(rows[0]!.sequence);
  t.equal(store.outboxAfter(0, 10)[0]!.sequence, rows[1]!.sequence);
  t.equal(store.health().outboxDepth, 2);
  t.same(Array.from(store.picture(eventOf('A').id)!), [1, 2, 3], 'later records keep the picture');
  t.same(
    store.events({ limit: 10 }).map(({ id }) => id.at(-1)),
    ['B', 'A'],
  );
  t.equal(store.events({ limit: 10, camera: 'yard' }).length, 1);
  t.equal(store.events({ limit: 10, cause: 'timing' }).length, 0);
  t.equal(store.events({ limit: 10, since: '2026-11-23T10:30:00.000Z' }).length, 1);
  t.equal(store.events({ limit: 10, until: '2026-11-23T10:30:00.000Z' }).length, 1);
  t.same(
    store.openEvents('yard').map(({ id }) => id.at(-1)),
    ['B'],
  );
  t.equal(store.openEvents('porch').length, 0);
  t.equal(store.event(eventOf('A').id)?.type, 'end');
  t.equal(store.event('0000'), undefined, 'the beginning of two ids is no id');
  store.close();
});

test('a full outbox gives up updates first, then the oldest, and counts them', async (t) => {
  const store = open(t.testdir(), 3);
  store.saveEvent(eventOf('A'), null, true);
  store.saveEvent(eventOf('A', { type: 'update' }), null, true);
  store.saveEvent(eventOf('A', { type: 'end' }), null, true);
  store.saveEvent(eventOf('B'), null, true);
  store.saveEvent(eventOf('C'), null, true);
  t.same(
    store.outboxAfter(0, 10).map(({ payload }) => {
      const { id, type } = JSON.parse(payload) as { id: string; type: string };
      return `${id.at(-1)} ${type}`;
    }),
    ['A end', 'B start', 'C start'],
  );
  t.equal(store.health().outboxDropped, 2);
  store.close();
});

test('old events go, open ones stay, and pictures keep within their bytes', async (t) => {
  const store = open(t.testdir());
  const ended = { type: 'end', ended_at: '2026-11-23T10:00:05.000Z' } as const;
  store.saveEvent(eventOf('A', { ...ended, started_at: '2026-01-01T00:00:00.000Z' }), null, false);
  store.saveEvent(eventOf('B', { started_at: '2026-01-01T00:00:00.000Z' }), null, false);
  store.saveEvent(eventOf('C', { ...ended, started_at: '2026-11-01T00:00:00.000Z' }), new Uint8Array(600), false);
  store.saveEvent(eventOf('D', { ...ended, started_at: '2026-11-02T00:00:00.000Z' }), new Uint8Array(600), false);
  const retention = { before: '2026-10-01T00:00:00.000Z', minutesBefore: '', eventBytes: 1e6, pictureBytes: 1000 };
  store.retain(retention);
  while (store.idle());
  t.same(
    store.events({ limit: 10 }).map(({ id }) => id.at(-1)),
    ['D', 'C', 'B'],
  );
  t.equal(store.picture(eventOf('C').id), undefined, 'the older picture went');
  t.equal(store.picture(eventOf('D').id)?.length, 600);
  store.close();
});

test('restoring a snapshot keeps what it replaces', async (t) => {
  const store = open(t.testdir());
  store.checkpoint(imageOf(10));
  t.match(await store.createSnapshot('monday', 'porch', NOW), { name: 'monday', step: 10, automatic: false });
  store.checkpoint(imageOf(20));
  const { replaced, image } = await store.restoreSnapshot('monday', 'porch', NOW);
  t.equal(image.step, 10);
  t.match(await store.loadModel('porch'), { kind: 'loaded', image: { step: 10 } });
  t.match(
    store.snapshots().find(({ name }) => name === replaced),
    { automatic: true, step: 20 },
  );
  await t.rejects(store.createSnapshot('monday', 'porch', NOW), { code: 'usage', message: /exists/ });
  await t.rejects(store.createSnapshot('../up', 'porch', NOW), { code: 'usage' });
  await t.rejects(store.createSnapshot('x', 'nowhere', NOW), { code: 'usage', message: /none/ });
  await t.rejects(store.snapshotImage('tuesday'), { code: 'usage', hint: /monday/ });
  store.deleteSnapshot('monday');
  t.throws(() => store.deleteSnapshot('monday'), { code: 'usage' });
  store.close();
});

test('an exported snapshot is imported again with every byte', async (t) => {
  const store = open(t.testdir());
  store.checkpoint(imageOf(5));
  await store.createSnapshot('a', 'porch', NOW);
  const file = await store.exportSnapshot('a');
  t.match(await store.importSnapshot('b', file, NOW), { name: 'b', camera: 'porch', step: 5 });
  t.ok(Buffer.from((await store.snapshotImage('b')).bytes).equals(Buffer.from(imageOf(5).bytes)));
  file[file.length >> 1]! ^= 1;
  await t.rejects(store.importSnapshot('c', file, NOW), { code: 'corrupt' });
  t.equal(store.snapshots().length, 2, 'nothing of the damaged file was kept');
  store.close();
});

test('the worker carries calls out in order and hands errors back as they were', async (t) => {
  const directory = t.testdir();
  const client = await StoreClient.open({ directory, outboxLimit: 10, program: '0.0.0', lock: true });
  const shared = new Uint8Array(new SharedArrayBuffer(200_000)).fill(3);
  const saved = client.call('checkpoint', { ...imageOf(1), bytes: shared });
  const loaded = client.call('loadModel', 'porch');
  t.match(await saved, { generation: 1, pages: 4 });
  t.match(await loaded, { kind: 'loaded', image: { step: 1 } });
  await t.rejects(client.call('snapshotImage', 'none'), { code: 'usage', hint: 'There are no snapshots yet.' });
  await t.rejects(StoreClient.open({ directory, outboxLimit: 10, program: '0.0.0', lock: true }), { code: 'in_use' });
  t.ok((await client.call('health')).bytesWritten > 4096);
  await client.close();
  await t.rejects(client.call('health'), { code: 'store' });
  open(directory).close();
});

test('the journal can be read while the store is open, and a missing one is no input', async (t) => {
  const directory = t.testdir();
  const store = open(directory);
  store.saveEvent(eventOf('A'), null, false);
  const { journal, close } = openJournal(directory);
  t.equal(journal.events({ limit: 5 }).length, 1);
  close();
  store.close();
  t.throws(() => openJournal(join(directory, 'nowhere')), { code: 'no_input' });
  writeFileSync(join(directory, DATABASE_FILE), 'rubbish rubbish rubbish');
  t.throws(() => openJournal(directory), { code: 'corrupt' });
});
