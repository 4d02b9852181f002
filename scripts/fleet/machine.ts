/**
 * machine.ts - one machine of the test: a nats-server, a broker that is never harmed and tells what was really published, and cortexd.
 */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../../src/package-root.ts';
import { HUB_ADDRESS, addressOf, spaceOf, startIn } from './network.ts';

export type Plan = {
  readonly folder: string;
  readonly machines: number;
  readonly cameras: number;
  readonly fps: number;
  readonly leaseS: number;
  readonly checkpointS: number;
};
export const FIRST_CAMERA_PORT = 9000;

export class Machine {
  readonly name: string;
  readonly folder: string;
  readonly number: number;
  /** The build that is installed. */
  program = packageFile('dist/src/cli/main.js');
  #nats: ChildProcess | undefined;
  #daemon: ChildProcess | undefined;
  readonly #others: ChildProcess[] = [];

  constructor(plan: Plan, number: number) {
    this.number = number;
    this.name = `m${number}`;
    this.folder = join(plan.folder, this.name);
    mkdirSync(this.folder);
    const all = Array.from({ length: plan.machines }, (_, i) => addressOf(i + 1));
    writeFileSync(
      join(this.folder, 'nats.conf'),
      `server_name: ${this.name}
listen: 0.0.0.0:4222
http: 127.0.0.1:8222
ping_interval: "2s"
ping_max: 2
write_deadline: "3s"
jetstream { store_dir: "${join(this.folder, 'nats')}", max_mem: 64MB, max_file: 4GB }
cluster { name: test, listen: 0.0.0.0:6222, routes: [ ${all.map((address) => `nats://${address}:6222`).join(', ')} ] }
`,
    );
    writeFileSync(join(this.folder, 'mosquitto.conf'), 'listener 1883 127.0.0.1\nallow_anonymous true\n');
    writeFileSync(
      join(this.folder, 'config.yaml'),
      `node: ${this.name}
state_directory: state
log: { level: debug }
mqtt: { url: "mqtt://127.0.0.1:1883", score_interval_s: 0.2, home_assistant: false, retain_pictures: false }
web: { enabled: false }
checkpoint: { interval_s: ${plan.checkpointS}, write_budget_mb_per_day: 1000000 }
cluster: { urls: [${all.map((address) => `"nats://${address}:4222"`).join(', ')}], lease_s: ${plan.leaseS} }
cameras:
${Array.from(
  { length: plan.cameras },
  (_, i) =>
    `  cam${i}: { preset: pi-zero2, lost_after_s: 2, alarms_per_day: 10000, view_px: 0, source: { type: http, url: "http://${HUB_ADDRESS}:${FIRST_CAMERA_PORT + i}/", fps: ${plan.fps} } }`,
).join('\n')}
`,
    );
  }

  get heardFile(): string {
    return join(this.folder, 'heard.log');
  }
  get logFile(): string {
    return join(this.folder, 'cortexd.log');
  }
  get database(): string {
    return join(this.folder, 'state', 'cortexd.db');
  }

  startBroker(): void {
    const space = spaceOf(this.number);
    const log = join(this.folder, 'broker.log');
    this.#others.push(startIn(space, log, 'mosquitto', ['-c', join(this.folder, 'mosquitto.conf')]));
    // Until the broker is there it ends at once: the shell tries again.
    const hear = `until mosquitto_sub -h 127.0.0.1 -t 'cortexd/#' -F '%U %t %p' 2>/dev/null; do sleep 0.1; done`;
    this.#others.push(startIn(space, this.heardFile, 'sh', ['-c', hear]));
  }

  startNats(): void {
    const log = join(this.folder, 'nats.log');
    this.#nats = startIn(spaceOf(this.number), log, 'nats-server', ['-c', join(this.folder, 'nats.conf')]);
  }

  startDaemon(): void {
    const args = ['--max-old-space-size=192', this.program, 'run', '--config', join(this.folder, 'config.yaml')];
    this.#daemon = startIn(spaceOf(this.number), this.logFile, process.execPath, args);
  }

  /** Both programs: as if the machine had lost its power, or stood still. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    await Promise.all([this.signalDaemon(signal), send(this.#nats, signal)]);
  }

  async signalDaemon(signal: NodeJS.Signals): Promise<void> {
    await send(this.#daemon, signal);
  }

  async end(): Promise<void> {
    await send(this.#daemon, 'SIGTERM', true);
  }

  async endAll(): Promise<void> {
    for (const child of [this.#daemon, this.#nats, ...this.#others]) await send(child, 'SIGKILL');
  }
}

async function send(
  child: ChildProcess | undefined,
  signal: NodeJS.Signals,
  waits = signal === 'SIGKILL',
): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  if (waits) await ended;
}

type Jsz = {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly state: { readonly last_seq: number };
    }[];
  }[];
};

/** What the NATS server of one machine has of each stream: the number of the last message. */
export function copiesAt(machine: Machine): Map<string, number> {
  const script = `fetch('http://127.0.0.1:8222/jsz?streams=1').then((r) => r.text()).then((text) => process.stdout.write(text))`;
  const args = ['netns', 'exec', spaceOf(machine.number), process.execPath, '-e', script];
  const { account_details: accounts = [] } = JSON.parse(execFileSync('ip', args, { encoding: 'utf8' })) as Jsz;
  const streams = accounts.flatMap(({ stream_detail: streams = [] }) => streams);
  return new Map(streams.map(({ name, state }) => [name, state.last_seq]));
}

/** Pages of the newest models that are missing, by NATS server. */
export function missingPages(machine: Machine, cameras: readonly string[]): { readonly [server: string]: number } {
  return askedThere(machine, './whole-copies.js', cameras) as { [server: string]: number };
}

/** What lies in the cluster of some cameras, as it is stored: leases and lists of pages. */
export function storedValues(machine: Machine, cameras: readonly string[]): string[] {
  return askedThere(machine, './stored-values.js', cameras) as string[];
}

/** What a script beside this one says when a machine runs it, of cameras in its cluster. */
function askedThere(machine: Machine, script: string, cameras: readonly string[]): unknown {
  const reader = fileURLToPath(new URL(script, import.meta.url));
  const inside = ['netns', 'exec', spaceOf(machine.number)];
  const args = [...inside, process.execPath, reader, 'nats://127.0.0.1:4222', ...cameras];
  return JSON.parse(execFileSync('ip', args, { encoding: 'utf8', maxBuffer: 1 << 28 }));
}

/** Output of a command of ours on one machine. */
export function ask(machine: Machine, ...args: readonly string[]): string {
  const whole = ['netns', 'exec', spaceOf(machine.number), process.execPath, machine.program, ...args];
  return execFileSync('ip', [...whole, '--config', join(machine.folder, 'config.yaml')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
}
