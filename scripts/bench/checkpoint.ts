/**
 * checkpoint.ts - how long a checkpoint takes beside the model's thread, and what frames notice of it.
 *
 *     npm run bench:checkpoint -- [--mebibytes 16] [--dirty 0.05] [--rounds 20] [--directory DIR]
 *
 * A model of random bytes (nothing packs) in a store worker; in each round one byte of a share of its 64 KiB pages changes.
 * Meanwhile the thread that owns the model steps a frame every 10 ms. Prints the median and largest time per checkpoint (a
 * durable transaction), of folding included, bytes written, and by how much frames were late: without any checkpoint, and
 * with one each round. A frame is late by the time it begins after its moment.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { nextRandom, randomBelow, seedWord } from '../../src/memory/random.ts';
import { PAGE_BYTES } from '../../src/store/model-pages.ts';
import { StoreClient } from '../../src/store/store-client.ts';
import { wholeNumber } from '../whole-number.ts';
import { realNumber } from '../real-number.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const FRAME_MS = 10;

type Buffers = { readonly live: SharedArrayBuffer; readonly shadow: SharedArrayBuffer; readonly seed: number };

/** The model's thread: a frame every 10 ms, and a copy of the image when asked, as the model worker does it. */
function stepFrames({ live, shadow, seed }: Buffers): void {
  const bytes = new Uint8Array(live);
  const random = new Uint32Array([seed]);
  let next = performance.now() + FRAME_MS;
  let late: number[] = [];
  let copies: number[] = [];
  const frame = (): void => {
    late.push(Math.max(0, performance.now() - next));
    // About 2 ms of work on the model's bytes.
    for (let i = 0; i < 200_000; i++) bytes[randomBelow(random, bytes.length)]! ^= 0;
    next = Math.max(next + FRAME_MS, performance.now());
    setTimeout(frame, Math.max(0, next - performance.now()));
  };
  setTimeout(frame, FRAME_MS);
  parentPort?.on('message', (wish: 'copy' | 'report') => {
    if (wish === 'copy') {
      const began = performance.now();
      new Uint8Array(shadow).set(bytes);
      copies.push(performance.now() - began);
      parentPort?.postMessage(null);
    } else {
      parentPort?.postMessage({ late, copies });
      [late, copies] = [[], []];
    }
  });
}

type Report = { late: number[]; copies: number[] };
const quantile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
const inWords = (values: number[]): string =>
  `smallest ${Math.min(...values).toFixed(1)} ms, median ${quantile(values, 0.5).toFixed(1)} ms, 99 % ${quantile(values, 0.99).toFixed(1)} ms, largest ${Math.max(...values).toFixed(1)} ms`;

async function main(): Promise<void> {
  const { values: args } = parseArgs({
    options: {
      mebibytes: { type: 'string', default: '16' },
      dirty: { type: 'string', default: '0.05' },
      rounds: { type: 'string', default: '20' },
      directory: { type: 'string', default: tmpdir() },
    },
  });
  const rounds = wholeNumber('rounds', args.rounds, 1);
  const dirty = realNumber('dirty', args.dirty, 0, 1);
  const mebibytes = wholeNumber('mebibytes', args.mebibytes, 1);
  const random = new Uint32Array([seedWord(1, 30)]);
  const live = new SharedArrayBuffer(mebibytes << 20);
  const shadow = new SharedArrayBuffer(live.byteLength);
  const words = new Uint32Array(live);
  for (let i = 0; i < words.length; i++) words[i] = nextRandom(random);
  const bytes = new Uint8Array(live);
  const pages = bytes.length / PAGE_BYTES;
  const model = new Worker(new URL(import.meta.url), { workerData: { live, shadow, seed: 7 } satisfies Buffers });
  const ask = <T>(wish: 'copy' | 'report'): Promise<T> =>
    new Promise((resolve) => {
      model.once('message', resolve);
      model.postMessage(wish);
    });

  const directory = mkdtempSync(join(args.directory, 'cortexd-bench-'));
  const store = await StoreClient.open({ directory, outboxLimit: 1, program: 'bench', lock: true });
  const save = async (step: number): Promise<number> => {
    await ask('copy');
    const image = { camera: 'bench', step, signature: 'bench', bytes: new Uint8Array(shadow), savedAt: '' };
    return (await store.call('checkpoint', image)).ms;
  };
  const whole = await save(0);
  await sleep(1000);
  await ask('report');
  await sleep(rounds * 250);
  const alone = await ask<Report>('report');
  const before = (await store.call('health')).bytesWritten;
  const times: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (let i = 0; i < Math.round(pages * dirty); i++) bytes[randomBelow(random, pages) * PAGE_BYTES]! ^= 1;
    times.push(await save(round));
    await sleep(250);
  }
  const beside = await ask<Report>('report');
  const written = (await store.call('health')).bytesWritten - before;
  await store.close();
  await model.terminate();
  rmSync(directory, { recursive: true });
  console.log(`${mebibytes} MiB, ${dirty * 100} % of the pages changed, ${rounds} rounds
first checkpoint, every page  ${whole.toFixed(0)} ms
checkpoint                    ${inWords(times)}, ${(written / times.length / 1024).toFixed(0)} KiB written each
copy in the model's thread    ${inWords(beside.copies)}
frames late, no checkpoints   ${inWords(alone.late)}
frames late, with checkpoints ${inWords(beside.late)}`);
}

if (isMainThread) await main();
else stepFrames(workerData as Buffers);
