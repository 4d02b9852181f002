import { test } from 'tap';
import { STILL, THING } from '../../src/vision/noise.ts';
import { type Sight, follow, see } from '../../src/vision/eye.ts';
import { type Level, floor, openEye, pictureOf, withBox } from '../support/eye.ts';

const [width, height] = [96, 72];
const STEP_MS = 100;

function look(seed = 1) {
  const eye = openEye(width, height);
  const random = Uint32Array.of(seed);
  const sight: Sight = { foregroundShare: 0, begun: false };
  const cover = new Uint8Array(width * height);
  return {
    eye,
    sight,
    /** Show one level for some time; all foreground counts as `covering`. Returns the share of foreground. */
    show: (level: Level, ms = STEP_MS, covering = THING): number => {
      for (let gone = 0; gone < ms; gone += STEP_MS) {
        see(eye, pictureOf(level, width, height, random), STEP_MS, sight);
        eye.views.foreground.forEach((on, i) => (cover[i] = on === 1 ? covering : 0));
        follow(eye, cover, STEP_MS);
      }
      return sight.foregroundShare;
    },
    /** Share of a box that is foreground. */
    shareOf: ([left, top, w, h]: readonly [number, number, number, number]): number => {
      let on = 0;
      for (let y = top; y < top + h; y++)
        for (let x = left; x < left + w; x++) on += eye.views.foreground[y * width + x]!;
      return on / (w * h);
    },
  };
}

void test('the first picture is the background, and grain alone is nothing', async (t) => {
  const { show, sight, eye } = look();
  show(floor);
  t.equal(sight.begun, true);
  t.equal(sight.foregroundShare, 0);
  t.ok(show(floor, 5000) < 0.002);
  t.equal(sight.begun, false);
  t.equal(eye.views.seenMs[0], 5100);
});

void test('a plain thing on plain ground is seen nearly to the pixel: no texture is asked for', async (t) => {
  const { show, shareOf } = look();
  const plain: Level = () => 110;
  show(plain, 10_000);
  const share = show(withBox(plain, [40, 30, 10, 16], 80));
  t.ok(shareOf([40, 30, 10, 16]) > 0.9, `${shareOf([40, 30, 10, 16])} of it`);
  t.ok(share < (1.6 * 160) / (width * height), `${share} of the picture`);
});

void test('a cloud that passes leaves no foreground, and a man in full contrast is seen under it', async (t) => {
  const { show, shareOf } = look();
  show(floor, 15_000);
  const cloud =
    (at: number): Level =>
    (x, y) => {
      const depth = Math.min(1, Math.max(0, (at - x) / 30));
      return floor(x, y) * (1 - 0.45 * depth);
    };
  let most = 0;
  for (let at = 0; at < 130; at += 1.5) most = Math.max(most, show(cloud(at)));
  t.ok(most < 0.04, `at most ${most} of the picture while its edge passes`);
  t.ok(show(cloud(200), 2000) < 0.004, 'and nothing once it is there');
  for (let at = 200; at > 100; at -= 2) show(cloud(at));
  const man = [46, 30, 8, 18] as const;
  show(withBox(cloud(100), man, 15));
  t.ok(shareOf(man) > 0.7, `${shareOf(man)} of the man`);
});

void test('a large dark thing with a soft shadow leaves no bright wake', async (t) => {
  const { show, shareOf } = look();
  show(floor, 15_000);
  const passing =
    (left: number): Level =>
    (x, y) => {
      if (x >= left && x < left + 40 && y >= 34 && y < 58) return 40;
      const off = Math.max(0, left - x, x - left - 40, 34 - y, y - 62);
      return floor(x, y) * (1 - 0.5 * Math.max(0, 1 - off / 14));
    };
  let wake = 0;
  for (let left = -40; left < 90; left += 1) {
    show(passing(left));
    if (left > 40) wake = Math.max(wake, shareOf([2, 34, left - 24, 24]));
  }
  t.ok(wake < 0.05, `${wake} of what it has left`);
  t.ok(show(floor, 500) < 0.01);
});

void test('light and background do not drift apart: after many clouds light is 1 on average', async (t) => {
  const { eye, show } = look();
  show(floor, 15_000);
  for (let round = 0; round < 12; round++)
    for (let at = -20; at < 170; at += 3)
      show((x, y) => floor(x, y) * (1 - 0.4 * Math.min(1, Math.max(0, (at - x) / 20)) * (at - x < 60 ? 1 : 0)));
  show(floor, 60_000);
  for (const light of eye.light.light) t.ok(light > 0.85 && light < 1.18, `${light}`);
});

void test('a lamp, dusk and exposure change all, and nothing is there', async (t) => {
  const { show } = look();
  show(floor, 15_000);
  t.ok(show((x, y) => 1.3 * floor(x, y), 1000) < 0.01, 'a lamp');
  let most = 0;
  for (let i = 0; i < 300; i++)
    most = Math.max(
      most,
      show((x, y) => (1.3 - i * 0.003) * floor(x, y)),
    );
  t.ok(most < 0.01, `dusk: ${most}`);
});

void test('a camera that sways by a pixel or two sees no edges of what stands', async (t) => {
  const { show } = look();
  const patches: Level = (x, y) => 60 + (((Math.floor(x / 9) * 7 + Math.floor(y / 9) * 13) * 29) % 90);
  show(patches, 15_000);
  let sum = 0;
  for (let i = 0; i < 40; i++) {
    const [dx, dy] = [Math.round(1.6 * Math.sin(i / 2)), Math.round(1.2 * Math.cos(i / 3))];
    sum += show((x, y) => patches(x + dx, y + dy));
  }
  t.ok(sum / 40 < 0.02, `${sum / 40} of the picture on average`);
});

void test('a thing that stands is seen for a minute and more, then it is furniture; what leaves no ghost stays', async (t) => {
  const { show, shareOf } = look();
  show(floor, 15_000);
  const box = [30, 20, 12, 12] as const;
  const standing = withBox(floor, box, 200);
  show(standing, 60_000);
  t.ok(shareOf(box) > 0.8, `${shareOf(box)} after a minute`);
  show(standing, 70_000);
  t.ok(shareOf(box) < 0.1, `${shareOf(box)} after two`);
  show(floor);
  t.ok(shareOf(box) > 0.8, 'its going is seen');
  const visitor = look(2);
  visitor.show(floor, 15_000);
  visitor.show(standing, 20_000);
  t.ok(visitor.show(floor, 300) < 0.004, 'who stood for a while leaves nothing behind');
});

void test('a place that flickers for ever is taken in', async (t) => {
  const { show, shareOf } = look();
  show(floor, 10_000);
  const clock = [60, 5, 16, 8] as const;
  const shown = (i: number): Level => withBox(floor, clock, i % 2 === 0 ? 200 : 40);
  show(shown(0));
  t.ok(shareOf(clock) > 0.8);
  for (let i = 0; i < 900; i++) show(shown(i), STEP_MS, STILL);
  t.ok(shareOf(clock) < 0.1, `${shareOf(clock)} after a minute and a half`);
});

void test('another scene is begun anew after a moment', async (t) => {
  const { show, sight } = look();
  show(floor, 10_000);
  const other: Level = (x, y) => (((x >> 3) + (y >> 3)) % 2 === 0 ? 30 : 210);
  let begun = 0;
  for (let i = 0; i < 40; i++) {
    show(other);
    if (sight.begun) begun++;
  }
  t.equal(begun, 1);
  t.ok(sight.foregroundShare < 0.01);
});
