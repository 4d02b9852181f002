import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { join } from 'node:path';

import { test } from 'tap';
import { Bus } from '../../src/mqtt/bus.ts';
import { startEmbeddedBroker } from '../../src/mqtt/embedded-broker.ts';
import type { OutboxPort, OutboxRow } from '../../src/mqtt/outbox.ts';
import { until } from '../support/until.ts';
import { freePort } from '../support/free-port.ts';
import { Listener, type LogLine, Mosquitto, busFor } from './brokers.ts';

const STATE = 'cortexd/test/bridge/state';
const ONLINE = '{"state":"online"}';
const OFFLINE = '{"state":"offline"}';

/** In front of a broker: answers clients of MQTT 5 with `answer` and hangs up, lets others through. */
async function oldBroker(port: number, answer: Buffer): Promise<{ port: number; close: () => void }> {
  const server = createServer((client) => {
    client.once('data', (first) => {
      // CONNECT: type, length, 0 4 M Q T T, protocol level
      const level = first[first.indexOf('MQTT') + 4];
      if (level === 5) {
        client.end(answer);
        return;
      }
      const upstream = connectTcp(port, '127.0.0.1');
      upstream.write(first);
      client.pipe(upstream).pipe(client);
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
    });
    client.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** What comes of one attempt to connect. */
async function stateOf(url: string, tls: { ca?: Buffer; serverName?: string }): Promise<Bus['status']> {
  const bus = new Bus(busFor(url, { tls }).options);
  bus.start();
  await until('an answer', () => bus.status.state !== 'connecting');
  const { status } = bus;
  await bus.close();
  return status;
}

/** An outbox in memory. */
function outboxOf(rows: OutboxRow[]): OutboxPort {
  return {
    take: (limit) => rows.slice(0, limit),
    acknowledged: (id) => {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) rows.splice(at, 1);
    },
  };
}

void test('speaks MQTT 5 with mosquitto; says online at the start and offline when it is closed', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const listener = await Listener.open(broker.url);
  const { options } = busFor(broker.url);
  const bus = new Bus(options);
  bus.start();
  await listener.hear(STATE, (text) => text === ONLINE);
  t.equal(bus.status.protocol, '5.0');
  await bus.close();
  await listener.hear(STATE, (text) => text === OFFLINE);
  t.strictSame(listener.of(STATE), [ONLINE, OFFLINE], 'each once: no will after a good-bye');
  t.equal(bus.status.state, 'closed');
  await listener.close();
});

void test('falls back to MQTT 3.1.1 with a broker that refuses 5 in words or by hanging up', async (t) => {
  const broker = await startEmbeddedBroker(0);
  t.teardown(() => broker.close());
  for (const answer of [Buffer.from([0x20, 2, 0, 1]), Buffer.alloc(0)]) {
    const gate = await oldBroker(broker.port, answer);
    const { options, lines } = busFor(`mqtt://127.0.0.1:${gate.port}`);
    const bus = new Bus(options);
    bus.start();
    await until('online', () => bus.status.state === 'online');
    t.equal(bus.status.protocol, '3.1.1');
    t.strictSame(
      lines.map(({ level }) => level),
      ['info'],
      'the attempt with 5 is not worth a line',
    );
    await bus.close();
    gate.close();
  }
});

void test('connects to the embedded broker of the demo', async (t) => {
  const broker = await startEmbeddedBroker(0);
  t.teardown(() => broker.close());
  const listener = await Listener.open(broker.url);
  const bus = new Bus(busFor(broker.url).options);
  bus.start();
  await listener.hear(STATE, (text) => text === ONLINE);
  await bus.close();
  await listener.hear(STATE, (text) => text === OFFLINE);
  await listener.close();
});

void test('a busy port for the embedded broker is an error, or another port if that is allowed', async (t) => {
  const first = await startEmbeddedBroker(0);
  t.teardown(() => first.close());
  await t.rejects(startEmbeddedBroker(first.port), { code: 'unavailable', message: /another program already listens/ });
  const second = await startEmbeddedBroker(first.port, true);
  t.not(second.port, first.port);
  await second.close();
});

void test('a restarted broker gets all retained state again, and events in order, none lost', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const rows: OutboxRow[] = [];
  const { options, lines } = busFor(broker.url, { outbox: outboxOf(rows) });
  const bus = new Bus(options);
  t.teardown(() => bus.close());
  bus.retain('porch/availability', ONLINE);
  bus.retain('porch/anomaly', 'OFF');
  bus.start();
  const received: string[] = [];
  let next = 0;
  for (let round = 0; round < 3; round++) {
    const listener = await Listener.open(broker.url);
    await listener.hear('cortexd/test/porch/availability', (text) => text === ONLINE);
    await listener.hear('cortexd/test/porch/anomaly', (text) => text === 'OFF');
    for (let i = 0; i < 50; i++) rows.push({ id: next, topic: 'porch/event', payload: String(next++) });
    bus.outboxChanged();
    await until('events are acknowledged', () => rows.length === 0);
    await until('events arrive', () => listener.of('cortexd/test/porch/event').length >= 50);
    received.push(...listener.of('cortexd/test/porch/event'));
    await broker.down();
    await listener.close();
    await until('it is noticed', () => bus.status.state === 'offline');
    for (let i = 0; i < 50; i++) rows.push({ id: next, topic: 'porch/event', payload: String(next++) });
    bus.outboxChanged();
    bus.send('porch/score', 'old');
    await broker.up();
    await until('events written during the outage are acknowledged', () => rows.length === 0);
  }
  const kept = received.map(Number);
  t.strictSame(
    kept,
    kept.toSorted((a, b) => a - b),
    'in order',
  );
  t.equal(bus.status.eventsSent, next, 'all acknowledged');
  t.equal(bus.status.dropped, 3, 'messages of QoS 0 are dropped while offline');
  t.equal(lines.filter(({ message }) => message === 'connected to the broker').length, 4, 'one line per connect');
});

void test('events that wait through an outage arrive in order when the broker is back', async (t) => {
  const port = await freePort();
  const rows = Array.from({ length: 100 }, (_, id) => ({ id, topic: 'porch/event', payload: String(id) }));
  const { options, lines } = busFor(`mqtt://127.0.0.1:${port}`, { outbox: outboxOf(rows) });
  const bus = new Bus(options);
  bus.start();
  await until('several attempts', () => lines.length > 0);
  t.match(lines[0], { level: 'warn', fields: { reason: 'nothing listens at that address and port' } });
  const broker = await startEmbeddedBroker(port);
  const listener = await Listener.open(broker.url);
  await until('all arrive', () => listener.of('cortexd/test/porch/event').length >= 100);
  t.strictSame(
    listener.of('cortexd/test/porch/event').map(Number),
    Array.from({ length: 100 }, (_, id) => id),
  );
  t.equal(lines.filter(({ level }) => level === 'warn').length, 1, 'one line, however many attempts');
  await bus.close();
  await listener.close();
  await broker.close();
});

void test('a wrong password is explained, the right one works, and it is in no line of the log', async (t) => {
  const broker = await Mosquitto.start((folder) => {
    const file = join(folder, 'passwd');
    execFileSync('mosquitto_passwd', ['-b', '-c', file, 'edge', 's3cret'], { stdio: 'ignore' });
    return ['allow_anonymous false', `password_file ${file}`];
  });
  t.teardown(() => broker.close());
  for (const protocol of ['5', '3.1.1']) {
    const { options, lines } = busFor(broker.url, { username: 'edge', password: 'wr0ng' });
    const bus = new Bus(options);
    bus.start();
    await until('refused', () => bus.status.state === 'offline');
    t.match(
      bus.status,
      { reason: /broker does not (let this user in|know this user)/, hint: /mqtt\.password_file/ },
      protocol,
    );
    await bus.close();
    t.notMatch(JSON.stringify(lines), /wr0ng/);
  }
  const bus = new Bus(busFor(broker.url, { username: 'edge', password: 's3cret' }).options);
  bus.start();
  await until('let in', () => bus.status.state === 'online');
  await bus.close();
});

void test('TLS: needs the right authority and the right host name', async (t) => {
  let ca = '';
  const broker = await Mosquitto.start((folder) => {
    const run = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    run(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-days',
      '2',
      '-subj',
      '/CN=Test CA',
    );
    run(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'broker.key',
      '-out',
      'broker.csr',
      '-subj',
      '/CN=localhost',
    );
    writeFileSync(join(folder, 'san.cnf'), 'subjectAltName=DNS:localhost\n');
    run(
      'x509',
      '-req',
      '-in',
      'broker.csr',
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      'broker.crt',
      '-days',
      '2',
      '-extfile',
      'san.cnf',
    );
    ca = join(folder, 'ca.crt');
    return ['allow_anonymous true', `certfile ${folder}/broker.crt`, `keyfile ${folder}/broker.key`];
  });
  t.teardown(() => broker.close());
  const authority = readFileSync(ca);
  t.match(await stateOf(`mqtts://localhost:${broker.port}`, { ca: authority }), { state: 'online' });
  t.match(await stateOf(`mqtts://127.0.0.1:${broker.port}`, { ca: authority, serverName: 'localhost' }), {
    state: 'online',
  });
  t.match(await stateOf(`mqtts://localhost:${broker.port}`, {}), { reason: /authority unknown/, hint: /ca_file/ });
  t.match(await stateOf(`mqtts://127.0.0.1:${broker.port}`, { ca: authority }), { reason: /another host name/ });
});

void test('the last will is heard when the program is killed', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const listener = await Listener.open(broker.url);
  const program = new URL('publishing-child.js', import.meta.url);
  const child = spawn(process.execPath, [program.pathname, broker.url], { stdio: 'ignore' });
  await listener.hear(STATE, (text) => text === ONLINE);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await listener.hear(STATE, (text) => text === OFFLINE);
  await listener.close();
  const late = await Listener.open(broker.url);
  await late.hear(STATE);
  t.match(late.heard, [{ topic: STATE, text: OFFLINE, retain: true }], 'and kept for those who come later');
  await late.close();
});

void test('a second client with the same id is named', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const first = busFor(broker.url, { clientId: 'twin' });
  const second = busFor(broker.url, { clientId: 'twin' });
  const buses = [new Bus(first.options), new Bus(second.options)];
  for (const bus of buses) bus.start();
  const told = (): LogLine | undefined =>
    [...first.lines, ...second.lines].find(({ fields }) => /same client id|"twin"/.test(String(fields['reason'])));
  await until('it is told', () => told() !== undefined);
  t.match(told(), { level: 'warn', fields: { hint: /mqtt\.client_id/ } });
  await Promise.all(buses.map((bus) => bus.close()));
});

void test('closing takes no longer than allowed with a broker that does not answer', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.teardown(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  const bus = new Bus(busFor(`mqtt://127.0.0.1:${port}`).options);
  bus.start();
  await bus.close(500);
  t.equal(bus.status.state, 'closed');
});
