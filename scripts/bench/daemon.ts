/**
 * daemon.ts - what the whole daemon takes and how soon it speaks: real cameras, a real broker, 640x480 at ten pictures a second.
 *
 *     npm run bench:daemon -- [--minutes 3] [--codec mjpeg|h264] [--cameras 1] [--preset pi4]
 *
 * The first minute is not counted. Then a hand is laid over the lens of the first camera and taken away every six seconds, so
 * that there are events. Prints, each as median / 99th percentile / most:
 *     picture sent -> frame     by one more reader of the same source beside the daemon: network, decoding, averaging
 *     frame -> score            from the frame's capture to its score at a subscriber of the broker
 *     picture sent -> event     from the picture that an event was made of to the event at the subscriber (motion JPEG, where
 *                               pictures can be told by their number)
 * and the share of one core that the daemon and its children (ffmpeg) took, by the kernel's count, and their memory.
 * Needs mosquitto and, for H.264, Debian's gir1.2-gst-rtsp-server-1.0.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectAsync } from 'mqtt';
import { openSource } from '../../src/capture/open.ts';
import type { SourceConfig } from '../../src/capture/types.ts';
import type { HealthRecord } from '../../src/records/bridge.ts';
import type { EventRecord } from '../../src/records/event.ts';
import type { ScoreRecord } from '../../src/records/score.ts';
import { packageFile } from '../../src/package-root.ts';
import { SoakCamera } from '../soaking/camera.ts';
import { MALLOC } from '../soaking/house.ts';
import { freePort } from '../../test/support/free-port.ts';
import { wholeNumber } from '../whole-number.ts';
import { realNumber } from '../real-number.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    codec: { type: 'string', default: 'mjpeg' },
    cameras: { type: 'string', default: '1' },
    preset: { type: 'string', default: 'pi4' },
  },
});
const FPS = 10;
const SIZE = { width: 640, height: 480 };
const UNCOUNTED_S = 60;
const COVER_EVERY_S = 6;
/** Clock ticks of the kernel in a second. */
const TICKS = 100;
/** Bytes in a page of memory. */
const PAGE = 4096;

type TestCamera = {
  readonly source: { readonly [setting: string]: unknown };
  readonly config: SourceConfig;
  readonly cover: () => void;
  /** When picture `number` of the newest connection was sent (ms since 1970), where that can be told. */
  readonly sentAt: (number: number) => number | undefined;
  /** When the first picture after a moment was sent. */
  readonly sentAfter: (ms: number) => number | undefined;
  readonly close: () => void;
};

async function jpegCamera(): Promise<TestCamera> {
  const camera = await SoakCamera.start(SIZE);
  return {
    source: { type: 'http', url: camera.url },
    config: { type: 'http', url: camera.url, login: null, fps: FPS, insecure: false },
    cover: () => void (camera.isCovered = !camera.isCovered),
    // The daemon asks for the size of the pictures first, by a connection of its own.
    sentAt: (number) => camera.sent.at(-1)?.[number],
    sentAfter: () => undefined,
    close: () => void camera.close(),
  };
}

async function rtspCamera(): Promise<TestCamera> {
  const { width, height } = SIZE;
  const launch =
    `( videotestsrc name=scene is-live=true pattern=smpte ! video/x-raw,width=${width},height=${height},framerate=${FPS}/1 ! ` +
    'x264enc tune=zerolatency speed-preset=veryfast key-int-max=20 bitrate=1500 ! identity name=sent ! rtph264pay name=pay0 pt=96 )';
  const program = packageFile('test/support/rtsp-server.py');
  const server = spawn('/usr/bin/python3', [program, launch], { stdio: ['ignore', 'pipe', 'ignore'] });
  const sent: number[] = [];
  let bound: (port: number) => void = () => undefined;
  const listening = new Promise<number>((resolve) => (bound = resolve));
  let [rest, isBound] = ['', false];
  server.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (isBound) sent.push(Number(line));
      else bound(Number(line));
      isBound = true;
    }
  });
  const url = `rtsp://127.0.0.1:${await listening}/cam`;
  return {
    source: { type: 'rtsp', url },
    config: { type: 'rtsp', url, login: null, fps: FPS, keyFramesOnly: false },
    cover: () => void server.kill('SIGUSR1'),
    sentAt: () => undefined,
    sentAfter: (ms) => sent.find((at) => at > ms),
    close: () => void server.kill('SIGKILL'),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'cortexd-bench-'));
const makeCamera = values.codec === 'h264' ? rtspCamera : jpegCamera;

/**
 * By a reader of its own, before the daemon is there. Pictures of H.264 have no numbers, so the light is changed now and then,
 * and the first picture handed to the network after that is taken for the one that shows it: a picture too early at most.
 */
async function decoding(): Promise<number[]> {
  const camera = await makeCamera();
  const preprocess = { width: 160, height: 120, crop: null, masks: [] };
  const source = await openSource(camera.config, preprocess, () => undefined);
  const took: number[] = [];
  let [light, changedMs] = [NaN, NaN];
  for await (const { sequence, capturedAtMs, luma } of source) {
    const sent = camera.sentAt(sequence);
    if (sequence > 5 * FPS && sent !== undefined) took.push(capturedAtMs - sent);
    const now = luma.reduce((sum, value) => sum + value, 0) / luma.length;
    if (Math.abs(now - light) > 20 && !Number.isNaN(changedMs)) {
      const first = camera.sentAfter(changedMs);
      if (first !== undefined) took.push(capturedAtMs - first);
    }
    light = now;
    if (values.codec === 'h264' && sequence > 5 * FPS && sequence % (2 * FPS) === 0) {
      changedMs = Date.now();
      camera.cover();
    }
    if (sequence >= 45 * FPS) break;
  }
  await source.close();
  camera.close();
  return took;
}

const decode = await decoding();
const cameras = await Promise.all(Array.from({ length: wholeNumber('cameras', values.cameras, 1) }, makeCamera));
const port = await freePort();
const broker = spawn('mosquitto', ['-p', String(port)], { stdio: 'ignore' });
writeFileSync(
  join(folder, 'config.yaml'),
  JSON.stringify({
    node: 'bench',
    state_directory: folder,
    mqtt: { url: `mqtt://127.0.0.1:${port}`, score_interval_s: 0.1 },
    web: { enabled: false },
    cameras: Object.fromEntries(
      cameras.map(({ source }, i) => [`c${i}`, { source: { ...source, fps: FPS }, preset: values.preset }]),
    ),
  }),
);
await sleep(500);
const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
const scores: number[] = [];
const events: number[] = [];
const told = new Map<string, number>();
let counts = false;
let health: HealthRecord | undefined;
client.on('message', (topic, payload) => {
  const nowMs = Date.now();
  if (topic.endsWith('/health')) health = JSON.parse(payload.toString()) as HealthRecord;
  if (!counts) return;
  if (topic.endsWith('/score')) scores.push(nowMs - Date.parse((JSON.parse(payload.toString()) as ScoreRecord).at));
  if (!topic.endsWith('/event')) return;
  const { camera, frame, type, cause } = JSON.parse(payload.toString()) as EventRecord;
  told.set(`${cause} ${type}`, (told.get(`${cause} ${type}`) ?? 0) + 1);
  const sent = cameras[Number(camera.slice(1))]!.sentAt(frame);
  if (sent !== undefined) events.push(nowMs - sent);
});
await client.subscribeAsync('cortexd/bench/#', { qos: 1 });

const flags = ['--max-old-space-size=192', '--max-semi-space-size=1'];
const program = packageFile('dist/src/cli/main.js');
const daemon = spawn(process.execPath, [...flags, program, 'run', '--config', join(folder, 'config.yaml')], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, ...MALLOC },
});
await sleep(UNCOUNTED_S * 1000);
counts = true;
const [before, beganMs] = [taken(daemon.pid!), performance.now()];
const memory: number[] = [];
for (const endMs = beganMs + realNumber('minutes', values.minutes, 0.1) * 60_000; performance.now() < endMs;) {
  await sleep(COVER_EVERY_S * 1000);
  cameras[0]!.cover();
  memory.push(taken(daemon.pid!).own.mb);
}
const after = taken(daemon.pid!);
const seconds = (performance.now() - beganMs) / 1000;
daemon.kill('SIGTERM');
await once(daemon, 'exit');
await client.endAsync(true);
broker.kill();
for (const camera of cameras) camera.close();
rmSync(folder, { recursive: true, force: true });

const share = (used: number): string => `${((100 * used) / TICKS / seconds).toFixed(1)} %`;
console.log(
  `${cameras.length} x ${SIZE.width}x${SIZE.height} ${values.codec} at ${FPS} fps, ${values.preset}, ${seconds.toFixed(0)} s`,
);
console.log(`picture sent -> frame: ${inWords(decode)}`);
console.log(`frame -> score:        ${inWords(scores)}`);
if (events.length > 0) console.log(`picture sent -> event: ${inWords(events)}`);
console.log(`events: ${[...told].map(([what, times]) => `${what} ${times}`).join(', ') || 'none'}`);
console.log(
  `step (health): ${health?.cameras.map(({ step_ms: ms, fps, dropped }) => `${ms} ms, ${fps} fps, ${dropped} dropped`).join('; ') ?? 'unknown'}`,
);
console.log(
  `of one core: daemon ${share(after.own.ticks - before.own.ticks)}, ffmpeg ${share(after.children.ticks - before.children.ticks)}; ` +
    `memory: daemon ${Math.max(...memory).toFixed(0)} MB at most, children ${after.children.mb.toFixed(0)} MB`,
);

type Taken = { readonly ticks: number; readonly mb: number };

/** CPU time so far (ticks of the kernel) and memory of a process, and of its living children together. */
function taken(pid: number): { own: Taken; children: Taken } {
  const of = (id: string): Taken & { parent: number } => {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1]!.split(' ').map(Number);
    return { parent: fields[1]!, ticks: fields[11]! + fields[12]!, mb: (fields[21]! * PAGE) / 2 ** 20 };
  };
  let [ticks, mb] = [0, 0];
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const child = of(id);
      if (child.parent !== pid) continue;
      ticks += child.ticks;
      mb += child.mb;
    } catch {
      // It has ended meanwhile.
    }
  }
  return { own: of(String(pid)), children: { ticks, mb } };
}

function inWords(ms: readonly number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN).toFixed(0);
  return `${at(0.5)} / ${at(0.99)} / ${at(1)} ms (${sorted.length})`;
}
