import { test } from 'tap';
import { RuntimeSettings, type SettingsPort } from '../../../src/daemon/control/runtime-settings.ts';
import type { RuntimeConfig } from '../../../src/daemon/control/runtime-config.ts';
import { Store } from '../../../src/store/store.ts';
import { shortFolder } from '../../support/folder.ts';

const gate: [number, number][] = [
  [0, 0],
  [1, 0],
  [1, 1],
];
const config: RuntimeConfig = { learning: true, enabled: true, sensitivity: 1, zones: { gate }, masks: {} };

function portOf(store: Store): SettingsPort {
  return {
    load: async () => store.settings(),
    save: async (key, value) => store.saveSetting(key, value, '2026-11-24T10:00:00.000Z'),
  };
}

test('what was set is there after a restart, until the file says something else', async (t) => {
  const store = new Store({ directory: shortFolder(t), outboxLimit: 10, program: '0', lock: true });
  t.teardown(() => store.close());
  const port = portOf(store);
  const first = await RuntimeSettings.open(port);
  await first.configure('porch', config);
  await first.set('porch', 'sensitivity', 3);
  await first.set('porch', 'learning', false);
  await first.setArea('porch', 'zone', 'gate', { enabled: false });
  await first.setArea('porch', 'mask', 'window', { points: gate });
  const second = await RuntimeSettings.open(port);
  await second.configure('porch', config);
  t.strictSame(second.valuesOf('porch'), first.valuesOf('porch'));
  t.match(second.valuesOf('porch'), {
    learning: false,
    sensitivity: 3,
    zones: { gate: { enabled: false } },
    masks: { window: { enabled: true } },
  });
  // Someone edits the file.
  await second.configure('porch', { ...config, sensitivity: 2, zones: { gate: gate.toReversed() } });
  t.match(second.valuesOf('porch'), { sensitivity: 2, learning: false, zones: { gate: { enabled: true } } });
  await second.setArea('porch', 'mask', 'window', 'reset');
  t.strictSame(second.valuesOf('porch').masks, {});
  const third = await RuntimeSettings.open(port);
  await third.configure('porch', { ...config, sensitivity: 2 });
  t.equal(third.valuesOf('porch').sensitivity, 2, 'the old value is not remembered');
});

test('what cannot be set is an error and changes nothing', async (t) => {
  const store = new Store({ directory: shortFolder(t), outboxLimit: 10, program: '0', lock: true });
  t.teardown(() => store.close());
  const settings = await RuntimeSettings.open(portOf(store));
  await settings.configure('porch', config);
  await settings.configure('boiler', { ...config, zones: null, masks: null });
  await t.rejects(settings.set('nobody', 'learning', true), { code: 'usage', message: /porch, boiler/ });
  await t.rejects(settings.setArea('boiler', 'zone', 'x', { points: gate }), { message: /number sensor/ });
  await t.rejects(settings.setArea('porch', 'mask', 'x', { enabled: true }), {
    message: /mask of none/,
    hint: /corner points/,
  });
  for (let i = 0; i < 32; i++) await settings.setArea('porch', 'mask', `m${i}`, { points: gate });
  await t.rejects(settings.setArea('porch', 'mask', 'more', { points: gate }), { message: /at most 32/ });
  await settings.setArea('porch', 'mask', 'm0', { enabled: false });
  t.equal(Object.keys(settings.valuesOf('porch').masks).length, 32);
});

test('a camera of another name takes everything along, but never what another one has', async (t) => {
  const store = new Store({ directory: shortFolder(t), outboxLimit: 10, program: '0', lock: true });
  t.teardown(() => store.close());
  const image = (camera: string) => ({
    camera,
    step: 1,
    signature: 's',
    bytes: new Uint8Array(100),
    savedAt: '2026-11-24T10:00:00.000Z',
  });
  t.equal(store.renameCamera('old', 'new'), false, 'there is nothing');
  store.checkpoint(image('old'));
  store.saveSetting('camera/old/learning', '{"value":false,"configured":"true"}', '2026-11-24T10:00:00.000Z');
  t.equal(store.renameCamera('old', 'new'), true);
  t.strictSame(store.cameras(), ['new']);
  t.strictSame(Object.keys(store.settings()), ['camera/new/learning']);
  store.checkpoint(image('old'));
  t.equal(store.renameCamera('old', 'new'), false, 'the new name is taken');
  t.strictSame(store.cameras().toSorted(), ['new', 'old']);
});

test('a kept value that damage has made unreadable is left out; the others and the configuration hold', async (t) => {
  const store = new Store({ directory: shortFolder(t), outboxLimit: 10, program: '0', lock: true });
  t.teardown(() => store.close());
  const port = portOf(store);
  const settings = await RuntimeSettings.open(port);
  await settings.configure('porch', config);
  await settings.set('porch', 'sensitivity', 3);
  await port.save('camera/porch/learning', '{"value":fal');
  const again = await RuntimeSettings.open(port);
  await again.configure('porch', config);
  t.match(again.valuesOf('porch'), { learning: true, sensitivity: 3 });
});
