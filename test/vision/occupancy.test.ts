import { test } from 'tap';
import { divide } from '../../src/vision/geometry.ts';
import { clearOccupancy, occupancyFields, updateOccupancy } from '../../src/vision/occupancy.ts';
import { viewsFor } from '../support/views.ts';

const { local } = divide(24, 24, 2, 2); // 2 x 2 zones of 3 x 3 subcells, 144 px each

function foreground(...counts: [subcell: number, pixels: number][]): Uint8Array {
  const subcells = new Uint8Array(36);
  for (const [subcell, pixels] of counts) subcells[subcell] = pixels;
  return subcells;
}

void test('a zone is occupied after it has looked so for a quarter of a second, at any rate of frames', async (t) => {
  const occupancy = viewsFor(occupancyFields(local));
  const changes = [];
  for (let frame = 0; frame < 5; frame++) changes.push(updateOccupancy(occupancy, local, foreground([0, 10]), 100));
  t.same(changes, [0, 0, 1, 0, 0]);
  t.same([...occupancy.occupied], [1, 0, 0, 0]);
  const slow = viewsFor(occupancyFields(local));
  t.same(
    [200, 200, 200].map((ms) => updateOccupancy(slow, local, foreground([0, 10]), ms)),
    [0, 1, 0],
  );
  clearOccupancy(slow);
  t.same([...slow.occupied], [0, 0, 0, 0]);
});

void test('two frames of swaying leaves change nothing', async (t) => {
  const occupancy = viewsFor(occupancyFields(local));
  for (let turn = 0; turn < 5; turn++) {
    updateOccupancy(occupancy, local, foreground([0, 16]), 100);
    updateOccupancy(occupancy, local, foreground([0, 16]), 100);
    updateOccupancy(occupancy, local, foreground(), 100);
  }
  t.same([...occupancy.occupied], [0, 0, 0, 0]);
});

void test('a zone needs more than a twentieth of its pixels, summed over its subcells', async (t) => {
  const occupancy = viewsFor(occupancyFields(local));
  for (let frame = 0; frame < 3; frame++)
    updateOccupancy(occupancy, local, foreground([0, 4], [1, 3], [3, 4], [4, 4]), 100);
  t.same([...occupancy.occupied], [0, 1, 0, 0], '7 of 144 px are too few, 8 are enough');
});

void test('zones that changed are listed in order and become free the same way', async (t) => {
  const occupancy = viewsFor(occupancyFields(local));
  for (let frame = 0; frame < 3; frame++) updateOccupancy(occupancy, local, foreground([0, 16], [35, 16]), 100);
  t.same([...occupancy.changedZones.subarray(0, 2)], [0, 3]);
  for (let frame = 0; frame < 2; frame++) t.equal(updateOccupancy(occupancy, local, foreground([35, 16]), 100), 0);
  t.equal(updateOccupancy(occupancy, local, foreground([35, 16]), 100), 1);
  t.same([...occupancy.occupied], [0, 0, 0, 1]);
});
