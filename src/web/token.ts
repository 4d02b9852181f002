/**
 * token.ts - the token that lets a browser in: the user's own out of a file, or one that is made once and kept in the state
 * directory, readable by the daemon's user alone.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CortexdError, messageOf } from '../errors.ts';

const FILE = 'dashboard.token';
const BYTES = 24;
const SHORTEST = 16;

/** Throws CortexdError('config') for a token file that cannot be read or is too short. */
export function tokenOf(stateDirectory: string, file: string | undefined): string {
  if (file !== undefined) return checked(read(file), file);
  const own = join(stateDirectory, FILE);
  const made = randomBytes(BYTES).toString('base64url');
  try {
    // Only where there is none: never follows a link, never overwrites.
    writeFileSync(own, `${made}\n`, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    // On a full disk a token for this life is better than none.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return made;
  }
  const kept = read(own).trim();
  return kept.length >= SHORTEST ? kept : made;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CortexdError('config', `Expected a token in ${file} but received: ${messageOf(error)}`, {
      hint: 'Set web.token_file to a file that the daemon may read, or leave it out.',
    });
  }
}

function checked(text: string, file: string): string {
  const token = text.trim();
  if (token.length >= SHORTEST && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new CortexdError('config', `Expected at least ${SHORTEST} letters and digits in ${file} but received others`, {
    hint: 'Make one with: openssl rand -hex 24',
  });
}
