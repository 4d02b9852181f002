import { test } from 'tap';
import { LIVE, MOST_THINGS } from '../../src/things/pool.ts';
import { type Level, floor, withBox } from '../support/eye.ts';
import { Watcher } from '../support/watcher.ts';

const SECONDS = [38, 8, 4, 6] as const;
const MINUTES = [32, 8, 4, 6] as const;

/** A thing within this (heights) of a spot is that spot. */
const NEAR = 0.03;

/** A clock whose seconds change all the time. */
function clockOf(second: number): Level {
  return withBox(withBox(floor, MINUTES, 20), SECONDS, second % 2 === 0 ? 20 : 230);
}

type Spot = readonly [left: number, top: number, width: number, height: number];

/** Watch the clock, then a bright spot beside or far from it for three seconds: does the scene flicker there? */
function flickersAt(spot: Spot): boolean | undefined {
  const watcher = new Watcher();
  for (let second = 0; second < 90; second++) watcher.hold(clockOf(second), 1000);
  for (let second = 0; second < 3; second++) watcher.hold(withBox(clockOf(second), spot, 230), 1000);
  const { things, height } = watcher;
  const [x, y] = [(spot[0] + spot[2] / 2) / height, (spot[1] + spot[3] / 2) / height];
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE) continue;
    if (Math.abs(things.x[slot]! - x) < NEAR && Math.abs(things.y[slot]! - y) < NEAR)
      return things.flickers[slot] === 1;
  }
  return undefined;
}

void test('the digit beside one that always changes flickers with it', async (t) => {
  t.equal(flickersAt(MINUTES), true);
});

void test('the same in a quiet place is a thing', async (t) => {
  t.equal(flickersAt([90, 60, 4, 6]), false);
});

void test('what is larger is a thing beside a clock as well', async (t) => {
  t.equal(flickersAt([30, 17, 12, 24]), false);
});
