import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type Server as HttpServer, createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { test } from 'tap';
import { WebSocketServer, createWebSocketStream } from 'ws';
import { Bus, type BusStatus } from '../../src/mqtt/bus.ts';
import type { LinkOptions } from '../../src/mqtt/link.ts';
import { until } from '../support/until.ts';
import { Mosquitto, busFor } from './brokers.ts';

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

/** A WebSocket in front of a broker: mosquitto's own cannot listen on every machine. */
async function webSocketTo(port: number, server: HttpServer): Promise<{ port: number; close: () => void }> {
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'mqtt' });
  sockets.on('connection', (socket) => {
    const stream = createWebSocketStream(socket);
    const upstream = connectTcp(port, '127.0.0.1');
    for (const end of [stream, upstream]) end.on('error', () => undefined);
    stream.pipe(upstream).pipe(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return {
    port: own,
    close: () => {
      for (const client of sockets.clients) client.terminate();
      server.close();
    },
  };
}

test('WebSocket, with and without TLS, by the name in the certificate', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  certificates(broker.folder);
  const read = (name: string): Buffer => readFileSync(join(broker.folder, name));
  const plain = await webSocketTo(broker.port, createHttp());
  t.teardown(() => plain.close());
  t.match(await statusOf(`ws://127.0.0.1:${plain.port}`, {}), { state: 'online', protocol: '5.0' });
  const secure = await webSocketTo(broker.port, createHttps({ cert: read('broker.crt'), key: read('broker.key') }));
  t.teardown(() => secure.close());
  const ca = read('ca.crt');
  t.match(await statusOf(`wss://localhost:${secure.port}`, { ca }), { state: 'online' });
  t.match(await statusOf(`wss://127.0.0.1:${secure.port}`, { ca, serverName: 'localhost' }), { state: 'online' });
  t.match(await statusOf(`wss://localhost:${secure.port}`, {}), { state: 'offline', reason: /authority unknown/ });
});
