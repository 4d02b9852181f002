import { test } from 'tap';
import { judgeSpeed, learnSpeed, poolSpeeds, speedMemoryFields } from '../../src/anomaly/speed-memory.ts';
import { viewsFor } from '../support/views.ts';

const usual = { total: 0, mean: 0, variance: 0 };

/** Place 0 is slow, place 1 fast, place 2 was never seen. */
function trained() {
  const memory = viewsFor(speedMemoryFields(3));
  for (let i = 0; i < 4000; i++) {
    learnSpeed(memory, 0, 0.5 + 0.1 * ((i % 5) - 2), 0);
    learnSpeed(memory, 1, 2 + 0.2 * ((i % 5) - 2), 0);
  }
  poolSpeeds(memory, usual);
  return memory;
}

void test('the farther beyond what is usual at its place, the more unusual a speed is', async (t) => {
  const memory = trained();
  t.ok(Math.abs(judgeSpeed(memory, usual, 0, 0.5)) < 0.5);
  t.ok(judgeSpeed(memory, usual, 0, 2) > 2);
  t.ok(judgeSpeed(memory, usual, 0, 6) > 2 * judgeSpeed(memory, usual, 0, 2));
  t.ok(judgeSpeed(memory, usual, 1, 2) < 0.5, 'what is fast here is usual there');
});

void test('a place never seen is judged by the whole picture', async (t) => {
  const memory = trained();
  t.ok(Math.abs(usual.mean - 1.25) < 0.01);
  t.equal(judgeSpeed(memory, usual, 2, usual.mean), 0);
  t.ok(judgeSpeed(memory, usual, 2, 6) > 3);
});

void test('nothing is unusual before enough has been seen', async (t) => {
  const memory = viewsFor(speedMemoryFields(1));
  for (let i = 0; i < 100; i++) learnSpeed(memory, 0, 1, 0);
  poolSpeeds(memory, usual);
  t.equal(judgeSpeed(memory, usual, 0, 100), 0);
});

void test('one cart does not change what is usual', async (t) => {
  const memory = trained();
  const before = memory.variance[0]!;
  learnSpeed(memory, 0, 50, judgeSpeed(memory, usual, 0, 50));
  t.ok(memory.variance[0]! < 1.2 * before, `${before} ${memory.variance[0]}`);
});
