import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'tap';
import { clipOf, openSource } from '../../src/capture/open.ts';
import type { CapturedFrame, FrameSource, PreprocessConfig, SourceConfig } from '../../src/capture/types.ts';

const PREPROCESS: PreprocessConfig = { width: 64, height: 48, crop: null, masks: [] };

async function readAll(
  config: SourceConfig,
  warn: (message: string) => void = () => undefined,
): Promise<{ frames: CapturedFrame[]; source: FrameSource }> {
  const source = await openSource(config, PREPROCESS, warn);
  const frames: CapturedFrame[] = [];
  for await (const frame of source) frames.push(frame);
  await source.close();
  return { frames, source };
}

/** A folder with grey JPEGs named so that only natural order is right. */
async function pictures(folder: string, count: number): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const level = 20 + 10 * i;
    await sharp({ create: { width: 128, height: 96, channels: 3, background: { r: level, g: level, b: level } } })
      .jpeg()
      .toFile(join(folder, `frame${i}.jpg`));
  }
  return folder;
}

function video(file: string, seconds = 2): string {
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-y',
    '-f',
    'lavfi',
    '-i',
    `testsrc2=size=160x120:rate=10:duration=${seconds}`,
    '-pix_fmt',
    'yuv420p',
    file,
  ]);
  return file;
}

const images = (path: string, more: object = {}): SourceConfig => ({
  type: 'images',
  path,
  fps: 10,
  loop: false,
  pace: 'fast',
  ...more,
});
const file = (path: string, more: object = {}): SourceConfig => ({
  type: 'file',
  path,
  fps: null,
  loop: false,
  pace: 'fast',
  ...more,
});

test('pictures come in natural order with times by their rate', async (t) => {
  const { frames } = await readAll(images(await pictures(t.testdir(), 12)));
  t.equal(frames.length, 12);
  t.same(
    frames.map(({ sequence, timeMs }) => [sequence, timeMs]),
    Array.from({ length: 12 }, (_, i) => [i, i * 100]),
  );
  const levels = frames.map(({ luma }) => luma[0]!);
  t.same(
    levels,
    levels.toSorted((a, b) => a - b),
    'frame10 comes after frame9',
  );
});

test('a truncated picture is counted and skipped, and told with its name', async (t) => {
  const folder = await pictures(t.testdir(), 4);
  const whole = readFileSync(join(folder, 'frame2.jpg'));
  writeFileSync(join(folder, 'frame2.jpg'), whole.subarray(0, whole.length >> 1));
  const warnings: string[] = [];
  const { frames, source } = await readAll(images(folder), (message) => warnings.push(message));
  t.equal(frames.length, 3);
  t.equal(source.counters.badFrames, 1);
  t.match(warnings, [/Skipped .*frame2\.jpg/]);
});

test('a folder without pictures, with only damaged ones, or not there at all is no input', async (t) => {
  const folder = t.testdir({ 'notes.txt': 'x', bad: { 'a.jpg': 'no picture' } });
  await t.rejects(readAll(images(folder)), { code: 'no_input', hint: /\.jpg/ });
  await t.rejects(readAll(images(join(folder, 'bad'))), { code: 'no_input', message: /readable picture/ });
  await t.rejects(readAll(images(join(folder, 'none'))), { code: 'no_input' });
});

test('a looped folder begins again, and closing ends it', async (t) => {
  const source = await openSource(images(await pictures(t.testdir(), 3), { loop: true }), PREPROCESS, () => undefined);
  const seen: number[] = [];
  for await (const frame of source) {
    seen.push(frame.luma[0]!);
    if (seen.length === 7) await source.close();
  }
  t.equal(seen.length, 7);
  t.equal(seen[3], seen[0]);
});

test('every frame of a video comes once, at its own rate', async (t) => {
  const path = video(join(t.testdir(), 'a.mp4'));
  const { frames } = await readAll(file(path));
  t.equal(frames.length, 20);
  t.equal(frames[7]!.timeMs, 700);
  t.equal(frames[0]!.luma.length, 64 * 48);
  t.not(Buffer.compare(frames[0]!.luma, frames[10]!.luma), 0);
});

test('a video can be resampled to another rate', async (t) => {
  const { frames } = await readAll(file(video(join(t.testdir(), 'a.mp4')), { fps: 5 }));
  t.equal(frames.length, 10);
  t.equal(frames[3]!.timeMs, 600);
});

test('times are those of the file: a pause in it is a pause, thinned or not, and nothing is made up', async (t) => {
  const path = join(t.testdir(), 'gap.mkv');
  const filter = "setpts='if(gte(N,30),PTS+57/TB,PTS)'";
  const input = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=6'];
  execFileSync('ffmpeg', [
    '-v',
    'error',
    ...input,
    '-vf',
    filter,
    '-fps_mode',
    'passthrough',
    '-pix_fmt',
    'yuv420p',
    path,
  ]);
  const { frames } = await readAll(file(path));
  t.equal(frames.length, 60);
  t.same([frames[29]!.timeMs, frames[30]!.timeMs], [2900, 60_000]);
  const thin = (await readAll(file(path, { fps: 5 }))).frames;
  t.equal(thin.length, 30);
  t.same([thin[14]!.timeMs, thin[15]!.timeMs], [2800, 60_000]);
});

test('a path is a path, never an address, an option or a list of other files', async (t) => {
  const folder = t.testdir();
  const real = video(join(folder, 'real.mp4'), 1);
  for (const name of ['12:00:00.mp4', 'http:cam.mp4', '-i', "it's %d.mp4"]) {
    copyFileSync(real, join(folder, name));
    t.equal((await readAll(file(join(folder, name)))).frames.length, 10, name);
  }
  const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nreal.mp4\n#EXT-X-ENDLIST\n';
  writeFileSync(join(folder, 'list.m3u8'), playlist);
  writeFileSync(join(folder, 'list.txt'), "ffconcat version 1.0\nfile 'real.mp4'\n");
  for (const name of ['list.m3u8', 'list.txt'])
    await t.rejects(readAll(file(join(folder, name))), { code: 'no_input' }, name);
  const here = process.cwd();
  process.chdir(folder);
  t.teardown(() => process.chdir(here));
  await t.rejects(readAll(file('concat:real.mp4|real.mp4')), { code: 'no_input', message: /ENOENT/ });
});

test('a text file, a folder and a missing file are no video, each in its own words', async (t) => {
  const folder = t.testdir({ 'a.mp4': 'this is a letter, not a film' });
  await t.rejects(readAll(file(join(folder, 'a.mp4'))), {
    code: 'no_input',
    message: /ffmpeg cannot read/,
    hint: /ffmpeg can decode/,
  });
  await t.rejects(readAll(file(folder)), { code: 'no_input', hint: /images/ });
  await t.rejects(readAll(file(join(folder, 'b.mp4'))), { code: 'no_input', message: /ENOENT/ });
});

test('a video that is cut off gives the frames it has, and says that it is', async (t) => {
  const folder = t.testdir();
  for (const name of ['a.mp4', 'a.avi']) {
    const whole = join(folder, name);
    video(whole, 4);
    // The index in front, as cameras write it that are switched off.
    if (name === 'a.mp4') execFileSync('ffmpeg', ['-v', 'error', '-i', whole, '-c', 'copy', '-movflags', '+faststart', join(folder, 'b.mp4')]); // prettier-ignore
    const from = name === 'a.mp4' ? join(folder, 'b.mp4') : whole;
    const complete = readFileSync(from);
    const cut = join(folder, `cut-${name}`);
    writeFileSync(cut, complete.subarray(0, Math.floor(complete.length * 0.6)));
    const warnings: string[] = [];
    const { frames } = await readAll(file(cut), (message) => warnings.push(message));
    t.ok(frames.length > 3 && frames.length < 40, `${name}: ${frames.length} frames`);
    t.match(warnings, [/cut-a\.\w+ is damaged or cut off; what could be read of it was used/], name);
    const none: string[] = [];
    await readAll(file(whole), (message) => none.push(message));
    t.same(none, [], `${name}, whole`);
  }
});

test('closing a looped video while it is read leaves no ffmpeg behind', async (t) => {
  const path = join(t.testdir(), `loop-${process.pid}.mp4`);
  video(path);
  const source = await openSource(file(path, { loop: true }), PREPROCESS, () => undefined);
  const running = (): string => execFileSync('ps', ['-eww', '-o', 'args']).toString();
  let frames = 0;
  for await (const frame of source) {
    t.equal(frame.sequence, frames);
    if (++frames === 45) {
      t.match(running(), `-i file:${path}`);
      break;
    }
  }
  await source.close();
  t.notMatch(running(), `-i file:${path}`);
});

test('a rendered scene ends after its frames, carries the truth, and is the same each time', async (t) => {
  const config: SourceConfig = {
    type: 'synthetic',
    scene: 'lanes',
    seed: 4,
    fps: 10,
    pace: 'fast',
    anomaliesFrom: 50,
    anomalySpacing: 60,
    frames: 400,
    fastFrames: 0,
  };
  const { frames } = await readAll(config);
  const again = (await readAll(config)).frames;
  t.equal(frames.length, 400);
  t.ok(frames.some(({ truth }) => truth?.kind));
  t.ok(frames.every((frame, i) => Buffer.from(frame.luma).equals(Buffer.from(again[i]!.luma))));
  await t.rejects(readAll({ ...config, scene: 'moon' }), { code: 'config', message: /lanes/ });
});

test('at its own pace a source takes its time', async (t) => {
  const began = performance.now();
  await readAll(images(await pictures(t.testdir(), 4), { pace: 'source', fps: 20 }));
  t.ok(performance.now() - began >= 140, 'three gaps of 50 ms');
});

test('clips are named by folder and parent, or by file', async (t) => {
  const folder = t.testdir({ test: { '01': {} } });
  await pictures(join(folder, 'test', '01'), 1);
  const path = join(folder, 'x.mp4');
  copyFileSync(video(join(folder, 'v.mp4')), path);
  t.match(await clipOf(join(folder, 'test', '01'), null, 7), { name: 'test/01', source: { type: 'images', fps: 7 } });
  t.match(await clipOf(path, 3, 7), { name: 'x.mp4', source: { type: 'file', fps: 3 } });
  await t.rejects(clipOf(join(folder, 'nothing'), null, 7), { code: 'no_input' });
});
