import { test } from 'tap';
import { Bus } from '../../src/mqtt/bus.ts';
import { startEmbeddedBroker } from '../../src/mqtt/embedded-broker.ts';
import { Publisher } from '../../src/mqtt/publisher.ts';
import { eventOf } from '../store/support.ts';
import { until } from '../support/until.ts';
import { Listener, busFor } from './brokers.ts';

const BASE = 'cortexd/test';

test('records go to their topics: scores at their rate, the switch with its attributes, pictures as bytes', async (t) => {
  const broker = await startEmbeddedBroker(0);
  const listener = await Listener.open(broker.url);
  const bus = new Bus(busFor(broker.url).options);
  const publisher = new Publisher(bus, 1000);
  bus.start();
  await until('online', () => bus.status.state === 'online');
  const streams = { form: 0, motion: 0, sequence: 0, timing: 0 };
  const learning = { state: 'ready', progress: 1 } as const;
  for (let nowMs = 0; nowMs <= 5000; nowMs += 100) {
    const at = '2026-11-23T10:00:00.000Z';
    publisher.score('porch', { at, score: nowMs / 1e4, streams, learning, clock_synced: true }, nowMs);
  }
  publisher.anomaly('porch', [eventOf('A', { score: 0.6 }), eventOf('B', { score: 0.9, explanation: 'the worst' })]);
  publisher.picture('porch', 'snapshot', new Uint8Array([0xff, 0xd8]));
  await listener.hear(`${BASE}/porch/snapshot`);
  t.equal(listener.of(`${BASE}/porch/score`).length, 6, 'one a second of five seconds');
  t.same(listener.of(`${BASE}/porch/anomaly`), ['ON']);
  const [attributes] = listener.of(`${BASE}/porch/anomaly/attributes`);
  t.match(JSON.parse(attributes!), { open_events: 2, explanation: 'the worst' });
  publisher.availability('porch', 'online');
  await publisher.close();
  await listener.hear(`${BASE}/porch/availability`, (text) => text.includes('offline'));
  await listener.close();
  await broker.close();
});

test('an event that could not be written is sent all the same', async (t) => {
  const broker = await startEmbeddedBroker(0);
  const listener = await Listener.open(broker.url);
  const bus = new Bus(busFor(broker.url).options);
  bus.start();
  await until('online', () => bus.status.state === 'online');
  new Publisher(bus, 1000).unwrittenEvent(eventOf('A'));
  await listener.hear(`${BASE}/porch/event`, (text) => text.includes(eventOf('A').id));
  await bus.close();
  await listener.close();
  await broker.close();
  t.equal(bus.status.dropped, 0);
});

test('the last picture of an event stays at the broker where that is asked for, and only there', async (t) => {
  const broker = await startEmbeddedBroker(0);
  const bus = new Bus(busFor(broker.url).options);
  bus.start();
  await until('online', () => bus.status.state === 'online');
  const before = await Listener.open(broker.url);
  new Publisher(bus, 1000, true).picture('porch', 'snapshot', new Uint8Array([1]));
  new Publisher(bus, 1000, true).picture('porch', 'predicted', new Uint8Array([2]));
  new Publisher(bus, 1000).picture('gate', 'snapshot', new Uint8Array([3]));
  await before.hear(`${BASE}/gate/snapshot`);
  const late = await Listener.open(broker.url);
  await late.hear(`${BASE}/porch/snapshot`);
  t.same(
    late.heard.map(({ topic }) => topic).filter((topic) => /snapshot|predicted/.test(topic)),
    [`${BASE}/porch/snapshot`],
  );
  await bus.close();
  await before.close();
  await late.close();
  await broker.close();
});
