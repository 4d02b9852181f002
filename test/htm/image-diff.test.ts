import { test } from 'tap';
import { diffImages } from '../../src/htm/image-diff.ts';
import { field } from '../../src/memory/layout.ts';
import { allocateMemory, blockViews, persistentImage, planMemory } from '../../src/memory/model-memory.ts';

const POOL = {
  segmentCell: field('u16', 4, 'learned'),
  synapseCount: field('u8', 4, 'learned'),
  presynapticCell: field('u16', 12, 'learned'),
};
const POOLER = { permanence: field('u8', 8, 'learned'), activeDutyCycle: field('f32', 4, 'state') };

function model(segments: readonly (readonly [number, readonly number[]])[], permanences: readonly number[]) {
  const memory = allocateMemory(
    planMemory([
      { name: 'memory.0', table: POOL },
      { name: 'memory.1', table: POOL },
      { name: 'pooler', table: POOLER },
    ]),
  );
  const pool = blockViews(memory, 'memory.1', POOL);
  segments.forEach(([cell, synapses], index) => {
    pool.segmentCell[index] = cell;
    pool.synapseCount[index] = synapses.length;
    pool.presynapticCell.set(synapses, index * 3);
  });
  blockViews(memory, 'pooler', POOLER).permanence.set(permanences);
  return { signature: memory.plan.signature, image: persistentImage(memory) };
}

test('synapses are compared as pairs of cells, wherever in the pool they are', async (t) => {
  const a = model(
    [
      [7, [1, 2, 3]],
      [8, [4, 5]],
    ],
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  const b = model(
    [
      [8, [5, 4]],
      [7, [1, 2, 9]],
      [7, [6]],
    ],
    [1, 2, 3, 9, 5, 6, 0, 0],
  );
  const { regions, difference } = diffImages(a.signature, a.image, b.image);
  t.same(
    regions.map(({ region }) => region),
    ['memory', 'pooler'],
  );
  t.match(regions[0], { segments: [2, 3], segmentCapacity: 8, synapses: { kept: 4, grown: 2, gone: 1 } });
  t.match(regions[1], { columns: 4, changedColumns: 2, changedBytes: 3 });
  t.equal(difference, 3 / 7);
});

test('a model differs from itself in nothing, and from a newborn one in everything', async (t) => {
  const a = model([[7, [1, 2, 3]]], [1]);
  t.match(diffImages(a.signature, a.image, a.image), { difference: 0, changedShare: 0 });
  const newborn = model([], []);
  t.equal(diffImages(a.signature, newborn.image, a.image).difference, 1);
  t.throws(() => diffImages(a.signature, a.image, a.image.subarray(0, 20)), RangeError);
});
