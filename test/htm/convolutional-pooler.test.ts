/** convolutional-pooler.test.ts - the same columns at every position; what wins, what learns, what is pooled. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { test } from 'tap';
import { bitCount, convolutionLayout, gatherPatch } from '../../src/htm/conv-shape.ts';
import { NO_COLUMN, convolve, freezeConvolution, learnConvolution } from '../../src/htm/convolutional-pooler.ts';
import { createConvolutionalPooler } from '../../src/htm/create.ts';
import { listBits, unionLayout, unionPool } from '../../src/htm/union-pooling.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { nextRandom, randomBelow, seedWord } from '../../src/memory/random.ts';

const SHAPE = { width: 9, height: 7, channels: 5, kernel: 3, stride: 2, columns: 12, shared: true };

/** Random pixels: each bit of each channel with a chance. */
function draw(pixels: Uint32Array, channels: number, random: Uint32Array, density: number): void {
  const words = (channels + 31) >>> 5;
  for (let i = 0; i < pixels.length; i++) {
    const used = Math.min(32, channels - 32 * (i % words));
    let bits = 0;
    for (let bit = 0; bit < used; bit++) if (randomBelow(random, 1000) < density * 1000) bits |= 1 << bit;
    pixels[i] = bits;
  }
}

const isSame = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.prototype.every.call(a, (value, i) => value === b[i]);

test('a patch holds the bits of its pixels, row by row, whatever the number of channels', async () => {
  fc.assert(
    fc.property(
      fc.record({
        width: fc.integer({ min: 4, max: 12 }),
        height: fc.integer({ min: 4, max: 12 }),
        channels: fc.integer({ min: 1, max: 70 }),
        kernel: fc.integer({ min: 1, max: 4 }),
        stride: fc.integer({ min: 1, max: 3 }),
      }),
      fc.integer(),
      (dimensions, seed) => {
        const shape = { ...dimensions, columns: 2, shared: true };
        const layout = convolutionLayout(shape);
        const pixels = new Uint32Array(shape.width * shape.height * layout.pixelWords);
        draw(pixels, shape.channels, Uint32Array.of(seedWord(seed, 1)), 0.3);
        const patch = new Uint32Array(layout.patchWords);
        for (let position = 0; position < layout.positions; position++) {
          const count = gatherPatch(shape, layout, pixels, position, patch);
          const left = (position % layout.positionsX) * shape.stride;
          const top = Math.floor(position / layout.positionsX) * shape.stride;
          let at = 0;
          let ones = 0;
          for (let y = top; y < top + shape.kernel; y++)
            for (let x = left; x < left + shape.kernel; x++)
              for (let channel = 0; channel < shape.channels; channel++, at++) {
                const word = pixels[(y * shape.width + x) * layout.pixelWords + (channel >>> 5)]!;
                const bit = (word >>> (channel & 31)) & 1;
                ones += bit;
                if (((patch[at >>> 5]! >>> (at & 31)) & 1) !== bit) return false;
              }
          if (ones !== count) return false;
        }
        return true;
      },
    ),
  );
});

test('kernels and plain code choose the same winners and learn the same bytes', async () => {
  fc.assert(
    fc.property(
      fc.record({
        width: fc.integer({ min: 5, max: 14 }),
        height: fc.integer({ min: 5, max: 14 }),
        channels: fc.integer({ min: 1, max: 70 }),
        kernel: fc.integer({ min: 1, max: 5 }),
        stride: fc.integer({ min: 1, max: 3 }),
        columns: fc.integer({ min: 1, max: 40 }),
        shared: fc.boolean(),
      }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer(),
      (shape, k, seed) => {
        const params = { activeColumns: Math.min(k, shape.columns), boostPeriod: 5, dutyCyclePeriod: 20 };
        const fast = createConvolutionalPooler(shape, params, { seed });
        const plain = createConvolutionalPooler(shape, params, { seed, kernels: false });
        if (fast.kernels === null) return false;
        const random = Uint32Array.of(seedWord(seed, 2));
        for (let picture = 0; picture < 6; picture++) {
          draw(fast.pixels, shape.channels, random, 0.2);
          plain.pixels.set(fast.pixels);
          for (const cp of [fast, plain]) {
            learnConvolution(cp, cp.pixels, 8);
            convolve(cp, cp.pixels);
          }
          if (!isSame(fast.views.winners, plain.views.winners)) return false;
          if (picture === 3) [fast, plain].forEach(freezeConvolution);
        }
        return isSame(persistentImage(fast.memory), persistentImage(plain.memory));
      },
    ),
    { numRuns: 60 },
  );
});

test('shared columns give the same winner wherever the same patch lies', async (t) => {
  const cp = createConvolutionalPooler({ ...SHAPE, stride: 1 });
  // The same 3 x 3 pattern at two places, nothing else.
  const pattern = [1, 2, 4, 8, 16, 1, 2, 4, 8];
  for (const [left, top] of [
    [0, 0],
    [5, 4],
  ] as const)
    pattern.forEach((bits, i) => (cp.pixels[(top + Math.floor(i / 3)) * 9 + left + (i % 3)] = bits));
  convolve(cp, cp.pixels);
  const winnerAt = (x: number, y: number): number => cp.views.winners[y * cp.layout.positionsX + x]!;
  t.not(winnerAt(0, 0), NO_COLUMN);
  t.equal(winnerAt(0, 0), winnerAt(5, 4));
});

test('the winner is the column with the largest overlap for its number of synapses, and k of them are in order', async (t) => {
  const cp = createConvolutionalPooler(SHAPE, { activeColumns: 3, stimulusThreshold: 2, minActiveBits: 1 });
  freezeConvolution(cp);
  draw(cp.pixels, 5, Uint32Array.of(5), 0.4);
  convolve(cp, cp.pixels);
  const patch = new Uint32Array(cp.layout.patchWords);
  for (let position = 0; position < cp.layout.positions; position++) {
    gatherPatch(SHAPE, cp.layout, cp.pixels, position, patch);
    const scored = Array.from({ length: 12 }, (_, column) => {
      const mask = cp.views.connectedMask.subarray(column * cp.layout.patchWords, (column + 1) * cp.layout.patchWords);
      const overlap = mask.reduce((sum, word, i) => sum + bitCount(word & patch[i]!), 0);
      const score = overlap / Math.sqrt(cp.views.connectedCount[column]!) + cp.views.tieBreak[column]!;
      return { column, overlap, score };
    });
    const expected = scored
      .filter(({ overlap }) => overlap >= 2)
      .toSorted((a, b) => b.score - a.score)
      .slice(0, 3)
      .map(({ column }) => column);
    while (expected.length < 3) expected.push(NO_COLUMN);
    t.same(Array.from(cp.views.winners.subarray(position * 3, position * 3 + 3)), expected);
  }
});

test('where too little is to be seen nothing wins and nothing learns', async (t) => {
  const cp = createConvolutionalPooler(SHAPE, { minActiveBits: 3, minLearnedBits: 4 });
  cp.pixels[0] = 3;
  convolve(cp, cp.pixels);
  t.ok(cp.views.winners.every((winner) => winner === NO_COLUMN));
  const before = cp.views.convPermanence.slice();
  learnConvolution(cp, cp.pixels, 50);
  t.same(cp.views.convPermanence, before);
});

test('only the best column learns: towards the patch, by the increments, and its connected bits follow', async (t) => {
  const cp = createConvolutionalPooler({ ...SHAPE, width: 3, height: 3 }, { activeColumns: 4 });
  draw(cp.pixels, 5, Uint32Array.of(9), 0.4);
  const before = cp.views.convPermanence.slice();
  convolve(cp, cp.pixels);
  const winner = cp.views.winners[0]!;
  learnConvolution(cp, cp.pixels, 1);
  const patch = new Uint32Array(cp.layout.patchWords);
  gatherPatch(cp.shape, cp.layout, cp.pixels, 0, patch);
  const { inputs, patchWords } = cp.layout;
  let connected = 0;
  before.forEach((permanence, i) => {
    const [column, input] = [Math.floor(i / inputs), i % inputs];
    const isOn = (patch[input >>> 5]! >>> (input & 31)) & 1;
    const expected = column !== winner ? permanence : isOn ? permanence + 4 : permanence - 1;
    if (cp.views.convPermanence[i] !== expected) t.fail(`permanence ${i}`);
    const isConnected = (cp.views.connectedMask[column * patchWords + (input >>> 5)]! >>> (input & 31)) & 1;
    if (isConnected !== (expected >= 128 ? 1 : 0)) t.fail(`connected bit ${i}`);
    if (column === winner) connected += isConnected;
  });
  t.equal(cp.views.connectedCount[winner], connected);
});

test('a newborn spreads its work, and stops being driven to when it is frozen', async (t) => {
  const shape = { ...SHAPE, columns: 16, width: 12, height: 12 };
  const winnersOf = (boosted: boolean): number => {
    const cp = createConvolutionalPooler(shape, { boostPeriod: 16, dutyCyclePeriod: 200 }, { seed: 4 });
    if (!boosted) freezeConvolution(cp);
    const random = Uint32Array.of(11);
    const used = new Set<number>();
    for (let picture = 0; picture < 300; picture++) {
      // A few kinds of picture only, so that few columns would do.
      draw(cp.pixels, 5, Uint32Array.of(1 + (nextRandom(random) % 3)), 0.25);
      learnConvolution(cp, cp.pixels, 6);
    }
    freezeConvolution(cp);
    t.ok(cp.views.factor.every((factor, i) => factor === Math.fround(1 / Math.sqrt(cp.views.connectedCount[i]!))));
    for (let kind = 1; kind <= 3; kind++) {
      draw(cp.pixels, 5, Uint32Array.of(kind), 0.25);
      convolve(cp, cp.pixels);
      for (const winner of cp.views.winners) used.add(winner);
    }
    return used.size;
  };
  t.ok(winnersOf(true) >= winnersOf(false));
});

test('union pooling tells which columns won anywhere in a window', async (t) => {
  const shape = { positionsX: 5, positionsY: 4, activeColumns: 2, columns: 40, window: 3, stride: 2 };
  const { width, height, pixelWords } = unionLayout(shape);
  t.same([width, height, pixelWords], [2, 1, 2]);
  const winners = new Uint16Array(40).fill(NO_COLUMN);
  winners.set([3, 39], 0); // position 0, 0: left window only
  winners[2 * 2] = 7; // position 2, 0: both windows
  winners[(3 * 5 + 4) * 2] = 20; // row 3: in no window
  const out = new Uint32Array(width * height * pixelWords);
  unionPool(shape, winners, out);
  const list = new Uint16Array(80);
  t.same(Array.from(list.subarray(0, listBits(out, pixelWords, 40, list))), [3, 7, 39, 47]);
  t.throws(() => unionLayout({ ...shape, window: 5 }), /window that fits 5 x 4/);
});

test('impossible shapes are refused', async (t) => {
  t.throws(() => createConvolutionalPooler({ ...SHAPE, kernel: 8 }), /kernel of at most 7/);
  t.throws(() => createConvolutionalPooler({ ...SHAPE, stride: 0 }), /stride to be a whole number/);
  t.throws(() => createConvolutionalPooler({ ...SHAPE, channels: 20_000 }), /at most 65535 inputs/);
  t.throws(
    () => createConvolutionalPooler(SHAPE, { activeColumns: 13 }),
    /activeColumns .* from 1 to 12 but received 13/,
  );
});

test('the same pictures give the bytes they have always given', async (t) => {
  const cp = createConvolutionalPooler({ ...SHAPE, columns: 24 }, { activeColumns: 2 }, { seed: 7 });
  const random = Uint32Array.of(3);
  for (let picture = 0; picture < 100; picture++) {
    draw(cp.pixels, 5, random, 0.25);
    learnConvolution(cp, cp.pixels, 5);
  }
  convolve(cp, cp.pixels);
  const hash = createHash('sha256').update(persistentImage(cp.memory)).update(cp.views.winners).digest('hex');
  t.equal(hash.slice(0, 16), '49084f09db05ad0d');
});
