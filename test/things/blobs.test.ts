import { test } from 'tap';
import { findBlobs } from '../../src/things/blobs.ts';
import { blobFields, cellGrid } from '../../src/things/cells.ts';
import type { HeightScore } from '../../src/things/join.ts';
import { viewsFor } from '../support/views.ts';

const [width, height] = [72, 54];

type Spot = readonly [x: number, y: number, w: number, h: number];

function find(spots: readonly Spot[], strength = 60, around = 0, scoreHeight: HeightScore = () => NaN) {
  const grid = cellGrid(width, height);
  const out = viewsFor(blobFields(grid));
  const foreground = new Uint8Array(width * height);
  const residual = new Float32Array(width * height).fill(around);
  for (const [left, top, w, h] of spots)
    for (let y = top; y < top + h; y++)
      for (let x = left; x < left + w; x++) {
        foreground[y * width + x] = 1;
        residual[y * width + x] = strength;
      }
  const luma = new Uint8Array(width * height).fill(100);
  findBlobs(out, grid, foreground, residual, luma, width, height, false, scoreHeight);
  const found: number[][] = [];
  for (let blob = 0; blob < out.count[0]!; blob++)
    if (out.isLive[blob] === 1)
      found.push([out.left[blob]!, out.top[blob]!, out.right[blob]!, out.bottom[blob]!, Math.round(out.tone[blob]!)]);
  return found;
}

void test('a cell is about a fifty-fourth of the height, whatever the size', async (t) => {
  t.same(cellGrid(72, 54), { size: 1, columns: 72, rows: 54, aspect: 72 / 54 });
  t.same(cellGrid(144, 108), { size: 2, columns: 72, rows: 54, aspect: 144 / 108 });
  t.same(cellGrid(243, 182), { size: 3, columns: 81, rows: 61, aspect: 243 / 182 });
});

void test('connected cells are one blob with its edges and its tone', async (t) => {
  t.same(find([[10, 12, 6, 9]]), [[10, 12, 15, 20, 60]]);
  t.same(find([[10, 12, 6, 9]], -40), [[10, 12, 15, 20, -40]]);
});

void test('what lies apart is two blobs, what lies over the other (head, legs) is one', async (t) => {
  t.equal(find([[10, 12, 6, 9], [40, 12, 6, 9]]).length, 2); // prettier-ignore
  t.equal(find([[10, 10, 6, 8], [10, 20, 6, 10]]).length, 1); // prettier-ignore
});

void test('a speck is nothing, and light that fades out is no thing', async (t) => {
  t.same(find([[10, 12, 1, 1]]), []);
  t.same(find([[10, 12, 8, 8]], 20, 15), [], 'hardly more inside than around it');
  t.equal(find([[10, 12, 8, 8]], 60, 5).length, 1);
});

/** Things here are 20 of 54 cells high, give or take a tenth. */
const asUsual: HeightScore = (_x, _y, high) => Math.log(high / (20 / 54)) / 0.1;

void test('a head and legs far apart are one thing where that is as high as things are', async (t) => {
  const man: Spot[] = [[10, 10, 4, 4], [9, 24, 6, 6]]; // prettier-ignore
  t.equal(find(man).length, 2, 'while nothing is known');
  t.same(find(man, 60, 0, asUsual), [[9, 10, 14, 29, 60]]);
});

void test('two that are each as high as things are stay two, one over the other', async (t) => {
  const two: Spot[] = [[10, 2, 8, 20], [10, 26, 8, 20]]; // prettier-ignore
  t.equal(find(two).length, 1, 'while nothing is known');
  t.equal(find(two, 60, 0, asUsual).length, 2);
});

void test('a shadow at the side is no part of a thing; what is flat all over is one', async (t) => {
  const man: Spot[] = [[10, 10, 6, 20], [16, 26, 12, 4]]; // prettier-ignore
  t.same(find(man, -40), [[10, 10, 15, 29, -40]]);
  t.same(find(man, 40), [[10, 10, 27, 29, 40]], 'a shadow is dark');
  t.same(find([[10, 20, 20, 4]], -40), [[10, 20, 29, 23, -40]]);
});
