/**
 * lock.ts - one daemon at a time on a state directory.
 *
 * The lock is on the directory itself (flock(2)), so it needs no room, nobody can delete it, and the kernel ends it with
 * the process that holds it, however that dies. Node has no call for it: the small program `flock` of util-linux sets it
 * on our open directory, and it stays for as long as that is open. Where there is no such program, an exclusive
 * transaction on a small database does the same, but for a full disk.
 *
 * The file LOCK_FILE says that the directory was used before.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { CortexdError, messageOf } from '../errors.ts';

export const LOCK_FILE = 'cortexd.lock';
/** Another file: this one says nothing of whether there was a database. */
const LOCK_DATABASE = 'cortexd.locked';
const PROGRAMS = ['/usr/bin/flock', '/bin/flock'] as const;
/** Exit code of `flock` when another process has the lock. */
const TAKEN = 75;

/** Keep other daemons away from a state directory; throws CortexdError('in_use') when one has it. Call the result to let go. */
export function lockStateDirectory(directory: string): () => void {
  makeDirectory(directory);
  const folder = opened(directory);
  const { status, error } = flock(folder, '--timeout', '0.5');
  if (status === 0) {
    return () => closeSync(folder);
  }
  closeSync(folder);
  if (status === TAKEN) throw inUse(directory, undefined);
  if (!isMissing(error)) {
    throw new CortexdError(
      'store',
      `Expected to lock the state directory ${directory} but flock ${error === undefined ? `ended with ${status}` : `did not start: ${error.message}`}`,
      {
        hint: 'Does its file system know locks? Set state_directory to a local disk.',
      },
    );
  }
  return lockByDatabase(directory);
}

/**
 * Run the program on an open directory. By its own path first: who runs in an environment with another PATH must not come
 * to another kind of lock, or two would hold one each.
 */
function flock(folder: number, ...how: readonly string[]): { readonly status: number | null; readonly error?: Error } {
  const program = PROGRAMS.find((path) => existsSync(path)) ?? 'flock';
  return spawnSync(program, [...how, '--conflict-exit-code', String(TAKEN), '3'], {
    // Pipes ask nothing of /dev/null, which a container may keep from its users.
    stdio: ['pipe', 'pipe', 'pipe', folder],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
  });
}

/** Only where there is no such program is there another lock: with two kinds of it two could hold one each. */
function isMissing(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === 'ENOENT';
}

/** Whether a daemon holds the lock of a state directory now. */
export function isLocked(directory: string): boolean {
  if (!existsSync(directory)) return false;
  try {
    // What is only looked at is not marked as used.
    const folder = opened(directory);
    const { status, error } = flock(folder, '--nonblock', '--shared');
    closeSync(folder);
    if (error !== undefined && !isMissing(error)) throw error;
    if (error === undefined) return status === TAKEN;
    if (!existsSync(join(directory, LOCK_DATABASE))) return false;
    lockByDatabase(directory)();
    return false;
  } catch (error) {
    if (error instanceof CortexdError && error.code === 'in_use') return true;
    throw error;
  }
}

export function makeDirectory(directory: string): void {
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

function opened(directory: string): number {
  try {
    return openSync(directory, 'r');
  } catch (error) {
    throw new CortexdError(
      'store',
      `Expected to open the state directory ${directory} but received: ${messageOf(error)}`,
      { hint: 'Run this as the user that the daemon runs as (or as root), and check who may read the directory.' },
    );
  }
}

/** There is a database now: one that is missing later has been lost. */
export function markUsed(directory: string): void {
  try {
    closeSync(openSync(join(directory, LOCK_FILE), 'a', 0o600));
  } catch {
    // A full disk: it was used before, or there is nothing in it that could be missed.
  }
}

function lockByDatabase(directory: string): () => void {
  const lock = new Sqlite(join(directory, LOCK_DATABASE), { timeout: 0 });
  try {
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') === true) throw inUse(directory, error);
    throw new CortexdError('store', `Expected to lock ${directory} but received: ${messageOf(error)}`, {
      hint: 'Check that the disk is writable and not full.',
      cause: error,
    });
  }
  return () => lock.close();
}

function inUse(directory: string, cause: unknown): CortexdError {
  return new CortexdError('in_use', `Expected to be the only daemon on ${directory} but another one has it`, {
    hint: 'Stop the other one (systemctl stop cortexd), or set another state_directory.',
    ...(cause === undefined ? {} : { cause }),
  });
}
