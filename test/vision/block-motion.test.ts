import { test } from 'tap';
import { nextRandom } from '../../src/memory/random.ts';
import { matchZone } from '../../src/vision/block-motion.ts';
import { divide } from '../../src/vision/geometry.ts';

const size = 48;
const geometry = divide(size, size, 2, 2);
const random = new Uint32Array([3]);
const noise = Uint8Array.from({ length: 4096 }, () => nextRandom(random) & 255);

/** A textured square of 10 px at (x, y) on even ground, and its mask. */
function square(x: number, y: number): { level: Uint8Array; mask: Uint8Array } {
  const level = new Uint8Array(size * size).fill(110);
  const mask = new Uint8Array(size * size);
  for (let dy = 0; dy < 10; dy++) {
    for (let dx = 0; dx < 10; dx++) {
      level[(y + dy) * size + x + dx] = noise[dy * 64 + dx]!;
      mask[(y + dy) * size + x + dx] = 1;
    }
  }
  return { level, mask };
}

void test('finds how a textured thing moved', async (t) => {
  const out = new Float32Array(2);
  for (const [dx, dy] of [
    [2, 0],
    [-3, 1],
    [0, -5],
    [5, 4],
  ] as const) {
    const before = square(14, 14);
    const after = square(14 + dx, 14 + dy);
    const planes = { level: after.level, previousLevel: before.level, foregroundPixel: after.mask };
    t.equal(matchZone(planes, geometry, geometry.local, 5, out), true);
    t.same([...out], [dx, dy]);
  }
});

void test('a thing that stands does not move', async (t) => {
  const out = new Float32Array([9, 9]);
  const { level, mask } = square(14, 14);
  t.equal(matchZone({ level, previousLevel: level, foregroundPixel: mask }, geometry, geometry.local, 5, out), false);
  t.same([...out], [0, 0]);
});

void test('a zone without foreground says nothing', async (t) => {
  const out = new Float32Array(2);
  const { level } = square(14, 14);
  const planes = { level, previousLevel: square(17, 14).level, foregroundPixel: new Uint8Array(size * size) };
  t.equal(matchZone(planes, geometry, geometry.local, 5, out), false);
});
