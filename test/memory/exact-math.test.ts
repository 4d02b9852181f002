import { test } from 'tap';
import { exp, ln } from '../../src/memory/exact-math.ts';

const VALUES = [1e-12, 0.001, 0.1, 0.5, Math.SQRT1_2, 0.99, 1, 1.01, 2, Math.E, 10, 1234.5, 1e9, 1e300];

test('the logarithm agrees with the engine to 13 digits', async (t) => {
  for (const x of VALUES)
    t.ok(Math.abs(ln(x) - Math.log(x)) <= 1e-13 * Math.max(1, Math.abs(Math.log(x))), `ln ${x} = ${ln(x)}`);
  t.equal(ln(1), 0);
  t.equal(ln(0), -Infinity);
  t.ok(Number.isNaN(ln(-1)));
  t.equal(ln(Infinity), Infinity);
});

test('the exponential agrees with the engine to 13 digits and undoes the logarithm', async (t) => {
  for (const x of [-50, -3.3, -1, -0.1, 0, 0.1, 1, 2.5, 20, 100])
    t.ok(Math.abs(exp(x) / Math.exp(x) - 1) <= 1e-13, `exp ${x}`);
  for (const x of [0.01, 1, 7, 1e6]) t.ok(Math.abs(exp(ln(x)) / x - 1) <= 1e-12);
  t.equal(exp(-800), 0);
  t.equal(exp(800), Infinity);
});
