/**
 * reader.ts - the journal for reading, also while a daemon writes it: WAL readers never wait and never hold up the writer.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { CortexdError, messageOf } from '../errors.ts';
import { DATABASE_FILE } from './database.ts';
import { Journal } from './journal.ts';
import { NEWEST } from './migrations.ts';

/** Open the journal of a state directory; throws CortexdError('no_input') when there is none. */
export function openJournal(directory: string): { journal: Journal; close: () => void } {
  const file = join(directory, DATABASE_FILE);
  if (!existsSync(file)) {
    throw new CortexdError('no_input', `Expected a database at ${file} but there is none`, {
      hint: 'Name the configuration (--config) or the state directory (--state-directory) of the daemon.',
    });
  }
  try {
    const db = new Sqlite(file, { readonly: true, timeout: 5000 });
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > NEWEST) {
      db.close();
      throw new CortexdError(
        'newer_version',
        `Expected a database of version ${NEWEST} or older but received version ${version}`,
        {
          hint: 'It was written by a newer cortexd; use that one to read it.',
        },
      );
    }
    return { journal: new Journal(db, { messages: Infinity, bytes: Infinity }), close: () => db.close() };
  } catch (error) {
    if (error instanceof CortexdError) throw error;
    throw new CortexdError('store', `Expected to read ${file} but received: ${messageOf(error)}`, {
      hint: 'Is this the database of cortexd, and may this user read it?',
      cause: error,
    });
  }
}
