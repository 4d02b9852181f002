import { test } from 'tap';
import { openFfmpeg } from '../../src/capture/ffmpeg.ts';
import { CortexdError } from '../../src/errors.ts';

const size = { width: 32, height: 24 };
const view = { width: 64, height: 48 };

function openTestPicture(seconds: number) {
  const args = ['-f', 'lavfi', '-i', `testsrc2=size=64x48:rate=10:duration=${seconds}`];
  const empty = (): CortexdError => new CortexdError('no_input', 'Expected a picture but received none');
  return openFfmpeg({ args, isLive: false, fps: null, paced: false, empty }, { ...size, crop: null, masks: [], view });
}

void test('a picture for people that was looked at is never written over; the others are filled in turn', async (t) => {
  const source = openTestPicture(20);
  const looked: { readonly data: Uint8Array; readonly seen: Buffer }[] = [];
  for await (const frame of source) {
    if (frame.sequence % 40 !== 20) continue;
    const { data } = frame.view!();
    looked.push({ data, seen: Buffer.from(data) });
  }
  t.equal(looked.length, 5);
  for (const { data, seen } of looked) t.ok(seen.equals(data), 'what was looked at is as it was');
  t.equal(new Set(looked.map(({ data }) => data)).size, 5, 'each look has a buffer of its own');
});

void test('pixels that are handed back are filled again, those that are kept are left alone', async (t) => {
  const source = openTestPicture(3);
  const [buffers, kept] = [new Set<unknown>(), [] as { luma: Uint8Array; seen: Buffer }[]];
  for await (const { luma, giveBack, sequence } of source) {
    buffers.add(luma.buffer);
    if (sequence % 10 === 0) kept.push({ luma, seen: Buffer.from(luma) });
    else giveBack!(luma);
  }
  t.equal(kept.length, 3);
  for (const { luma, seen } of kept) t.ok(seen.equals(luma));
  t.ok(buffers.size <= 5, `30 frames in ${buffers.size} buffers`);
});
