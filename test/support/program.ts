/**
 * program.ts - the real command line in processes of its own.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const MAIN = fileURLToPath(
  new URL(`../../src/cli/main${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url),
);

export type Result = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Run a command to its end. */
export function cortexd(...args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { maxBuffer: 1 << 28, timeout: 120_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** A command that goes on running: its output so far, and ways to end it. */
export class Running {
  readonly child: ChildProcess;
  output = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** Wait until the output matches; throws with the output when the program ends or it takes too long. */
  async says(pattern: RegExp, limitMs = 30_000): Promise<RegExpExecArray> {
    await until(
      `${String(pattern)} in the output:\n${this.output}`,
      () => pattern.test(this.output) || this.child.exitCode !== null,
      limitMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output}`);
    });
    const match = pattern.exec(this.output);
    if (!match)
      throw new Error(
        `The program ended with ${this.child.exitCode} and never said ${String(pattern)}:\n${this.output}`,
      );
    return match;
  }

  /** Send a signal and wait for the end; resolves to the exit code, or null when a signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill(signal);
      await exited;
    }
    return this.child.exitCode;
  }
}
