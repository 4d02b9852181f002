/** free-now.test.ts - bytes that nobody needs are gone before anybody collects them. */
import { test } from 'tap';
import { freeNow } from '../../src/capture/free-now.ts';

const SIZE = 1 << 16;

test('memory is back at once, not when it is collected', (t) => {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let i = 0; i < 10_000; i++) {
    freeNow(new Uint8Array(SIZE));
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  t.ok(most < 4 * SIZE, `${most} bytes at most`);
  t.end();
});

test('what is a part of something stays', (t) => {
  const whole = Buffer.alloc(SIZE, 7);
  const [first, second] = [whole.subarray(0, 10), whole.subarray(10)];
  freeNow(first);
  freeNow(second);
  t.equal(second.at(-1), 7);
  const pooled = Buffer.from('a short word');
  freeNow(pooled);
  t.equal(pooled.toString(), 'a short word');
  const shared = new Uint8Array(new SharedArrayBuffer(8)).fill(3);
  freeNow(shared);
  t.equal(shared[7], 3);
  freeNow(whole);
  t.equal(whole.length, 0, 'the whole is gone');
  freeNow(whole);
  t.end();
});
