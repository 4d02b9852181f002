/**
 * write-meter.ts - how many bytes this thread has handed to the kernel, told apart by what they were for.
 *
 * The kernel counts them per thread, so nothing that SQLite writes can be forgotten. Where it does not (no /proc, or a
 * kernel without accounting), what the caller knows to be written at least is counted instead.
 */
import { closeSync, openSync, readSync } from 'node:fs';

const COUNTS = '/proc/thread-self/io';
/** Longer than what the kernel says. */
const COUNTS_BYTES = 512;

export class WriteMeter {
  /** Looked at many times a second: read as a whole file, each time would leave eight kilobytes behind. */
  readonly #text = Buffer.alloc(COUNTS_BYTES);
  #seen = this.#writtenByThread();
  /** Bytes of the write-ahead log, and bytes folded from it into the database or copied beside it. */
  wal = 0;
  database = 0;

  /** Whatever was written since the last call was for `kind`; `atLeast` (bytes) is what the caller knows of. */
  note(kind: 'wal' | 'database', atLeast: number): void {
    const now = this.#writtenByThread();
    this[kind] += now === null || this.#seen === null ? atLeast : now - this.#seen;
    this.#seen = now;
  }

  get total(): number {
    return this.wal + this.database;
  }

  /** null: the kernel does not say. */
  #writtenByThread(): number | null {
    try {
      const file = openSync(COUNTS, 'r');
      try {
        const length = readSync(file, this.#text);
        const count = /^wchar: (\d+)$/m.exec(this.#text.toString('latin1', 0, length))?.[1];
        return count === undefined ? null : Number(count);
      } finally {
        closeSync(file);
      }
    } catch {
      return null;
    }
  }
}
