/** leftovers.test.ts - buffers that nobody needs are given back when a thread rests, not when it has worked long enough. */
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { Leftovers } from '../../src/store/leftovers.ts';

const arrayBuffers = (): number => process.memoryUsage().arrayBuffers;

test('what work has left behind is gone after a look; where there is nothing nobody looks', async (t) => {
  const leftovers = new Leftovers();
  t.notOk(leftovers.giveBack(), 'nothing yet');
  const kept = new Uint8Array(2 << 20);
  const before = arrayBuffers();
  for (let i = 0; i < 32; i++) new Uint8Array(1 << 18).fill(i);
  t.ok(arrayBuffers() - before > 4 << 20, 'it lies about');
  t.ok(leftovers.giveBack());
  // What the collector has found is freed by a thread of its own.
  for (let i = 0; i < 100 && arrayBuffers() - before >= 1 << 20; i++) await sleep(20);
  t.ok(arrayBuffers() - before < 1 << 20, 'it is gone');
  t.notOk(leftovers.giveBack(), 'what is needed brings no second look');
  t.equal(kept.length, 2 << 20);
  t.equal(Reflect.get(globalThis, 'gc'), undefined, 'and nobody else has got the collector');
});
