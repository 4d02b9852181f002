import { test } from 'tap';
import { divide } from '../../src/vision/geometry.ts';
import { pixelPlaneFields, updatePixelPlane } from '../../src/vision/pixel-plane.ts';
import { viewsFor } from '../support/views.ts';

const geometry = divide(24, 24, 2, 2);

/** A grey ramp; `paint` changes it. */
function picture(gain = 1, paint: (luma: Uint8Array) => void = () => {}): Uint8Array {
  const luma = Uint8Array.from({ length: 24 * 24 }, (_, i) => 40 + ((i * 7) % 120));
  paint(luma);
  return luma.map((value) => Math.round(value * gain));
}

/** One subcell of 4 x 4 px at the given subcell place turns white. */
const block = (luma: Uint8Array): void => {
  for (let y = 8; y < 12; y++) luma.fill(250, y * 24 + 12, y * 24 + 16);
};

function settled() {
  const plane = viewsFor(pixelPlaneFields(geometry));
  for (let frame = 0; frame < 120; frame++) updatePixelPlane(plane, geometry, picture());
  return plane;
}

void test('a still picture has no foreground', async (t) => {
  const plane = settled();
  updatePixelPlane(plane, geometry, picture());
  t.equal(plane.foregroundPixel.indexOf(1), -1);
});

void test('a change of the global gain is not foreground', async (t) => {
  const plane = settled();
  updatePixelPlane(plane, geometry, picture(1.25));
  t.equal(plane.foregroundPixel.indexOf(1), -1);
});

void test('a thing is foreground in its own subcell only', async (t) => {
  const plane = settled();
  updatePixelPlane(plane, geometry, picture(1, block));
  const subcells = [...plane.foregroundCount].flatMap((count, subcell) => (count > 0 ? [[subcell, count]] : []));
  t.same(subcells, [[2 * 6 + 3, 16]]);
});

void test('a thing that stays is seen for half a minute and more, but not for ever', async (t) => {
  const plane = settled();
  const framesUntilAbsorbed = (): number => {
    for (let frame = 1; frame < 5000; frame++) {
      updatePixelPlane(plane, geometry, picture(1, block));
      if (plane.foregroundCount[15] === 0) return frame;
    }
    return Infinity;
  };
  const frames = framesUntilAbsorbed();
  t.ok(frames > 300 && frames < 3000, `absorbed after ${frames} frames`);
});

void test('a place is not blind after something has stood there', async (t) => {
  const plane = settled();
  for (let frame = 0; frame < 100; frame++) updatePixelPlane(plane, geometry, picture(1, block));
  for (let frame = 0; frame < 10; frame++) updatePixelPlane(plane, geometry, picture());
  t.equal(plane.foregroundCount[15], 0);
  updatePixelPlane(plane, geometry, picture(1, block));
  t.equal(plane.foregroundCount[15], 16);
});

void test('a black picture does no harm', async (t) => {
  const plane = viewsFor(pixelPlaneFields(geometry));
  const black = new Uint8Array(24 * 24);
  updatePixelPlane(plane, geometry, black);
  updatePixelPlane(plane, geometry, black);
  t.ok(plane.background.every(Number.isFinite));
  t.equal(plane.foregroundPixel.indexOf(1), -1);
});
