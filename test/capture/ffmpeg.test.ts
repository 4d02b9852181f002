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

void test('pictures for people come in two buffers by turns: the one that is looked at is not the one that is filled', async (t) => {
  const source = openTestPicture(20);
  const buffers = new Set<Uint8Array>();
  let turns = 0;
  for await (const frame of source) {
    const data = frame.view?.().data;
    if (data === undefined) continue;
    const seen = Buffer.from(data);
    buffers.add(data);
    turns++;
    t.ok(seen.equals(frame.view!().data), 'it stays while nobody else gets a turn');
  }
  t.ok(turns > 100, `${turns} looks`);
  t.equal(buffers.size, 2);
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
