import { test } from 'tap';
import { ALIGNMENT, field, layOut, viewsOf } from '../../src/memory/layout.ts';
import { allocateMemory, blockViews, persistentImage, planMemory } from '../../src/memory/model-memory.ts';

const table = {
  scratchList: field('u32', 3, 'scratch'),
  state: field('f32', 2, 'state'),
  learned: field('u8', 5, 'learned'),
};

test('what must survive comes first, learned before state, and every field is aligned', async (t) => {
  const layout = layOut(table);
  t.same(
    layout.placements.map(({ name }) => name),
    ['learned', 'state', 'scratchList'],
  );
  for (const { offset } of layout.placements) t.equal(offset % ALIGNMENT, 0);
  t.equal(layout.persistentBytes, 2 * ALIGNMENT);
  t.equal(layout.totalBytes, 3 * ALIGNMENT);
});

test('the signature names persistent fields only, so scratch may change without losing a saved model', async (t) => {
  t.equal(layOut(table).signature, 'learned:u8[5];state:f32[2]');
  t.equal(layOut({ ...table, scratchList: field('u32', 99, 'scratch') }).signature, layOut(table).signature);
  t.not(layOut({ ...table, learned: field('u8', 6, 'learned') }).signature, layOut(table).signature);
});

test('a field of a broken length and a block that does not fit are refused', async (t) => {
  t.throws(() => field('u8', -1, 'state'), RangeError);
  t.throws(() => field('u8', 1.5, 'state'), RangeError);
  t.throws(() => viewsOf(table, new ArrayBuffer(16)), RangeError);
  t.throws(() => viewsOf(table, new ArrayBuffer(1024), 8), RangeError);
});

test('the persistent bytes of all blocks are one prefix of the model', async (t) => {
  const plan = planMemory([
    { name: 'a', table },
    { name: 'b', table },
  ]);
  t.equal(plan.persistentBytes, 4 * ALIGNMENT);
  const memory = allocateMemory(plan);
  const a = blockViews(memory, 'a', table);
  const b = blockViews(memory, 'b', table);
  a.learned.fill(1);
  b.state.fill(2);
  a.scratchList.fill(7);
  const image = persistentImage(memory);
  t.equal(image.length, plan.persistentBytes);
  t.equal(
    image.reduce((sum, byte) => sum + (byte === 1 ? 1 : 0), 0),
    5,
  );
  t.ok(
    image.some((byte) => byte !== 0 && byte !== 1),
    'the state of b lies in the image',
  );
  t.notOk(image.includes(7), 'scratch does not');
  t.throws(() => blockViews(memory, 'c', table), RangeError);
  t.throws(
    () =>
      planMemory([
        { name: 'a', table },
        { name: 'a', table },
      ]),
    RangeError,
  );
});
