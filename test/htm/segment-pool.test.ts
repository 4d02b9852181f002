import { test } from 'tap';
import {
  POOL_COUNTER,
  PROTECTED_FROM,
  type SegmentPool,
  adaptSegment,
  allocateSegment,
  creditSegment,
  evictionsOf,
  growSynapses,
  rebuildIndex,
  releaseSegment,
  segmentPoolFields,
  segmentsInUse,
} from '../../src/htm/segment-pool.ts';
import { checkPool } from '../../src/htm/check-pool.ts';
import { layOut, viewsOf } from '../../src/memory/layout.ts';

function newPool(segments = 8, synapsesPerSegment = 4, cells = 20, indexed = true): SegmentPool {
  const shape = { cells, sources: cells, segments, synapsesPerSegment, indexed };
  const table = segmentPoolFields(shape);
  const pool = { shape, connectedPermanence: 128, views: viewsOf(table, new ArrayBuffer(layOut(table).totalBytes)) };
  rebuildIndex(pool);
  return pool;
}
const grow = (pool: SegmentPool, segment: number, sources: number[], active = new Uint8Array(20)): void =>
  growSynapses(pool, segment, sources.length, Uint16Array.from(sources), sources.length, active, 100);
const synapses = ({ views, shape }: SegmentPool, segment: number): [number, number][] =>
  Array.from({ length: views.synapseCount[segment]! }, (_, i): [number, number] => {
    const slot = segment * shape.synapsesPerSegment + i;
    return [views.presynapticCell[slot]!, views.permanence[slot]!];
  }).toSorted((a, b) => a[0] - b[0]);

test('synapses from active cells get stronger, the others weaker', async (t) => {
  const pool = newPool();
  const segment = allocateSegment(pool, 3);
  grow(pool, segment, [1, 2, 5]);
  const active = new Uint8Array(20);
  active[2] = 1;
  t.ok(adaptSegment(pool, segment, active, 20, 10));
  t.same(synapses(pool, segment), [
    [1, 90],
    [2, 120],
    [5, 90],
  ]);
});

test('permanences saturate at 255, a synapse at 0 is removed, a segment without synapses is given back', async (t) => {
  const pool = newPool();
  const segment = allocateSegment(pool, 3);
  grow(pool, segment, [1, 2]);
  const active = new Uint8Array(20);
  active[1] = 1;
  for (let i = 0; i < 9; i++) adaptSegment(pool, segment, active, 30, 12);
  t.same(synapses(pool, segment), [[1, 255]], 'the inactive one reached 0 and is gone');
  active[1] = 0;
  let alive = true;
  for (let i = 0; i < 30 && alive; i++) alive = adaptSegment(pool, segment, active, 30, 12);
  t.notOk(alive);
  t.equal(segmentsInUse(pool), 0);
  checkPool(pool);
});

test('a full segment gives up its weakest synapse whose cell is not active', async (t) => {
  const pool = newPool();
  const segment = allocateSegment(pool, 0);
  grow(pool, segment, [1, 2, 3, 4]);
  const active = new Uint8Array(20);
  active[1] = 1;
  active[2] = 1;
  active[4] = 1;
  adaptSegment(pool, segment, active, 10, 10);
  pool.views.permanence[segment * 4 + Array.from(pool.views.presynapticCell).indexOf(1)] = 5;
  grow(pool, segment, [9], active);
  t.same(
    synapses(pool, segment).map(([cell]) => cell),
    [1, 2, 4, 9],
    '1 is weaker, but it is active: 3 goes',
  );
});

test('a cell the segment knows already is not grown twice', async (t) => {
  const pool = newPool();
  const segment = allocateSegment(pool, 0);
  grow(pool, segment, [1, 2]);
  grow(pool, segment, [1, 2]);
  t.equal(pool.views.synapseCount[segment], 2);
});

test('a full pool replaces the oldest segment of the nursery and never a protected one while the nursery is large', async (t) => {
  const pool = newPool(8);
  for (let cell = 0; cell < 8; cell++) grow(pool, allocateSegment(pool, cell), [10, 11]);
  for (let hit = 0; hit < PROTECTED_FROM; hit++) creditSegment(pool, 0);
  const replaced = Array.from({ length: 6 }, (_, i) => {
    const segment = allocateSegment(pool, 12 + (i % 4));
    grow(pool, segment, [1]);
    return segment;
  });
  t.same(replaced, [1, 2, 3, 4, 5, 6], 'in turn, and not segment 0');
  t.equal(evictionsOf(pool), 6);
  checkPool(pool);
});

test('when nearly all segments are protected, the least useful of those looked at goes', async (t) => {
  const pool = newPool(8);
  for (let cell = 0; cell < 8; cell++) {
    const segment = allocateSegment(pool, cell);
    grow(pool, segment, [10]);
    for (let hit = 0; hit < (cell === 5 ? 3 : 9); hit++) creditSegment(pool, segment);
  }
  t.equal(allocateSegment(pool, 1), 5);
});

test('the invariant walk finds what is wrong', async (t) => {
  const sound = (): { pool: SegmentPool; segment: number } => {
    const pool = newPool();
    const segment = allocateSegment(pool, 3);
    grow(pool, segment, [1, 2]);
    checkPool(pool);
    return { pool, segment };
  };
  const breakIt: [RegExp, (pool: SegmentPool, segment: number) => void][] = [
    [
      /bad synapse/,
      ({ views }, segment) => (views.presynapticCell[segment * 4 + 1] = views.presynapticCell[segment * 4]!),
    ],
    [/permanence 0/, ({ views }, segment) => (views.permanence[segment * 4] = 0)],
    [/belongs to cell/, ({ views }, segment) => (views.segmentCell[segment] = 20)],
    [/in use but/, ({ views }) => (views.poolCounters[POOL_COUNTER.used] = 2)],
    [/nursery but/, ({ views }) => (views.poolCounters[POOL_COUNTER.nursery] = 0)],
    [/high-water/, ({ views }) => (views.poolCounters[POOL_COUNTER.highWater] = 0)],
    [/segments but/, ({ views }) => (views.segmentsOfCell[3] = 9)],
    [/claims/, ({ views }, segment) => (views.synapseCount[segment] = 5)],
  ];
  for (const [message, damage] of breakIt) {
    const { pool, segment } = sound();
    damage(pool, segment);
    t.throws(() => checkPool(pool), message);
  }
  const { pool, segment } = sound();
  releaseSegment(pool, segment);
  checkPool(pool);
});
