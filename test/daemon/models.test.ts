/** models.test.ts - all that is watched: a start that fails leaves no thread behind. */
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { parseConfig } from '../../src/config/load.ts';
import type { CortexdError } from '../../src/errors.ts';
import { RuntimeSettings } from '../../src/daemon/control/runtime-settings.ts';
import { Models, type ModelsPorts } from '../../src/daemon/models.ts';
import { StoreClient } from '../../src/store/store-client.ts';

const CONFIG = `
cameras:
  porch: { source: { type: synthetic }, preset: pi-zero2, width: 48, height: 36 }
  yard: { source: { type: synthetic }, preset: pi-zero2, width: 48, height: 36 }
streams:
  boiler: { source: { type: mqtt, topic: house/boiler } }
`;

/** The main thread, those of V8 and of the file system, and the store's. */
const threads = (): number => readdirSync('/proc/self/task').length;

test('when one model does not fit, the threads of the others end', async (t) => {
  const store = await StoreClient.open({ directory: t.testdir(), outboxLimit: 9, program: '0', lock: true });
  const saved = { camera: 'yard', step: 1, signature: 'of another shape', bytes: new Uint8Array(9), savedAt: 'now' };
  await store.call('checkpoint', saved);
  const loaded = parseConfig(CONFIG, '/c.yaml', {});
  const settings = await RuntimeSettings.open({
    load: () => store.call('settings'),
    save: (key, value) => store.call('saveSetting', key, value, 'now'),
  });
  const started: string[] = [];
  const ports = {
    loaded: () => loaded,
    ports: () => ({
      store,
      publisher: null,
      log: { info: (_: object, text: string) => started.push(text), warn: () => undefined, error: () => undefined },
    }),
    store: () => store,
    settings: () => settings,
    commands: () => ({ apply: async () => undefined }),
    broker: () => null,
    work: () => ({ expect: () => undefined }),
    budget: () => ({ allowsCommand: () => true }),
  } as unknown as ModelsPorts;
  const before = threads();
  const models = new Models(ports);
  await t.rejects(models.start(), { code: 'model_shape' } satisfies Partial<CortexdError>);
  t.same(started, ['Newborn model'], 'the other camera had begun');
  for (let i = 0; i < 100 && threads() > before; i++) await sleep(20);
  t.equal(threads(), before);
  await store.close();
});
