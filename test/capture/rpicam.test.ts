import { test } from 'tap';
import { openSource, probeSize } from '../../src/capture/open.ts';
import type { RpicamSourceConfig } from '../../src/capture/types.ts';
import { onPath } from '../support/programs.ts';
import { SMALL, mean, take } from '../support/frames.ts';

const rpicam = (camera = 0, more: Partial<RpicamSourceConfig> = {}): RpicamSourceConfig => ({
  type: 'rpicam',
  camera,
  size: { width: 128, height: 96 },
  fps: 20,
  upsideDown: false,
  ...more,
});

test('the luma of each picture comes, averaged, and at once: nothing of it waits for the next', async (t) => {
  onPath(t, t.testdir(), 'rpicam-vid');
  const frames = await take(rpicam(), 5);
  t.same(
    frames.map(({ luma }) => [luma[0], luma[64 * 48 - 1]]),
    [0, 1, 2, 3, 4].map((i) => [40 + 7 * i, 20]),
    'every picture whole and in its place',
  );
  t.same(await probeSize(rpicam()), { width: 128, height: 96 });
  const [turned] = await take(rpicam(0, { upsideDown: true }), 1);
  t.same([turned?.luma[0], turned?.luma[64 * 48 - 1]], [20, 40]);
});

test('times are those of arrival and only go forward', async (t) => {
  onPath(t, t.testdir(), 'rpicam-vid');
  const times = (await take(rpicam(), 11)).map(({ timeMs }) => timeMs);
  t.ok(times.every((time, i) => i === 0 || time > times[i - 1]!));
  t.ok(times[10]! > 300 && times[10]! < 2000, `ten pictures of 50 ms in ${times[10]} ms`);
});

test('a camera that is not there, in use, or dies is told in words that help', async (t) => {
  onPath(t, t.testdir(), 'rpicam-vid');
  await t.rejects(take(rpicam(1), 1), { code: 'unavailable', message: /no cameras available/, hint: /ribbon cable/ });
  await t.rejects(take(rpicam(5), 1), { code: 'unavailable', message: /busy/, hint: /Another program/ });
  await t.rejects(take(rpicam(4), 9), { code: 'unavailable', message: /SIGABRT/ });
});

test('without the program, the package to install is named', async (t) => {
  const before = process.env['PATH'];
  process.env['PATH'] = t.testdir();
  t.teardown(() => (process.env['PATH'] = before));
  await t.rejects(take(rpicam(), 1), { code: 'unavailable', message: /rpicam-vid/, hint: /apt install rpicam-apps/ });
});

test('a camera that ignores SIGINT and SIGTERM is ended all the same', async (t) => {
  onPath(t, t.testdir(), 'rpicam-vid');
  const began = performance.now();
  t.equal((await take(rpicam(3), 2)).length, 2);
  t.ok(performance.now() - began >= 2900, 'both were tried before');
});

test('a flood is thinned by the reader, in bounded memory', async (t) => {
  onPath(t, t.testdir(), 'rpicam-vid');
  const source = await openSource(rpicam(7, { size: { width: 640, height: 480 } }), SMALL, () => undefined);
  let frames = 0;
  let rss = 0;
  let dark = 0;
  for await (const { luma } of source) {
    if (mean(luma) === 0) dark++;
    if (++frames === 300) rss = process.memoryUsage.rss();
    if (frames === 1500) break;
  }
  const grown = (process.memoryUsage.rss() - rss) / 1e6;
  await source.close();
  t.equal(dark, 0);
  t.ok(grown < 100, `${grown.toFixed(1)} MB more after 550 MB of pictures`);
});
