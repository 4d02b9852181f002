/**
 * salvage.ts - a damaged database is set aside, never deleted, and what can still be read from it is taken over.
 *
 * Rows are read one by one from both ends of each table until SQLite refuses, so one broken page costs the rows behind it
 * and not the table. Models carry their own checksums: what fails them is not taken.
 *
 * The new database is complete before the damaged one is moved away; a crash in between is finished by `finishRecovery`.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { messageOf } from '../errors.ts';
import { syncFolder } from './whole-file.ts';
import { createDatabase } from './database.ts';
import type { ModelImage } from './model-image.ts';
import { ModelPages } from './model-pages.ts';
import { type StageHook, noStage } from './stages.ts';

/** Tables whose rows are taken over, in an order in which they may be written, with the columns that order their rows. */
const TABLES: { readonly [table: string]: readonly string[] } = {
  meta: ['key'],
  setting: ['key'],
  event: ['rowid'],
  picture: ['rowid'],
  outbox: ['sequence'],
  fleet_outbox: ['sequence'],
  score: ['camera', 'minute'],
  score_hour: ['camera', 'hour'],
  snapshot: ['rowid'],
};

/** Key of `meta` under which a new database says what it was made from, until that has been told. */
const NOTE = 'recovery';

/**
 * Put a new database with all that can be read of the one at `file` in its place. Returns what happened and what was lost,
 * in words; the new database says it too (`recoveryNote`), so that no crash can make it forgotten.
 */
export function recoverDatabase(file: string, now: string, reason: string, stage: StageHook = noStage): string {
  const part = `${file}.part`;
  const path = asideName(file, now);
  remove(part);
  const fresh = createDatabase(part, now);
  let loss: string;
  try {
    const lost = salvage(file, fresh);
    const rest = lost.length === 0 ? 'everything in it could be read' : `lost: ${lost.join('; ')}`;
    loss = `the database was damaged (${reason}) and set aside as ${path}; ${rest}`;
    fresh.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(NOTE, loss);
  } finally {
    fresh.close();
  }
  renameSync(part, recovered(file));
  syncFolder(dirname(file));
  stage('recovery: before the rename');
  moveAside(file, path);
  stage('recovery: damaged file set aside');
  finishRecovery(file);
  return loss;
}

/** What a database was recovered from, when that has not been told yet. */
export function recoveryNote(db: Database): string | null {
  return (db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(NOTE) as string | undefined) ?? null;
}

export function forgetRecoveryNote(db: Database): void {
  db.prepare('DELETE FROM meta WHERE key = ?').run(NOTE);
}

/** A recovery that was cut off between its renames is completed; one that was cut off before is forgotten. */
export function finishRecovery(file: string): void {
  if (existsSync(file)) {
    remove(recovered(file));
  } else if (existsSync(recovered(file))) {
    // A log that was left behind belongs to the damaged file: SQLite would replay it into the new one.
    rmSync(`${file}-shm`, { force: true });
    if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${asideName(file, 'log')}-wal`);
    renameSync(recovered(file), file);
    syncFolder(dirname(file));
  }
}

function recovered(file: string): string {
  return `${file}.recovered`;
}

function remove(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

/** Where a damaged database goes: a name that is not taken. */
export function asideName(file: string, now: string): string {
  const base = `${file}.damaged-${now.replace(/[:.]/g, '-')}`;
  let target = base;
  for (let n = 2; existsSync(target); n++) target = `${base}-${n}`;
  return target;
}

/** Move a database (with its log) out of the way; returns where it went. */
export function setAside(file: string, now: string): string {
  const target = asideName(file, now);
  moveAside(file, target);
  return target;
}

function moveAside(file: string, target: string): void {
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
}

/** Returns what could not be taken over, in words. */
function salvage(path: string, fresh: Database): string[] {
  const lost: string[] = [];
  let damaged: Database | undefined;
  try {
    damaged = new Sqlite(path, { readonly: true, timeout: 5000 });
    // A file that was cut short is otherwise not read at all.
    damaged.unsafeMode();
    damaged.pragma('writable_schema = ON');
    for (const table of Object.keys(TABLES)) copyTable(damaged, fresh, table, lost);
    for (const image of soundModels(damaged, lost)) new ModelPages(fresh).save(image);
  } catch (error) {
    lost.push(`everything else: ${messageOf(error)}`);
  } finally {
    damaged?.close();
  }
  return lost;
}

function copyTable(from: Database, to: Database, table: string, lost: string[]): void {
  for (const direction of ['ASC', 'DESC']) {
    try {
      const there = columnsOf(from, table);
      const columns = columnsOf(to, table).filter((name) => there.includes(name));
      if (columns.length === 0) return;
      const order = TABLES[table]!.map((name) => `${name} ${direction}`).join(', ');
      const list = columns.join(', ');
      const insert = to.prepare(
        `INSERT OR IGNORE INTO ${table} (${list}) VALUES (${columns.map(() => '?').join(', ')})`,
      );
      to.exec('BEGIN');
      for (const row of from.prepare(`SELECT ${list} FROM ${table} ORDER BY ${order}`).raw().iterate())
        insert.run(...(row as unknown[]));
      to.exec('COMMIT');
      return;
    } catch (error) {
      // What was read before the damage is kept.
      if (to.inTransaction) to.exec('COMMIT');
      if (direction === 'ASC') lost.push(`rows of ${table}: ${messageOf(error)}`);
    }
  }
}

function columnsOf(db: Database, table: string): string[] {
  return db.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all() as string[];
}

function* soundModels(from: Database, lost: string[]): Generator<ModelImage> {
  let cameras: string[];
  try {
    cameras = new ModelPages(from).cameras();
  } catch (error) {
    lost.push(`all saved models: ${messageOf(error)}`);
    return;
  }
  for (const camera of cameras) {
    try {
      const { image, damage } = new ModelPages(from).find(camera);
      lost.push(...damage.map((text) => `${camera}: ${text}`));
      if (image !== null) yield image;
    } catch (error) {
      lost.push(`the model of ${camera}: ${messageOf(error)}`);
    }
  }
}
