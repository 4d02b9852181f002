/**
 * service-manager.ts - what systemd is told: ready, status, still working, stopping.
 *
 * The native socket (unix-dgram, optional) is used where it was built, the systemd-notify program otherwise, and nothing
 * happens outside systemd. The watchdog is fed by work done, never by a timer: a loop that turns without stepping frames
 * is as dead as one that hangs.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

type Datagram = {
  send: (bytes: Buffer, offset: number, length: number, path: string, done: (error?: Error) => void) => void;
  close: () => void;
};

export class ServiceManager {
  readonly #socketPath: string | undefined;
  readonly #socket: Datagram | undefined;
  readonly #feedEveryMs: number;
  #fedMs = -Infinity;

  constructor(env: NodeJS.ProcessEnv = process.env) {
    const path = env['NOTIFY_SOCKET'];
    // A leading @ is the abstract namespace, written as a zero byte.
    this.#socketPath = path?.replace(/^@/, '\0');
    this.#socket = path === undefined ? undefined : openSocket();
    const watchdogUs = Number(env['WATCHDOG_USEC'] ?? 0);
    this.#feedEveryMs = watchdogUs > 0 ? watchdogUs / 1000 / 4 : Infinity;
  }

  get isPresent(): boolean {
    return this.#socketPath !== undefined;
  }

  ready(status: string): void {
    this.#notify(`READY=1\nSTATUS=${status}`);
  }

  status(status: string): void {
    this.#notify(`STATUS=${status}`);
  }

  stopping(): void {
    this.#notify('STOPPING=1');
  }

  /** Work was done: a frame was stepped, or a camera known to be away was tried again. Fed at most four times a period. */
  workDone(): void {
    const now = performance.now();
    if (now - this.#fedMs < this.#feedEveryMs || this.#feedEveryMs === Infinity) return;
    this.#fedMs = now;
    this.#notify('WATCHDOG=1');
  }

  close(): void {
    this.#socket?.close();
  }

  #notify(message: string): void {
    if (this.#socketPath === undefined) return;
    if (this.#socket) {
      const bytes = Buffer.from(message);
      // A service manager that does not listen must not stop the daemon.
      this.#socket.send(bytes, 0, bytes.length, this.#socketPath, () => undefined);
    } else {
      const child = spawn('systemd-notify', ['--no-block', ...message.split('\n')], { stdio: 'ignore' });
      child.on('error', () => undefined);
      child.unref();
    }
  }
}

function openSocket(): Datagram | undefined {
  try {
    const { createSocket } = createRequire(import.meta.url)('unix-dgram') as {
      createSocket: (type: string) => Datagram;
    };
    return createSocket('unix_dgram');
  } catch {
    return undefined;
  }
}
