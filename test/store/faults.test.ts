import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { constants } from 'node:os';
import { test } from 'tap';
import { DATABASE_FILE } from '../../src/store/database.ts';
import { StoreClient } from '../../src/store/store-client.ts';
import type { StoreMethod } from '../../src/store/store-client.ts';
import { Store } from '../../src/store/store.ts';
import type { StoreHealth } from '../../src/store/store-health.ts';
import { shortFolder } from '../support/folder.ts';
import { eventOf, noiseOf } from './support.ts';

const NOW = '2026-11-23T12:00:00.000Z';
const CHILD = new URL(`./fault-child${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);
const SOURCE = new URL('../../../test/support/faultio.c', import.meta.url).pathname;

const openStore = (directory: string): Store =>
  new Store({ directory, outboxLimit: 1000, program: '0', lock: true, recover: true });
const asideIn = (directory: string): string[] =>
  readdirSync(directory).filter((name) => /\.damaged-[^/]*Z(-\d+)?$/.test(name));

/** A store with a model, a snapshot, 300 events with pictures, closed. */
async function fill(directory: string): Promise<void> {
  const store = openStore(directory);
  store.checkpoint(noiseOf(1, 8));
  await store.createSnapshot('monday', 'porch', NOW);
  store.checkpoint(noiseOf(2, 8));
  for (let i = 0; i < 300; i++) store.saveEvent(eventOf(`E${i}`), new Uint8Array(3000).fill(i), i % 10 === 0);
  store.close();
}

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}

test('a database damaged anywhere, or cut short, is set aside at the start, and what can be read is gone on with', async (t) => {
  const origin = t.testdir();
  await fill(origin);
  const whole = readFileSync(join(origin, DATABASE_FILE));
  let found = 0;
  for (let round = 0; round < 24; round++) {
    const directory = shortFolder(t);
    const file = join(directory, DATABASE_FILE);
    writeFileSync(file, whole);
    const at = Math.floor((whole.length * (round + 0.5)) / 24);
    if (round % 3 === 0) truncateSync(file, at);
    else overwrite(file, at - (at % 4096), Buffer.alloc(round % 3 === 1 ? 64 : 20_000, 0xa5));
    const store = openStore(directory);
    const loaded = await store.loadModel('porch', noiseOf(1, 8).signature);
    if (loaded.kind === 'loaded') {
      const { step, bytes } = loaded.image;
      t.ok(Buffer.from(bytes).equals(Buffer.from(noiseOf(step, 8).bytes)), `round ${round}: whole, of step ${step}`);
      t.ok(step === 2 || loaded.lost !== null, 'what was lost is said');
    } else {
      t.match(loaded.lost, /begins anew/, `round ${round}: nothing sound, and it is said`);
    }
    // Damage in a picture or in free room shows nowhere; everything else does.
    if (asideIn(directory).length > 0 || loaded.lost !== null) {
      found++;
      t.ok(store.health().losses.length > 0);
      t.ok(store.events({ limit: 1000 }).some(({ cause }) => cause === 'state_lost'));
    }
    store.checkpoint(noiseOf(7, 8));
    store.saveEvent(eventOf('LATER'), null, true);
    store.close();
    const again = openStore(directory);
    t.match(await again.loadModel('porch'), { kind: 'loaded', lost: null, image: { step: 7 } }, 'and all is well then');
    again.close();
  }
  t.ok(found >= 12, `${found} of 24 were noticed`);
});

test('a database that is missing at the start is said to be, and a command of the user refuses a damaged one', async (t) => {
  const directory = t.testdir();
  await fill(directory);
  const file = join(directory, DATABASE_FILE);
  overwrite(file, 4096, Buffer.alloc(40_000, 0xa5));
  t.throws(() => new Store({ directory, outboxLimit: 1, program: '0', lock: true }), { code: 'corrupt' });
  t.same(asideIn(directory), [], 'nothing was touched');
  rmSync(file);
  const store = openStore(directory);
  t.match(await store.loadModel('porch'), { kind: 'none', lost: /is missing.*begins anew/ });
  t.match(store.events({ limit: 1 }), [{ cause: 'state_lost', explanation: /is missing/ }]);
  store.close();
  const again = openStore(directory);
  t.match(await again.loadModel('yard'), { kind: 'none', lost: null }, 'a new camera is no loss');
  again.close();
});

test('a recovery that is cut off between its renames is completed at the next start', async (t) => {
  for (const fatal of ['recovery: before the rename', 'recovery: damaged file set aside'] as const) {
    const directory = shortFolder(t);
    await fill(directory);
    const file = join(directory, DATABASE_FILE);
    overwrite(file, statSync(file).size >> 1, Buffer.alloc(20_000, 0xa5));
    truncateSync(file, statSync(file).size - 40_000);
    const stage = (name: string): void => {
      if (name === fatal) throw new Error('cut off');
    };
    const options = { directory, outboxLimit: 1000, program: '0', lock: true, recover: true };
    t.throws(() => new Store({ ...options, stage }), /cut off/);
    const store = new Store(options);
    t.equal((await store.loadModel('porch', noiseOf(1, 8).signature)).kind, 'loaded', fatal);
    t.ok(store.events({ limit: 1000 }).length > 100);
    store.close();
    t.equal(asideIn(directory).length, 1);
    t.notOk(existsSync(`${file}.recovered`));
  }
});

test('a file that is deleted or replaced under the daemon is written again, with nothing lost', async (t) => {
  const directory = t.testdir();
  await fill(directory);
  const file = join(directory, DATABASE_FILE);
  const store = openStore(directory);
  t.equal((await store.loadModel('porch')).kind, 'loaded');
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  store.saveEvent(eventOf('AFTER'), null, true);
  store.checkpoint(noiseOf(3, 8));
  t.match(store.health().losses, [/deleted while it was in use/]);
  t.equal(store.events({ limit: 1000, cause: 'motion' }).length, 301);
  renameSync(file, join(directory, 'stolen'));
  writeFileSync(file, 'a shopping list');
  store.checkpoint(noiseOf(4, 8));
  t.match(store.health().losses[1], /another file was there/);
  t.equal(readFileSync(join(directory, asideIn(directory)[0]!), 'utf8'), 'a shopping list', 'that one is set aside');
  store.close();
  const again = openStore(directory);
  t.match(await again.loadModel('porch'), { kind: 'loaded', lost: null, image: { step: 4 } });
  t.ok(again.event(eventOf('AFTER').id));
  t.equal((await again.snapshotImage('monday')).step, 1);
  again.close();
});

test('a file that is cut short or overwritten under the daemon is set aside when that shows, and the model is saved again', async (t) => {
  for (const harm of ['cut', 'overwritten'] as const) {
    const directory = shortFolder(t);
    await fill(directory);
    const file = join(directory, DATABASE_FILE);
    const client = await StoreClient.open({ directory, outboxLimit: 1000, program: '0', lock: true, recover: true });
    t.equal((await client.call('loadModel', 'porch')).kind, 'loaded');
    if (harm === 'cut') truncateSync(file, 20_000);
    else overwrite(file, statSync(file).size >> 1, Buffer.alloc(statSync(file).size >> 2, 0xa5));
    for (let i = 0; i < 20; i++) await client.call('saveEvent', eventOf(`L${i}`), null, true);
    await client.call('checkpoint', noiseOf(5, 8));
    t.equal((await client.call('events', { limit: 1000, cause: 'motion' })).length >= 20, true, harm);
    const losses = [...(await client.call('health')).losses];
    await client.close().catch(() => undefined);
    // What was overwritten may hide behind what SQLite has in memory until the next start.
    const again = openStore(directory);
    losses.push(...again.health().losses);
    t.match(losses, [/damaged .* set aside as/]);
    t.equal(asideIn(directory).length, 1);
    t.match(await again.loadModel('porch'), { kind: 'loaded', image: { step: 5 } }, harm);
    for (let i = 0; i < 20; i++) if (!again.event(eventOf(`L${i}`).id)) t.fail(`event ${i} is lost`);
    again.close();
  }
});

/** A store in a process of its own whose writes fail while `fault` says so. */
class Faulty {
  readonly #child: ChildProcess;
  readonly #flag: string;

  private constructor(child: ChildProcess, flag: string) {
    this.#child = child;
    this.#flag = flag;
  }

  static async start(directory: string, library: string): Promise<Faulty> {
    const flag = join(directory, 'fault');
    const env = { ...process.env, LD_PRELOAD: library, FAULT_FILE: flag };
    const child = fork(CHILD, [join(directory, 'state')], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await once(child, 'message');
    return new Faulty(child, flag);
  }

  set fault(name: 'EIO' | 'EROFS' | 'ENOSPC' | null) {
    if (name === null) rmSync(this.#flag);
    else writeFileSync(this.#flag, String(constants.errno[name]));
  }

  async call(method: StoreMethod, ...args: readonly unknown[]): Promise<{ value?: unknown; error?: string }> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(20_000) });
    this.#child.send({ method, args });
    return ((await answer) as [{ value?: unknown; error?: string }])[0];
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

test('I/O errors, a disk turned read-only, a full disk: said so, over when it is over, and nothing acknowledged is lost', async (t) => {
  const folder = shortFolder(t);
  const library = join(folder, 'faultio.so');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl']);
  const faulty = await Faulty.start(folder, library);
  let acknowledged = 0;
  let unacknowledged = 0;
  const event = async (): Promise<boolean> => {
    const ok =
      (await faulty.call('saveEvent', eventOf(`E${acknowledged + unacknowledged}`), null, true)).error === undefined;
    if (ok) acknowledged++;
    else unacknowledged++;
    return ok;
  };
  t.ok(await event());
  for (const name of ['EIO', 'EROFS', 'ENOSPC'] as const) {
    faulty.fault = name;
    t.notOk(await event(), `${name}: the event is refused`);
    t.notOk(await event());
    const during = ((await faulty.call('health')).value as StoreHealth).failing;
    t.match(during, { since: String, reason: /I\/O|full|readonly|read-only/ }, `${name}: ${during?.reason}`);
    faulty.fault = null;
    t.ok(await event(), `${name} is over`);
    t.equal(((await faulty.call('health')).value as StoreHealth).failing, null);
  }
  await faulty.kill();
  const store = openStore(join(folder, 'state'));
  t.equal(store.events({ limit: 100 }).length, acknowledged);
  t.equal(store.health().losses.length, 0);
  store.close();
});

test('a disk that hangs for long takes a bounded amount of memory, and each call is told in time', async (t) => {
  process.env['CORTEXD_FAULT'] = 'store call@1=hang';
  t.teardown(() => delete process.env['CORTEXD_FAULT']);
  const client = await StoreClient.open({ directory: t.testdir(), outboxLimit: 1000, program: '0', lock: true });
  t.teardown(() => client.close(1).catch(() => undefined));
  const picture = new Uint8Array(500_000);
  const before = process.memoryUsage.rss();
  let refused = 0;
  const began = performance.now();
  for (let i = 0; i < 1000; i++)
    await client.callWithin(20, 'saveEvent', eventOf(`E${i}`), picture, false).catch(() => refused++);
  t.equal(refused, 1000);
  t.ok(performance.now() - began < 20_000, 'once it is known to hang, nobody waits for it again');
  const grown = process.memoryUsage.rss() - before;
  t.ok(grown < 200e6, `${Math.round(grown / 1e6)} MB for 500 MB of pictures`);
});
