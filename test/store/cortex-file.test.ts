import { readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { CortexdError } from '../../src/errors.ts';
import { seedWord } from '../../src/memory/random.ts';
import {
  MAX_FILE,
  decodeCortexFile,
  encodeCortexFile,
  readCortexFile,
  readInput,
  writeCortexFile,
} from '../../src/store/cortex-file.ts';
import { packModel, unpackModel } from '../../src/store/packed-model.ts';
import { Store } from '../../src/store/store.ts';
import { mutate } from './mutate.ts';
import { imageOf } from './support.ts';

/** More of them by hand: CORTEXD_FUZZ=120000. */
const FUZZED = Number(process.env['CORTEXD_FUZZ'] ?? 4000);

const file = encodeCortexFile(await packModel(imageOf(9, 20)), '0.0.0');
const small = encodeCortexFile(await packModel({ ...imageOf(9), bytes: new Uint8Array(3000).fill(5) }), '0.0.0');

const isRefused = async (bytes: Uint8Array): Promise<boolean> => {
  try {
    await decodeCortexFile(bytes, 'x');
    return false;
  } catch (error) {
    if (!(error instanceof CortexdError) || error.hint === undefined) throw error;
    return error.code === 'corrupt' || error.code === 'newer_version';
  }
};

test('what was written is read again', async (t) => {
  const read = await unpackModel(await decodeCortexFile(file, 'x'));
  const { bytes, ...rest } = imageOf(9, 20);
  t.match(read, rest);
  t.ok(Buffer.from(read.bytes).equals(Buffer.from(bytes)));
  const path = join(t.testdir(), 'a.cortex');
  await writeCortexFile(path, imageOf(9, 20), '0.0.0');
  t.ok(readFileSync(path).equals(file));
  t.equal((await readCortexFile(path)).step, 9);
});

test('a file cut short anywhere is refused', async (t) => {
  for (let length = 0; length < file.length; length += 97)
    t.ok(await isRefused(file.subarray(0, length)), `${length} bytes`);
  const random = { ...imageOf(1), bytes: new Uint8Array(60_000).map((_, i) => (i * i * 31) >> 3) };
  const large = encodeCortexFile(await packModel(random), '0');
  for (let length = 0; length < large.length; length += 4096)
    t.ok(await isRefused(large.subarray(0, length)), `${length}`);
});

test('a file with any one byte flipped is refused', async (t) => {
  const flipped = Uint8Array.from(file);
  for (let at = 0; at < file.length; at += 53) {
    flipped[at]! ^= 0x10;
    t.ok(await isRefused(flipped), `byte ${at}`);
    flipped[at]! ^= 0x10;
  }
});

test('bytes behind the end, other files and a newer format are refused, each in its own words', async (t) => {
  await t.rejects(decodeCortexFile(Buffer.concat([file, Buffer.from('x')]), 'x'), { code: 'corrupt' });
  await t.rejects(
    decodeCortexFile(Buffer.from('GIF89a and so on and on and on, more than a header'), 'x'),
    /is something else/,
  );
  const newer = Buffer.from(file);
  newer.writeUInt32LE(2, 8);
  await t.rejects(decodeCortexFile(newer, 'x'), { code: 'newer_version', message: /format 2/ });
});

test(`${FUZZED} mutated files, most with right hashes: nothing but clear refusals, and no memory is kept`, async (t) => {
  const random = new Uint32Array([seedWord(Number(process.env['CORTEXD_FUZZ_SEED'] ?? 1), 77)]);
  let refused = 0;
  let accepted = 0;
  let rssBefore = 0;
  for (let i = 0; i < FUZZED; i++) {
    // What is accepted holds what it declares: only metadata may differ.
    if (await isRefused(mutate(small, random))) refused++;
    else accepted++;
    if (i === FUZZED >> 2) rssBefore = process.memoryUsage.rss();
  }
  const grown = (process.memoryUsage.rss() - rssBefore) / 1e6;
  t.comment(
    `${refused} refused, ${accepted} accepted, RSS grew by ${grown.toFixed(1)} MB over the last three quarters`,
  );
  t.ok(refused > FUZZED * 0.8, `${refused} refused`);
  t.ok(grown < 64, `${grown} MB`);
});

test('a hostile file changes nothing in the store, whatever it calls itself', async (t) => {
  const folder = t.testdir();
  const store = new Store({ directory: join(folder, 'state'), outboxLimit: 9, program: '0', lock: true });
  const random = new Uint32Array([seedWord(3, 78)]);
  for (let i = 0; i < 50; i++) {
    const hostile = mutate(small, random);
    if (await isRefused(hostile)) await t.rejects(store.importSnapshot(`s${i}`, hostile, '2026-01-01T00:00:00.000Z'));
  }
  t.same(store.snapshots(), []);
  // A camera's name from a file is a word in a table, never a path.
  const traveller = await packModel({ ...imageOf(1), camera: '../../etc/cron.d/x' });
  await store.importSnapshot('guest', encodeCortexFile(traveller, '0'), '2026-01-01T00:00:00.000Z');
  for (const name of ['../up', '/etc/passwd', 'a/b', '', '.hidden', 'x'.repeat(101)])
    await t.rejects(store.importSnapshot(name, small, '2026-01-01T00:00:00.000Z'), { code: 'usage' }, name);
  store.close();
  t.same(readdirSync(folder), ['state']);
});

test('a file that is not there is no input, and a place that cannot be written leaves nothing behind', async (t) => {
  const folder = t.testdir();
  await t.rejects(readCortexFile(join(folder, 'none')), { code: 'no_input' });
  await t.rejects(readCortexFile(folder), { code: 'no_input', message: /no file/ });
  await t.rejects(writeCortexFile(join(folder, 'no', 'such', 'a.cortex'), imageOf(1), '0'), { code: 'store' });
  writeFileSync(join(folder, 'text.cortex'), 'hello');
  await t.rejects(readCortexFile(join(folder, 'text.cortex')), { code: 'corrupt' });
  writeFileSync(join(folder, 'huge.cortex'), '');
  truncateSync(join(folder, 'huge.cortex'), MAX_FILE + 1);
  t.throws(() => readInput(join(folder, 'huge.cortex')), { code: 'no_input', message: /more than a model can have/ });
  symlinkSync('/dev/zero', join(folder, 'endless.cortex'));
  t.throws(() => readInput(join(folder, 'endless.cortex')), { code: 'no_input' });
});
