/** spatial-pooler.test.ts - behaviours of the spatial pooler, without and with topology. */
import { createHash } from 'node:crypto';
import { test } from 'tap';
import { type SpatialPoolerShape, columnsOf, flatShape, inputsOf } from '../../src/htm/sp-shape.ts';
import {
  type SpatialPooler,
  freezeBoost,
  learnedSteps,
  poolSpatially,
  radiusOf,
  restoreSpatialPooler,
} from '../../src/htm/spatial-pooler.ts';
import { randomBelow, seedWord } from '../../src/memory/random.ts';
import { newPooler } from '../support/memories.ts';

const SHAPE = flatShape(64, 32);
const LOCAL: SpatialPoolerShape = {
  inputWidth: 40,
  inputHeight: 30,
  columnWidth: 20,
  columnHeight: 15,
  potentialRadius: 4,
  inhibitionRadius: 4,
  wrapAround: false,
};

/** A fixed pattern of 16 of `inputs` bits; `noise` of them are moved elsewhere. */
function pattern(number: number, noise = 0, random = new Uint32Array([1]), inputs = 64): Uint32Array {
  const bits = new Set<number>();
  const fixed = new Uint32Array([seedWord(number, 77)]);
  while (bits.size < inputs / 4) bits.add(randomBelow(fixed, inputs));
  for (let moved = 0; moved < noise;) {
    const [from, to] = [randomBelow(random, inputs), randomBelow(random, inputs)];
    if (!bits.has(from) || bits.has(to)) continue;
    bits.delete(from);
    bits.add(to);
    moved++;
  }
  return Uint32Array.from(bits).toSorted();
}
const pool = (sp: SpatialPooler, input: Uint32Array, learn: boolean): number =>
  poolSpatially(sp, input, input.length, learn);
const winnersOf = (sp: SpatialPooler, input: Uint32Array, learn = false): number[] =>
  Array.from(sp.views.winners.subarray(0, pool(sp, input, learn)));
/** A column's permanences, one per input, 0 outside its pool; works out by itself where a window's lanes lie. */
function permanencesOf(sp: SpatialPooler, column: number): Map<number, number> {
  const { shape, window, views } = sp;
  const found = new Map<number, number>();
  const lanes = views.permanence.length / columnsOf(shape);
  for (let lane = 0; lane < lanes; lane++) {
    const permanence = views.permanence[column * lanes + lane]!;
    if (permanence === 0) continue;
    if (window === null) {
      found.set(lane, permanence);
      continue;
    }
    const column_x = column % shape.columnWidth;
    const column_y = Math.floor(column / shape.columnWidth);
    const row = Math.floor(lane / (window.rowWords * 32));
    const x = Math.floor(((column_x + 0.5) * shape.inputWidth) / shape.columnWidth) - window.radiusX;
    const y = Math.floor(((column_y + 0.5) * shape.inputHeight) / shape.columnHeight) - window.radiusY + row;
    const wrap = (value: number, length: number): number => (shape.wrapAround ? (value + length) % length : value);
    const [inputX, inputY] = [wrap(x + (lane % (window.rowWords * 32)), shape.inputWidth), wrap(y, shape.inputHeight)];
    if (inputX < 0 || inputY < 0 || inputX >= shape.inputWidth || inputY >= shape.inputHeight)
      throw new Error(`column ${column} has a synapse outside the input`);
    found.set(inputY * shape.inputWidth + inputX, permanence);
  }
  return found;
}

test('exactly k columns win, ascending, and the same input gives the same code', async (t) => {
  const { sp } = newPooler(SHAPE);
  const code = winnersOf(sp, pattern(1));
  t.equal(code.length, 4);
  t.same(
    code,
    code.toSorted((a, b) => a - b),
  );
  t.same(winnersOf(sp, pattern(1)), code);
});

test('columns below the stimulus threshold never win', async (t) => {
  const { sp } = newPooler(SHAPE, { stimulusThreshold: 3 });
  t.equal(pool(sp, Uint32Array.of(0), false), 0);
});

test('a winner gets permanences raised until it has as many connected as the stimulus threshold asks for', async (t) => {
  const { sp } = newPooler(SHAPE, { stimulusThreshold: 6, permanenceDecrement: 200, permanenceIncrement: 0 });
  const winners = winnersOf(sp, pattern(2), true);
  t.equal(winners.length, 4);
  for (const column of winners) {
    const connected = [...permanencesOf(sp, column).values()].filter((permanence) => permanence >= 128).length;
    t.ok(connected >= 6, `column ${column} keeps ${connected}`);
  }
});

test('potential pools have the asked share of the window, clipped at the border or continued on the other side', async (t) => {
  for (const [shape, wrapAround] of [
    [SHAPE, false],
    [LOCAL, false],
    [{ ...LOCAL, wrapAround: true }, true],
  ] as const) {
    const { sp } = newPooler(shape, { potentialPct: 0.5 });
    const sizes = Array.from({ length: columnsOf(shape) }, (_, column) => permanencesOf(sp, column).size);
    const inner = shape === SHAPE ? 32 : Math.round(81 / 2);
    t.ok(sizes.includes(inner));
    t.equal(Math.max(...sizes), inner);
    if (shape === LOCAL) t.equal(sizes[0], Math.round((6 * 6) / 2), 'the corner sees 6 x 6 inputs');
    else if (wrapAround) t.ok(sizes.every((size) => size === inner));
  }
});

test('overlap is the number of connected synapses on active inputs, whatever the layout', async (t) => {
  for (const wasm of [false, true]) {
    for (const shape of [
      SHAPE,
      LOCAL,
      { ...LOCAL, wrapAround: true },
      { ...LOCAL, potentialRadius: 18, columnWidth: 7 },
    ]) {
      const wrapFits = !shape.wrapAround || 2 * (shape.potentialRadius ?? 0) + 1 <= 30;
      if (!wrapFits) continue;
      const { sp } = newPooler(shape, { minPctOverlapDutyCycle: 0.4 }, 3, wasm);
      for (let i = 0; i < 60; i++) pool(sp, pattern(i, 0, undefined, inputsOf(shape)), true);
      const input = pattern(3, 0, undefined, inputsOf(shape));
      const on = new Set(input);
      pool(sp, input, false);
      for (let column = 0; column < columnsOf(shape); column++) {
        let expected = 0;
        for (const [source, permanence] of permanencesOf(sp, column))
          if (permanence >= 128 && on.has(source)) expected++;
        if (sp.views.overlap[column] !== expected) t.equal(sp.views.overlap[column], expected, `column ${column}`);
      }
      t.pass(`all ${columnsOf(shape)} columns`);
    }
  }
});

test('with local inhibition a column wins when fewer than its share of the neighbours have a larger key', async (t) => {
  for (const wrapAround of [false, true]) {
    const shape = { ...LOCAL, wrapAround };
    const { sp } = newPooler(shape, { activeColumns: 15, stimulusThreshold: 1, localTies: 'ranking' });
    const winners = new Set(winnersOf(sp, pattern(4, 0, undefined, 1200)));
    const { key } = sp.views;
    for (let column = 0; column < 300; column++) {
      const [x, y] = [column % 20, Math.floor(column / 20)];
      let larger = 0;
      let hood = 0;
      for (let dy = -4; dy <= 4; dy++) {
        for (let dx = -4; dx <= 4; dx++) {
          const [nx, ny] = wrapAround ? [(x + dx + 20) % 20, (y + dy + 15) % 15] : [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= 20 || ny >= 15) continue;
          hood++;
          if (key[ny * 20 + nx]! > key[column]!) larger++;
        }
      }
      const wins = key[column] !== 0 && larger < Math.floor(0.5 + (15 / 300) * hood);
      if (winners.has(column) !== wins) t.fail(`column ${column}, wrap ${wrapAround}`);
    }
    t.ok(winners.size > 0);
  }
});

test('the inhibition radius follows how far connected synapses reach, when asked to', async (t) => {
  const shape = { ...LOCAL, inhibitionRadius: 8 };
  const { sp } = newPooler(shape, { adaptInhibitionRadius: true, activeColumns: 15 });
  t.equal(radiusOf(sp), 8);
  for (let i = 0; i < 50; i++) pool(sp, pattern(i, 0, undefined, 1200), true);
  t.ok(radiusOf(sp) >= 1 && radiusOf(sp) <= 4, `windows of 9 inputs are about 4 columns wide: radius ${radiusOf(sp)}`);
});

test('learning makes codes robust: a quarter of the bits moved changes the code less than before', async (t) => {
  const overlap = (trained: boolean): number => {
    const { sp } = newPooler(SHAPE);
    const random = new Uint32Array([5]);
    for (let i = 0, steps = trained ? 2000 : 0; i < steps; i++) pool(sp, pattern(i % 10, 2, random), true);
    let shared = 0;
    for (let number = 0; number < 10; number++) {
      const clean = new Set(winnersOf(sp, pattern(number)));
      for (let repeat = 0; repeat < 10; repeat++) {
        shared += winnersOf(sp, pattern(number, 4, random)).filter((column) => clean.has(column)).length / 4 / 100;
      }
    }
    return shared;
  };
  const [before, after] = [overlap(false), overlap(true)];
  t.ok(after > before + 0.1, `${before.toFixed(2)} untrained, ${after.toFixed(2)} trained`);
});

test('winners move towards the input and losers stay as they are', async (t) => {
  for (const shape of [SHAPE, LOCAL]) {
    const { sp } = newPooler(shape, { boostMode: 'none', minPctOverlapDutyCycle: 0 });
    const before = Array.from({ length: columnsOf(shape) }, (_, column) => permanencesOf(sp, column));
    const input = pattern(3, 0, undefined, inputsOf(shape));
    const on = new Set(input);
    const winners = new Set(winnersOf(sp, input, true));
    t.ok(winners.size > 0);
    for (const [column, old] of before.entries()) {
      for (const [source, permanence] of permanencesOf(sp, column)) {
        const change = winners.has(column) ? (on.has(source) ? 8 : -2) : 0;
        const expected = Math.max(1, Math.min(255, old.get(source)! + change));
        if (permanence !== expected) t.equal(permanence, expected, `column ${column}, input ${source}`);
      }
    }
  }
});

test('boosting spreads the work over more columns, and freezing keeps the factors as they are', async (t) => {
  const used = (params: Parameters<typeof newPooler>[1]): number => {
    const { sp } = newPooler(SHAPE, { dutyCyclePeriod: 100, ...params });
    const columns = new Set<number>();
    for (let i = 0; i < 1000; i++)
      for (const column of winnersOf(sp, pattern(i % 3), true)) if (i > 500) columns.add(column);
    return columns.size;
  };
  const none = used({ boostMode: 'none' });
  t.ok(used({ boostStrength: 20 }) > none, 'exponential');
  t.ok(used({ boostMode: 'logarithmic' }) > none, 'logarithmic');
  const { sp } = newPooler(SHAPE, { boostStrength: 20, dutyCyclePeriod: 100 });
  for (let i = 0; i < 200; i++) pool(sp, pattern(i % 3), true);
  freezeBoost(sp);
  const frozen = Float32Array.from(sp.views.boost);
  t.ok(frozen.some((factor) => factor !== 1));
  for (let i = 0; i < 200; i++) pool(sp, pattern(9), true);
  t.same(sp.views.boost, frozen);
});

test('with local inhibition columns are compared with their neighbours when they are boosted', async (t) => {
  const { sp } = newPooler(LOCAL, { activeColumns: 15, boostStrength: 20, dutyCyclePeriod: 50, boostPeriod: 10 });
  for (let i = 0; i < 100; i++) pool(sp, pattern(1, 0, undefined, 1200), true);
  const [least, most] = [Math.min(...sp.views.boost), Math.max(...sp.views.boost)];
  t.ok(least < 1 && most > 1, `factors from ${least.toFixed(2)} to ${most.toFixed(2)}`);
});

test('a column that never reaches the overlap of its peers is raised', async (t) => {
  const { sp } = newPooler(SHAPE, { minPctOverlapDutyCycle: 0.5 });
  for (let lane = 0; lane < 64; lane++) if (sp.views.permanence[lane]! > 0) sp.views.permanence[lane] = 1;
  restoreSpatialPooler(sp);
  for (let i = 0; i < 50; i++) pool(sp, pattern(i % 10), true);
  t.ok(
    [...permanencesOf(sp, 0).values()].every((permanence) => permanence === 1),
    'not before the peers are known',
  );
  for (let i = 1; i <= 3; i++) {
    pool(sp, pattern(i), true);
    t.ok(
      [...permanencesOf(sp, 0).values()].every((permanence) => permanence === 1 + 13 * i),
      'then in every step',
    );
  }
});

test('a region where nothing happens is left alone under local inhibition, and raised under global', async (t) => {
  const wide = { ...LOCAL, columnWidth: 40, inputWidth: 80, inputHeight: 15, inhibitionRadius: 3, potentialRadius: 3 };
  // Only the left quarter of the picture is ever active.
  const left = Uint32Array.from({ length: 1200 }, (_, i) => i).filter((i) => i % 80 < 20 && i % 3 === 0);
  const raised = (inhibitionRadius: number | null): number => {
    const { sp } = newPooler({ ...wide, inhibitionRadius }, { activeColumns: 60, minPctOverlapDutyCycle: 0.5 });
    const far = 5 * 40 + 35;
    const before = Math.max(...permanencesOf(sp, far).values());
    for (let i = 0; i < 60; i++) pool(sp, left, true);
    return Math.max(...permanencesOf(sp, far).values()) - before;
  };
  t.equal(raised(3), 0);
  t.ok(raised(null) > 0);
});

test('equal overlaps of all columns are won by chance, the same each time, or by the last where asked for', async (t) => {
  const run = (globalTies: 'ranking' | 'index', kernels: boolean): number[] => {
    const params = { activeColumns: 5, boostMode: 'none', stimulusThreshold: 0, globalTies } as const;
    return winnersOf(newPooler(flatShape(40, 600), params, 1, kernels).sp, new Uint32Array());
  };
  t.same(run('index', false), [595, 596, 597, 598, 599]);
  t.same(run('index', true), run('index', false));
  const byChance = run('ranking', false);
  t.same(run('ranking', true), byChance);
  t.notSame(byChance, run('index', false));
});

test('what the duty cycles of a newborn were is forgotten by the first step that learns', async (t) => {
  const [usual, zero] = [0, 1].map(() => newPooler(flatShape(40, 100), { activeColumns: 10 })) as [
    ReturnType<typeof newPooler>,
    ReturnType<typeof newPooler>,
  ];
  t.equal(usual.sp.views.activeDutyCycle[7]!.toFixed(6), '0.100000', 'the density');
  zero.sp.views.activeDutyCycle.fill(0);
  for (const { sp } of [usual, zero]) poolSpatially(sp, Uint32Array.of(1, 2, 3, 9), 4, true);
  t.ok(Buffer.from(usual.image).equals(Buffer.from(zero.image)));
});

test('equal overlaps are won in order up to the limit; by ranking some of them are lost', async (t) => {
  const flat = { ...LOCAL, wrapAround: true, inhibitionRadius: 3 };
  const run = (localTies: 'order' | 'ranking', kernels: boolean): number[] => {
    const { sp } = newPooler(
      flat,
      { activeColumns: 30, boostMode: 'none', stimulusThreshold: 0, localTies },
      1,
      kernels,
    );
    return winnersOf(sp, new Uint32Array());
  };
  // Every overlap is 0 and so equal: 7 x 7 neighbours, a tenth of them may win.
  const limit = Math.floor(0.5 + 0.1 * 49);
  const inOrder = run('order', false);
  t.same(run('order', true), inOrder);
  t.same(inOrder.slice(0, limit), [0, 1, 2, 3, 4], 'the first visited');
  for (let column = 0; column < 300; column++) {
    const [x, y] = [column % 20, Math.floor(column / 20)];
    const near = inOrder.filter((winner) => {
      const [dx, dy] = [Math.abs((winner % 20) - x), Math.abs(Math.floor(winner / 20) - y)];
      return Math.min(dx, 20 - dx) <= 3 && Math.min(dy, 15 - dy) <= 3;
    });
    if (!inOrder.includes(column) && near.length < limit)
      t.fail(`column ${column} lost with ${near.length} winners near`);
  }
  t.ok(run('ranking', false).length < inOrder.length);
});

test('nothing changes while learning is off', async (t) => {
  const { sp, image } = newPooler(SHAPE);
  for (let i = 0; i < 100; i++) pool(sp, pattern(i % 10), true);
  const before = createHash('sha256').update(image).digest('hex');
  for (let i = 0; i < 100; i++) pool(sp, pattern(i % 10), false);
  t.equal(createHash('sha256').update(image).digest('hex'), before);
  t.equal(learnedSteps(sp), 100);
});

test('200 steps equal 100 steps, a saved image, and 100 steps in another pooler, byte for byte', async (t) => {
  for (const shape of [SHAPE, LOCAL]) {
    const params = { activeColumns: 6, adaptInhibitionRadius: true };
    const run = (sp: SpatialPooler, from: number, to: number): void => {
      for (let i = from; i < to; i++) pool(sp, pattern(i, 0, undefined, inputsOf(shape)), true);
    };
    const whole = newPooler(shape, params);
    run(whole.sp, 0, 200);
    const first = newPooler(shape, params);
    run(first.sp, 0, 100);
    const second = newPooler(shape, params, 99, true);
    second.image.set(first.image);
    restoreSpatialPooler(second.sp);
    run(second.sp, 100, 200);
    t.ok(Buffer.from(second.image).equals(Buffer.from(whole.image)));
  }
});

test('impossible shapes and parameters are refused', async (t) => {
  t.throws(() => newPooler(SHAPE, { potentialPct: 0 }), /potentialPct/);
  t.throws(() => newPooler(SHAPE, { activeColumns: 33 }), /activeColumns .* from 1 to 32 but received 33/);
  t.throws(() => newPooler(SHAPE, { connectedPermanence: 1 }), /connectedPermanence/);
  t.throws(() => newPooler({ ...LOCAL, potentialRadius: 20, wrapAround: true }), /wrap around/);
  t.throws(() => newPooler(flatShape(70000, 4)), /inputs .* from 1 to 65535 but received 70000/);
});

test('the same steps give the bytes they have always given', async (t) => {
  const { sp, image } = newPooler(SHAPE);
  const random = new Uint32Array([9]);
  for (let i = 0; i < 1000; i++) pool(sp, pattern(i % 10, 3, random), true);
  t.equal(createHash('sha256').update(image).digest('hex').slice(0, 16), GOLDEN);
  const local = newPooler(LOCAL, { activeColumns: 15, boostMode: 'logarithmic', adaptInhibitionRadius: true });
  for (let i = 0; i < 200; i++) pool(local.sp, pattern(i % 10, 3, random, 1200), true);
  t.equal(createHash('sha256').update(local.image).digest('hex').slice(0, 16), GOLDEN_LOCAL);
});
/** Integers and exact arithmetic only, so equal on every machine. */
const GOLDEN = '9d5bdbdcf27d368d';
const GOLDEN_LOCAL = 'bd868f40b506a7d5';
