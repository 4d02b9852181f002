/** comeback.test.ts - what may befall the files of a store that is open or about to be, and how it comes back. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { DATABASE_FILE, backUpInSlices } from '../../src/store/database.ts';
import { LOCK_FILE, isLocked, lockStateDirectory } from '../../src/store/lock.ts';
import { withReader } from '../../src/store/reader.ts';
import { StoreClient } from '../../src/store/store-client.ts';
import { Store } from '../../src/store/store.ts';
import type { StoreOptions } from '../../src/store/store-options.ts';
import { FOLD_AT } from '../../src/store/tidy.ts';
import { shortFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';
import { eventOf, imageOf, noiseOf } from './support.ts';

const NOW = '2026-11-23T12:00:00.000Z';
const canMount = process.getuid?.() === 0;
const open = (directory: string, more: Partial<StoreOptions> = {}): Store =>
  new Store({ directory, outboxLimit: 100, program: '0', lock: true, recover: true, ...more });

/** A small disk, as full as possible when `fill` is called and with room again when its result is. */
function smallDisk(t: Test, size: string): { directory: string; fill: () => () => void } {
  const mount = shortFolder(t);
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', mount]);
  t.teardown(() => spawnSync('umount', ['-l', mount]));
  const fill = (): (() => void) => {
    const handle = openSync(join(mount, 'fill'), 'w');
    try {
      for (;;) writeSync(handle, Buffer.alloc(4096));
    } catch {
      closeSync(handle);
      return () => rmSync(join(mount, 'fill'));
    }
  };
  return { directory: join(mount, 'state'), fill };
}

test('the lock needs no file: deleting one lets nobody in', async (t) => {
  const directory = shortFolder(t);
  const store = open(directory);
  rmSync(join(directory, LOCK_FILE));
  t.ok(isLocked(directory));
  t.throws(() => lockStateDirectory(directory), { code: 'in_use' });
  store.close();
  t.notOk(isLocked(directory));
});

test('an environment with another search path comes to the same lock', async (t) => {
  const directory = t.testdir();
  const path = process.env['PATH'];
  t.teardown(() => (process.env['PATH'] = path));
  process.env['PATH'] = '/nowhere';
  const release = lockStateDirectory(directory);
  process.env['PATH'] = path;
  t.ok(isLocked(directory));
  t.throws(() => lockStateDirectory(directory), { code: 'in_use' });
  t.same(readdirSync(directory), [], 'no other kind of lock was taken');
  release();
  t.notOk(isLocked(directory));
});

test('a log that is deleted while it is in use costs nothing, and is told', async (t) => {
  const directory = shortFolder(t);
  const store = open(directory);
  store.checkpoint(noiseOf(1));
  store.checkpoint(noiseOf(2));
  rmSync(join(directory, `${DATABASE_FILE}-wal`));
  store.saveEvent(eventOf('E1'), null, false);
  t.match(store.health().losses, [/the database log was deleted while it was in use/]);
  store.close();
  const again = open(directory);
  t.match(await again.loadModel('porch'), { kind: 'loaded', image: { step: 2 } });
  t.ok(again.event(eventOf('E1').id));
  again.close();
});

test('what a new database holds is in the file itself, so that a lost log makes no silent newborn', async (t) => {
  const directory = shortFolder(t);
  const store = open(directory);
  t.ok(statSync(join(directory, DATABASE_FILE)).size > 0);
  store.checkpoint(noiseOf(1));
  const copy = new Sqlite(join(directory, DATABASE_FILE), { readonly: true });
  copy.close();
  store.checkpoint(noiseOf(2));
  rmSync(join(directory, `${DATABASE_FILE}-wal`));
  // As after a kill: nothing is written any more.
  const files = shortFolder(t);
  spawnSync('cp', [join(directory, DATABASE_FILE), files]);
  const left = open(files);
  t.match(await left.loadModel('porch'), { kind: 'loaded', image: { step: 1 } }, 'the first checkpoint is there');
  left.close();
  store.close();
});

test('somebody who reads for long holds up nothing: the log is folded later', async (t) => {
  const directory = shortFolder(t);
  const store = open(directory);
  store.checkpoint(imageOf(1));
  const reader = new Sqlite(join(directory, DATABASE_FILE), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM event').get();
  const log = join(directory, `${DATABASE_FILE}-wal`);
  for (let step = 2; statSync(log).size < FOLD_AT; step++) store.checkpoint(noiseOf(step, 8));
  const began = performance.now();
  t.equal(store.idle(), false, 'nothing to be done now');
  t.ok(performance.now() - began < 4000, 'the busy time-out of 5 s was not waited for');
  store.saveEvent(eventOf('E1'), null, false);
  reader.exec('COMMIT');
  store.idle();
  t.ok(statSync(log).size < FOLD_AT, 'folded when the reader was gone');
  reader.close();
  store.close();
});

test('a copy is made in slices while others write, and is whole', async (t) => {
  const directory = shortFolder(t);
  const store = open(directory);
  for (let step = 1; step <= 3; step++) store.checkpoint(noiseOf(step, 40));
  const target = join(directory, 'copy.db');
  const copied = withReader(directory, ({ db }) => backUpInSlices(db, target));
  for (let i = 0; i < 20; i++) {
    store.saveEvent(eventOf(`E${i}`), null, false);
    await new Promise(setImmediate);
  }
  await copied;
  const copy = new Sqlite(target, { readonly: true });
  t.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
  t.equal(copy.prepare('SELECT max(step) FROM model').pluck().get(), 3);
  copy.close();
  t.equal(statSync(target).mode & 0o777, 0o600);
  store.close();
});

test(
  'a start on a full disk goes on from what is there, and saves when there is room',
  { skip: !canMount && 'only root can mount a small file system' },
  async (t) => {
    const { directory, fill } = smallDisk(t, '6m');
    const first = open(directory);
    first.checkpoint(noiseOf(1));
    first.close();
    const makeRoom = fill();
    const store = open(directory);
    t.match(await store.loadModel('porch'), { kind: 'loaded', image: { step: 1 } });
    t.match(store.health().failing, { reason: /full|disk I\/O/i });
    t.throws(() => store.saveEvent(eventOf('E1', { explanation: 'x'.repeat(300_000) }), null, false));
    makeRoom();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    store.ensureOpen();
    store.checkpoint(noiseOf(2));
    t.equal(store.health().failing, null);
    store.close();
    const again = open(directory);
    t.match(await again.loadModel('porch'), { kind: 'loaded', lost: null, image: { step: 2 } });
    again.close();
  },
);

test(
  'damage that cannot be salvaged for want of room is salvaged when there is room',
  { skip: !canMount && 'only root can mount a small file system' },
  async (t) => {
    const { directory, fill } = smallDisk(t, '12m');
    const store = open(directory);
    store.checkpoint(noiseOf(1));
    store.saveEvent(eventOf('E1'), null, false);
    store.compact();
    const file = join(directory, DATABASE_FILE);
    const handle = openSync(file, 'r+');
    // The heads of some pages in the middle.
    for (let page = 20; page < 24; page++) writeSync(handle, Buffer.alloc(64, 0xee), 0, 64, page * 1024);
    const makeRoom = fill();
    const damage = Object.assign(new Error('database disk image is malformed'), { code: 'SQLITE_CORRUPT' });
    t.notOk(store.recoverFrom(damage), 'there is no room for it');
    t.ok(existsSync(file), 'the damaged one stays where it is');
    makeRoom();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    store.ensureOpen();
    t.ok(store.recoverFrom(damage) || store.health().losses.length > 0);
    store.checkpoint(noiseOf(2));
    t.equal(store.health().failing, null);
    t.ok(
      readdirSync(directory).some((name) => name.includes('.damaged-')),
      'it was set aside',
    );
    store.close();
  },
);

test('snapshots that are asked for have a count and a size', async (t) => {
  const store = open(shortFolder(t), { snapshotLimits: { count: 2, bytes: 1e9 } });
  store.checkpoint(imageOf(1));
  await store.createSnapshot('a', 'porch', NOW);
  await store.createSnapshot('b', 'porch', NOW);
  await t.rejects(store.createSnapshot('c', 'porch', NOW), { code: 'usage', message: /fewer than 2 snapshots/ });
  await store.createSnapshot('own', 'porch', NOW, 'scheduled');
  store.deleteSnapshot('a');
  await store.createSnapshot('c', 'porch', NOW);
  store.close();
});

test('a file that is no database of ours is left alone', async (t) => {
  const directory = shortFolder(t);
  writeFileSync(join(directory, DATABASE_FILE), 'not a database, but someone may want it');
  t.throws(() => open(directory, { recover: false }), { code: 'corrupt' });
  t.equal(statSync(join(directory, DATABASE_FILE)).size, 39);
});

test('somebody who asks all the time does not keep what is old from being deleted', async (t) => {
  const client = await StoreClient.open({ directory: t.testdir(), outboxLimit: 100, program: '0', lock: true });
  const asker = { isOver: false };
  const asking = (async () => {
    while (!asker.isOver) {
      await client.call('snapshots');
      await sleep(20);
    }
  })();
  for (let i = 0; i < 200; i++) {
    const times = {
      started_at: `2026-11-23T10:${String(i % 60).padStart(2, '0')}:00.000Z`,
      ended_at: '2026-11-23T11:00:00.000Z',
    };
    await client.call(
      'saveEvent',
      eventOf(`E${i}`, { ...times, explanation: 'x'.repeat(400) }),
      new Uint8Array(3000),
      false,
    );
  }
  await client.call('retain', { before: '0000', minutesBefore: '0000', eventBytes: 20_000, pictureBytes: 20_000 });
  await until('the oldest are gone', async () => (await client.call('events', { limit: 1000 })).length < 100);
  asker.isOver = true;
  await asking;
  await client.close();
});
