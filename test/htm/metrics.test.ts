/** metrics.test.ts - numbers about codes, against values worked out by hand. */
import { test } from 'tap';
import { entropyOf, moveBits, noiseRobustness, overlapOf, sparsityOf, stabilityOf } from '../../src/htm/metrics.ts';

test('sparsity is the mean share of active bits, with its deviation', async (t) => {
  t.same(sparsityOf([20, 20, 20], 1000), { mean: 0.02, deviation: 0 });
  const { mean, deviation } = sparsityOf([10, 30], 1000);
  t.ok(Math.abs(mean - 0.02) < 1e-12 && Math.abs(deviation - 0.01) < 1e-12);
  t.same(sparsityOf([], 10), { mean: 0, deviation: 0 });
});

test('entropy is largest when all bits are used equally, and 0 when always the same are', async (t) => {
  const equal = entropyOf(Array.from({ length: 100 }, () => 0.02));
  t.ok(Math.abs(equal.mean - 0.141_440_5) < 1e-6, `at 2 % it is .1414 bits, received ${equal.mean}`);
  t.ok(Math.abs(equal.ratio - 1) < 1e-12);
  t.equal(entropyOf([1, 1, 0, 0, 0, 0]).mean, 0);
});

test('overlap and stability of codes', async (t) => {
  const [a, b] = [Uint16Array.of(1, 4, 9), Uint16Array.of(0, 4, 9, 12)];
  t.equal(overlapOf(a, b), 2);
  t.equal(stabilityOf([a, b], [a, Uint16Array.of(0, 4)]), 0.75);
});

test('moved bits are as many as asked for, and none comes back by chance', async (t) => {
  const input = Uint32Array.from({ length: 20 }, (_, i) => i * 3);
  const random = Uint32Array.of(5);
  for (const share of [0, 0.25, 1]) {
    const moved = moveBits(input, 100, share, random);
    t.equal(moved.length, 20);
    t.equal(overlapOf(moved, input), 20 - 20 * share);
  }
  t.equal(moveBits(Uint32Array.of(0, 1, 2), 4, 1, random).length, 3, 'no more than there is room for');
});

test('robustness is 1 without noise and falls with it', async (t) => {
  const inputs = Array.from({ length: 10 }, (_, i) => Uint32Array.from({ length: 10 }, (_none, j) => i + j * 10));
  // A code that keeps every other bit of its input.
  const code = (active: Uint32Array): Uint32Array => active.filter((bit) => bit % 2 === 0);
  const even = inputs.filter((input) => input[0]! % 2 === 0);
  const [none, half] = noiseRobustness(code, even, 200, [0, 0.5], Uint32Array.of(2));
  t.equal(none, 1);
  t.ok(Math.abs(half! - 0.5) < 0.1);
});
