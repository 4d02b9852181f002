import { test } from 'tap';
import { type SpeedMemory, poolSpeeds, speedMemoryFields, takeSpeeds } from '../../src/anomaly/speed-memory.ts';
import { viewsFor } from '../support/views.ts';

const usual = { total: 0, mean: 0, variance: 0 };

/** One movement at one place: how unusual it is; learned if asked to. */
function take(memory: SpeedMemory, place: number, speed: number, learn: boolean): number {
  const places = memory.count.length;
  const moving = new Uint8Array(places);
  const deviation = new Float64Array(places);
  moving[place] = 1;
  takeSpeeds(memory, usual, moving, new Float64Array(places).fill(speed), learn, deviation);
  return deviation[place]!;
}
const judgeSpeed = (memory: SpeedMemory, place: number, speed: number): number => take(memory, place, speed, false);

/** Place 0 is slow, place 1 fast, place 2 was never seen. */
function trained() {
  const memory = viewsFor(speedMemoryFields(3));
  for (let i = 0; i < 4000; i++) {
    take(memory, 0, 0.5 + 0.1 * ((i % 5) - 2), true);
    take(memory, 1, 2 + 0.2 * ((i % 5) - 2), true);
  }
  poolSpeeds(memory, usual);
  return memory;
}

void test('the farther beyond what is usual at its place, the more unusual a speed is', async (t) => {
  const memory = trained();
  t.ok(Math.abs(judgeSpeed(memory, 0, 0.5)) < 0.5);
  t.ok(judgeSpeed(memory, 0, 2) > 2);
  t.ok(judgeSpeed(memory, 0, 6) > 2 * judgeSpeed(memory, 0, 2));
  t.ok(judgeSpeed(memory, 1, 2) < 0.5, 'what is fast here is usual there');
});

void test('a place never seen is judged by the whole picture', async (t) => {
  const memory = trained();
  t.ok(Math.abs(usual.mean - 1.25) < 0.01);
  t.equal(judgeSpeed(memory, 2, usual.mean), 0);
  t.ok(judgeSpeed(memory, 2, 6) > 3);
});

void test('nothing is unusual before enough has been seen', async (t) => {
  const memory = viewsFor(speedMemoryFields(1));
  for (let i = 0; i < 100; i++) take(memory, 0, 1, true);
  poolSpeeds(memory, usual);
  t.equal(judgeSpeed(memory, 0, 100), 0);
});

void test('one cart does not change what is usual', async (t) => {
  const memory = trained();
  const before = memory.variance[0]!;
  take(memory, 0, 50, true);
  t.ok(memory.variance[0]! < 1.2 * before, `${before} ${memory.variance[0]}`);
});
