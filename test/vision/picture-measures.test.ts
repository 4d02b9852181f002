import { test } from 'tap';
import { measureFields, measurePicture } from '../../src/vision/picture-measures.ts';
import { viewsFor } from '../support/views.ts';

const [width, height] = [32, 24];
const measure = (picture: (x: number, y: number) => number) => {
  const out = viewsFor(measureFields());
  measurePicture(
    out,
    Uint8Array.from({ length: width * height }, (_, i) => picture(i % width, Math.floor(i / width))),
    width,
    height,
  );
  return out;
};

void test('mean and contrast are those of all pixels, tiles have means of their own', async (t) => {
  const flat = measure(() => 80);
  t.equal(flat.mean[0], 80);
  t.equal(flat.contrast[0], 0);
  t.equal(flat.sharpness[0], 0);
  const halves = measure((x) => (x < 16 ? 50 : 150));
  t.equal(halves.mean[0], 100);
  t.equal(halves.contrast[0], 50);
  t.same([...halves.tileMeans.subarray(0, 4)], [50, 50, 150, 150]);
});

void test('edges make a picture sharp, a slope does not', async (t) => {
  const edges = measure((x) => ((x >> 1) % 2) * 124);
  const slope = measure((x) => x * 4);
  t.ok(edges.sharpness[0]! > 5 * slope.sharpness[0]!);
});

void test('pictures that differ in one pixel have different hashes', async (t) => {
  const hash = (odd: number): number => measure((x, y) => (x === 7 && y === 9 ? odd : 100)).hash[0]!;
  t.equal(hash(100), hash(100));
  t.not(hash(100), hash(101));
});
