/**
 * reader.ts - the database for reading, also while a daemon writes it: WAL readers never wait and never hold up the writer.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { CortexdError, messageOf } from '../errors.ts';
import { isDamage } from './damage.ts';
import { DATABASE_FILE } from './database.ts';
import { Journal } from './journal.ts';
import { NEWEST } from './migrations.ts';
import { ModelPages } from './model-pages.ts';
import { Snapshots } from './snapshots.ts';

export type Reader = {
  readonly file: string;
  readonly db: Database;
  readonly pages: ModelPages;
  readonly snapshots: Snapshots;
};

/** Read the database of a state directory; throws CortexdError('no_input') when there is none. */
export async function withReader<T>(directory: string, work: (reader: Reader) => T | Promise<T>): Promise<T> {
  const { file, db } = open(directory);
  try {
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version < NEWEST) {
      throw new CortexdError('store', `Expected a database of version ${NEWEST} but received version ${version}`, {
        hint: 'It was written by an older cortexd; the daemon brings it up to date when it starts.',
      });
    }
    return await work({ file, db, pages: new ModelPages(db), snapshots: new Snapshots(db) });
  } catch (error) {
    throw isDamage(error) && !(error instanceof CortexdError) ? unreadable(file, error) : error;
  } finally {
    db.close();
  }
}

/** Open the journal of a state directory; throws CortexdError('no_input') when there is none. */
export function openJournal(directory: string): { journal: Journal; close: () => void } {
  const { file, db } = open(directory);
  try {
    return { journal: new Journal(db, { messages: Infinity, bytes: Infinity }), close: () => db.close() };
  } catch (error) {
    db.close();
    throw unreadable(file, error);
  }
}

function open(directory: string): { file: string; db: Database } {
  const file = join(directory, DATABASE_FILE);
  if (!existsSync(file)) throw noDatabase(directory);
  let db: Database | undefined;
  try {
    db = new Sqlite(file, { readonly: true, timeout: 5000 });
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > NEWEST) {
      throw new CortexdError(
        'newer_version',
        `Expected a database of version ${NEWEST} or older but received version ${version}`,
        {
          hint: 'It was written by a newer cortexd; use that one to read it.',
        },
      );
    }
    return { file, db };
  } catch (error) {
    db?.close();
    throw error instanceof CortexdError ? error : unreadable(file, error);
  }
}

/** Nothing is created by a command that looks for something. */
export function noDatabase(directory: string): CortexdError {
  return new CortexdError('no_input', `Expected a database at ${join(directory, DATABASE_FILE)} but there is none`, {
    hint: 'Name the configuration (--config) or the state directory (--state-directory) of the daemon.',
  });
}

function unreadable(file: string, error: unknown): CortexdError {
  return new CortexdError(
    isDamage(error) ? 'corrupt' : 'store',
    `Expected to read ${file} but received: ${messageOf(error)}`,
    { hint: 'Is this the database of cortexd, and may this user read it?', cause: error },
  );
}
