/**
 * database.ts - the one SQLite file under the state directory.
 *
 * WAL mode with synchronous=FULL: a commit that has returned survives a power cut.
 */
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { CortexdError, messageOf } from '../errors.ts';
import { syncFolder } from './whole-file.ts';
import { isDamage, isFull } from './damage.ts';
import { makeDirectory } from './lock.ts';
import { isOurs, migrate } from './migrations.ts';
import { type StageHook, noStage } from './stages.ts';

export const DATABASE_FILE = 'cortexd.db';
/** Every small commit writes whole database pages, five of them for an event: small ones wear the card least (measured). */
const PAGE_SIZE = 1024;
/** Pages of the database that are kept in memory (KiB). */
const CACHE_KIB = 2000;
/** The log file is cut back to this (bytes) when it has been folded in. */
const LOG_LIMIT = 16 << 20;
const MAGIC = 'SQLite format 3\0';

export type OpenOptions = {
  readonly stage?: StageHook;
  /**
   * Open what is there although nothing can be written: the index of the log is then kept in memory, and no other process
   * can read the file meanwhile.
   */
  readonly withoutRoom?: boolean;
};

/** Open the database, creating it if need be, verify it, and bring it to the newest shape. */
export function openDatabase(directory: string, now: string, options: OpenOptions = {}): Database {
  const { stage = noStage, withoutRoom = false } = options;
  makeDirectory(directory);
  const file = join(directory, DATABASE_FILE);
  let db: Database | undefined;
  try {
    refuseForeignFile(file);
    // A log without its database: SQLite would delete it or, worse, replay it into another file.
    if (!existsSync(file)) for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
    // Half a copy of a former life.
    rmSync(`${file}.part`, { force: true });
    const isNew = !existsSync(file);
    db = new Sqlite(file, { timeout: 5000, fileMustExist: withoutRoom });
    if (withoutRoom) db.pragma('locking_mode = EXCLUSIVE');
    refuseForeignDatabase(db, file);
    setUp(db);
    const damage = db.pragma('quick_check(1)', { simple: true }) as string;
    if (damage !== 'ok') throw damaged(file, damage.replace(/^\*\*\*.*\n/, '').replaceAll('\n', '; '));
    const opened = db;
    migrate(db, now, (version) => backUp(opened, `${file}.version-${version}`, stage), stage);
    chmodSync(file, 0o600);
    // Until then all there is lies in the log: without that file the database would be one of nobody.
    if (isNew) db.pragma('wal_checkpoint(TRUNCATE)');
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof CortexdError) throw error;
    if (isDamage(error)) throw damaged(file, messageOf(error));
    throw new CortexdError('store', `Expected to open the database ${file} but received: ${messageOf(error)}`, {
      hint: isFull(error)
        ? 'The disk is full: make room, the daemon does the rest.'
        : 'Check that the directory may be written by this user, its disk is not mounted read-only, and there is room on it.',
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
  // What is not said here is what the library was built with: 16 MB, filled in the course of days.
  db.pragma(`cache_size = -${CACHE_KIB}`);
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

/** Pages of a copy that are made at a time: the daemon gets its turn between them. */
const SLICE_PAGES = 2048;
/** A copy is begun anew when the daemon writes meanwhile; after so many times the rest is made in one piece. */
const MOST_RESTARTS = 3;

/**
 * Copy a whole database into a new file while others write it, in slices: the source is never held for longer than one,
 * however slow the medium. Complete under its name or not there at all.
 */
export async function backUpInSlices(db: Database, path: string): Promise<void> {
  const part = `${path}.part`;
  let left = Infinity;
  let restarts = 0;
  try {
    rmSync(part, { force: true });
    await db.backup(part, {
      progress: ({ remainingPages }) => {
        if (remainingPages > left) restarts++;
        left = remainingPages;
        return restarts < MOST_RESTARTS ? SLICE_PAGES : 0x7fffffff;
      },
    });
    chmodSync(part, 0o600);
    const handle = openSync(part, 'r+');
    fsyncSync(handle);
    closeSync(handle);
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

function damaged(file: string, reason: string): CortexdError {
  return new CortexdError('corrupt', `Expected a sound database at ${file} but received: ${reason}`, {
    hint: 'Nothing was changed. "cortexd run" sets the file aside and saves from it what it can; or restore a backup of the file.',
  });
}

/** A file that is no SQLite database is never overwritten. */
function refuseForeignFile(file: string): void {
  // With a journal beside it SQLite takes back what was half written, the head of a new file as well.
  if (!existsSync(file) || existsSync(`${file}-journal`)) return;
  const head = Buffer.alloc(16);
  const handle = openSync(file, 'r');
  const length = readSync(handle, head, 0, 16, 0);
  closeSync(handle);
  if (length > 0 && head.toString('latin1') !== MAGIC) throw damaged(file, 'it is not a SQLite file');
}

function refuseForeignDatabase(db: Database, file: string): void {
  if (!isOurs(db)) {
    throw new CortexdError('store', `Expected a database of cortexd at ${file} but received one of another program`, {
      hint: 'Set state_directory to another place.',
    });
  }
}
