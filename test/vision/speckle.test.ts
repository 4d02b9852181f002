import { test } from 'tap';
import { divide } from '../../src/vision/geometry.ts';
import { dismissSpeckle, speckleFields } from '../../src/vision/speckle.ts';
import { nextRandom } from '../../src/memory/random.ts';
import { viewsFor } from '../support/views.ts';

const geometry = divide(128, 96, 4, 3);
const subcells = geometry.subColumns * geometry.subRows;

/** Foreground of a thing of 4 x 3 subcells at `column`, and of `drops` single subcells anywhere. */
function foreground(random: Uint32Array, column: number, drops: number): Uint8Array {
  const pixels = new Uint8Array(subcells);
  for (let y = 12; y < 15; y++) for (let x = column; x < column + 4; x++) pixels[y * geometry.subColumns + x] = 16;
  for (let drop = 0; drop < drops; drop++) pixels[nextRandom(random) % subcells] = 2;
  return pixels;
}

const sum = (pixels: Uint8Array): number => pixels.filter((count) => count > 0).length;

void test('in dry weather everything counts at once, also what just popped up', async (t) => {
  const speckle = viewsFor(speckleFields(geometry));
  const random = new Uint32Array([5]);
  const empty = new Uint8Array(subcells);
  for (let frame = 0; frame < 300; frame++) t.equal(dismissSpeckle(speckle, geometry, empty), 0);
  const thing = foreground(random, 10, 0);
  t.equal(dismissSpeckle(speckle, geometry, thing), 12);
  t.equal(sum(thing), 12);
});

void test('in rain drops are taken out, a thing that moves two subcells a frame stays', async (t) => {
  const speckle = viewsFor(speckleFields(geometry));
  const random = new Uint32Array([5]);
  for (let frame = 0; frame < 100; frame++) dismissSpeckle(speckle, geometry, foreground(random, 4, 4));
  t.ok(speckle.lonely[0]! > 1, `${speckle.lonely[0]}`);
  let [drops, lost] = [0, 0];
  for (let frame = 1; frame <= 10; frame++) {
    const seen = foreground(random, 4 + 2 * frame, 4);
    const before = sum(seen);
    const count = dismissSpeckle(speckle, geometry, seen);
    t.equal(count, sum(seen));
    let left = 0;
    for (let y = 12; y < 15; y++) {
      const row = y * geometry.subColumns + 4 + 2 * frame;
      left += sum(seen.subarray(row, row + 4));
    }
    lost += 12 - left;
    drops += before - count - (12 - left);
  }
  t.ok(drops > 25, `${drops} of 40 drops taken out`);
  // Only the column in front has no subcell beside it where the thing was.
  t.ok(lost <= 10 * 3, `${lost} of 120 subcells lost`);
});

void test('when the rain has stopped everything counts again', async (t) => {
  const speckle = viewsFor(speckleFields(geometry));
  const random = new Uint32Array([5]);
  for (let frame = 0; frame < 100; frame++) dismissSpeckle(speckle, geometry, foreground(random, 10, 4));
  for (let frame = 0; frame < 400; frame++) dismissSpeckle(speckle, geometry, new Uint8Array(subcells));
  t.equal(dismissSpeckle(speckle, geometry, foreground(random, 10, 0)), 12);
});
