import { test } from 'tap';
import { createLogger } from '../../../src/daemon/service/log.ts';
import { ModelSnapshots, type SavedModel } from '../../../src/daemon/control/model-snapshots.ts';
import { StoreClient } from '../../../src/store/store-client.ts';
import { noiseOf } from '../../store/support.ts';

test('scheduled snapshots are made when they are due, the oldest go, and a clock set back does not stop them', async (t) => {
  const store = await StoreClient.open({ directory: t.testdir(), outboxLimit: 9, program: '0', lock: true });
  let step = 0;
  const model: SavedModel = {
    name: 'porch',
    signature: 'shape-2',
    checkpoint: async () => void (await store.call('checkpoint', noiseOf(++step, 2))),
    restore: async () => undefined,
  };
  const log = createLogger('error', (line) => t.fail(line), false);
  const limits = { everyHours: 24, keep: 2, keepReplaced: 2 };
  const snapshots = new ModelSnapshots(store, () => [model], limits, log);
  await snapshots.makeDue();
  await snapshots.makeDue();
  t.equal((await snapshots.list()).length, 1, 'not due again so soon');
  await store.call('createSnapshot', 'old', 'porch', '2020-01-01T00:00:00.000Z', 'scheduled');
  await snapshots.makeDue();
  await store.call('createSnapshot', 'future', 'porch', '2120-01-01T00:00:00.000Z', 'scheduled');
  await snapshots.makeDue();
  const names = (await snapshots.list()).map(({ name }) => name);
  t.equal(names.length, 2);
  t.match(names[0], /^scheduled-.*-porch$/, 'one from the future counts for nothing');
  t.equal(names[1], 'future', 'and is given up in its turn');
  await snapshots.create('mine', undefined);
  t.equal((await snapshots.list()).length, 3, 'those of the user are not counted');
  await store.close();
});

test('restores keep what they replace, as many as are wanted, and an unfit one changes nothing', async (t) => {
  const store = await StoreClient.open({ directory: t.testdir(), outboxLimit: 9, program: '0', lock: true });
  let live = noiseOf(1, 2);
  const model: SavedModel = {
    name: 'porch',
    signature: live.signature,
    checkpoint: async () => void (await store.call('checkpoint', live)),
    restore: async (bytes, signature) => {
      if (signature !== live.signature) throw new Error('another shape');
      live = { ...live, bytes, step: 100 };
    },
  };
  const log = createLogger('error', (line) => t.fail(line), false);
  const snapshots = new ModelSnapshots(store, () => [model], { everyHours: 0, keep: 1, keepReplaced: 2 }, log);
  await t.rejects(snapshots.undo(undefined), { code: 'usage', message: /nothing was replaced/ });
  await snapshots.create('one', 'porch');
  live = noiseOf(2, 2);
  t.match(await snapshots.restore('one', undefined), /^before-/);
  t.ok(Buffer.from(live.bytes).equals(Buffer.from(noiseOf(1, 2).bytes)));
  await snapshots.undo('porch');
  t.ok(Buffer.from(live.bytes).equals(Buffer.from(noiseOf(2, 2).bytes)));
  for (let i = 0; i < 3; i++) await snapshots.restore('one', 'porch');
  t.equal((await snapshots.list()).filter(({ kind }) => kind === 'replaced').length, 2);
  await store.call('importSnapshot', 'large', await exportOf(store), 'now');
  const before = await snapshots.list();
  await t.rejects(snapshots.restore('large', 'porch'), /another shape/);
  t.same(await snapshots.list(), before);
  await t.rejects(snapshots.restore('one', 'yard'), { code: 'usage', message: /porch/ });
  await store.close();
});

/** A `.cortex` file of a model of another shape. */
async function exportOf(store: StoreClient): Promise<Uint8Array> {
  await store.call('checkpoint', noiseOf(1, 5, 'other'));
  await store.call('createSnapshot', 'theirs', 'other', 'now');
  return store.call('exportSnapshot', 'theirs');
}
