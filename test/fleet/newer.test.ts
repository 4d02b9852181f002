/**
 * newer.test.ts - what a newer cortexd has written in a fleet: it is told so, nothing is taken away, nothing of it counts as free;
 * fields that are not known here are passed over. And a bucket that was lost.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { Board } from '../../src/fleet/board.ts';
import { fleetClocks } from '../../src/fleet/clocks.ts';
import { openLink, openStores } from '../../src/fleet/link.ts';
import { ModelCopies } from '../../src/fleet/model-copy.ts';
import { fleetNames, pageName } from '../../src/fleet/names.ts';
import { overview } from '../../src/fleet/overview.ts';
import { Pages } from '../../src/fleet/pages.ts';
import type { CameraEntry, NodeRecord } from '../../src/fleet/records.ts';
import { Session } from '../../src/fleet/session.ts';
import { sweep } from '../../src/fleet/sweep.ts';
import { Store } from '../../src/store/store.ts';
import { nodeRecord } from '../support/fleet-node.ts';
import { shortFolder } from '../support/folder.ts';
import { natsServers } from '../support/nats.ts';
import { until } from '../support/until.ts';

const LEASE_MS = 4000;
const CAMERA: CameraEntry = { version: 1, settings: { preset: 'pi4' }, by: 'a', at: '' };

test('a fleet in which a newer version is at work', async (t) => {
  const [server] = await natsServers(t, 1);
  const link = await openLink({ urls: [server!.url], name: 'test', leaseMs: LEASE_MS });
  t.teardown(() => link.close());
  const names = fleetNames('test');
  const stores = await openStores(link, names, 1);
  const boardOf = (t: Test, writer: string): Board => {
    const board = new Board(stores.board, link, names.board, writer);
    board.start();
    t.teardown(() => board.stop());
    return board;
  };
  /** As a newer version writes: in the same envelope, with another version of the record. */
  const writeNewer = (key: string, revision: number, value: object): Promise<unknown> =>
    link.stream.publish(
      `$KV.${names.board}.${key}.newer`,
      JSON.stringify({ revision, value: { version: 2, ...value } }),
    );
  const lastOf = async (subject: string): Promise<string> =>
    (await link.manager.streams.getMessage(`KV_${names.board}`, { last_by_subj: subject }))!.string();
  const nodeOf = (name: string, more: object = {}): NodeRecord => nodeRecord(name, LEASE_MS, more);

  await t.test('fields that are not known here are passed over', async (t) => {
    const board = boardOf(t, 'a');
    const more = { colour: 'red', most_cameras: 3 };
    await link.stream.publish(
      `$KV.${names.board}.node.b.b`,
      JSON.stringify({ revision: 1, value: nodeOf('b', more), signed: true }),
    );
    await until('it is read', () => board.get('node', 'b')?.value?.most_cameras === 3);
    t.equal(board.get('node', 'b')?.newer, null);
  });

  await t.test('entries of another record version are not written over, and do not count as free', async (t) => {
    const board = boardOf(t, 'a');
    await board.write('camera', 'porch', CAMERA, null);
    await writeNewer('camera.porch', 2, { settings: 'in another way' });
    await writeNewer('lease.yard', 1, { holders: ['b', 'c'] });
    await writeNewer('node.n', 1, { node: 'n' });
    await board.write('camera', 'yard', CAMERA, null);
    await board.write('camera', 'gate', CAMERA, null);
    const lease = {
      version: 1 as const,
      token: 4,
      node: 'n',
      session: 's',
      since: '',
      to: null,
      tried: [],
      reason: '',
    };
    await board.write('lease', 'gate', lease, null);
    await until('all is read', () => board.newer('node').includes('n') && board.newer('camera').includes('porch'));
    t.match(board.get('camera', 'porch'), { value: null, newer: 2, revision: 2 });
    t.same([...board.all('camera').keys()].toSorted(), ['gate', 'yard'], 'there is no value');
    await t.rejects(board.write('camera', 'porch', CAMERA, 2), {
      code: 'newer_version',
      message: /Expected "camera.porch" .* a newer cortexd has written it \(record version 2\)/,
    });
    t.match(JSON.parse(await lastOf(`$KV.${names.board}.camera.porch.*`)), { value: { settings: 'in another way' } });
    t.equal(await board.write('camera', 'porch', CAMERA, 1), null, 'who has not seen it yet is only late');
    const seen = overview(board, performance.now());
    t.match(
      seen.nodes.find(({ node }) => node === 'n'),
      { state: 'newer' },
    );
    t.match(
      seen.cameras.find(({ camera }) => camera === 'gate'),
      { node: 'n', token: 4 },
      'its holder has it still',
    );
    t.match(
      seen.cameras.find(({ camera }) => camera === 'yard'),
      { node: null, reason: 'a newer version of cortexd has it' },
    );
  });

  await t.test('a machine that went back to an older version stays out, and says why', async (t) => {
    const session = new Session({
      board: boardOf(t, 'n'),
      clocks: fleetClocks(),
      node: 'n',
      instance: 'i',
      session: 's',
      leaseMs: LEASE_MS,
      describe: () => nodeOf('n'),
      warn: () => undefined,
    });
    t.match(await session.open(), /Expected "node.n" .* a newer cortexd has written it/);
    t.match(JSON.parse(await lastOf(`$KV.${names.board}.node.n.*`)), { value: { version: 2 } });
  });

  await t.test('a checkpoint of a newer version is refused and stays, its pages too', async (t) => {
    const pages = new Pages(stores.pages, link, names);
    const copies = new ModelCopies(stores.models, pages, link, names.models);
    const store = new Store({ directory: shortFolder(t), outboxLimit: 9, program: '0', lock: true });
    t.teardown(() => store.close());
    const save = (token: number, step: number, fill: number) => {
      const bytes = new Uint8Array(100_000).fill(fill);
      const savedAt = '2026-01-01T00:00:00.000Z';
      store.checkpoint({ camera: 'cam', step, signature: 'shape', bytes, savedAt, token });
      const saved = { camera: 'cam', token, node: 'a', instance: 'i', settings: {} };
      return copies.save(saved, async (known) => store.modelParts('cam', known));
    };
    await save(3, 100, 1);
    const list = JSON.stringify({ version: 2, pages: 'in another way' });
    await stores.models.put('cam.4', list);
    await pages.write(pageName('cam', 4, 'e'.repeat(64)), new Uint8Array(10));
    await t.rejects(copies.newest('cam', 9), {
      code: 'newer_version',
      message: /the model of cam under token 4.*record version 2/,
    });
    await t.rejects(copies.fetch('cam', 9), { code: 'newer_version' });
    t.equal(await copies.newestToken('cam'), 4, 'tokens go on from it');
    await t.rejects(save(3, 200, 2), { code: 'unavailable', message: /saved under token 4 meanwhile/ });
    t.equal(
      await sweep(stores.models, pages, 0),
      0,
      'what it names is not known here: nothing of that camera is swept',
    );
    t.ok((await pages.list()).some(({ name }) => name.startsWith('cam/4/')));
    t.equal((await stores.models.get('cam.4'))?.string(), list);
    t.equal(await copies.newest('cam', 9, 5), null, 'where it was ordered the model begins anew');
    await save(6, 1, 3);
    t.match(await copies.fetch('cam', 9, 5), { manifest: { token: 6, step: 1 }, lost: [] });
    t.equal((await stores.models.get('cam.4'))?.string(), list, 'it is there until there are two newer ones');
  });

  await t.test('what is sent again, or comes late, changes nothing', async (t) => {
    const board = boardOf(t, 'a');
    const say = (writer: string, revision: number, at: string): Promise<unknown> =>
      link.stream.publish(
        `$KV.${names.board}.drain.x.${writer}`,
        JSON.stringify({ revision, value: { version: 1, at } }),
      );
    await say('b', 1, 'first');
    await say('c', 1, 'somebody else');
    await say('b', 1, 'the same again');
    await until('it is read', () => board.get('drain', 'x') !== null);
    await sleep(200);
    t.match(board.get('drain', 'x'), { value: { at: 'first' }, revision: 1 });
    const late = boardOf(t, 'late');
    await late.ready();
    t.match(late.get('drain', 'x'), { value: { at: 'first' }, revision: 1 }, 'who comes later sees the same');
    await say('b', 2, 'second');
    await say('b', 1, 'late');
    await until('it is read', () => board.get('drain', 'x')?.revision === 2);
    await sleep(200);
    t.match(board.get('drain', 'x'), { value: { at: 'second' }, revision: 2 });
    const later = boardOf(t, 'later');
    await later.ready();
    t.match(later.get('drain', 'x'), { value: { at: 'second' }, revision: 2 });
  });

  await t.test('where the bucket is made anew nothing holds of what was read before', async (t) => {
    const board = boardOf(t, 'a');
    await board.ready();
    t.ok(board.get('camera', 'yard') !== null);
    await link.manager.streams.delete(`KV_${names.board}`);
    await t.rejects(board.write('drain', 'y', { version: 1, at: '' }, null));
    await openStores(link, names, 1);
    await until('it is noticed', () => board.get('camera', 'yard') === null, 60_000);
    t.equal(await board.write('drain', 'y', { version: 1, at: '' }, null), 1);
  });
});
