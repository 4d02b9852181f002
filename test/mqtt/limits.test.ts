/** limits.test.ts - brokers that take less than others: size, quality of service, retained messages, acknowledgements. */
import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { test } from 'tap';
import { Bus } from '../../src/mqtt/bus.ts';
import { SizeLimit, packetBytes } from '../../src/mqtt/size-limit.ts';
import { until } from '../support/until.ts';
import { Listener, Mosquitto, busFor } from './brokers.ts';

const BASE = 'cortexd/test';

test('what fits a broker with a limit is sent, and what does not is named once with its topic and size', async (t) => {
  for (const version of [5, 4] as const) {
    const broker = await Mosquitto.start(() => ['allow_anonymous true', 'max_packet_size 2048']);
    t.teardown(() => broker.close());
    const listener = await Listener.open(broker.url, { protocolVersion: version });
    const { options, lines } = busFor(broker.url, { versions: [version] });
    const bus = new Bus(options);
    bus.retain('big', 'x'.repeat(5000));
    bus.retain('small', 'y');
    bus.start();
    await listener.hear(`${BASE}/small`);
    const named = (): typeof lines => lines.filter(({ fields }) => fields['topic'] === `${BASE}/big`);
    await until('the large one is named', () => named().length > 0);
    await until('the connection stays', () => bus.status.state === 'online');
    t.match(named(), [{ level: 'warn', fields: { bytes: packetBytes(`${BASE}/big`, 'x'.repeat(5000)) } }]);
    t.equal(named().length, 1);
    const connects = bus.status.connects;
    bus.send('score', 'z');
    await listener.hear(`${BASE}/score`);
    t.equal(bus.status.connects, connects, 'the broker does not hang up any more');
    await bus.close();
    await listener.close();
  }
});

test('a limit that is not announced is learned from a broker that hangs up, and not from one that was only away', async (t) => {
  const size = new SizeLimit();
  size.connected(undefined);
  size.sent({ topic: 'a', bytes: 100 });
  t.equal(size.hungUp(), null, 'no broker refuses so little');
  size.sent({ topic: 'b', bytes: 3000 });
  size.acknowledged({ topic: 'b', bytes: 3000 });
  t.equal(size.hungUp(), null, 'it was acknowledged');
  size.sent({ topic: 'c', bytes: 9000 });
  t.match(size.hungUp(), { topic: 'c', bytes: 9000 });
  t.equal(size.limit, 8999);
  size.connected(500_000);
  t.equal(size.limit, 500_000, 'what the broker says goes before');
});

test('a broker with QoS 0 only, or without retained messages, gets what it can take', async (t) => {
  for (const line of ['max_qos 0', 'retain_available false']) {
    const broker = await Mosquitto.start(() => ['allow_anonymous true', line]);
    t.teardown(() => broker.close());
    const listener = await Listener.open(broker.url);
    const bus = new Bus(busFor(broker.url).options);
    bus.retain('state', 'here');
    bus.start();
    await listener.hear(`${BASE}/state`, (text) => text === 'here');
    await until('it stays connected', () => bus.status.state === 'online');
    bus.send('answer', 'yes', bus.eventQos);
    await listener.hear(`${BASE}/answer`);
    t.equal(bus.status.connects, 1, line);
    await bus.close();
    await listener.close();
  }
});

/** Answers CONNECT and pings, and never acknowledges a message. */
async function deafBroker(): Promise<{ url: string; close: () => void; connects: () => number }> {
  let connects = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      if (bytes[0] === 0x10) {
        connects++;
        socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
      }
      if (bytes[0] === 0xc0) socket.write(Buffer.from([0xd0, 0]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `mqtt://127.0.0.1:${port}`, close, connects: () => connects };
}

test('a message that is never acknowledged ends the connection, and another one is made', async (t) => {
  const broker = await deafBroker();
  t.teardown(broker.close);
  const { options, lines } = busFor(broker.url, {
    acknowledgeMs: 200,
    outbox: { take: () => [{ id: 1, topic: 'event', payload: '{}' }], acknowledged: () => undefined },
  });
  const bus = new Bus(options);
  bus.start();
  await until('it connects again', () => broker.connects() > 1);
  t.ok(lines.some(({ fields }) => /did not acknowledge a message within 0\.2 s/.test(String(fields['reason']))));
  await bus.close(200);
});

test('TLS on a plain port and plain on a TLS port are told apart from no broker', async (t) => {
  const alerting = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 70])));
  }).listen(0, '127.0.0.1');
  await once(alerting, 'listening');
  t.teardown(() => alerting.close());
  const bus = new Bus(busFor(`mqtt://127.0.0.1:${(alerting.address() as AddressInfo).port}`).options);
  bus.start();
  await until('it is told', () => bus.status.reason !== null);
  t.match(bus.status, { reason: /speaks TLS on that port/, hint: /mqtts:/ });
  await bus.close(200);
  const plain = await Mosquitto.start();
  t.teardown(() => plain.close());
  const tls = new Bus(busFor(plain.url.replace('mqtt:', 'mqtts:')).options);
  tls.start();
  await until('it is told', () => tls.status.reason !== null);
  t.match(tls.status, { reason: /TLS/, hint: /mqtt:/ });
  await tls.close(200);
});
