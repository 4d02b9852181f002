/**
 * log-sink.ts - where the lines of the log go. Nothing that befalls it (a full disk, a reader that goes away or does not
 * read) holds up or ends the program: lines that cannot be written are counted, and told when lines can be written again.
 */
import { write } from 'node:fs';

/** Most bytes that wait for a reader. */
const MOST_WAITING = 256 << 10;
const AGAIN_MS = 200;

export type WriteBytes = (bytes: Buffer, done: (error: Error | null, written: number) => void) => void;

export class LogSink {
  readonly #write: WriteBytes;
  readonly #note: (lost: number, reason: string) => string;
  #waiting: string[] = [];
  #bytes = 0;
  #isWriting = false;
  #isClosed = false;
  #lost = 0;
  #reason = '';
  #idle: (() => void)[] = [];

  /** `note`: the line that tells of lost lines. */
  constructor(note: (lost: number, reason: string) => string, write = writeToStdout) {
    this.#note = note;
    this.#write = write;
  }

  /** Take one line, with its end. */
  readonly line = (text: string): void => {
    if (this.#isClosed || this.#bytes > MOST_WAITING) {
      this.#lose('nobody reads it');
      return;
    }
    this.#waiting.push(text);
    this.#bytes += text.length;
    this.#pump();
  };

  /** Resolves when all is written, or after `limitMs`. */
  async drained(limitMs: number): Promise<void> {
    if (!this.#isWriting && this.#waiting.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => this.#idle.push(resolve)),
      new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs))),
    ]);
    clearTimeout(timer);
  }

  #lose(reason: string, lines = 1): void {
    this.#lost += lines;
    this.#reason = reason;
  }

  #pump(): void {
    if (this.#isWriting) return;
    if (this.#waiting.length === 0) {
      for (const done of this.#idle.splice(0)) done();
      return;
    }
    const lost = this.#lost;
    const lines = lost === 0 ? this.#waiting : [this.#note(lost, this.#reason), ...this.#waiting];
    const count = this.#waiting.length;
    this.#waiting = [];
    this.#bytes = 0;
    this.#isWriting = true;
    this.#attempt(Buffer.from(lines.join('')), 0, (error) => {
      this.#isWriting = false;
      if (error === null) this.#lost -= lost;
      else this.#lose(error.code ?? error.message, count);
      // The reader is gone for good.
      if (error?.code === 'EPIPE') this.#isClosed = true;
      this.#pump();
    });
  }

  #attempt(bytes: Buffer, at: number, done: (error: NodeJS.ErrnoException | null) => void): void {
    this.#write(bytes.subarray(at), (error: NodeJS.ErrnoException | null, written) => {
      if (error?.code === 'EAGAIN') {
        // A pipe that is full and does not block: its reader is slow.
        setTimeout(() => this.#attempt(bytes, at, done), AGAIN_MS).unref();
      } else if (error === null && at + written < bytes.length) {
        this.#attempt(bytes, at + written, done);
      } else {
        done(error);
      }
    });
  }
}

function writeToStdout(bytes: Buffer, done: (error: Error | null, written: number) => void): void {
  write(1, bytes, done);
}
