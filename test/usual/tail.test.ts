import { test } from 'tap';
import { OF_SUMS, TAIL_RING, learnTail, tailBits, tailFields, valueOfBits } from '../../src/usual/tail.ts';
import { viewsFor } from '../support/views.ts';

void test('while little is known bits count as they are, less what is given away', async (t) => {
  const tail = viewsFor(tailFields());
  t.equal(tailBits(tail, 7, 3, OF_SUMS), 4);
  t.equal(tailBits(tail, 2, 3, OF_SUMS), 0);
  t.equal(valueOfBits(tail, 4, 3, OF_SUMS), 7);
});

void test('among the values known a rank is a probability', async (t) => {
  const tail = viewsFor(tailFields());
  for (let i = 1; i <= 99; i++) learnTail(tail, i % 100);
  t.ok(Math.abs(tailBits(tail, 50.5, 0, OF_SUMS) - 1) < 0.05, `${tailBits(tail, 50.5, 0, OF_SUMS)}`);
  t.ok(Math.abs(tailBits(tail, 75.5, 0, OF_SUMS) - 2) < 0.1, `${tailBits(tail, 75.5, 0, OF_SUMS)}`);
  t.ok(tailBits(tail, 0, 0, OF_SUMS) < 0.02);
});

void test('beyond the highest few an exponential goes on, and the value of some bits is found back', async (t) => {
  const tail = viewsFor(tailFields());
  // Exponential values with a mean of 2: quantiles at equal steps.
  for (let i = 0; i < 200; i++) learnTail(tail, -2 * Math.log((i + 0.5) / 200));
  for (const value of [8, 12, 20]) {
    const bits = tailBits(tail, value, 0, OF_SUMS);
    t.ok(Math.abs(bits - value / 2 / Math.LN2) < 1 + 0.1 * bits, `${value}: ${bits} bits`);
    t.ok(Math.abs(valueOfBits(tail, bits, 0, OF_SUMS) - value) < 1e-4);
  }
});

void test('the oldest value gives way, and the sorted ring stays sorted', async (t) => {
  const tail = viewsFor(tailFields());
  for (let i = 0; i < TAIL_RING + 100; i++) learnTail(tail, (i * 37) % 101);
  t.equal(tail.filled[0], TAIL_RING);
  t.ok(tail.sorted.every((value, i) => i === 0 || value >= tail.sorted[i - 1]!));
  t.same([...tail.sorted], [...tail.ring].toSorted((a, b) => a - b)); // prettier-ignore
});
