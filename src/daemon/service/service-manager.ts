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
  readonly #failed: (what: string, reason: string) => void;
  /** What could not be told, told once. */
  readonly #complained = new Set<string>();
  #fedMs = -Infinity;

  /** `failed`: hears, once for each kind of message, that the service manager could not be told. */
  constructor(env: NodeJS.ProcessEnv = process.env, failed: (what: string, reason: string) => void = () => undefined) {
    const { NOTIFY_SOCKET: path, WATCHDOG_USEC: watchdogUs = '0', WATCHDOG_PID: pid } = env;
    this.#failed = failed;
    this.#socketPath = path;
    // The library pads names in the abstract namespace (@...) with zeros, which makes them others.
    this.#socket = path === undefined || path.startsWith('@') ? undefined : openSocket();
    // The watchdog may be meant for another process of the service.
    const isOurs = pid === undefined || Number(pid) === process.pid;
    this.#feedEveryMs = isOurs && Number(watchdogUs) > 0 ? Number(watchdogUs) / 1000 / 4 : Infinity;
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
    const what = message.split('=')[0]!;
    // A service manager that does not listen must not stop the daemon.
    const complain = (reason: string): void => {
      if (this.#complained.has(what)) return;
      this.#complained.add(what);
      this.#failed(what, reason);
    };
    if (this.#socket) {
      const bytes = Buffer.from(message);
      this.#socket.send(bytes, 0, bytes.length, this.#socketPath, (error) => {
        if (error) complain(error.message);
      });
    } else {
      const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', NOTIFY_SOCKET: this.#socketPath };
      const child = spawn('systemd-notify', ['--no-block', ...message.split('\n')], { stdio: 'ignore', env });
      child.on('error', (error) => complain(error.message));
      child.on('exit', (code) => {
        if (code !== 0) complain(`systemd-notify ended with ${code}`);
      });
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
