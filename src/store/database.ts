/**
 * database.ts - the one SQLite file under the state directory, and the lock that lets one daemon have it.
 *
 * WAL mode with synchronous=FULL: a commit that has returned survives a power cut. A second daemon is kept out by an
 * exclusive transaction on a small lock database beside it, which the kernel ends with the process that holds it,
 * however that dies.
 */
import { chmodSync, existsSync, mkdirSync, openSync, readSync, closeSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { CortexdError, messageOf } from '../errors.ts';
import { syncFolder } from './whole-file.ts';
import { isDamage } from './damage.ts';
import { APPLICATION_ID, migrate } from './migrations.ts';
import { type StageHook, noStage } from './stages.ts';

export const DATABASE_FILE = 'cortexd.db';
export const LOCK_FILE = 'cortexd.lock';
/** Every small commit writes whole database pages, five of them for an event: small ones wear the card least (measured). */
const PAGE_SIZE = 1024;
/** The log file is cut back to this (bytes) when it has been folded in. */
const LOG_LIMIT = 16 << 20;
const MAGIC = 'SQLite format 3\0';

/** Keep other daemons away from a state directory; throws CortexdError('in_use') when one has it. Call the result to let go. */
export function lockStateDirectory(directory: string): () => void {
  makeDirectory(directory);
  const lock = new Sqlite(join(directory, LOCK_FILE), { timeout: 0 });
  try {
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new CortexdError('in_use', `Expected to be the only daemon on ${directory} but another one has it`, {
      hint: 'Stop the other one (systemctl stop cortexd), or set another state_directory.',
      cause: error,
    });
  }
  return () => lock.close();
}

/** Whether a daemon holds the lock of a state directory now. */
export function isLocked(directory: string): boolean {
  if (!existsSync(join(directory, LOCK_FILE))) return false;
  try {
    lockStateDirectory(directory)();
    return false;
  } catch (error) {
    if (error instanceof CortexdError && error.code === 'in_use') return true;
    throw error;
  }
}

/** Open the database, creating it if need be, verify it, and bring it to the newest shape. */
export function openDatabase(directory: string, now: string, stage: StageHook = noStage): Database {
  makeDirectory(directory);
  const file = join(directory, DATABASE_FILE);
  let db: Database | undefined;
  try {
    refuseForeignFile(file);
    // A log without its database: SQLite would delete it or, worse, replay it into another file.
    if (!existsSync(file)) for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
    db = new Sqlite(file, { timeout: 5000 });
    refuseForeignDatabase(db, file);
    setUp(db);
    const damage = db.pragma('quick_check(1)', { simple: true }) as string;
    if (damage !== 'ok') throw damaged(file, damage.replace(/^\*\*\*.*\n/, '').replaceAll('\n', '; '));
    const opened = db;
    migrate(db, now, (version) => backUp(opened, `${file}.version-${version}`, stage), stage);
    chmodSync(file, 0o600);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof CortexdError) throw error;
    if (isDamage(error)) throw damaged(file, messageOf(error));
    throw new CortexdError('store', `Expected to open the database ${file} but received: ${messageOf(error)}`, {
      hint: 'Check that the directory exists, is writable and the disk is not full.',
      cause: error,
    });
  }
}

/** An empty database of the newest shape at `path`, to be filled and then put in place. */
export function createDatabase(path: string, now: string): Database {
  const db = new Sqlite(path);
  setUp(db);
  migrate(db, now, () => undefined);
  chmodSync(path, 0o600);
  return db;
}

function setUp(db: Database): void {
  if (db.pragma('user_version', { simple: true }) === 0) {
    db.pragma(`page_size = ${PAGE_SIZE}`);
    db.pragma('auto_vacuum = INCREMENTAL');
  }
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('wal_autocheckpoint = 0');
  db.pragma(`journal_size_limit = ${LOG_LIMIT}`);
}

/** Copy a whole database into a new file, complete under its name or not there at all. */
export function backUp(db: Database, path: string, stage: StageHook = noStage): void {
  const part = `${path}.part`;
  try {
    rmSync(part, { force: true });
    db.prepare('VACUUM INTO ?').run(part);
    chmodSync(part, 0o600);
    stage('backup: before the rename');
    renameSync(part, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(part, { force: true });
    throw new CortexdError('store', `Expected to copy the database to ${path} but received: ${messageOf(error)}`, {
      hint: 'It needs as much free space as the database has. Nothing was changed.',
      cause: error,
    });
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CortexdError(
      'store',
      `Expected to create the state directory ${directory} but received: ${messageOf(error)}`,
      {
        hint: 'Set state_directory to a place this user may write to.',
      },
    );
  }
}

function damaged(file: string, reason: string): CortexdError {
  return new CortexdError('corrupt', `Expected a sound database at ${file} but received: ${reason}`, {
    hint: 'Nothing was changed. "cortexd run" sets the file aside and saves from it what it can; or restore a backup of the file.',
  });
}

/** A file that is no SQLite database is never overwritten. */
function refuseForeignFile(file: string): void {
  if (!existsSync(file)) return;
  const head = Buffer.alloc(16);
  const handle = openSync(file, 'r');
  const length = readSync(handle, head, 0, 16, 0);
  closeSync(handle);
  if (length > 0 && head.toString('latin1') !== MAGIC) throw damaged(file, 'it is not a SQLite file');
}

function refuseForeignDatabase(db: Database, file: string): void {
  const application = db.pragma('application_id', { simple: true }) as number;
  const tables = db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get() as number;
  if (tables > 0 && application !== APPLICATION_ID) {
    throw new CortexdError('store', `Expected a database of cortexd at ${file} but received one of another program`, {
      hint: 'Set state_directory to another place.',
    });
  }
}
