/**
 * migrations.ts - the database's shape, one numbered step after another. A step is never edited once released.
 */
import type { Database } from 'better-sqlite3';
import { CortexdError } from '../errors.ts';
import { type StageHook, noStage } from './stages.ts';

/** Marks the file as ours ("CTXD"). */
export const APPLICATION_ID = 0x43545844;

export type Migration = { readonly number: number; readonly name: string; readonly sql: string };

export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    name: 'first tables',
    sql: `
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE model (
        camera TEXT NOT NULL, generation INTEGER NOT NULL, step INTEGER NOT NULL, signature TEXT NOT NULL,
        length INTEGER NOT NULL, sha256 TEXT NOT NULL, saved_at TEXT NOT NULL,
        PRIMARY KEY (camera, generation)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE model_page (
        camera TEXT NOT NULL, page INTEGER NOT NULL, generation INTEGER NOT NULL, crc32 INTEGER NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY (camera, page, generation)
      ) STRICT;
      CREATE TABLE event (
        id TEXT PRIMARY KEY, camera TEXT NOT NULL, cause TEXT NOT NULL, severity TEXT NOT NULL,
        started_at TEXT NOT NULL, ended_at TEXT, peak REAL NOT NULL, record TEXT NOT NULL, picture BLOB
      ) STRICT;
      CREATE INDEX event_by_time ON event (started_at);
      CREATE TABLE outbox (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, camera TEXT NOT NULL, type TEXT NOT NULL,
        payload TEXT NOT NULL, created_at TEXT NOT NULL
      ) STRICT;
      CREATE TABLE score (
        camera TEXT NOT NULL, minute TEXT NOT NULL, frames INTEGER NOT NULL, min REAL NOT NULL, mean REAL NOT NULL, max REAL NOT NULL,
        PRIMARY KEY (camera, minute)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL, changed_at TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE snapshot (
        name TEXT PRIMARY KEY, camera TEXT NOT NULL, step INTEGER NOT NULL, signature TEXT NOT NULL, length INTEGER NOT NULL,
        sha256 TEXT NOT NULL, automatic INTEGER NOT NULL, created_at TEXT NOT NULL, compressed BLOB NOT NULL
      ) STRICT;`,
  },
  {
    number: 2,
    name: 'packed pages, snapshots in blocks, pictures beside their events, scores by hour',
    sql: `
      ALTER TABLE model ADD COLUMN hashed INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE model_page ADD COLUMN packed INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE snapshot ADD COLUMN kind TEXT NOT NULL DEFAULT 'manual';
      ALTER TABLE snapshot ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE snapshot ADD COLUMN blocks INTEGER NOT NULL DEFAULT 0;
      UPDATE snapshot SET sequence = rowid, kind = CASE automatic WHEN 1 THEN 'replaced' ELSE 'manual' END;
      CREATE TABLE picture (event_id TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
      INSERT INTO picture (event_id, bytes) SELECT id, picture FROM event WHERE picture IS NOT NULL ORDER BY rowid;
      ALTER TABLE event DROP COLUMN picture;
      CREATE TABLE score_hour (
        camera TEXT NOT NULL, hour TEXT NOT NULL, frames INTEGER NOT NULL, min REAL NOT NULL, mean REAL NOT NULL, max REAL NOT NULL,
        PRIMARY KEY (camera, hour)
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    number: 3,
    name: 'strips of pictures, evidence that was near an alarm',
    sql: `
      CREATE TABLE strip (event_id TEXT NOT NULL, at TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (event_id, at)) STRICT;
      CREATE TABLE evidence (
        camera TEXT NOT NULL, at TEXT NOT NULL, seconds REAL NOT NULL, level REAL NOT NULL, stream TEXT NOT NULL,
        PRIMARY KEY (camera, at)
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    number: 4,
    name: 'fencing tokens of models, messages for the stream of a fleet',
    sql: `
      ALTER TABLE model ADD COLUMN token INTEGER NOT NULL DEFAULT 0;
      CREATE TABLE fleet_outbox (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, camera TEXT NOT NULL, type TEXT NOT NULL,
        payload TEXT NOT NULL, created_at TEXT NOT NULL
      ) STRICT;`,
  },
];

/** Version of the newest shape this program knows. */
export const NEWEST = MIGRATIONS.at(-1)?.number ?? 0;

/**
 * Bring the database to the newest shape: each step in a transaction of its own, its ledger row first, so that a step is
 * either done and noted or neither. A new database is made in one transaction: whatever ends the program on the way, it is
 * either whole and marked as ours, or empty. `backUp` is called before the first step that changes a database that already has
 * something in it. Throws CortexdError('newer_version') without touching a file of a newer program.
 */
export function migrate(
  db: Database,
  now: string,
  backUp: (version: number) => void,
  stage: StageHook = noStage,
): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > NEWEST) {
    throw new CortexdError(
      'newer_version',
      `Expected a database of version ${NEWEST} or older but received version ${version}`,
      {
        hint: 'It was written by a newer cortexd. Install that version again, or move the file away to begin anew.',
      },
    );
  }
  if (version > 0 && version < NEWEST) backUp(version);
  const missing = MIGRATIONS.filter(({ number }) => number > version);
  if (version === 0) {
    db.transaction(() => {
      db.exec(LEDGER);
      for (const migration of missing) apply(db, migration, now);
      stage('migration: before the commit');
    })();
    return;
  }
  for (const migration of missing) {
    db.transaction(() => {
      apply(db, migration, now);
      stage('migration: before the commit');
    })();
  }
}

const LEDGER_TABLE = 'migration';
const LEDGER = `CREATE TABLE IF NOT EXISTS ${LEDGER_TABLE} (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT`;

function apply(db: Database, { number, name, sql }: Migration, now: string): void {
  db.prepare(`INSERT INTO ${LEDGER_TABLE} (number, name, applied_at) VALUES (?, ?, ?)`).run(number, name, now);
  db.exec(sql);
  db.pragma(`user_version = ${number}`);
  db.pragma(`application_id = ${APPLICATION_ID}`);
}

/** Whether there is nothing of another program in it. Version 0.1.0 could be killed with no more than the ledger made. */
export function isOurs(db: Database): boolean {
  if (db.pragma('application_id', { simple: true }) === APPLICATION_ID) return true;
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  return tables.every((table) => table === LEDGER_TABLE) && db.pragma('user_version', { simple: true }) === 0;
}
