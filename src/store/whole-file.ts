/**
 * whole-file.ts - files that are complete under their name or not there at all, also after a power cut.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CortexdError, messageOf } from '../errors.ts';

const HINT = 'Check the directory, its permissions and the free space.';

/** Throws when `writeWhole` could not write there, so that it is known before long work and not after it. */
export function refuseUnwritable(path: string): void {
  try {
    if (existsSync(path) && statSync(path).isDirectory()) throw new Error('it is a folder');
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new CortexdError('no_input', `Expected to be able to write ${path} but received: ${messageOf(error)}`, {
      hint: HINT,
      cause: error,
    });
  }
}

/** Throws when there is a file already: nothing is overwritten that nobody asked to. */
export function refuseOverwriting(path: string, force: boolean): void {
  if (force || !existsSync(path)) return;
  throw new CortexdError('usage', `Expected a new file but there is one at ${path}`, {
    hint: 'Name another, or delete it first (snapshot export and events show overwrite it with --force).',
  });
}

/** Write a file so that it is complete under its name or not there at all. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.part`;
  try {
    // A new file of our own: never through a link that someone has put there.
    rmSync(temporary, { force: true });
    const handle = openSync(temporary, 'wx', 0o600);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new CortexdError('store', `Expected to write ${path} but received: ${messageOf(error)}`, {
      hint: HINT,
      cause: error,
    });
  }
}

/** Make a rename in a folder survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
