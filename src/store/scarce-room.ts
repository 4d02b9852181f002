/**
 * scarce-room.ts - where the disk is nearly full, the oldest pictures give way.
 *
 * A full disk cannot be left from inside: to delete takes room in the log, and to fold the log takes room in the database. So
 * before it is full, old pictures become free room within the file, which is filled again without another byte of the disk.
 */
import type { Database } from 'better-sqlite3';
import { roomAt } from './files.ts';
import { FOLD_AT } from './tidy.ts';

/** A log that is about to be folded, what it is folded into, and as much again for a checkpoint (bytes). */
const LEAST_ROOM = 3 * FOLD_AT;
const AT_A_TIME = 16;

/** Do one piece; returns whether there is more. */
export function easeRoom(db: Database, directory: string): boolean {
  const size = (name: string): number => db.pragma(name, { simple: true }) as number;
  if (roomAt(directory) + size('freelist_count') * size('page_size') >= LEAST_ROOM) return false;
  const remove = (table: string): number =>
    db
      .prepare(`DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} ORDER BY rowid LIMIT ${AT_A_TIME})`)
      .run().changes;
  return db.transaction(() => remove('strip') + remove('picture'))() > 0;
}
