/**
 * write-meter.ts - how many bytes this thread has handed to the kernel, told apart by what they were for.
 *
 * The kernel counts them per thread, so nothing that SQLite writes can be forgotten. Where it does not (no /proc), all
 * counts stay 0.
 */
import { readFileSync } from 'node:fs';

export class WriteMeter {
  #seen: number;
  /** Bytes of the write-ahead log, and bytes folded from it into the database. */
  wal = 0;
  database = 0;

  constructor() {
    this.#seen = writtenByThread();
  }

  /** Whatever was written since the last call went into the log, or was folded into the database. */
  note(kind: 'wal' | 'database'): void {
    const now = writtenByThread();
    this[kind] += Math.max(0, now - this.#seen);
    this.#seen = now;
  }

  get total(): number {
    return this.wal + this.database;
  }

}

function writtenByThread(): number {
  try {
    return Number(/^wchar: (\d+)$/m.exec(readFileSync('/proc/thread-self/io', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
