/**
 * nats.ts - real nats-servers with JetStream: one, or several as a cluster, on free ports.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

export class NatsServer {
  readonly port: number;
  readonly #file: string;
  #child: ChildProcess | undefined;
  output = '';

  constructor(file: string, port: number) {
    this.#file = file;
    this.port = port;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const child = spawn('nats-server', ['-c', this.#file], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      this.output += text;
    });
    await until('the server is ready', () => output.includes('Server is ready') || child.exitCode !== null, 20_000);
    if (child.exitCode !== null) throw new Error(output);
  }

  /** With `SIGSTOP` it freezes, with `SIGCONT` it goes on. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    if (signal === 'SIGKILL') await once(child, 'exit');
  }
}

/** `more`: further lines of each server's configuration. */
export async function natsServers(t: Pick<Test, 'teardown'>, count: number, more = ''): Promise<NatsServer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nats-'));
  const ports = await Promise.all(Array.from({ length: 2 * count }, () => freePort()));
  const routes = ports.slice(count).map((port) => `nats://127.0.0.1:${port}`);
  const servers = Array.from({ length: count }, (_, i) => {
    const cluster = `cluster { name: test, listen: 127.0.0.1:${ports[count + i]}, routes: [ ${routes.join(', ')} ] }`;
    const file = join(folder, `${i}.conf`);
    writeFileSync(
      file,
      `server_name: n${i}
listen: 127.0.0.1:${ports[i]}
jetstream { store_dir: "${join(folder, `js${i}`)}", max_mem: 64MB, max_file: 2GB }
${count > 1 ? cluster : ''}
${more}
`,
    );
    return new NatsServer(file, ports[i]!);
  });
  t.teardown(async () => {
    await Promise.all(servers.map((server) => server.signal('SIGKILL')));
    rmSync(folder, { recursive: true, force: true });
  });
  await Promise.all(servers.map((server) => server.start()));
  return servers;
}
