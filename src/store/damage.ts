/** damage.ts - which errors say that a database file is damaged, and which that it cannot be written now. */
import { CortexdError } from '../errors.ts';

/** Whether an error says that the database file is damaged. */
export function isDamage(error: unknown): boolean {
  if (error instanceof CortexdError) return error.code === 'corrupt';
  const { code } = error as { code?: string };
  return code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT') === true || code === 'SQLITE_IOERR_SHORT_READ';
}

/** Whether an error says that the disk is full. */
export function isFull(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL';
}

/** Whether an error says that there is no room to write, or that nothing may be written. */
export function isNoRoom(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: unknown };
  if (error instanceof CortexdError) return cause !== undefined && isNoRoom(cause);
  return (
    isFull(error) ||
    code === 'EROFS' ||
    code === 'SQLITE_CANTOPEN' ||
    code?.startsWith('SQLITE_READONLY') === true ||
    (code?.startsWith('SQLITE_IOERR') === true && code !== 'SQLITE_IOERR_SHORT_READ')
  );
}
