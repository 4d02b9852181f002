/**
 * child.ts - a child process that writes frames to its standard output: started without a shell and with an environment of
 * its own, watched, and always ended; its last words on stderr are kept for the error message, without passwords.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { CortexdError } from '../errors.ts';
import { redact } from '../redact.ts';
import { childEnvironment } from './child-environment.ts';
import { freeNow } from './free-now.ts';

const STDERR_KEPT = 4000;
/** Pieces that were handed back and wait to be filled. */
const MOST_SPARE = 4;
/** Each next, harder signal comes so long after the one before. */
const HARDER_AFTER_MS = 1500;
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGKILL'];
/** File descriptors on which a child may say what belongs to its frames, and give pictures for people. */
const NOTES_FD = 3;
const VIEWS_FD = 4;

export type ChildOptions = {
  readonly command: string;
  readonly args: readonly string[];
  /** Time limits for the first bytes and between two reads (ms). */
  readonly firstMs: number;
  readonly betweenMs: number;
  /** Written to its standard input, which then ends: what must not stand in the list of processes. */
  readonly stdin?: string;
  /** Words that must not be seen in what it says. */
  readonly secrets?: readonly string[];
  /** Hears what the child writes to file descriptor 3. */
  readonly note?: (text: string) => void;
  /** Hears what the child writes to file descriptor 4; always read, so the child never waits for it. Keeps no chunk. */
  readonly views?: (chunk: Uint8Array) => void;
  /** Debian package that brings the command. */
  readonly package?: string;
};

export class FrameChild {
  readonly #child: ChildProcess;
  readonly #stdout: Readable;
  readonly #options: ChildOptions;
  readonly #exited: Promise<void>;
  #stderr = '';
  readonly #spare: Uint8Array[] = [];
  #spawnError: Error | undefined;
  #exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
    const { stdin, note, views } = options;
    this.#child = spawn(options.command, options.args, {
      stdio: [
        stdin === undefined ? 'ignore' : 'pipe',
        'pipe',
        'pipe',
        note === undefined ? 'ignore' : 'pipe',
        views === undefined ? 'ignore' : 'pipe',
      ],
      env: childEnvironment(process.env),
    });
    this.#stdout = this.#child.stdout!;
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    // A child that is gone takes no input and gives no notes; its end is told by its exit.
    this.#child.stdin?.on('error', () => undefined).end(stdin);
    const notes = this.#child.stdio[NOTES_FD] as (Readable & Writable) | null | undefined;
    if (notes && note)
      notes
        .setEncoding('utf8')
        .on('data', note)
        .on('error', () => undefined);
    const pictures = this.#child.stdio[VIEWS_FD] as (Readable & Writable) | null | undefined;
    if (pictures && views) {
      const take = (chunk: Buffer): void => {
        views(chunk);
        freeNow(chunk);
      };
      pictures.on('data', take).on('error', () => undefined);
    }
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

  /** A piece that nobody needs any more is filled again: a camera's frames would be some MB of garbage a second. */
  readonly giveBack = (piece: Uint8Array): void => {
    if (this.#spare.length < MOST_SPARE) this.#spare.push(piece);
  };

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Last lines of stderr, secrets taken out, at most `lines`. */
  lastWords(lines = 2): string {
    let words = redact(this.#stderr);
    for (const secret of this.#options.secrets ?? []) if (secret !== '') words = words.replaceAll(secret, '***');
    // Which object of ffmpeg says it, and where that lies in memory, is another each time and helps nobody.
    const plain = words.replaceAll(/\[[\w/,: ]+ @ 0x[0-9a-f]+\] /g, '');
    return plain.trim().split('\n').slice(-lines).join('; ');
  }

  /**
   * Pieces of exactly `size` bytes from stdout, until it ends. A rest shorter than that is dropped. Reading pauses while
   * nobody takes pieces, so the child waits. Throws CortexdError('unavailable') when the child cannot be started, fails,
   * or stays silent longer than allowed.
   */
  async *pieces(size: number): AsyncGenerator<Uint8Array> {
    let piece: Uint8Array = new Uint8Array(size);
    let filled = 0;
    let limitMs = this.#options.firstMs;
    for (;;) {
      const chunk = this.#stdout.read() as Buffer | null;
      if (chunk === null) {
        if (this.#stdout.readableEnded || this.#stdout.destroyed) break;
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
          piece = this.#spare.pop() ?? new Uint8Array(size);
          if (piece.length !== size) piece = new Uint8Array(size);
          filled = 0;
        }
      }
      freeNow(chunk);
    }
    await this.#exited;
    this.#throwIfFailed();
  }

  /** Wait until there is something to read or stdout ends; throws when that takes longer than `limitMs`. */
  async #readable(limitMs: number): Promise<void> {
    const stdout = this.#stdout;
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
        hint: `Install it: sudo apt install ${this.#options.package ?? command}`,
      });
    }
    if (this.#exit && this.#exit.code !== 0) {
      const how = this.#exit.signal ?? `code ${this.#exit.code}`;
      throw new CortexdError('unavailable', `${command} ended with ${how}: ${this.lastWords() || 'no message'}`);
    }
  }

  /**
   * End the child: SIGINT, which lets a camera close in order, then SIGTERM, then SIGKILL. Resolves when it is gone; one
   * that the kernel itself holds fast is left behind.
   */
  async close(): Promise<void> {
    if (this.#exit !== undefined || this.#spawnError !== undefined) return;
    this.#stdout.destroy();
    for (const signal of SIGNALS) {
      this.#child.kill(signal);
      if (await this.#isGoneWithin(HARDER_AFTER_MS)) return;
    }
    this.#child.unref();
  }

  async #isGoneWithin(limitMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), limitMs)));
    const gone = await Promise.race([this.#exited.then(() => true), tooLong]);
    clearTimeout(timer);
    return gone;
  }
}
