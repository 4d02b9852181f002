/**
 * tidy.ts - what the database needs now and then, in pieces short enough to be done between two events.
 *
 * The write-ahead log is folded into the database only when it has grown: a page that was written ten times meanwhile is
 * folded once, which halves what is written in all. Room that stays free is given back a little at a time; the file is
 * never rebuilt while the daemon runs.
 */
import type { Database } from 'better-sqlite3';
import { sizeOf } from './files.ts';
import type { StageHook } from './stages.ts';

/** bytes */
export const FOLD_AT = 8 << 20;
/** Free room is used again by the next checkpoint; only more than this share and this many bytes is given back. */
const FREE_SHARE = 0.5;
const FREE_BYTES = 16 << 20;
/** Database pages given back at a time. */
const SLICE = 64;

/** Do one piece; returns whether there is more. */
export function tidy(db: Database, logFile: string, stage: StageHook): boolean {
  const size = (name: string): number => db.pragma(name, { simple: true }) as number;
  if (sizeOf(logFile) >= FOLD_AT) {
    stage('fold: before');
    const busy = fold(db);
    stage('fold: done');
    return !busy;
  }
  const free = size('freelist_count');
  if (free * size('page_size') < FREE_BYTES || free < size('page_count') * FREE_SHARE) return false;
  db.pragma(`incremental_vacuum(${SLICE})`);
  return true;
}

/**
 * Fold the log into the database as far as those who read it allow, and empty it when all of it could be; returns whether
 * somebody is still reading. Never waits for a reader: whoever hangs while reading would hold up every event.
 */
export function fold(db: Database): boolean {
  const wait = db.pragma('busy_timeout', { simple: true }) as number;
  db.pragma('busy_timeout = 0');
  try {
    // TRUNCATE, so that the size of the log tells what is in it.
    const [{ busy }] = db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
    return busy !== 0;
  } finally {
    db.pragma(`busy_timeout = ${wait}`);
  }
}

/** Rebuild the file without its free room; returns its size (bytes) before and after. Takes as long as copying it. */
export function compact(db: Database, file: string): { readonly before: number; readonly after: number } {
  db.pragma('wal_checkpoint(TRUNCATE)');
  const before = sizeOf(file);
  db.exec('VACUUM');
  db.pragma('wal_checkpoint(TRUNCATE)');
  return { before, after: sizeOf(file) };
}
