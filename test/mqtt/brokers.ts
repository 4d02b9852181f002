/** brokers.ts - a real mosquitto for a test, and a client that hears everything. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IClientOptions, type MqttClient, connectAsync } from 'mqtt';
import type { BusLog, BusOptions } from '../../src/mqtt/bus.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

export class Mosquitto {
  readonly port: number;
  readonly folder = mkdtempSync(join(tmpdir(), 'cortexd-mosquitto-'));
  #child: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** `lines`: further lines of its configuration, made with its folder. */
  static async start(
    lines: (folder: string) => readonly string[] = () => ['allow_anonymous true'],
  ): Promise<Mosquitto> {
    const broker = new Mosquitto(await freePort());
    const fixed = [`listener ${broker.port} 127.0.0.1`, 'user root', 'log_dest none', 'max_queued_messages 10000'];
    writeFileSync(join(broker.folder, 'mosquitto.conf'), [...fixed, ...lines(broker.folder), ''].join('\n'));
    await broker.up();
    return broker;
  }

  async up(): Promise<void> {
    const program = existsSync('/usr/sbin/mosquitto') ? '/usr/sbin/mosquitto' : 'mosquitto';
    this.#child = spawn(program, ['-c', join(this.folder, 'mosquitto.conf')], { stdio: 'ignore' });
    await until('mosquitto listens', async () => {
      const socket = connectTcp(this.port, '127.0.0.1');
      const open = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'close').then(() => false),
      ]).catch(() => false);
      socket.destroy();
      return open;
    });
  }

  /** Kill it; retained messages are lost with it, as it has no persistence here. */
  async down(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async close(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export type Heard = {
  readonly topic: string;
  readonly text: string;
  readonly payload: Buffer;
  readonly retain: boolean;
  readonly qos: number;
};

/** A client that is subscribed to everything. */
export class Listener {
  readonly heard: Heard[] = [];
  readonly #calls = new Map<string, (text: string) => void>();
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload, { retain, qos }) => {
      const text = payload.toString();
      this.heard.push({ topic, text, payload, retain, qos });
      this.#calls.get(topic)?.(text);
    });
  }

  static async open(url: string, options: IClientOptions = {}): Promise<Listener> {
    const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...options });
    const listener = new Listener(client);
    await client.subscribeAsync('#', { qos: 1 });
    return listener;
  }

  /** Be called for every message of a topic from now on. */
  onMessage(topic: string, call: (text: string) => void): void {
    this.#calls.set(topic, call);
  }

  of(topic: string): string[] {
    return this.heard.filter((message) => message.topic === topic).map(({ text }) => text);
  }

  /** Wait until something on a topic satisfies `check`. */
  async hear(topic: string, check: (text: string) => boolean = () => true): Promise<void> {
    await until(`a message on ${topic}`, () => this.of(topic).some(check));
  }

  async publish(topic: string, payload: string | Buffer, retain = false): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1, retain });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

export type LogLine = {
  readonly level: string;
  readonly message: string;
  readonly fields: { readonly [key: string]: unknown };
};

/** Options of a Bus for tests, and what it logs. */
export function busFor(url: string, more: Partial<BusOptions> = {}): { options: BusOptions; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const log: BusLog = (level, message, fields) => lines.push({ level, message, fields });
  const options: BusOptions = {
    urls: [url],
    clientId: `test-${Math.random().toString(16).slice(2)}`,
    username: undefined,
    password: undefined,
    keepaliveS: 5,
    baseTopic: 'cortexd/test',
    tls: {},
    log,
    retryMs: [20, 100],
    ...more,
  };
  return { options, lines };
}
