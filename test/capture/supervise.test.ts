import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'tap';
import { FrameClock } from '../../src/capture/frame-clock.ts';
import { modelSize } from '../../src/capture/model-size.ts';
import { openSource, probeSize } from '../../src/capture/open.ts';
import { readPicture } from '../../src/capture/picture-file.ts';
import { StillWatch } from '../../src/capture/still-watch.ts';
import { supervised } from '../../src/capture/supervise.ts';
import { TimeLimit } from '../../src/capture/time-limit.ts';
import { childEnvironment } from '../../src/capture/child-environment.ts';
import { SMALL, take } from '../support/frames.ts';

test('a picture may stand still for a while; then it is not believed until it changes', (t) => {
  const still = new StillWatch(1000);
  const one = Uint8Array.of(1, 2, 3);
  t.same(
    [0, 500, 999, 1000, 1500].map((ms) => still.isBelievable(one, ms)),
    [true, true, true, false, false],
  );
  t.ok(still.isStill);
  t.notOk(still.isBelievable(Uint8Array.of(1, 2, 3), 90_000), 'the same picture after the camera was opened anew');
  t.ok(still.isBelievable(Uint8Array.of(1, 2, 4), 90_001));
  t.notOk(still.isStill);
  t.ok(still.isBelievable(Uint8Array.of(1, 2), 90_002), 'another size is another picture');
  t.end();
});

test('the grey that decoders fill in stands still even where it differs a little; darkness with noise does not', (t) => {
  const grey = new StillWatch(100);
  const plane = (...values: number[]): Uint8Array => Uint8Array.from(values);
  t.ok(grey.isBelievable(plane(128, 128, 129), 0));
  t.notOk(grey.isBelievable(plane(129, 128, 128), 100));
  const dark = new StillWatch(100);
  t.ok(dark.isBelievable(plane(16, 17, 16), 0));
  t.ok(dark.isBelievable(plane(17, 16, 16), 100));
  t.end();
});

test("a frame's time is the source's own; a jump of a live camera's clock is no pause", (t) => {
  const file = new FrameClock(false);
  t.same(
    [5000, 5100, 62_000].map((own, i) => file.next(own, i)),
    [0, 100, 57_000],
    'a recording that pauses says so',
  );
  t.equal(file.next(61_000, 9), 57_001, 'never backwards');
  const live = new FrameClock(true);
  t.same(
    [
      [1000, 0],
      [1100, 103],
      [900_000, 200],
      [900_100, 310],
      [NaN, 400],
    ].map(([own, arrived]) => live.next(own!, arrived!)),
    [0, 100, 200, 300, 400],
  );
  t.end();
});

test('what a stream has gathered before it is opened keeps its own times, and so does what a network has held up', (t) => {
  const times = (pairs: readonly (readonly [own: number, arrived: number])[]): number[] => {
    const clock = new FrameClock(true);
    return pairs.map(([own, arrived]) => clock.next(own, arrived));
  };
  const frames = Array.from({ length: 60 }, (_, i) => i);
  const own = frames.map((i) => 7000 + i * 100);
  const even = frames.map((i) => i * 100);
  t.same(times(own.map((at, i) => [at, Math.max(i, i * 100 - 4000)])), even, 'four seconds come at once at the start');
  t.same(times(own.map((at, i) => [at, i < 20 ? i * 100 : Math.max(5000, i * 100)])), even, 'three seconds come late');
  const standing = times(frames.map((i) => [500, i * 1000]));
  t.ok(standing.at(-1)! > 48_000, `a clock that stands still is followed by arrival: ${standing.at(-1)}`);
  t.same(
    times([
      [5000, 0],
      [5100, 100],
      [2000, 200],
      [2100, 300],
    ]),
    [0, 100, 200, 300],
    'a clock that is set back',
  );
  t.end();
});

test('work that hangs is waited for so long and not begun again while it does', async (t) => {
  const limit = new TimeLimit('a share', 50);
  t.same(await Promise.all([limit.within(async () => 1), limit.within(async () => 2)]), [1, 2]);
  let finish: (value: number) => void = () => undefined;
  await t.rejects(
    limit.within(() => new Promise<number>((resolve) => (finish = resolve))),
    { code: 'unavailable', message: /hangs for 0\.05 s/ },
  );
  await t.rejects(
    limit.within(async () => 3),
    { message: /hangs still/ },
  );
  finish(0);
  await new Promise(setImmediate);
  t.equal(await limit.within(async () => 4), 4);
});

test('a pipe, a folder and a file too large are no pictures, and reading them does not hang', async (t) => {
  const folder = t.testdir({ 'folder.jpg': {} });
  execFileSync('mkfifo', [join(folder, 'pipe.jpg')]);
  execFileSync('truncate', ['-s', '100M', join(folder, 'large.jpg')]);
  for (const name of ['pipe.jpg', 'folder.jpg', 'large.jpg', 'none.jpg'])
    await t.rejects(readPicture(join(folder, name)), { code: 'no_input', message: new RegExp(name) });
});

test('a folder that is emptied while it is watched gives no frames, and a little later fails', async (t) => {
  const folder = join(t.testdir(), 'p');
  mkdirSync(folder);
  for (const name of ['1.jpg', '2.jpg'])
    await sharp({ create: { width: 64, height: 48, channels: 3, background: 'gray' } })
      .jpeg()
      .toFile(join(folder, name));
  const images = { type: 'images', path: folder, fps: 20, loop: true, pace: 'source' } as const;
  const warnings: string[] = [];
  const source = await openSource(images, SMALL, (message) => warnings.push(message));
  let frames = 0;
  await t.rejects(
    (async () => {
      const ports = {
        limits: { firstMs: 3000, betweenMs: 500 },
        still: null,
        waiting: () => undefined,
        good: () => undefined,
      };
      for await (const { sequence } of supervised(source, source, ports)) {
        t.equal(sequence, frames++);
        if (frames === 5) rmSync(folder, { recursive: true });
      }
    })(),
    { code: 'no_input' },
  );
  t.ok(warnings.length <= 4, `${warnings.length} lines`);
});

test('a picture is turned as people see it, and so are its size and what is cut out of it', async (t) => {
  const folder = t.testdir();
  // Left dark, right bright; stored lying on its side.
  const pixels = Buffer.alloc(200 * 100, 30);
  for (let y = 0; y < 100; y++) pixels.fill(220, y * 200 + 100, (y + 1) * 200);
  const upright = sharp(pixels, { raw: { width: 200, height: 100, channels: 1 } });
  await upright.rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toFile(join(folder, '1.jpg'));
  t.equal((await sharp(join(folder, '1.jpg')).metadata()).width, 100, 'stored upright');
  const images = { type: 'images', path: folder, fps: 10, loop: false, pace: 'fast' } as const;
  t.same(await probeSize(images), { width: 200, height: 100 });
  const [frame] = await take(images, 1);
  t.ok(frame!.luma[5]! < 60 && frame!.luma[60]! > 190, `${frame!.luma[5]} ${frame!.luma[60]}`);
  const [cut] = await take(images, 1, { ...SMALL, crop: [0.5, 0, 0.5, 1] });
  t.ok(
    cut!.luma.every((value) => value > 190),
    'the right half is bright',
  );
  const video = join(folder, 'turned.mp4');
  const make = (...args: string[]): unknown => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args]);
  make(
    '-f',
    'lavfi',
    '-i',
    'color=gray:size=100x200:rate=10:duration=1,drawbox=y=0:h=100:c=black:t=fill',
    `${video}.raw.mp4`,
  );
  make('-i', `${video}.raw.mp4`, '-c', 'copy', '-metadata:s:v', 'rotate=90', video);
  renameSync(video, join(folder, '12:00:00.mp4'));
  const file = { type: 'file', path: join(folder, '12:00:00.mp4'), fps: null, loop: false, pace: 'fast' } as const;
  t.same(await probeSize(file), { width: 200, height: 100 });
  const [turned] = await take(file, 1);
  t.ok(Math.abs(turned!.luma[5]! - turned!.luma[60]!) > 80, 'what was above is beside now');
  t.ok(Math.abs(turned!.luma[5]! - turned!.luma[47 * 64 + 5]!) < 5);
});

test("the model's picture has the shape of what is watched and the pixels of its budget", (t) => {
  t.same(modelSize({ width: 640, height: 480 }, null, 20_000), { width: 164, height: 124 });
  for (const native of [
    { width: 1920, height: 1080 },
    { width: 640, height: 480 },
    { width: 480, height: 640 },
    { width: 3000, height: 500 },
  ]) {
    for (const pixels of [6000, 20_000, 45_000]) {
      const { width, height } = modelSize(native, null, pixels);
      t.ok(width % 4 === 0 && height % 4 === 0);
      t.ok(width * height > pixels * 0.9 && width * height <= pixels * 1.1, `${width}x${height} for ${pixels}`);
      t.ok(Math.abs(Math.log(width / height / (native.width / native.height))) < 0.1, `${width}x${height}`);
    }
  }
  const { width, height } = modelSize({ width: 640, height: 480 }, [0, 0, 0.5, 1], 20_000);
  t.ok(height > width, 'half the picture is upright');
  t.end();
});

test("a child knows where programs are, and nothing of the daemon's service manager", (t) => {
  const env = { PATH: '/bin', NOTIFY_SOCKET: '/run/x', CREDENTIALS_DIRECTORY: '/c', MQTT_PASSWORD: 'x', LC_ALL: 'C' };
  t.same(childEnvironment(env), { PATH: '/bin', LC_ALL: 'C' });
  t.end();
});
