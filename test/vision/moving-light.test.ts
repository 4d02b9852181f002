import { test } from 'tap';
import { nextRandom } from '../../src/memory/random.ts';
import { censusPlaneFields, updateCensusPlane } from '../../src/vision/census-plane.ts';
import { flowPlaneFields, updateFlowPlane } from '../../src/vision/flow-plane.ts';
import { divide } from '../../src/vision/geometry.ts';
import { dismissMovingLight } from '../../src/vision/moving-light.ts';
import { viewsFor } from '../support/views.ts';

const width = 96;
const height = 72;
const geometry = divide(width, height, 2, 2);

/** Coarse texture, the same for equal coordinates. */
const texture = (x: number, y: number): number => 90 + (((x >> 2) * 7 + (y >> 2) * 5) % 6) * 9;

/**
 * Subcells that move in the last frame of `show` after 60 still ones, before and after light is dismissed, and those that
 * have a direction and do not move.
 */
function movingAfter(show: (x: number, y: number, frame: number) => number): readonly [number, number, number] {
  const census = viewsFor(censusPlaneFields(geometry));
  const flow = viewsFor(flowPlaneFields(geometry));
  const random = new Uint32Array([3]);
  let before = 0;
  for (let frame = -60; frame < 3; frame++) {
    const luma = Uint8Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      const value = frame < 0 ? texture(x, y) : show(x, y, frame);
      return Math.max(0, Math.min(255, Math.round(value + (nextRandom(random) % 5) - 2)));
    });
    updateCensusPlane(census, geometry, luma);
    before = updateFlowPlane(flow, geometry, census, 100);
    dismissMovingLight(flow, census, geometry);
  }
  const lost = flow.isClear.filter((on, subcell) => on === 1 && flow.moving[subcell] === 0).length;
  return [before, flow.moving.filter((on) => on === 1).length, lost];
}

void test('a cone of light that sweeps over the ground does not move', async (t) => {
  const [before, after, lost] = movingAfter((x, y, frame) => {
    const [across, down] = [(x - 20 - 12 * frame) / 30, (y - 36) / 24];
    return texture(x, y) * (1 + 0.8 * Math.max(0, 1 - across * across - down * down) ** 2);
  });
  t.ok(before > 60, `${before} subcells differ`);
  t.ok(after < before / 4, `${after} of ${before}`);
  t.equal(lost, 0);
});

void test('a textured thing that crosses the ground moves', async (t) => {
  const [before, after] = movingAfter((x, y, frame) => {
    const left = 20 + 3 * frame;
    const isThing = x >= left && x < left + 30 && y >= 24 && y < 48;
    return isThing ? 60 + ((((x - left) >> 2) * 11 + (y >> 2) * 3) % 5) * 35 : texture(x, y);
  });
  t.ok(before > 20, `${before} subcells differ`);
  t.ok(after > before * 0.8, `${after} of ${before}`);
});
