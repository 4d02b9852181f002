/**
 * child.ts - a child process that writes frames to its standard output: started without a shell, watched, and always
 * ended; its last words on stderr are kept for the error message, without passwords.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { CortexdError } from '../errors.ts';
import { redact } from '../redact.ts';

const STDERR_KEPT = 4000;
/** A child that was told to end and has not gets SIGKILL after this. */
const KILL_AFTER_MS = 3000;

export type ChildOptions = {
  readonly command: string;
  readonly args: readonly string[];
  /** Time limits for the first bytes and between two reads (ms). */
  readonly firstMs: number;
  readonly betweenMs: number;
};

export class FrameChild {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #options: ChildOptions;
  readonly #exited: Promise<void>;
  #stderr = '';
  #spawnError: Error | undefined;
  #exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#child = spawn(options.command, options.args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#spawnError = error;
        resolve();
      });
      this.#child.on('close', (code, signal) => {
        this.#exit = { code, signal };
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Last lines of stderr, passwords taken out, at most `lines`. */
  lastWords(lines = 2): string {
    return redact(this.#stderr).trim().split('\n').slice(-lines).join('; ');
  }

  /**
   * Pieces of exactly `size` bytes from stdout, until it ends. A rest shorter than that is dropped. Reading pauses while
   * nobody takes pieces, so the child waits. Throws CortexdError('unavailable') when the child cannot be started, fails,
   * or stays silent longer than allowed.
   */
  async *pieces(size: number): AsyncGenerator<Uint8Array> {
    let piece = new Uint8Array(size);
    let filled = 0;
    const { stdout } = this.#child;
    let limitMs = this.#options.firstMs;
    for (;;) {
      const chunk = stdout.read() as Buffer | null;
      if (chunk === null) {
        if (stdout.readableEnded || stdout.destroyed) break;
        await this.#readable(limitMs);
        continue;
      }
      limitMs = this.#options.betweenMs;
      for (let at = 0; at < chunk.length;) {
        const taken = Math.min(size - filled, chunk.length - at);
        piece.set(chunk.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled === size) {
          yield piece;
          piece = new Uint8Array(size);
          filled = 0;
        }
      }
    }
    await this.#exited;
    this.#throwIfFailed();
  }

  /** Wait until there is something to read or stdout ends; throws when that takes longer than `limitMs`. */
  async #readable(limitMs: number): Promise<void> {
    const { stdout } = this.#child;
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), limitMs);
    const { signal } = giveUp;
    try {
      await Promise.race([
        once(stdout, 'readable', { signal }),
        once(stdout, 'end', { signal }),
        once(stdout, 'close', { signal }),
      ]);
    } catch {
      if (this.#spawnError) this.#throwIfFailed();
      if (stdout.readableEnded || stdout.destroyed) return;
      throw new CortexdError(
        'unavailable',
        `Expected frames from ${this.#options.command} but received none for ${limitMs / 1000} s ${this.lastWords()}`.trim(),
      );
    } finally {
      clearTimeout(timer);
      giveUp.abort();
    }
    if (this.#spawnError) this.#throwIfFailed();
  }

  #throwIfFailed(): void {
    const { command } = this.#options;
    if (this.#spawnError) {
      throw new CortexdError('unavailable', `Expected to start ${command} but received: ${this.#spawnError.message}`, {
        hint: `Install it: sudo apt install ${command === 'ffprobe' ? 'ffmpeg' : command}`,
      });
    }
    if (this.#exit && this.#exit.code !== 0) {
      const how = this.#exit.signal ?? `code ${this.#exit.code}`;
      throw new CortexdError('unavailable', `${command} ended with ${how}: ${this.lastWords() || 'no message'}`);
    }
  }

  /** End the child: SIGTERM, then SIGKILL. Resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#exit === undefined && this.#spawnError === undefined) {
      this.#child.stdout.destroy();
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS);
      await this.#exited;
      clearTimeout(timer);
    }
  }
}
