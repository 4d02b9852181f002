/** kernels.test.ts - every WebAssembly kernel gives the bytes of its plain twin, on random shapes and input. */
import * as fc from 'fast-check';
import { test } from 'tap';
import { checkPool } from '../../src/htm/check-pool.ts';
import { openKernels } from '../../src/htm/kernels/kernels.ts';
import type { SpatialPoolerShape } from '../../src/htm/sp-shape.ts';
import { compactShape, flatShape, inputsOf } from '../../src/htm/sp-shape.ts';
import { poolSpatially } from '../../src/htm/spatial-pooler.ts';
import { stepTemporalMemory } from '../../src/htm/temporal-memory.ts';
import { randomBelow, seedWord } from '../../src/memory/random.ts';
import { newMemory, newPooler } from '../support/memories.ts';

/** `count` of `limit`, ascending, unique. */
function draw(random: Uint32Array, limit: number, count: number): Uint32Array {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, limit)) chosen.add(randomBelow(random, limit));
  return Uint32Array.from(chosen).toSorted();
}

const NARROW: SpatialPoolerShape = {
  inputWidth: 8,
  inputHeight: 1,
  columnWidth: 4,
  columnHeight: 1,
  potentialRadius: null,
  inhibitionRadius: null,
  wrapAround: false,
};

const shapes = fc
  .record({
    inputWidth: fc.integer({ min: 3, max: 70 }),
    inputHeight: fc.integer({ min: 1, max: 20 }),
    columnWidth: fc.integer({ min: 1, max: 40 }),
    columnHeight: fc.integer({ min: 1, max: 12 }),
    potentialRadius: fc.option(fc.integer({ min: 0, max: 20 }), { nil: null }),
    inhibitionRadius: fc.option(fc.integer({ min: 1, max: 6 }), { nil: null }),
    wrapAround: fc.boolean(),
  })
  .filter((shape: SpatialPoolerShape) => {
    const side = 2 * (shape.potentialRadius ?? 0) + 1;
    const fits = side <= shape.inputWidth && (shape.inputHeight === 1 || side <= shape.inputHeight);
    const hood = 2 * (shape.inhibitionRadius ?? 0) + 1;
    const hoodFits = hood <= shape.columnWidth && (shape.columnHeight === 1 || hood <= shape.columnHeight);
    return !shape.wrapAround || (fits && hoodFits);
  });

test('there are kernels on this machine', async (t) => {
  t.ok(newPooler({ ...NARROW, potentialRadius: 1 }, {}, 1, true).sp.kernels !== null);
});

test('a spatial pooler learns the same bytes and the same winners with kernels and without', async (t) => {
  fc.assert(
    fc.property(shapes, fc.integer(), fc.double({ min: 0.02, max: 0.6, noNaN: true }), (shape, seed, density) => {
      const columns = shape.columnWidth * shape.columnHeight;
      const params = {
        activeColumns: Math.max(1, Math.round(columns / 8)),
        stimulusThreshold: seed & 3,
        boostMode: (['none', 'exponential', 'logarithmic'] as const)[(seed >>> 2) % 3]!,
        minPctOverlapDutyCycle: 0.3,
        adaptInhibitionRadius: (seed & 16) !== 0,
        updatePeriod: [1, 7, 50][(seed >>> 5) % 3]!,
        localTies: (['order', 'ranking'] as const)[(seed >>> 8) & 1]!,
      };
      const plain = newPooler(shape, params, seed);
      const fast = newPooler(shape, params, seed, true);
      const random = new Uint32Array([seedWord(seed, 3)]);
      const inputs = inputsOf(shape);
      for (let step = 0; step < 55; step++) {
        const active = draw(random, inputs, Math.round(inputs * density));
        const learn = step % 7 !== 6;
        const [a, b] = [plain, fast].map(({ sp }) =>
          Array.from(sp.views.winners.subarray(0, poolSpatially(sp, active, active.length, learn))),
        );
        if (a!.join() !== b!.join()) return false;
      }
      return Buffer.from(plain.image).equals(Buffer.from(fast.image));
    }),
    { numRuns: 60 },
  );
  t.pass('60 random poolers');
});

test('compact rows of a sparse pool learn and win as dense ones do, with kernels and without', async (t) => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 20, max: 900 }),
      fc.integer({ min: 1, max: 150 }),
      fc.double({ min: 0.01, max: 0.2, noNaN: true }),
      (seed, inputs, columns, potentialPct) => {
        const dense = flatShape(inputs, columns);
        const sparse = compactShape(dense, potentialPct);
        const params = {
          potentialPct,
          activeColumns: Math.max(1, Math.round(columns / 8)),
          stimulusThreshold: seed & 3,
          boostMode: (['none', 'exponential'] as const)[(seed >>> 2) & 1]!,
          minPctOverlapDutyCycle: 0.3,
          updatePeriod: 7,
        };
        const [rows, plain, fast] = [
          newPooler(dense, params, seed),
          newPooler(sparse, params, seed),
          newPooler(sparse, params, seed, true),
        ] as const;
        const random = new Uint32Array([seedWord(seed, 3)]);
        for (let step = 0; step < 40; step++) {
          const active = draw(random, inputs, Math.round(inputs / 5));
          const [a, b, c] = [rows, plain, fast].map(({ sp }) =>
            sp.views.winners.subarray(0, poolSpatially(sp, active, active.length, step % 7 !== 6)).join(),
          );
          if (a !== b || a !== c) return false;
        }
        // A dense row, with what the compact one knows taken out of it, is empty.
        const left = rows.sp.views.permanence.slice();
        const { permanence, potential } = plain.sp.views;
        const [denseLanes, lanes] = [left.length / columns, permanence.length / columns];
        permanence.forEach((value, slot) => {
          if (value > 0) left[Math.floor(slot / lanes) * denseLanes + potential[slot]!]! -= value;
        });
        return left.every((value) => value === 0) && Buffer.from(plain.image).equals(Buffer.from(fast.image));
      },
    ),
    { numRuns: 60 },
  );
  t.pass('60 random poolers');
});

test('a temporal memory is the same by scanning, by the index, and by kernels', async (t) => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 20, max: 300 }),
      fc.integer({ min: 0, max: 30 }),
      (seed, cellsPerColumn, segments, externalInputs) => {
        const shape = { columns: 40, cellsPerColumn, segments, synapsesPerSegment: 12, externalInputs };
        const params = {
          activationThreshold: 4,
          minThreshold: 3,
          maxNewSynapseCount: 7,
          initialPermanence: seed & 1 ? 100 : 130,
          predictedSegmentDecrement: seed & 2 ? 7 : 0,
          maxSegmentsPerCell: seed & 4 ? 3 : 500,
        };
        const memories = [
          newMemory({ ...shape, indexed: false }, params, seed),
          newMemory({ ...shape, indexed: true }, params, seed),
          newMemory({ ...shape, indexed: true }, params, seed, true),
          newMemory({ ...shape, indexed: false }, params, seed, true),
        ];
        const random = new Uint32Array([seedWord(seed, 5)]);
        const elements = Array.from({ length: 8 }, () => draw(random, 40, 5));
        for (let step = 0; step < 150; step++) {
          const element = elements[randomBelow(random, 8)]!;
          const external = draw(random, externalInputs, 4);
          const learn = step % 9 !== 8;
          for (const { tm } of memories)
            stepTemporalMemory(tm, element, element.length, learn, external, external.length);
          if (step % 25 === 0) for (const { tm } of memories) checkPool(tm.pool);
        }
        const [scanned, ...others] = memories.map(({ image }) => Buffer.from(image));
        return others.every((other) => scanned!.equals(other));
      },
    ),
    { numRuns: 60 },
  );
  t.pass('60 random memories');
});

test('cells and bits from outside beyond 65,536 are told apart, by kernels as without', async (t) => {
  for (const [columns, cellsPerColumn, externalInputs] of [
    [1024, 64, 9],
    [1100, 64, 0],
  ] as const) {
    const shape = { columns, cellsPerColumn, segments: 2000, synapsesPerSegment: 12, externalInputs };
    const params = { activationThreshold: 4, minThreshold: 3, maxNewSynapseCount: 7, predictedSegmentDecrement: 3 };
    const memories = [
      newMemory(shape, params, 1),
      newMemory(shape, params, 1, true),
      newMemory({ ...shape, indexed: false }, params, 1, true),
    ];
    const random = new Uint32Array([seedWord(4, 5)]);
    const elements = Array.from({ length: 8 }, () => draw(random, columns, 5));
    elements.push(Uint32Array.from({ length: 5 }, (_, i) => columns - 5 + i));
    for (let step = 0; step < 200; step++) {
      const element = elements[randomBelow(random, elements.length)]!;
      const external = draw(random, externalInputs, 4);
      for (const { tm } of memories) stepTemporalMemory(tm, element, 5, true, external, external.length);
    }
    for (const { tm } of memories) checkPool(tm.pool);
    const [plain, ...others] = memories.map(({ image }) => Buffer.from(image));
    for (const other of others) t.ok(plain!.equals(other), `${columns} columns`);
  }
});

test('when the arena of the index has no block left it is packed, and nothing that was learned shows it', async (t) => {
  const shape = { columns: 40, cellsPerColumn: 4, segments: 200, synapsesPerSegment: 12, indexed: true };
  const params = { activationThreshold: 4, minThreshold: 3, maxNewSynapseCount: 7, initialPermanence: 130 };
  const memories = [newMemory(shape, params, 1), newMemory(shape, params, 1), newMemory(shape, params, 1, true)];
  const random = new Uint32Array([seedWord(6, 5)]);
  let packed = 0;
  for (let step = 0; step < 300; step++) {
    const element = draw(random, 40, 5);
    for (const [i, { tm }] of memories.entries()) {
      const { freeBlock, indexCounters, entries } = tm.views;
      // As if blocks of other sizes filled the arena.
      if (i > 0 && step % 10 === 0) {
        freeBlock.fill(0xffffffff);
        indexCounters[0] = entries.length;
      }
      stepTemporalMemory(tm, element, 5, true);
      if (i > 0 && step % 10 === 0 && indexCounters[0]! < entries.length) packed++;
      checkPool(tm.pool);
    }
  }
  t.ok(packed > 20, `packed ${packed} times`);
  const [usual, plain, fast] = memories.map(({ image }) => Buffer.from(image));
  t.ok(usual!.equals(plain!) && usual!.equals(fast!));
});

test('without WebAssembly there are no kernels, and nobody minds', async (t) => {
  const { WebAssembly } = globalThis as { WebAssembly?: unknown };
  t.teardown(() => Object.assign(globalThis, { WebAssembly }));
  Object.assign(globalThis, { WebAssembly: undefined });
  const { sp } = newPooler(NARROW, { potentialPct: 1 }, 1, true);
  t.equal(sp.kernels, null);
  t.equal(poolSpatially(sp, Uint32Array.of(0, 1, 2, 3, 4, 5), 6, true), 4);
  t.equal(openKernels({ plan: undefined as never, buffer: new SharedArrayBuffer(16), start: 0, wasm: null }), null);
});
