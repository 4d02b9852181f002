import { test } from 'tap';
import { divide, zoneBox } from '../../src/vision/geometry.ts';

void test('a picture of 128 x 96 px has 11 x 8 places of about 12 px', async (t) => {
  const { local, global, subColumns, subRows } = divide(128, 96, 6, 6);
  t.same([subColumns, subRows, local.columns, local.rows], [32, 24, 11, 8]);
  t.same([global.columns, global.rows], [6, 6]);
});

void test('every zone owns subcells and every pixel belongs to one zone, whatever the size', async (t) => {
  for (const [width, height] of [
    [24, 24],
    [28, 100],
    [64, 48],
    [96, 96],
    [128, 96],
    [192, 144],
    [160, 120],
  ] as const) {
    const { local, global } = divide(width, height, 6, 6);
    for (const grid of [local, global]) {
      const smallest = Math.min(...grid.pixels);
      t.ok(smallest >= 16, `${width} x ${height}: a zone has ${smallest} px`);
      t.equal(
        grid.pixels.reduce((sum, pixels) => sum + pixels, 0),
        width * height,
      );
      t.ok(grid.zoneOfSubcell.every((zone) => zone < grid.columns * grid.rows));
    }
  }
});

void test('subcells map to zones row by row', async (t) => {
  const { local } = divide(24, 24, 6, 6);
  t.same([local.columns, local.rows], [2, 2]);
  t.same([...local.zoneOfSubcell.subarray(0, 6)], [0, 0, 0, 1, 1, 1]);
  t.same([...local.zoneOfSubcell.subarray(30, 36)], [2, 2, 2, 3, 3, 3]);
});

void test('the box of a zone is relative to the picture', async (t) => {
  const { local } = divide(48, 48, 6, 6);
  t.same(zoneBox(local, 5), [0.25, 0.25, 0.25, 0.25]);
});

void test('a picture that is too small or not in steps of 4 px is refused', async (t) => {
  t.throws(() => divide(126, 96, 6, 6), RangeError);
  t.throws(() => divide(128, 98, 6, 6), RangeError);
  t.throws(() => divide(20, 96, 6, 6), RangeError);
});
