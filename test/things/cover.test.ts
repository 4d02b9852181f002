import { test } from 'tap';
import { boxOf, coverOf, foregroundOfThings } from '../../src/things/cover.ts';
import { LIVE, TENTATIVE, thingFields } from '../../src/things/pool.ts';
import { divide } from '../../src/vision/geometry.ts';
import { FREE, STILL, THING } from '../../src/vision/noise.ts';
import { viewsFor } from '../support/views.ts';

const [width, height] = [48, 24];

/** One thing of 8 x 8 px around 16, 12 px that has come `travelled` heights. */
function one(status = LIVE, travelled = 0) {
  const things = viewsFor(thingFields());
  things.status[0] = status;
  things.blob[0] = 0;
  things.x[0] = 16 / height;
  things.y[0] = 12 / height;
  things.width[0] = 8 / height;
  things.height[0] = 8 / height;
  things.travelled[0] = travelled;
  return things;
}

const foreground = Uint8Array.from({ length: width * height }, (_, i) => {
  const [x, y] = [i % width, Math.floor(i / width)];
  return (x >= 12 && x < 20 && y >= 8 && y < 16) || (x >= 36 && x < 40 && y < 4) ? 1 : 0;
});

void test('a box is relative to the picture and ends at its edges', async (t) => {
  const things = one();
  t.same(
    boxOf(things, 0, width / height).map((value) => Math.round(value * 1e4) / 1e4),
    [0.25, 0.3333, 0.1667, 0.3333],
  );
  things.x[0] = 0;
  t.same(boxOf(things, 0, width / height)[0], 0);
});

void test('what covers a pixel is nothing, something that stands, or a thing that came', async (t) => {
  const cover = new Uint8Array(width * height);
  coverOf(one(LIVE, 0.5), foreground, width, height, cover);
  t.equal(cover[0], FREE);
  t.equal(cover[10 * width + 14], THING);
  t.equal(cover[2 * width + 38], STILL);
  coverOf(one(LIVE, 0.01), foreground, width, height, cover);
  t.equal(cover[10 * width + 14], STILL, 'it never travelled');
});

void test('only what is inside the box of a live thing counts', async (t) => {
  const geometry = divide(width, height, 2, 2);
  const counts = new Uint8Array(geometry.subColumns * geometry.subRows);
  const inside = new Uint8Array(width * height);
  foregroundOfThings(one(), foreground, geometry, inside, counts);
  t.equal(counts.reduce((sum, count) => sum + count, 0), 64); // prettier-ignore
  t.equal(counts[2 * geometry.subColumns + 3], 16);
  foregroundOfThings(one(TENTATIVE), foreground, geometry, inside, counts);
  t.equal(counts.reduce((sum, count) => sum + count, 0), 0); // prettier-ignore
  const twice = one();
  for (const view of [twice.status, twice.x, twice.y, twice.width, twice.height]) view[1] = view[0]!;
  foregroundOfThings(twice, foreground, geometry, inside, counts);
  t.equal(counts.reduce((sum, count) => sum + count, 0), 64, 'two boxes over each other count once'); // prettier-ignore
});
