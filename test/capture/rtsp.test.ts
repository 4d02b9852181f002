import { execFileSync } from 'node:child_process';
import { test } from 'tap';
import { openSource, probeSize } from '../../src/capture/open.ts';
import { supervised } from '../../src/capture/supervise.ts';
import type { Login, RtspSourceConfig } from '../../src/capture/types.ts';
import { rtspServer } from '../support/rtsp-server.ts';
import { SMALL, take } from '../support/frames.ts';

const LOGIN: Login = { username: 'viewer', password: "hun'ter@2 x" };
const rtsp = (url: string, login: Login | null = null, more: Partial<RtspSourceConfig> = {}): RtspSourceConfig => ({
  type: 'rtsp',
  url,
  login,
  fps: 10,
  keyFramesOnly: false,
  ...more,
});

test('H.264 from a camera that asks with digest; the password is in no list of processes', async (t) => {
  const { url } = await rtspServer(t, {}, [LOGIN.username, LOGIN.password]);
  const source = await openSource(rtsp(url, LOGIN), SMALL, () => undefined);
  const times: number[] = [];
  let processes = '';
  for await (const { timeMs, luma } of source) {
    t.equal(luma.length, 64 * 48);
    times.push(timeMs);
    if (times.length === 12) {
      processes = execFileSync('ps', ['-eww', '-o', 'args']).toString();
      break;
    }
  }
  await source.close();
  t.match(processes, /ffmpeg .*-f concat .*-i pipe:0/, 'it was running when the list was made');
  t.notMatch(processes, /ffmpeg.*(hun|viewer)/);
  t.ok(times.every((time, i) => i === 0 || time > times[i - 1]!));
  t.ok(
    Math.abs(times[11]! - times[1]! - 1000) < 150,
    `ten frames of 100 ms by the camera's clock: ${times[11]! - times[1]!}`,
  );
  t.same(await probeSize(rtsp(url, LOGIN)), { width: 640, height: 480 });
});

test('credentials that are refused or missing are told as that, and never shown', async (t) => {
  const { url } = await rtspServer(t, {}, [LOGIN.username, LOGIN.password]);
  await t.rejects(take(rtsp(url), 1), { code: 'unavailable', message: /401|Unauthorized/, hint: /password_file/ });
  const wrong = await take(rtsp(url, { ...LOGIN, password: 'wrong-word' }), 1).catch((error: unknown) => error);
  t.match(wrong, { code: 'unavailable', hint: /refuses/ });
  t.notMatch(String(wrong), /wrong-word/);
});

test('key frames only: as many pictures as stand for themselves', async (t) => {
  const { url } = await rtspServer(t, { gop: 5 });
  const frames = await take(rtsp(url, null, { keyFramesOnly: true }), 4);
  const steps = frames.slice(2).map(({ timeMs }, i) => timeMs - frames[i + 1]!.timeMs);
  t.ok(
    steps.every((step) => step > 400 && step < 600),
    `every 500 ms: ${steps.join(', ')}`,
  );
});

test('a rate above the wanted one is thinned by the times of the frames', async (t) => {
  const { url } = await rtspServer(t, { fps: 25 });
  const frames = await take(rtsp(url, null, { fps: 5 }), 8);
  t.ok(Math.abs(frames[7]!.timeMs - frames[2]!.timeMs - 1000) < 150, `${frames[7]!.timeMs - frames[2]!.timeMs}`);
});

test('a stream that changes size and rate while it runs goes on, with the times of the camera', async (t) => {
  const { url, process: server } = await rtspServer(t, { size: '320x240', fps: 10, gop: 5, pattern: 'smpte' });
  const source = await openSource(rtsp(url), SMALL, () => undefined);
  const times: number[] = [];
  for await (const { timeMs, luma, width, height } of source) {
    t.same([luma.length, width, height], [64 * 48, 64, 48]);
    times.push(timeMs);
    if (times.length === 10) server.kill('SIGUSR2');
    if (times.length === 30) server.kill('SIGUSR2');
    if (times.length === 50) break;
  }
  await source.close();
  const steps = times.slice(1).map((time, i) => Math.round((time - times[i]!) / 50) * 50);
  t.match(steps.join(' '), /^(100 )+(200 ){6,}(100 ){5,}100$/, 'ten frames a second, then five, then ten');
});

test('a server that hangs or dies is noticed', async (t) => {
  const server = await rtspServer(t);
  const config = rtsp(server.url);
  const source = await openSource(config, SMALL, () => undefined);
  let frames = 0;
  const limits = { firstMs: 20_000, betweenMs: 1000 };
  const watch = async (): Promise<void> => {
    const ports = { limits, still: null, waiting: () => undefined, good: () => undefined };
    for await (const frame of supervised(source, source, ports)) {
      t.equal(frame.sequence, frames);
      if (++frames === 5) server.process.kill('SIGSTOP');
    }
  };
  await t.rejects(watch(), { code: 'unavailable', message: /received none for 1 s/ });
  await source.close();
  await server.end();
  await t.rejects(take(config, 1), { code: 'unavailable', message: /refused/i });
});
