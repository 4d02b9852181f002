/** damage.ts - which errors say that a database file is damaged. */
import { CortexdError } from '../errors.ts';

/** Whether an error says that the database file is damaged. */
export function isDamage(error: unknown): boolean {
  if (error instanceof CortexdError) return error.code === 'corrupt';
  const { code } = error as { code?: string };
  return code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT') === true || code === 'SQLITE_IOERR_SHORT_READ';
}
