/**
 * cluster.test.ts - the parts of a fleet against a real cluster of three nats-servers: sessions, copies of models, events.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { Board } from '../../src/fleet/board.ts';
import { fleetClocks } from '../../src/fleet/clocks.ts';
import { EventStream } from '../../src/fleet/event-stream.ts';
import { type FleetLink, type FleetStores, openLink, openStores } from '../../src/fleet/link.ts';
import { ModelCopies } from '../../src/fleet/model-copy.ts';
import { fleetNames, pageName } from '../../src/fleet/names.ts';
import { Pages } from '../../src/fleet/pages.ts';
import { Session } from '../../src/fleet/session.ts';
import { sweep } from '../../src/fleet/sweep.ts';
import { Store } from '../../src/store/store.ts';
import { shortFolder } from '../support/folder.ts';
import { natsServers } from '../support/nats.ts';
import { until } from '../support/until.ts';
import { eventOf } from '../store/support.ts';

const LEASE_MS = 4000;

test('a fleet on three servers', async (t) => {
  const servers = await natsServers(t, 3);
  const urls = servers.map(({ url }) => url);
  const names = fleetNames('test');
  const open = async (t: Test, name: string): Promise<FleetLink> => {
    const link = await openLink({ urls, name, leaseMs: LEASE_MS });
    t.teardown(() => link.close());
    return link;
  };
  const link = await open(t, 'test');
  let stores!: FleetStores;
  // The servers need a moment to find a leader.
  await until(
    'the stores can be made',
    () =>
      openStores(link, names, 3).then(
        (made) => ((stores = made), true),
        () => false,
      ),
    40_000,
  );

  const boardOf = (t: Test, writer: string, clocks = fleetClocks()): Board => {
    const board = new Board(stores.board, link, names.board, writer, clocks.others);
    board.start();
    t.teardown(() => board.stop());
    return board;
  };
  const sessionOf = (board: Board, node: string, instance: string, clocks = fleetClocks()): Session =>
    new Session({
      board,
      clocks,
      node,
      instance,
      session: randomUUID(),
      leaseMs: LEASE_MS,
      describe: () => ({
        program: '1',
        state: 'up',
        cameras: [],
        room: 1,
        busy: 0,
        cores_per_camera: 1,
        most_cameras: 9,
        address: 'here',
      }),
      warn: () => undefined,
    });

  await t.test('a name can be held once; a former life of the same machine is ended at once', async (t) => {
    const board = boardOf(t, 'a');
    const first = sessionOf(board, 'a', 'machine-1');
    t.equal(await first.open(), null);
    t.equal(first.isValid, true);
    t.match(await sessionOf(boardOf(t, 'a'), 'a', 'machine-2').open(), /another machine calls itself "a"/);
    const again = sessionOf(boardOf(t, 'a'), 'a', 'machine-1');
    t.equal(await again.open(), null, 'its state directory can be held by one only: the other is dead');
    first.start();
    await until('the former one learns of it', () => first.isOver);
    t.equal(first.isValid, false);
    await again.end();
  });

  await t.test('a session that others have ended cannot be renewed any more', async (t) => {
    const board = boardOf(t, 'b');
    const session = sessionOf(board, 'b', 'machine-1');
    await session.open();
    session.start();
    const other = boardOf(t, 'other');
    await until('it is seen', () => other.get('node', 'b') !== null);
    // Written over a revision that is not the newest: it does not count.
    const stale = other.get('node', 'b')!;
    await until('it was renewed', () => other.get('node', 'b')!.revision > stale.revision);
    t.equal(await other.write('node', 'b', { ...stale.value!, state: 'gone' }, stale.revision), null);
    t.equal(session.isOver, false);
    for (let ended: number | null = null; ended === null;) {
      const { value, revision } = other.get('node', 'b')!;
      ended = await other.write('node', 'b', { ...value!, state: 'gone' }, revision);
    }
    await until('it is over', () => session.isOver);
    t.equal(session.isValid, false);
  });

  await t.test('while the leader of the bucket is away a session is over before others may think so', async (t) => {
    const board = boardOf(t, 'c');
    const session = sessionOf(board, 'c', 'machine-1');
    await session.open();
    session.start();
    const other = boardOf(t, 'other');
    await until('it is seen', () => other.get('node', 'c') !== null);
    await Promise.all(servers.map((server) => server.signal('SIGSTOP')));
    const seenMs = other.get('node', 'c')!.seenMs;
    await until('it is not valid any more', () => !session.isValid);
    t.ok(performance.now() - seenMs < LEASE_MS, `${Math.round(performance.now() - seenMs)} ms after it was seen last`);
    await Promise.all(servers.map((server) => server.signal('SIGCONT')));
    await until('it is renewed when they are back, since nobody has ended it', () => session.isValid, 30_000);
    await session.end();
    const isLed = async (): Promise<boolean> => {
      const streams = await link.manager.streams.list().next();
      return streams.length === 3 && streams.every(({ cluster }) => cluster?.leader !== undefined);
    };
    await until('each stream has found a leader again', () => isLed().catch(() => false), 60_000);
  });

  await t.test(
    'a model goes over byte for byte; only what has changed is sent; who comes late is refused',
    async (t) => {
      const pages = new Pages(stores.pages, link, names);
      const copies = new ModelCopies(stores.models, pages, link, names.models);
      const store = new Store({ directory: shortFolder(t), outboxLimit: 9, program: '0', lock: true });
      t.teardown(() => store.close());
      const bytes = Uint8Array.from({ length: 500_000 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255);
      const save = async (token: number, step: number) => {
        store.checkpoint({
          camera: 'cam',
          step,
          signature: 'shape',
          bytes,
          savedAt: '2026-01-01T00:00:00.000Z',
          token,
        });
        const saved = { camera: 'cam', token, node: 'a', instance: 'i', settings: { 'camera/cam/learning': '{}' } };
        return copies.save(saved, async (known) => store.modelParts('cam', known));
      };
      const all = (await save(5, 100))!;
      t.equal(all.pages, 8, '500,000 bytes are eight pages');
      bytes[70_000] = 1;
      t.match(await save(5, 200), { pages: 1 }, 'one page has changed');
      const fetched = (await new ModelCopies(stores.models, pages, link, names.models).fetch('cam'))!;
      t.ok(Buffer.from(fetched.image.bytes).equals(bytes));
      t.match(fetched.image, { step: 200, token: 5, signature: 'shape' });
      t.match(fetched.manifest.settings, { 'camera/cam/learning': '{}' });

      bytes[0] = 9;
      t.match(await save(6, 300), { pages: 1 }, 'a taker names what is there already');
      await t.rejects(save(5, 400), { code: 'unavailable', message: /saved under token 6 meanwhile/ });

      const there = async (): Promise<number> => (await pages.list()).length;
      bytes[0] = 10;
      await save(6, 500);
      bytes[0] = 11;
      await save(6, 600);
      t.equal(await there(), 9, 'eight pages, and one of the list before');

      await t.test('pages that no list names are swept away, when they are old', async (t) => {
        await pages.write(pageName('cam', 9, 'f'.repeat(64)), new Uint8Array(10));
        t.equal(await sweep(stores.models, pages), 0, 'young ones may be on their way into a list');
        t.equal(await sweep(stores.models, pages, 0), 1);
        t.equal(await there(), 9);
        const marks = await link.manager.streams.info(`OBJ_${names.pages}`, {
          subjects_filter: `$O.${names.pages}.M.>`,
        });
        t.equal(Object.keys(marks.state.subjects ?? {}).length, 9, 'of what was deleted no mark is left');
      });

      await t.test('where a page of the newest is missing the checkpoint before is taken', async (t) => {
        const { parts } = (await copies.newest('cam', Infinity))!;
        const [hash, token] = parts[0]!;
        await stores.pages.delete(pageName('cam', token, hash));
        const older = (await copies.fetch('cam'))!;
        t.equal(older.image.step, 500);
        t.match(older.lost, [/step 600.*page 0 of the model but it is missing/]);
        t.equal(older.image.bytes[0], 10);
      });
    },
  );

  await t.test('when all servers lose their power at once every one of them has the models still', async (t) => {
    const pages = new Pages(stores.pages, link, names);
    const copies = new ModelCopies(stores.models, pages, link, names.models);
    const stream = `OBJ_${names.pages}`;
    const before = (await copies.fetch('cam'))!;
    t.ok(before, 'there is a model');
    const { state: stateBefore } = await link.manager.streams.info(stream);
    await Promise.all(servers.map((server) => server.signal('SIGKILL')));
    await Promise.all(servers.map((server) => server.start()));
    const leaders = new Set<string>();
    const lookAtLeader = async (): Promise<boolean> => {
      const { cluster, state } = await link.manager.streams.info(stream);
      if (cluster?.leader === undefined) return false;
      if (!leaders.has(cluster.leader)) {
        t.equal(state.messages, stateBefore.messages, `pages at ${cluster.leader}`);
        const after = await copies.fetch('cam');
        t.ok(Buffer.from(after!.image.bytes).equals(before.image.bytes), `the model at ${cluster.leader}`);
        leaders.add(cluster.leader);
      }
      if (leaders.size < servers.length)
        await link.connection.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, '', { timeout: 2000 });
      return leaders.size === servers.length;
    };
    await until('each has led', () => lookAtLeader().catch(() => false), 100_000);
  });

  await t.test(
    'events are stored once each, also when an answer was lost and the journal did not hear of it',
    async (t) => {
      // A cluster that forgets ids at once: as after a long time.
      const config = { name: names.events, subjects: [names.eventSubjects], num_replicas: 3, duplicate_window: 100e6 };
      await link.manager.streams.add(config);
      const store = new Store({ directory: shortFolder(t), outboxLimit: 99, program: '0', lock: true, fleet: true });
      t.teardown(() => store.close());
      const take = (limit: number) =>
        store
          .outboxAfter(0, limit, 'fleet')
          .map(({ sequence, camera, payload }) => ({ id: sequence, topic: camera, payload }));
      const common = { link, names, node: 'a', replicas: 3, bytes: 1e7, warn: () => undefined };
      for (const letter of ['A', 'B', 'C']) store.saveEvent(eventOf(letter, { token: 7 }), null, false);
      let noted = 0;
      const first = new EventStream({
        ...common,
        take: async (limit) => take(limit).filter(({ id }) => id > noted),
        acknowledged: async (id) => void (noted = id),
      });
      first.start();
      await until('three are sent', () => first.sent === 3, 30_000);
      await first.stop();
      t.equal(take(9).length, 3, 'a power cut: the journal has noted nothing of it');
      store.saveEvent(eventOf('D', { token: 7 }), null, false);
      await sleep(300);
      const second = new EventStream({
        ...common,
        take: async (limit) => take(limit),
        acknowledged: async (id) => store.acknowledge(id, 'fleet'),
      });
      second.start();
      await until('all are noted', () => take(9).length === 0, 30_000);
      await second.stop();
      const { state } = await link.manager.streams.info(names.events);
      t.equal(state.messages, 4);
      const last = await link.manager.streams.getMessage(names.events, { last_by_subj: names.eventsOf('a') });
      t.equal(last?.header.get('Cortexd-Token'), '7');
      t.equal((JSON.parse(last!.string()) as { id: string }).id, eventOf('D').id);
    },
  );
});
