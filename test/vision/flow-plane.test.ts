import { test } from 'tap';
import { nextRandom } from '../../src/memory/random.ts';
import { flowPlaneFields, resetFlowPlane, updateFlowPlane } from '../../src/vision/flow-plane.ts';
import { divide } from '../../src/vision/geometry.ts';
import { viewsFor } from '../support/views.ts';

const size = 48;
const geometry = divide(size, size, 2, 2);
/** Smooth hills, so that movements of a pixel can be measured. */
const hill = (x: number, y: number): number => 110 + 40 * Math.sin(x / 3) + 40 * Math.sin(y / 3.5);
const middle = 6 * geometry.subColumns + 6;

function eye() {
  const plane = viewsFor(flowPlaneFields(geometry));
  const random = new Uint32Array([5]);
  return {
    plane,
    /** The picture moved by (x, y) px; grain of +-2. */
    see: (x: number, y: number, elapsedMs = 100): number => {
      const luma = Uint8Array.from(
        { length: size * size },
        (_, i) => hill((i % size) - x, Math.floor(i / size) - y) + (nextRandom(random) % 5) - 2,
      );
      return updateFlowPlane(plane, geometry, luma, elapsedMs);
    },
  };
}

void test('grain is no movement', async (t) => {
  const { see } = eye();
  for (let i = 0; i < 60; i++) t.equal(see(0, 0), 0);
});

void test('speed and direction of a movement are measured, per 100 ms', async (t) => {
  const { see, plane } = eye();
  for (let i = 0; i < 40; i++) see(0, 0);
  t.ok(see(1, -0.5) > 100);
  t.ok(Math.abs(plane.velocityX[middle]! - 1) < 0.2, `${plane.velocityX[middle]}`);
  t.ok(Math.abs(plane.velocityY[middle]! + 0.5) < 0.2, `${plane.velocityY[middle]}`);
  t.equal(plane.isClear[middle], 1);
  t.ok(plane.normalSpeed[middle]! > 0.4 && plane.normalSpeed[middle]! < 1.3, `${plane.normalSpeed[middle]}`);
  see(2, -1, 200);
  t.ok(Math.abs(plane.velocityX[middle]! - 0.5) < 0.1, 'half as fast when it took twice as long');
});

void test('a place where it always flickers needs more to move', async (t) => {
  const { see, plane } = eye();
  for (let i = 0; i < 400; i++) see(i % 2 === 0 ? 0 : 0.5, 0);
  t.equal(plane.moving[middle], 0);
  see(3, 0);
  t.equal(plane.moving[middle], 1);
});

void test('the first picture of a clip moves nothing', async (t) => {
  const { see, plane } = eye();
  for (let i = 0; i < 40; i++) see(0, 0);
  resetFlowPlane(plane);
  t.equal(see(5, 5), 0);
  t.ok(see(6, 5) > 100);
});
