import { test } from 'tap';
import { Bus } from '../../../src/mqtt/bus.ts';
import { cameraDiscovery, daemonDiscovery, sensorDiscovery } from '../../../src/mqtt/home-assistant/discovery.ts';
import {
  HomeAssistant,
  type HomeAssistantOptions,
  deviceIds,
} from '../../../src/mqtt/home-assistant/home-assistant.ts';
import type { RuntimeValues } from '../../../src/mqtt/publisher.ts';
import { until } from '../../support/until.ts';
import { Listener, Mosquitto, busFor } from '../brokers.ts';
import { discoveryProblems } from './keys.ts';

const context = {
  baseTopic: 'cortexd/house',
  commandTopic: 'cortexd/house',
  node: 'house',
  version: '1.2.3',
  daemonId: 'cortexd_abc',
};
const triangle = {
  enabled: true,
  points: [
    [0, 0],
    [1, 0],
    [1, 1],
  ] as [number, number][],
};
const values: RuntimeValues = {
  learning: true,
  enabled: true,
  sensitivity: 1,
  zones: { gate: triangle },
  masks: { window: triangle },
};

test('people read the display name, in any letters; topics, ids and entity ids go by the technical one', async (t) => {
  const plain = cameraDiscovery('porch', 'cortexd_abc_1', values, context);
  const shown = cameraDiscovery('porch', 'cortexd_abc_1', { ...values, display_name: 'Вход у ворот 🚪' }, context);
  t.equal(plain.device.name, 'porch');
  t.equal(shown.device.name, 'Вход у ворот 🚪');
  t.same({ ...shown, device: { ...shown.device, name: 'porch' } }, plain, 'nothing else changes');
  t.equal(sensorDiscovery('boiler', 'Kesselwärme', 'cortexd_abc_2', context).device.name, 'Kesselwärme');
  t.strictSame(discoveryProblems(shown), []);
});

test('every discovery message has only keys that Home Assistant documents, and all that it requires', async (t) => {
  t.strictSame(discoveryProblems(daemonDiscovery(context)), []);
  t.strictSame(discoveryProblems(cameraDiscovery('porch', 'cortexd_abc_1', values, context)), []);
  t.strictSame(discoveryProblems(sensorDiscovery('boiler', '', 'cortexd_abc_2', context)), []);
  const bad = cameraDiscovery('porch', 'cortexd_abc_1', values, context);
  t.match(discoveryProblems({ ...bad, components: { x: { platform: 'sensor', object_id: 'x' } } }), [
    /unknown key object_id/,
    /state_topic is missing/,
    /unique_id is missing/,
  ]);
});

test('ids stay when names change, and a new camera of an old name gets its own', async (t) => {
  const first = deviceIds('house', ['porch'], {});
  t.match(first.ids.daemon, /^cortexd_[0-9a-f]{12}$/);
  t.strictSame(deviceIds('house', ['porch'], {}).ids, first.ids, 'the same without a database');
  // The camera was renamed: its setting has moved to the new name.
  const kept = {
    'home-assistant/daemon': JSON.stringify(first.ids.daemon),
    'camera/door/uid': JSON.stringify(first.ids.models['porch']),
  };
  const later = deviceIds('another', ['door', 'porch'], kept);
  t.equal(later.ids.daemon, first.ids.daemon);
  t.equal(later.ids.models['door'], first.ids.models['porch']);
  t.not(later.ids.models['porch'], first.ids.models['porch']);
  t.strictSame(Object.keys(later.fresh), ['camera/porch/uid'], 'only what is new must be kept');
});

test('announces on every connect and on birth; takes back devices and entities that are gone', async (t) => {
  const broker = await Mosquitto.start();
  t.teardown(() => broker.close());
  const { ids } = deviceIds('house', ['porch', 'boiler'], {});
  const topic = (id: string): string => `homeassistant/device/${id}/config`;
  const porch = topic(ids.models['porch']!);
  // What an earlier run of this daemon, and a stranger, have left at the broker.
  const before = await Listener.open(broker.url);
  const old = cameraDiscovery(
    'porch',
    ids.models['porch']!,
    { ...values, zones: { gone: triangle } },
    { ...context, daemonId: ids.daemon },
  );
  await before.publish(topic(`${ids.daemon}_dead`), '{"components":{}}', true);
  await before.publish(topic('someone_else'), '{"components":{}}', true);
  await before.publish(porch, JSON.stringify(old), true);

  const bus = new Bus(busFor(broker.url, { baseTopic: 'cortexd/house' }).options);
  const options: HomeAssistantOptions = {
    ...context,
    bus,
    prefix: 'homeassistant',
    ids,
    cameras: ['porch'],
    streams: { boiler: '' },
    delayMs: () => 10,
  };
  const homeAssistant = new HomeAssistant(options);
  homeAssistant.start();
  homeAssistant.changed('porch', values);
  bus.start();
  await before.hear(topic(`${ids.daemon}_dead`), (text) => text === '');
  const parsed = (text: string): { components: { [key: string]: object } } =>
    JSON.parse(text) as { components: { [key: string]: object } };
  await before.hear(porch, (text) => JSON.stringify(parsed(text).components['zone_gone']) === '{"platform":"switch"}');
  await until('then without it', () => {
    const last = parsed(before.of(porch).at(-1)!);
    return last.components['zone_gone'] === undefined && last.components['zone_gate'] !== undefined;
  });
  t.strictSame(before.of(topic('someone_else')), ['{"components":{}}'], "others' devices are left alone");
  for (const id of Object.values(ids.models))
    t.strictSame(discoveryProblems(JSON.parse(before.of(topic(id)).at(-1)!)), []);

  const count = (): number => before.of(topic(ids.daemon)).length;
  const sent = count();
  await before.publish('homeassistant/status', 'online', false);
  await until('told once more after the birth', () => count() > sent);

  homeAssistant.changed('porch', { ...values, masks: {} });
  await before.hear(
    porch,
    (text) => JSON.stringify(parsed(text).components['mask_window']) === '{"platform":"switch"}',
  );
  await until('and gone', () => parsed(before.of(porch).at(-1)!).components['mask_window'] === undefined);
  const length = before.of(porch).length;
  await broker.down();
  await before.close();
  await broker.up();
  const late = await Listener.open(broker.url);
  await late.hear(porch);
  t.ok(length < 12, 'no loop');
  await bus.close();
  await late.close();
});
