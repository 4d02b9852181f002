import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { probeSize } from '../../src/capture/open.ts';
import type { V4l2SourceConfig } from '../../src/capture/types.ts';
import { onPath } from '../support/programs.ts';
import { take } from '../support/frames.ts';

const v4l2 = (device: string, more: Partial<V4l2SourceConfig> = {}): V4l2SourceConfig => ({
  type: 'v4l2',
  device,
  inputFormat: 'mjpeg',
  size: { width: 320, height: 240 },
  fps: 10,
  ...more,
});
/** A device file of that name. */
function device(folder: string, name: string): string {
  const path = join(folder, name);
  symlinkSync('/dev/null', path);
  return path;
}

test('a USB camera gives frames with the times of its own clock', async (t) => {
  const folder = t.testdir();
  onPath(t, join(folder, 'bin'), 'ffmpeg');
  const frames = await take(v4l2(device(folder, 'usb-cam')), 8);
  t.same(
    frames.map(({ timeMs }) => Math.round(timeMs)),
    [0, 100, 200, 300, 400, 500, 600, 700],
  );
  t.not(Buffer.compare(frames[0]!.luma, frames[7]!.luma), 0);
  t.same(await probeSize(v4l2(device(folder, 'other'))), { width: 320, height: 240 });
});

test('a camera that is busy, gone, no device, of another format, or unplugged is told in words that help', async (t) => {
  const folder = t.testdir({ 'a-file': 'x' });
  onPath(t, join(folder, 'bin'), 'ffmpeg');
  const busy = device(folder, 'busy');
  await t.rejects(take(v4l2(busy), 1), { code: 'unavailable', message: /busy/, hint: /Another program/ });
  await t.rejects(take(v4l2(join(folder, 'gone')), 1), { code: 'unavailable', hint: /plugged in/ });
  await t.rejects(take(v4l2(join(folder, 'a-file')), 1), { code: 'unavailable', message: /no device/ });
  const old = device(folder, 'slow-format');
  await t.rejects(take(v4l2(old), 1), { code: 'unavailable', message: /proper format/, hint: /input_format/ });
  t.equal((await take(v4l2(old, { inputFormat: 'yuyv422' }), 2)).length, 2);
  t.ok((await take(v4l2(device(folder, 'quits')), 100)).length < 30, 'the end of a stream is an end');
});

test('a real ffmpeg knows every option it is given, and says that this is no camera', async (t) => {
  await t.rejects(take(v4l2('/dev/null'), 1), { code: 'unavailable', message: /\/dev\/null.*(ioctl|Invalid|VIDIOC)/s });
});
