import { test } from 'tap';
import { findComponents } from '../../src/vision/components.ts';
import { divide } from '../../src/vision/geometry.ts';

const geometry = divide(32, 24, 2, 2); // 8 x 6 subcells

function pixels(...rows: string[]): Uint8Array {
  return Uint8Array.from(rows.join(''), (digit) => Number(digit));
}

void test('connected subcells are one thing, diagonal ones are not', async (t) => {
  const found = findComponents(
    pixels('00000000', '09900000', '00900000', '00030000', '00000000', '00000000'),
    pixels('00000000', '00000000', '00000000', '00010000', '00000000', '00000000'),
    geometry,
  );
  t.equal(found.length, 2);
  t.same(found[0], {
    area: 27,
    center: 1 * 8 + 2,
    movingShare: 0,
    touchesBorder: false,
    box: [1 / 8, 1 / 6, 2 / 8, 2 / 6],
  });
  t.same(found[1], {
    area: 3,
    center: 3 * 8 + 3,
    movingShare: 1,
    touchesBorder: false,
    box: [3 / 8, 3 / 6, 1 / 8, 1 / 6],
  });
});

void test('a thing at the edge is cut by the border', async (t) => {
  const found = findComponents(
    pixels('00000000', '00000000', '00000099', '00000000', '00000000', '00000000'),
    new Uint8Array(48),
    geometry,
  );
  t.equal(found[0]?.touchesBorder, true);
});

void test('an empty picture has no things', async (t) => {
  t.same(findComponents(new Uint8Array(48), new Uint8Array(48), geometry), []);
});
