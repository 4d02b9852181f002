import { execFileSync } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test } from 'tap';
import type { SourceConfig } from '../../../src/capture/types.ts';
import { Watching } from '../../../src/daemon/camera/watching.ts';
import { beginStream, httpServer, jpeg, part } from '../../support/camera-server.ts';
import { SMALL } from '../../support/frames.ts';
import { rtspServer } from '../../support/rtsp-server.ts';
import { onPath } from '../../support/programs.ts';
import { until } from '../../support/until.ts';

const EVERY_MS = 40;
const LOST_MS = 600;

type Mode = 'well' | 'silent' | 'frozen' | 'grey' | 'garbage' | 'halves' | 'drip' | 'ends' | 'refuses';

/** A camera that does as it is told at the moment. */
class MoodyCamera {
  mode: Mode = 'well';
  readonly answer = (_: unknown, response: ServerResponse): void => {
    if (this.mode === 'refuses') return void response.writeHead(503).end();
    beginStream(response);
    let number = 0;
    let last: Uint8Array = new Uint8Array();
    const timer = setInterval(() => {
      void this.#next(++number, last).then((bytes) => {
        last = bytes;
        if (this.mode === 'ends') response.end();
        else if (!response.destroyed && bytes.length > 0) response.write(bytes);
      });
    }, EVERY_MS);
    response.on('close', () => clearInterval(timer));
  };

  async #next(number: number, last: Uint8Array): Promise<Uint8Array> {
    switch (this.mode) {
      case 'silent':
        return Buffer.alloc(0);
      case 'frozen':
        return last.length > 0 ? last : part(await jpeg(0));
      case 'garbage':
        return Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * number) % 253));
      case 'halves':
        return part((await jpeg(number)).subarray(0, 700));
      case 'drip':
        return Buffer.from('-');
      case 'grey':
        return part(GREY);
      case 'ends':
      case 'refuses':
      case 'well':
        return part(await jpeg(number));
    }
  }
}
const GREY = Buffer.from(
  '/9j/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAAQABABAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAB//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AJ//Z',
  'base64',
);

/** Watches with short limits and writes down what it is told. */
function watch(source: SourceConfig) {
  const told: string[] = [];
  let frames = 0;
  let alive = 0;
  const watching = new Watching(
    {
      source,
      preprocess: SMALL,
      lostAfterMs: LOST_MS,
      frozenAfterMs: 500,
      run: async (taken, stopped) => {
        for await (const frame of taken) {
          if (stopped()) return;
          frames += frame.luma.length > 0 ? 1 : 0;
          if (told.at(-1) !== 'frames') told.push('frames');
        }
      },
      warn: () => undefined,
      lost: async ({ message }) => void told.push(`lost: ${message}`),
      ended: async () => void told.push('ended'),
      switchedOff: async () => void told.push('off'),
      alive: () => void alive++,
    },
    true,
  );
  const broken: unknown[] = [];
  watching.start((error) => broken.push(error));
  return { watching, told, broken, frames: () => frames, alive: () => alive };
}

void test(
  'whatever a camera does wrong, it is lost within its time and found when it is well again',
  { timeout: 120_000 },
  async (t) => {
    const camera = new MoodyCamera();
    const url = await httpServer(t, camera.answer);
    const { watching, told, broken, frames, alive } = watch({
      type: 'http',
      url,
      login: null,
      fps: 20,
      insecure: false,
    });
    t.teardown(() => watching.stop());
    const modes: Mode[] = ['silent', 'frozen', 'garbage', 'halves', 'drip', 'ends', 'refuses', 'grey'];
    for (const mode of modes) {
      await until(`frames before ${mode}`, () => told.at(-1) === 'frames');
      camera.mode = mode;
      const began = performance.now();
      const aliveBefore = alive();
      // "refuses" is only met when the stream is opened anew.
      if (mode === 'refuses') {
        camera.mode = 'ends';
        await new Promise((resolve) => setTimeout(resolve, 2 * EVERY_MS));
        camera.mode = 'refuses';
      }
      await until(`lost by ${mode}`, () => told.at(-1)?.startsWith('lost') === true);
      const tookMs = performance.now() - began;
      t.ok(tookMs > 400 && tookMs < 4000, `${mode}: ${Math.round(tookMs)} ms, ${told.at(-1)}`);
      t.ok(alive() > aliveBefore, 'being away is said to the watchdog');
      camera.mode = 'well';
      const before = frames();
      await until(`frames after ${mode}`, () => frames() > before + 3, 40_000);
    }
    t.same(broken, []);
    t.ok(watching.badFrames > 5, `${watching.badFrames} damaged pictures counted`);
  },
);

void test('a hiccup that is over in time is not told', async (t) => {
  const camera = new MoodyCamera();
  const url = await httpServer(t, camera.answer);
  const { watching, told, frames } = watch({ type: 'http', url, login: null, fps: 20, insecure: false });
  t.teardown(() => watching.stop());
  await until('frames', () => frames() > 5);
  camera.mode = 'silent';
  await new Promise((resolve) => setTimeout(resolve, LOST_MS / 2));
  camera.mode = 'well';
  const before = frames();
  await until('frames again', () => frames() > before + 5);
  t.same(told, ['frames']);
});

void test('a camera that was never there is told at once, again and again tried, and can be switched off and on', async (t) => {
  const { watching, told, alive } = watch({ type: 'file', path: '/no/such.mp4', fps: 5, loop: false, pace: 'source' });
  t.teardown(() => watching.stop());
  await until('lost', () => told.length > 0, 400);
  await until('tried again', () => told.length > 1);
  await watching.setEnabled(false);
  await until('switched off', () => told.at(-1) === 'off');
  const [tries, before] = [told.length, alive()];
  await until('rests', () => alive() > before);
  t.equal(told.length, tries, 'and is not tried meanwhile');
  await watching.setEnabled(true);
  await until('tried after', () => told.length > tries);
  t.match(told.at(-1), /lost: .*no\/such\.mp4/);
});

void test(
  'a child that stops giving pictures, repeats one, or dies is found out like anything else',
  { timeout: 60_000 },
  async (t) => {
    onPath(t, t.testdir(), 'rpicam-vid');
    for (const camera of [2, 4, 6]) {
      const size = { width: 64, height: 48 };
      const { watching, told, broken } = watch({ type: 'rpicam', camera, size, fps: 20, upsideDown: false });
      await until(
        `lost by camera ${camera}: ${told.join('; ')}`,
        () => told.some((line) => line.startsWith('lost')),
        20_000,
      );
      await watching.stop();
      t.match(told, ['frames', /lost/], `camera ${camera}`);
      t.same(broken, []);
    }
  },
);

void test(
  'an RTSP server that ends its stream in good manners is lost, and found when it is back, also with another codec, size and rate',
  { timeout: 120_000 },
  async (t) => {
    const first = await rtspServer(t, { size: '320x240', pattern: 'smpte' });
    const { watching, told, broken, frames } = watch({
      type: 'rtsp',
      url: first.url,
      login: null,
      fps: 10,
      keyFramesOnly: false,
    });
    t.teardown(() => watching.stop());
    const port = Number(new URL(first.url).port);
    const others = [
      { size: '640x480', fps: 5, codec: 'vp8' },
      { size: '320x240', fps: 10, codec: 'h264' },
    ] as const;
    let server = first;
    for (const other of others) {
      const before = frames();
      await until('frames', () => frames() > before + 3, 40_000);
      await server.end();
      await until('lost', () => told.at(-1)?.startsWith('lost') === true, 20_000);
      t.match(told.at(-1), /the stream ended|ended with|refused/i);
      server = await rtspServer(t, { ...other, pattern: 'smpte', port });
    }
    const before = frames();
    await until('frames after the last change', () => frames() > before + 3, 40_000);
    t.notOk(told.includes('ended'), 'a camera never comes to its end');
    t.same(broken, []);
  },
);

void test('a recording in a loop that ends all the same is begun again', async (t) => {
  const path = join(t.testdir(), 'once.h264');
  // A bare H.264 stream cannot be wound back, so ffmpeg ends after its first round.
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=64x48:rate=20:duration=0.5',
    '-c:v',
    'libx264',
    '-f',
    'h264',
    path,
  ]);
  const { watching, told, frames } = watch({ type: 'file', path, fps: null, loop: true, pace: 'source' });
  t.teardown(() => watching.stop());
  await until('a second round', () => frames() > 15, 20_000);
  t.notOk(told.includes('ended'));
});

void test('a source that comes to its end is told once and rests', async (t) => {
  const source = {
    type: 'synthetic',
    scene: 'lanes',
    seed: 1,
    fps: 10,
    pace: 'fast',
    anomaliesFrom: 10,
    anomalySpacing: 50,
    frames: 5,
    fastFrames: 5,
  } as const;
  const { watching, told, alive, frames } = watch(source);
  await until('ended', () => told.includes('ended'));
  const before = alive();
  await until('the watchdog hears of it', () => alive() > before);
  await watching.stop();
  t.same(told, ['frames', 'ended']);
  t.equal(frames(), 5);
});
