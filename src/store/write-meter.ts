/**
 * write-meter.ts - how many bytes this thread has handed to the kernel, told apart by what they were for.
 *
 * The kernel counts them per thread, so nothing that SQLite writes can be forgotten. Where it does not (no /proc, or a
 * kernel without accounting), what the caller knows to be written at least is counted instead.
 */
import { readFileSync } from 'node:fs';

export class WriteMeter {
  #seen = writtenByThread();
  /** Bytes of the write-ahead log, and bytes folded from it into the database or copied beside it. */
  wal = 0;
  database = 0;

  /** Whatever was written since the last call was for `kind`; `atLeast` (bytes) is what the caller knows of. */
  note(kind: 'wal' | 'database', atLeast: number): void {
    const now = writtenByThread();
    this[kind] += now === null || this.#seen === null ? atLeast : now - this.#seen;
    this.#seen = now;
  }

  get total(): number {
    return this.wal + this.database;
  }
}

function writtenByThread(): number | null {
  try {
    const count = /^wchar: (\d+)$/m.exec(readFileSync('/proc/thread-self/io', 'latin1'))?.[1];
    return count === undefined ? null : Number(count);
  } catch {
    return null;
  }
}
