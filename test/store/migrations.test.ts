import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { DATABASE_FILE } from '../../src/store/database.ts';
import { MIGRATIONS, NEWEST } from '../../src/store/migrations.ts';
import { withReader } from '../../src/store/reader.ts';
import { Store } from '../../src/store/store.ts';
import { eventOf } from './support.ts';

/** A database as the program of that version left it: see test/store/fixtures. */
const fixture = (version: number): Buffer =>
  gunzipSync(readFileSync(new URL(`../../../test/store/fixtures/version-${version}.db.gz`, import.meta.url)));
const open = (directory: string): Store => new Store({ directory, outboxLimit: 100, program: '0', lock: true });

/** The fixtures' model: three pages, every byte from its place and step. */
function fixtureModel(step: number): Buffer {
  return Buffer.from(Array.from({ length: 2 * 65536 + 100 }, (_, i) => (i * 7 + step * 13 + (i >> 9)) & 63));
}

for (let version = 1; version < NEWEST; version++) {
  test(`a database of version ${version} is backed up and brought up to date with everything in it`, async (t) => {
    const directory = t.testdir();
    const file = join(directory, DATABASE_FILE);
    writeFileSync(file, fixture(version));
    await t.rejects(
      withReader(directory, () => undefined),
      { code: 'store', hint: /daemon brings it up/ },
      'a reader changes nothing and says what to do',
    );
    const store = open(directory);
    const loaded = await store.loadModel('porch');
    t.match(loaded, { kind: 'loaded', lost: null, image: { step: 4 } });
    if (loaded.kind === 'loaded') t.ok(Buffer.from(loaded.image.bytes).equals(fixtureModel(4)));
    t.match(
      store.snapshots().map(({ step, kind }) => [step, kind]),
      [
        [3, 'replaced'],
        [1, 'manual'],
      ],
    );
    t.ok(Buffer.from((await store.snapshotImage('monday')).bytes).equals(fixtureModel(1)));
    t.equal((await store.importSnapshot('copy', await store.exportSnapshot('monday'), 'now')).step, 1);
    t.match(
      store.events({ limit: 9 }).map(({ id }) => id.at(-1)),
      ['B', 'A'],
    );
    t.same(Array.from(store.picture(eventOf('A').id)!), [1, 2, 3]);
    t.equal(store.health().outboxDepth, 2);
    store.checkpoint({ camera: 'porch', step: 5, signature: 'shape-2', bytes: fixtureModel(5), savedAt: 'now' });
    store.close();

    const backup = new Sqlite(`${file}.version-${version}`, { readonly: true });
    t.equal(backup.pragma('user_version', { simple: true }), version, 'the backup is of the old version');
    t.equal(backup.prepare('SELECT count(*) FROM event').pluck().get(), 2);
    backup.close();
    const db = new Sqlite(file, { readonly: true });
    t.equal(db.pragma('user_version', { simple: true }), NEWEST);
    t.same(
      db.prepare('SELECT number FROM migration ORDER BY number').pluck().all(),
      MIGRATIONS.map(({ number }) => number),
    );
    t.equal(db.pragma('integrity_check', { simple: true }), 'ok');
    db.close();
    const again = open(directory);
    t.match(await again.loadModel('porch'), { kind: 'loaded', lost: null, image: { step: 5 } });
    again.close();
  });

  test(`a migration from version ${version} that is cut off leaves the old database and is made again`, async (t) => {
    for (const fatal of ['backup: before the rename', 'migration: before the commit'] as const) {
      const directory = t.testdir({ [fatal.slice(0, 6)]: {} });
      const file = join(directory, DATABASE_FILE);
      writeFileSync(file, fixture(version));
      const stage = (name: string): void => {
        if (name === fatal) throw new Error('cut off');
      };
      t.throws(() => new Store({ directory, outboxLimit: 9, program: '0', lock: true, stage }), /cut off/);
      t.equal(existsSync(`${file}.version-${version}`), fatal.startsWith('migration'));
      const store = open(directory);
      t.match(await store.loadModel('porch'), { kind: 'loaded', lost: null, image: { step: 4 } }, fatal);
      store.close();
    }
  });
}

test('a database that was half made is made to the end; one of another program is refused and stays as it is', async (t) => {
  const directory = t.testdir();
  const half = new Sqlite(join(directory, DATABASE_FILE));
  half.exec('CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT');
  half.close();
  const store = open(directory);
  store.saveEvent(eventOf('A'), null, false);
  t.equal(store.events({ limit: 9 }).length, 1);
  store.close();
  const other = t.testdir({ other: {} });
  const foreign = new Sqlite(join(other, DATABASE_FILE));
  foreign.exec('CREATE TABLE migration (number INTEGER); CREATE TABLE theirs (x INTEGER)');
  foreign.close();
  t.throws(() => open(other), { code: 'store', message: /one of another program/ });
});

test('whoever ends the program while a new database is made leaves none that is half ours', async (t) => {
  const directory = t.testdir();
  class Ended extends Error {}
  const stage = (at: string): void => {
    if (at === 'migration: before the commit') throw new Ended();
  };
  t.throws(() => new Store({ directory, outboxLimit: 1, program: '0', lock: true, stage }));
  const db = new Sqlite(join(directory, DATABASE_FILE), { readonly: true });
  t.strictSame(db.prepare('SELECT name FROM sqlite_schema').all(), []);
  db.close();
  open(directory).close();
});
