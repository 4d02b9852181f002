/** kind-examples.test.ts - what looks alike is one kind, and its picture is anew now and then however often it is seen. */
import { test } from 'tap';
import { KindExamples } from '../../../src/daemon/camera/kind-examples.ts';

const BOX = [0.5, 0.5, 0.1, 0.1] as const;
const MINUTE_MS = 60_000;

test('a kind that is seen all the time gets a new picture every few minutes, not with every look', async (t) => {
  const kinds = new KindExamples();
  let drawn = 0;
  for (let minute = 0; minute <= 12; minute++) {
    kinds.note({ columns: [1, 2, 3, 4], box: BOX }, minute * MINUTE_MS, async () => Buffer.from(String(++drawn)));
    await new Promise(setImmediate);
  }
  t.equal(drawn, 3);
  const [one, ...others] = kinds.all;
  t.same(others, []);
  t.match(one, { count: 13, lastAtMs: 12 * MINUTE_MS, picture: Buffer.from('3') });
  kinds.note({ columns: [7, 8, 9], box: BOX }, 0, async () => Promise.reject(new Error('no picture')));
  t.equal(kinds.all.length, 2);
});
