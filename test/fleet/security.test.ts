/**
 * security.test.ts - machines with keys and least permissions on a server with TLS: everything they do works, nobody speaks for
 * another, and who has no key or no trust is told so.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { Board } from '../../src/fleet/board.ts';
import { EventStream } from '../../src/fleet/event-stream.ts';
import { openLink, openStores } from '../../src/fleet/link.ts';
import { ModelCopies } from '../../src/fleet/model-copy.ts';
import { fleetNames } from '../../src/fleet/names.ts';
import { Pages } from '../../src/fleet/pages.ts';
import { sweep } from '../../src/fleet/sweep.ts';
import { Store } from '../../src/store/store.ts';
import { shortFolder } from '../support/folder.ts';
import { natsServers } from '../support/nats.ts';
import { cortexd } from '../support/program.ts';
import { until } from '../support/until.ts';
import { eventOf } from '../store/support.ts';

test('keys, permissions and TLS', async (t) => {
  const folder = shortFolder(t);
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    'server.key',
    '-out',
    'server.crt',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
  );
  const entries: string[] = [];
  for (const node of ['pi-1', 'pi-2']) {
    const made = await cortexd('fleet', 'key', at(`${node}.nk`), '--node', node, '--fleet', 'house');
    t.equal(made.code, 0, made.stderr);
    entries.push(made.stdout.trim());
  }
  t.equal(statSync(at('pi-1.nk')).mode & 0o777, 0o600);
  t.notMatch(entries[0], readFileSync(at('pi-1.nk'), 'utf8').trim());
  t.match(await cortexd('fleet', 'key', at('pi-1.nk'), '--node', 'pi-1', '--fleet', 'house'), {
    code: 64,
    stderr: /never overwritten/,
  });
  const [server] = await natsServers(
    t,
    1,
    `tls { cert_file: "${at('server.crt')}", key_file: "${at('server.key')}" }
authorization { users: [ ${entries.join('\n')} ] }`,
  );
  const urls = [server!.url.replace('nats://', 'tls://')];
  const names = fleetNames('house');
  const options = (node: string) => ({
    urls,
    name: node,
    leaseMs: 4000,
    nkeyFile: at(`${node}.nk`),
    caFile: at('server.crt'),
  });
  const link = await openLink(options('pi-1'));
  t.teardown(() => link.close());

  await t.test('a machine may do all it has to', async (t) => {
    const stores = await openStores(link, names, 1);
    const board = new Board(stores.board, link, names.board, 'pi-1');
    board.start();
    t.teardown(() => board.stop());
    await board.ready();
    const order = { version: 1 as const, to: 'pi-2', at: '' };
    t.equal(await board.write('move', 'porch', order, null), 1);
    const pages = new Pages(stores.pages, link, names);
    const copies = new ModelCopies(stores.models, pages, link, names.models);
    const store = new Store({
      directory: join(folder, 'state'),
      outboxLimit: 9,
      program: '0',
      lock: true,
      fleet: true,
    });
    t.teardown(() => store.close());
    const bytes = new Uint8Array(100_000).fill(3);
    const saved = { camera: 'porch', token: 2, node: 'pi-1', instance: 'i', settings: {} };
    for (let step = 1; step <= 4; step++) {
      bytes[0] = step;
      store.checkpoint({ camera: 'porch', step, signature: 's', bytes, savedAt: 'now', token: 2 });
      t.match(await copies.save(saved, async (known) => store.modelParts('porch', known)), {
        pages: step === 1 ? 2 : 1,
      });
    }
    t.equal((await copies.fetch('porch'))!.image.step, 4);
    t.equal(await sweep(stores.models, pages, 0), 0);
    const listed = await pages.list();
    t.equal(listed.length, 3);
    const code = Buffer.from(listed[0]!.name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
    const near = { last_by_subj: `$O.${names.pages}.M.${code}` };
    t.ok(await link.manager.direct.getMessage(`OBJ_${names.pages}`, near), 'any server may be asked for a page');
    store.saveEvent(eventOf('A'), null, false);
    const events = new EventStream({
      link,
      names,
      node: 'pi-1',
      replicas: 1,
      bytes: 1e6,
      warn: (message) => t.comment(message),
      take: async (limit) =>
        store
          .outboxAfter(0, limit, 'fleet')
          .map(({ sequence, payload }) => ({ id: sequence, topic: 'porch', payload })),
      acknowledged: async (id) => store.acknowledge(id, 'fleet'),
    });
    events.start();
    await until('the event is stored', () => events.sent === 1);
    await events.stop();
  });

  await t.test('and nothing in the name of another, nor elsewhere', async (t) => {
    for (const subject of [
      '$KV.cortexd_house.node.pi-2.pi-2',
      'cortexd.house.event.pi-2.porch',
      '$JS.API.STREAM.DELETE.KV_cortexd_house',
    ])
      await t.rejects(link.stream.publish(subject, 'x', { timeout: 500 }), subject);
    await t.rejects(link.manager.streams.delete(names.events));
    const { state } = await link.manager.streams.info(names.events);
    t.equal(state.messages, 1);
  });

  await t.test('without a key, or without trust in the server, nobody comes in', async (t) => {
    const { nkeyFile: _, ...noKey } = options('pi-1');
    await t.rejects(openLink(noKey), { code: 'unavailable', message: /Authorization Violation/i });
    const { caFile: __, ...noTrust } = options('pi-1');
    await t.rejects(openLink(noTrust), { code: 'unavailable', message: /self.signed certificate/i });
    await t.rejects(openLink({ ...options('pi-1'), nkeyFile: at('none.nk') }), {
      code: 'config',
      message: /cluster.nkey_file/,
    });
    const refused = await cortexd('run', '--cluster', 'nats://me:secret@10.0.0.1');
    t.equal(refused.code, 64);
    t.match(refused.stderr, /without name and password/);
  });
});
