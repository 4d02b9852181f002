import { test } from 'tap';
import { LatestFrame, newestOf } from '../../src/capture/latest.ts';
import { lossless } from '../../src/capture/lossless.ts';
import type { CapturedFrame } from '../../src/capture/types.ts';

const frame = (sequence: number): CapturedFrame => ({
  sequence,
  timeMs: sequence,
  capturedAtMs: 0,
  width: 1,
  height: 1,
  luma: new Uint8Array(1),
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the newest frame wins and older ones are counted as dropped', async (t) => {
  const latest = new LatestFrame();
  for (let i = 0; i < 5; i++) latest.put(frame(i));
  latest.end();
  const seen: number[] = [];
  for await (const { sequence } of latest) seen.push(sequence);
  t.same(seen, [4]);
  t.equal(latest.dropped, 4);
});

test('a reader waits for the next frame and is told of the end and of errors', async (t) => {
  const latest = new LatestFrame();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { sequence } of latest) seen.push(sequence);
  })();
  await turn();
  latest.put(frame(1));
  await turn();
  latest.put(frame(2));
  latest.end(new Error('unplugged'));
  await t.rejects(reading, { message: 'unplugged' });
  t.same(seen, [1, 2], 'the last frame is not lost to the error');
});

test('a slow reader never holds up a live source', async (t) => {
  const latest = new LatestFrame();
  let given = 0;
  async function* source(): AsyncGenerator<CapturedFrame> {
    for (; given < 100; given++) {
      yield frame(given);
      await turn();
    }
  }
  const seen: number[] = [];
  for await (const { sequence } of newestOf(source(), latest)) {
    seen.push(sequence);
    for (let i = 0; i < 10; i++) await turn();
  }
  t.equal(given, 100);
  t.ok(seen.length < 30, `${seen.length} of 100 frames`);
  t.equal(seen.length + latest.dropped, 100);
  t.equal(seen.at(-1), 99);
});

test('the first frames come one by one, only then the newest wins', async (t) => {
  async function* source(): AsyncGenerator<CapturedFrame> {
    for (let i = 0; i < 50; i++) {
      yield frame(i);
      await turn();
    }
  }
  const seen: number[] = [];
  for await (const { sequence } of lossless(source(), 20, new LatestFrame())) {
    seen.push(sequence);
    for (let i = 0; i < 5; i++) await turn();
  }
  t.same(
    seen.slice(0, 20),
    Array.from({ length: 20 }, (_, i) => i),
  );
  t.ok(seen.length < 50);
  t.equal(seen.at(-1), 49);
});
