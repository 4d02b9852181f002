/**
 * salvage.ts - a damaged database is set aside, never deleted, and what can still be read from it is taken over.
 *
 * Rows are read one by one from both ends of each table until SQLite refuses, so one broken page costs the rows behind it
 * and not the table. Models carry their own checksums: what fails them is not taken.
 */
import { existsSync, renameSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { messageOf } from '../errors.ts';
import { type ModelImage, ModelPages } from './model-pages.ts';

/** Tables whose rows are taken over, in an order in which they may be written. */
const TABLES = ['meta', 'setting', 'event', 'outbox', 'score', 'score_hour', 'snapshot'] as const;

/** What became of a damaged database. */
export type Recovery = {
  /** ISO 8601 */
  readonly at: string;
  readonly reason: string;
  /** Where the damaged file is now. */
  readonly setAside: string;
  /** Rows taken over, by table; models by name. */
  readonly rows: { readonly [table: string]: number };
  readonly models: readonly string[];
  /** What could not be taken over, in words. */
  readonly lost: readonly string[];
};

/** Move a database (with its log) out of the way; returns where it went. */
export function setAside(file: string, now: string): string {
  const base = `${file}.damaged-${now.replace(/[:.]/g, '-')}`;
  let target = base;
  for (let n = 2; existsSync(target); n++) target = `${base}-${n}`;
  renameSync(file, target);
  for (const suffix of ['-wal', '-shm'])
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
  return target;
}

/** Take over into `fresh` whatever of the database at `path` can be read. */
export function salvage(path: string, fresh: Database, now: string, reason: string): Recovery {
  const rows: { [table: string]: number } = {};
  const models: string[] = [];
  const lost: string[] = [];
  let damaged: Database | undefined;
  try {
    damaged = new Sqlite(path, { timeout: 5000 });
    for (const table of TABLES) rows[table] = copyTable(damaged, fresh, table, lost);
    for (const image of soundModels(damaged, lost)) {
      new ModelPages(fresh).save(image);
      models.push(image.camera);
    }
  } catch (error) {
    lost.push(`everything else: ${messageOf(error)}`);
  } finally {
    damaged?.close();
  }
  return { at: now, reason, setAside: path, rows, models, lost };
}

function copyTable(from: Database, to: Database, table: string, lost: string[]): number {
  let copied = 0;
  let isWhole = false;
  for (const direction of ['ASC', 'DESC']) {
    if (isWhole) break;
    try {
      const columns = (from.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all() as string[]).filter(
        (name) => (to.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all() as string[]).includes(name),
      );
      if (columns.length === 0) return copied;
      const key = table === 'score' || table === 'score_hour' ? columns.slice(0, 2).join(`, `) : columns[0]!;
      const order = key
        .split(', ')
        .map((name) => `${name} ${direction}`)
        .join(', ');
      const insert = to.prepare(
        `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      );
      for (const row of from.prepare(`SELECT ${columns.join(', ')} FROM ${table} ORDER BY ${order}`).raw().iterate())
        copied += insert.run(...(row as unknown[])).changes;
      isWhole = true;
    } catch (error) {
      if (direction === 'ASC') lost.push(`rows of ${table}: ${messageOf(error)}`);
    }
  }
  return copied;
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
