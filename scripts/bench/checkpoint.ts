/**
 * checkpoint.ts - how long a checkpoint takes, off the model's thread.
 *
 *     npm run bench:checkpoint -- [--mebibytes 16] [--dirty 0.05] [--rounds 20]
 *
 * A model of random bytes in a store worker; in each round one byte of a share of its 64 KiB pages changes. Prints the
 * median and largest time per checkpoint (a durable transaction and folding of the write-ahead log) and bytes written.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nextRandom, randomBelow, seedWord } from '../../src/memory/random.ts';
import { PAGE_BYTES } from '../../src/store/model-pages.ts';
import { StoreClient } from '../../src/store/store-client.ts';

const { values: args } = parseArgs({
  options: {
    mebibytes: { type: 'string', default: '16' },
    dirty: { type: 'string', default: '0.05' },
    rounds: { type: 'string', default: '20' },
  },
});
const random = new Uint32Array([seedWord(1, 30)]);
const words = new Uint32Array(new SharedArrayBuffer(Number(args.mebibytes) << 20));
for (let i = 0; i < words.length; i++) words[i] = nextRandom(random);
const bytes = new Uint8Array(words.buffer);
const pages = bytes.length / PAGE_BYTES;

const directory = mkdtempSync(join(tmpdir(), 'cortexd-bench-'));
const store = await StoreClient.open({ directory, outboxLimit: 1, program: 'bench', lock: true });
const save = async (step: number): Promise<number> => {
  const began = performance.now();
  const savedAt = new Date().toISOString();
  await store.call('checkpoint', { camera: 'bench', step, signature: 'bench', bytes, savedAt });
  return performance.now() - began;
};
const whole = await save(0);
const before = (await store.call('health')).bytesWritten;
const times: number[] = [];
for (let round = 1; round <= Number(args.rounds); round++) {
  for (let i = 0; i < Math.round(pages * Number(args.dirty)); i++) bytes[randomBelow(random, pages) * PAGE_BYTES]! ^= 1;
  times.push(await save(round));
}
const written = (await store.call('health')).bytesWritten - before;
await store.close();
rmSync(directory, { recursive: true });
const sorted = times.toSorted((a, b) => a - b);
console.log(
  `${args.mebibytes} MiB, first checkpoint ${whole.toFixed(0)} ms; ${Number(args.dirty) * 100} % of the pages changed: ` +
    `median ${sorted[sorted.length >> 1]?.toFixed(1)} ms, largest ${sorted.at(-1)?.toFixed(1)} ms, ` +
    `${(written / times.length / 1024).toFixed(0)} KiB written each`,
);
