import { test } from 'tap';
import { LIVE, MOST_THINGS, motionOf } from '../../src/things/pool.ts';
import { type Level, floor, withBox } from '../support/eye.ts';
import { Watcher } from '../support/watcher.ts';

type Spot = readonly [x: number, y: number, w: number, h: number];

function scene(...boxes: readonly (readonly [Spot, number])[]): Level {
  return boxes.reduce((under, [box, grey]) => withBox(under, box, grey), floor);
}

function begun(): Watcher {
  const watcher = new Watcher();
  watcher.hold(floor, 8000);
  return watcher;
}

void test('a thing that crosses is one thing, its box lies on it, and it ends when it is gone', async (t) => {
  const watcher = begun();
  const ids = new Set<number>();
  let off = 0;
  let counted = 0;
  for (let x = -10; x < 140; x += 2) {
    for (const [id, [left, top, w, h]] of watcher.show(scene([[x, 40, 10, 20], 210]))) {
      ids.add(id);
      if (x < 10 || x > 108) continue;
      off += Math.abs((left + w / 2) * 128 - x - 5) + Math.abs((top + h / 2) * 96 - 50);
      counted++;
    }
  }
  watcher.hold(floor, 2500);
  t.equal(ids.size, 1);
  t.same(watcher.ended, [...ids]);
  t.ok(counted > 40 && off / counted < 5, `${off / counted} px off on average`);
  t.equal(watcher.seen().size, 0);
});

void test('what is there for a moment is nothing', async (t) => {
  const watcher = begun();
  watcher.show(scene([[40, 40, 10, 20], 220]));
  for (let i = 0; i < 20; i++) watcher.show(floor);
  t.same(watcher.ended, []);
  t.equal(watcher.seen().size, 0);
});

void test('two that cross keep who they are', async (t) => {
  const watcher = begun();
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  for (let i = 0; i < 58; i++) {
    const [a, b] = [6 + 2 * i, 112 - 2 * i];
    const seen = watcher.show(scene([[a, 30, 8, 20], 230], [[b, 36, 8, 20], 20]));
    if (i < 15 || i > 45) {
      for (const [id, [left, , w]] of seen) {
        const x = (left + w / 2) * 128;
        const name = Math.abs(x - a - 4) < Math.abs(x - b - 4) ? 'a' : 'b';
        (i < 15 ? first : last).set(name, id);
      }
    }
  }
  t.equal(first.size, 2);
  t.same([last.get('a'), last.get('b')], [first.get('a'), first.get('b')]);
});

void test('what was met is left behind: a box does not stay as large as two things together', async (t) => {
  const watcher = begun();
  let widest = 0;
  for (let i = 0; i < 60; i++) {
    const seen = watcher.show(scene([[-24 + 2.4 * i, 44, 30, 16], 60], [[70 - 0.4 * i, 34, 6, 14], 210]));
    if (i > 45) for (const [, [left, , w]] of seen) if (left + w < 0.99) widest = Math.max(widest, w * 128);
  }
  t.ok(widest > 0 && widest < 40, `${widest} px wide for 30`);
});

void test('a thing that is hidden for a moment is the same thing', async (t) => {
  const watcher = begun();
  const ids = new Set<number>();
  for (let x = 0; x < 110; x += 2) {
    const post: Level = (px, py) => (px >= 52 && px < 62 ? floor(px, py) : scene([[x, 40, 8, 16], 220])(px, py));
    for (const id of watcher.show(post).keys()) ids.add(id);
  }
  t.equal(ids.size, 1);
});

void test('rain makes no things', async (t) => {
  const watcher = begun();
  let random = 12345;
  const next = (limit: number): number => {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    return (random >>> 8) % limit;
  };
  let most = 0;
  for (let i = 0; i < 100; i++) {
    const drops = Array.from({ length: 25 }, (): readonly [Spot, number] => [[next(126), next(86), 1, 8], 190]);
    most = Math.max(most, watcher.show(scene(...drops)).size);
  }
  t.ok(most <= 1, `${most} at once`);
});

void test('more things than there are places for are counted', async (t) => {
  const watcher = new Watcher(256, 192);
  watcher.hold(floor, 6000);
  const many = Array.from({ length: 45 }, (_, i): readonly [Spot, number] => [
    [8 + (i % 9) * 27, 10 + Math.floor(i / 9) * 36, 10, 16],
    230,
  ]);
  for (let i = 1; i <= many.length; i++) watcher.hold(scene(...many.slice(0, i)), 400);
  t.ok(watcher.things.lost[0]! > 0, `${watcher.things.lost[0]} found no place`);
  t.ok(watcher.seen().size <= MOST_THINGS);
  t.ok(watcher.seen().size >= MOST_THINGS - 4, `${watcher.seen().size} are followed`);
});

void test('how fast a thing goes is measured alike at any frame rate, over the same time', async (t) => {
  for (const fps of [5, 12, 15, 30]) {
    const elapsedMs = 1000 / fps;
    const watcher = new Watcher(128, 96, elapsedMs);
    watcher.hold(floor, 4000);
    const perFrame = 2 / (fps / 10);
    for (let x = -10; x < 70; x += perFrame) watcher.show(scene([[Math.round(x), 40, 10, 20], 210]));
    const slot = watcher.things.status.indexOf(LIVE);
    const motion = { dx: 0, dy: 0, ms: 0 };
    motionOf(watcher.things, slot, watcher.timeMs, 700, motion);
    const speed = (motion.dx * 1000) / motion.ms;
    t.ok(motion.ms >= 500 && motion.ms <= 700.1, `${fps} fps: over ${motion.ms} ms`);
    t.ok(Math.abs(speed / (20 / 96) - 1) < 0.15, `${fps} fps: ${speed} heights a second`);
  }
});
