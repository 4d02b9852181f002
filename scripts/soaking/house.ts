/**
 * house.ts - what stands around the daemon while it is soaked: a broker, a disk of its own, a clock that can be set, someone
 * who starts it again as a service manager would, and someone who hears everything.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MqttClient, connect } from 'mqtt';
import { packageFile } from '../../src/package-root.ts';
import type { HealthRecord } from '../../src/records/bridge.ts';

/** Debian's libfaketime: the clock that people set is another, the one that only runs forward is not. */
const FAKE_CLOCK = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const RESTART_AFTER_MS = 1000;
const DISK_MB = 64;

/** How the service's unit has memory handed out (systemd/cortexd.service). */
export const MALLOC = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '16384',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

export type Life = { readonly child: ChildProcess; readonly startedMs: number; endedMs: number | null; how: string };

export class House {
  readonly folder: string;
  readonly state: string;
  readonly lives: Life[] = [];
  /** Topic and payload of everything heard, in order. */
  readonly heard: { readonly topic: string; readonly payload: string }[] = [];
  readonly hasDisk: boolean;
  readonly hasClock: boolean;
  readonly #port: number;
  #broker: ChildProcess | undefined;
  #listener: MqttClient | undefined;
  #isOver = false;
  /** Number of the life that has answered last. */
  #livesAnswered = 0;

  /** `mayFake`: the clock can be set, which takes some 20 MiB of the daemon's memory. */
  constructor(folder: string, port: number, mayFake = true) {
    this.folder = folder;
    this.hasClock = mayFake && existsSync(FAKE_CLOCK);
    this.#port = port;
    this.state = join(folder, 'state');
    mkdirSync(this.state);
    this.hasDisk = process.getuid?.() === 0 && mounts(this.state);
    writeFileSync(this.#clockFile, '+0');
    writeFileSync(join(folder, 'mosquitto.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  }

  get brokerUrl(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  get #clockFile(): string {
    return join(this.folder, 'clock');
  }

  /** Set the daemon's wall clock so far from the real one (s). */
  setClock(seconds: number): void {
    writeFileSync(this.#clockFile, `${seconds < 0 ? '' : '+'}${seconds}`);
  }

  /** Leave no room on the daemon's disk, or give it back. */
  fillDisk(isFull: boolean): void {
    const filler = join(this.state, 'filler');
    if (!isFull) return rmSync(filler, { force: true });
    try {
      for (;;) appendFileSync(filler, Buffer.alloc(1 << 16));
    } catch {
      // It is full.
    }
  }

  startBroker(): void {
    const log = openSync(join(this.folder, 'mosquitto.log'), 'a');
    this.#broker = spawn('mosquitto', ['-c', join(this.folder, 'mosquitto.conf')], { stdio: ['ignore', log, log] });
  }

  signalBroker(signal: NodeJS.Signals): void {
    this.#broker?.kill(signal);
  }

  async listen(): Promise<void> {
    this.#listener = connect(this.brokerUrl, { reconnectPeriod: 200, clientId: 'soak', clean: false });
    this.#listener.on('message', (topic, payload) => {
      // Pictures are not looked at.
      if (!/\/(snapshot|heatmap|predicted)$/.test(topic)) this.heard.push({ topic, payload: payload.toString() });
    });
    await this.#listener.subscribeAsync('cortexd/#', { qos: 1 });
  }

  /** Start the daemon, and start it again whenever it ends. */
  async keepRunning(): Promise<void> {
    while (!this.#isOver) {
      const log = openSync(join(this.folder, 'daemon.log'), 'a');
      const env = {
        ...process.env,
        ...MALLOC,
        ...(this.hasClock && {
          LD_PRELOAD: FAKE_CLOCK,
          FAKETIME_TIMESTAMP_FILE: this.#clockFile,
          FAKETIME_NO_CACHE: '1',
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        }),
      };
      const flags = ['--max-old-space-size=192', '--max-semi-space-size=1'];
      const child = spawn(
        process.execPath,
        [...flags, packageFile('dist/src/cli/main.js'), 'run', '--config', join(this.folder, 'config.yaml')],
        { stdio: ['ignore', log, log], env },
      );
      const life: Life = { child, startedMs: performance.now(), endedMs: null, how: 'runs' };
      this.lives.push(life);
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      life.endedMs = performance.now();
      life.how = signal ?? `code ${code}`;
      if (!this.#isOver) await sleep(RESTART_AFTER_MS);
    }
  }

  get daemon(): ChildProcess {
    return this.lives.at(-1)!.child;
  }

  /** As a service manager does it: only a daemon that has said that it is there is told to read its configuration again. */
  reload(): void {
    if (this.#livesAnswered === this.lives.length) this.daemon.kill('SIGHUP');
  }

  /** What the daemon says of itself; null while it does not answer. */
  async status(): Promise<HealthRecord | null> {
    const status = await this.#ask();
    if (status !== null) this.#livesAnswered = this.lives.length;
    return status;
  }

  #ask(): Promise<HealthRecord | null> {
    const path = `${this.state}/control.sock`;
    return new Promise((resolve) => {
      const asked = request({ socketPath: path, path: '/api/v1/status', timeout: 1500 }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve(response.statusCode === 200 ? (JSON.parse(text) as HealthRecord) : null));
        response.on('error', () => resolve(null));
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => resolve(null));
      asked.end();
    });
  }

  /** Kibibytes that the daemon and, by themselves, its children have in memory now. */
  memory(): { readonly daemonKb: number; readonly childrenKb: number } {
    const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss=']).toString().trim().split('\n');
    let [daemonKb, childrenKb] = [0, 0];
    for (const row of rows) {
      const [pid, parent, kb] = row.trim().split(/\s+/).map(Number) as [number, number, number];
      if (pid === this.daemon.pid) daemonKb = kb;
      if (parent === this.daemon.pid) childrenKb += kb;
    }
    return { daemonKb, childrenKb };
  }

  /** Processes that a life before has left behind: those that name this folder, or have been handed to init. */
  leftBehind(): string[] {
    const own = new Set([String(this.daemon.pid), String(this.#broker?.pid), String(process.pid)]);
    const rows = execFileSync('ps', ['-eww', '-o', 'pid=,ppid=,args=']).toString().trim().split('\n');
    return rows.filter((row) => {
      const [pid, parent] = row.trim().split(/\s+/);
      return row.includes(this.folder) && !own.has(pid!) && !own.has(parent!);
    });
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.daemon.kill('SIGTERM');
    for (let i = 0; i < 200 && this.lives.at(-1)!.endedMs === null; i++) await sleep(100);
    await this.#listener?.endAsync(true);
    this.#broker?.kill('SIGKILL');
  }

  unmount(): void {
    if (this.hasDisk) execFileSync('umount', [this.state]);
  }
}

function mounts(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=700`, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
