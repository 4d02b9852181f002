import { test } from 'tap';
import { findShift, undoShift } from '../../src/vision/shift.ts';

const [width, height] = [60, 48];
const at = (x: number, y: number): number => 60 + ((((x >> 2) * 7 + (y >> 2) * 13) * 29) % 90);
const background = Float32Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width)));
const seen = (dx: number, dy: number, gain: number): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => gain * at((i % width) - dx, Math.floor(i / width) - dy));

void test('the shift of a picture is found whatever its brightness', async (t) => {
  const shift = { dx: 0, dy: 0 };
  t.ok(findShift(seen(4, -3, 1.2), background, 1.2, width, height, shift));
  t.same(shift, { dx: 4, dy: -3 });
});

void test('a picture of something else is no shifted one', async (t) => {
  const shift = { dx: 0, dy: 0 };
  const other = Uint8Array.from({ length: width * height }, (_, i) => (i * 7919) % 200);
  t.notOk(findShift(other, background, 1, width, height, shift));
  t.notOk(findShift(seen(0, 0, 1), background, 1, width, height, shift));
});

void test('undoing a shift brings the scene back; what is not seen is taken from the background', async (t) => {
  const out = new Uint8Array(width * height);
  undoShift(seen(4, -3, 1), background, 1, width, height, { dx: 4, dy: -3 }, out);
  t.same(out, Uint8Array.from(background));
});
