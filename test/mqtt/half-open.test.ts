import { test } from 'tap';
import { Bus } from '../../src/mqtt/bus.ts';
import { until } from '../support/until.ts';
import { freePort } from '../support/free-port.ts';
import { Listener, Mosquitto, busFor } from './brokers.ts';
import { TcpProxy } from './proxy.ts';

test('a connection that swallows everything is noticed, however much is sent into it', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const proxy = await TcpProxy.to(broker.port);
  t.teardown(() => proxy.close());
  for (const versions of [[5], [4]] as const) {
    const bus = new Bus(busFor(proxy.url, { keepaliveS: 1, versions }).options);
    bus.start();
    await until('online', () => bus.status.state === 'online');
    const chatter = setInterval(() => bus.send('porch/score', 'x'.repeat(300)), 20);
    proxy.mode = 'swallow';
    const since = performance.now();
    await until('noticed', () => bus.status.state === 'offline');
    t.ok(performance.now() - since < 5000, 'within a few keepalive times');
    t.match(bus.status.reason, /stopped answering/);
    proxy.mode = 'pass';
    await until('online again', () => bus.status.state === 'online');
    clearInterval(chatter);
    await bus.close();
  }
});

test('a broker that hangs is noticed, and used again when it goes on', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const bus = new Bus(busFor(broker.url, { keepaliveS: 1, connectTimeoutMs: 1000 }).options);
  bus.start();
  await until('online', () => bus.status.state === 'online');
  broker.signal('SIGSTOP');
  await until('noticed', () => bus.status.state === 'offline');
  broker.signal('SIGCONT');
  await until('online again', () => bus.status.state === 'online');
  await bus.close();
});

test('a slow broker holds nobody up: sending returns at once, memory is bounded, the surplus is counted', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const proxy = await TcpProxy.to(broker.port);
  t.teardown(() => proxy.close());
  const bus = new Bus(busFor(proxy.url, { keepaliveS: 30 }).options);
  bus.start();
  await until('online', () => bus.status.state === 'online');
  proxy.bytesPerSecond = 10_000;
  const picture = new Uint8Array(60_000);
  const before = process.memoryUsage.rss();
  let longest = 0;
  for (let i = 0; i < 3000; i++) {
    const began = performance.now();
    bus.send('porch/snapshot', picture);
    longest = Math.max(longest, performance.now() - began);
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const grown = (process.memoryUsage.rss() - before) / 1e6;
  t.comment(
    `180 MB offered, ${grown.toFixed(1)} MB grown, ${bus.status.dropped} of 3000 dropped, longest call ${longest.toFixed(1)} ms`,
  );
  t.ok(bus.status.dropped > 2500, 'nearly all are dropped');
  t.ok(grown < 40, 'memory is bounded');
  await bus.close(500);
});

test('of several brokers the first that answers is used, and the preferred one again when it is back', async (t) => {
  const [first, second] = [await Mosquitto.start(), await Mosquitto.start()];
  t.teardown(() => first.close());
  t.teardown(() => second.close());
  await first.down();
  const urls = [first.url, `mqtt://127.0.0.1:${await freePort()}`, second.url];
  const bus = new Bus({ ...busFor(first.url).options, urls });
  bus.retain('porch/anomaly', 'OFF');
  bus.start();
  await until('online', () => bus.status.state === 'online');
  t.equal(bus.status.url, second.url);
  await first.up();
  await second.down();
  await until('at the first', () => bus.status.state === 'online' && bus.status.url === first.url);
  const listener = await Listener.open(first.url);
  await listener.hear('cortexd/test/porch/anomaly');
  await listener.close();
  await bus.close();
});
