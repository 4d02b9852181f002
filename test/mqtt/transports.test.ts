import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { Bus, type BusStatus } from '../../src/mqtt/bus.ts';
import type { LinkOptions } from '../../src/mqtt/link.ts';
import { until } from '../support/until.ts';
import { Listener, Mosquitto, busFor } from './brokers.ts';

/** An authority, and certificates for a broker named localhost and for a client, in a folder. */
function certificates(folder: string): void {
  const run = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const authority = '-x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=Authority';
  run('req', ...authority.split(' '));
  writeFileSync(join(folder, 'san.cnf'), 'subjectAltName=DNS:localhost\n');
  for (const name of ['broker', 'client']) {
    run('req', ...`-newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`.split(' '));
    const sign = `x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out ${name}.crt -days 2 -extfile san.cnf`;
    run(...sign.split(' '));
  }
}

/** What comes of one attempt to connect. */
async function statusOf(url: string, tls: LinkOptions['tls']): Promise<BusStatus> {
  const bus = new Bus(busFor(url, { tls }).options);
  bus.start();
  await until('an answer', () => bus.status.state !== 'connecting');
  const { status } = bus;
  await bus.close();
  return status;
}

test('a client certificate is asked for and shown; without it the refusal is explained', async (t) => {
  const broker = await Mosquitto.start((folder) => {
    certificates(folder);
    return [
      'allow_anonymous true',
      `cafile ${folder}/ca.crt`,
      `certfile ${folder}/broker.crt`,
      `keyfile ${folder}/broker.key`,
      'require_certificate true',
    ];
  });
  t.teardown(() => broker.close());
  const read = (name: string): Buffer => readFileSync(join(broker.folder, name));
  const ca = read('ca.crt');
  const url = `mqtts://localhost:${broker.port}`;
  t.match(await statusOf(url, { ca, cert: read('client.crt'), key: read('client.key') }), {
    state: 'online',
    protocol: '5.0',
  });
  const refused = await statusOf(url, { ca });
  t.match(refused, { state: 'offline', reason: /TLS handshake|closed the connection/ });
});

test('WebSocket, with and without TLS, by the name in the certificate', async (t) => {
  const plain = await Mosquitto.start(() => ['protocol websockets', 'allow_anonymous true']);
  t.teardown(() => plain.close());
  const bus = new Bus(busFor(`ws://127.0.0.1:${plain.port}`).options);
  bus.retain('porch/anomaly', 'OFF');
  bus.start();
  const listener = await Listener.open(`ws://127.0.0.1:${plain.port}`);
  await listener.hear('cortexd/test/porch/anomaly');
  t.equal(bus.status.protocol, '5.0');
  await bus.close();
  await listener.close();

  const secure = await Mosquitto.start((folder) => {
    certificates(folder);
    return [
      'protocol websockets',
      'allow_anonymous true',
      `certfile ${folder}/broker.crt`,
      `keyfile ${folder}/broker.key`,
    ];
  });
  t.teardown(() => secure.close());
  const ca = readFileSync(join(secure.folder, 'ca.crt'));
  t.match(await statusOf(`wss://localhost:${secure.port}`, { ca }), { state: 'online' });
  t.match(await statusOf(`wss://127.0.0.1:${secure.port}`, { ca, serverName: 'localhost' }), { state: 'online' });
  t.match(await statusOf(`wss://localhost:${secure.port}`, {}), { state: 'offline', reason: /authority unknown/ });
});
