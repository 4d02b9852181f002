/** resume-model.test.ts - what a camera's model begins from. */
import { test } from 'tap';
import type { CameraConfig } from '../../../src/config/camera-schema.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { endedBy, resumeModel } from '../../../src/daemon/camera/resume-model.ts';
import type { CameraPorts } from '../../../src/daemon/watched/ports.ts';
import { StoreClient } from '../../../src/store/store-client.ts';

const [width, height] = [48, 36];
const CONFIG = parseConfig(
  'cameras:\n  porch: {source: {type: synthetic}, preset: pi-zero2, width: 48, height: 36}\n',
  '/c.yaml',
  {},
).config.cameras['porch'] as CameraConfig;

test('a checkpoint whose model has ended two lives is kept as a snapshot, and the model begins anew', async (t) => {
  const store = await StoreClient.open({ directory: t.testdir(), outboxLimit: 9, program: '0', lock: true });
  const lines: string[] = [];
  const note = (_: object, text: string): number => lines.push(text);
  const failures: unknown[] = [];
  const ports = {
    store,
    publisher: null,
    log: { info: note, warn: note, error: note },
    failed: (error: unknown) => failures.push(error),
  } as unknown as CameraPorts;
  const born = await resumeModel('porch', CONFIG, { width, height }, ports);
  const luma = new Uint8Array(width * height).fill(99);
  await born.stepFrame({ sequence: 0, timeMs: 0, width, height, luma }, true);
  const step = await born.copyImage();
  const saved = {
    camera: 'porch',
    step,
    signature: born.signature,
    bytes: new Uint8Array(born.shadow),
    savedAt: 'now',
  };
  await store.call('checkpoint', saved);
  await born.close();
  const broken = { isSound: false };
  /** Another life, which its model ends; resolves to the step that it began from. */
  const live = async (): Promise<number> => {
    const model = await resumeModel('porch', CONFIG, { width, height }, ports);
    const from = model.step;
    await model.close();
    await endedBy(new Error('it broke'), 'porch', broken, { savedStep: from }, ports);
    return from;
  };
  t.equal(await live(), 1);
  t.equal(await live(), 1, 'once may be chance');
  t.equal(await live(), 0, 'not for ever');
  t.equal(failures.length, 3, 'each was told');
  await endedBy(new Error('the disk'), 'porch', { isSound: true }, { savedStep: 0 }, ports);
  t.notMatch(
    (await store.call('settings'))['camera/porch/broken'],
    /"lives":2/,
    'what is not the fault of the model is not held against it',
  );
  t.match(lines, [
    /Newborn/,
    /resumed/,
    /resumed/,
    /not sound inside \(it has ended the daemon twice\); it is kept as a snapshot/,
  ]);
  t.match(await store.call('snapshots'), [{ kind: 'replaced', step: 1 }]);
  t.match(await store.call('events', { limit: 9 }), [{ cause: 'state_lost' }]);
  await store.close();
});
