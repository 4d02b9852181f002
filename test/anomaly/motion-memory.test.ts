import { test } from 'tap';
import {
  DIRECTIONS,
  directionOf,
  judgeMotion,
  learnMotion,
  motionMemoryFields,
  usualDirection,
} from '../../src/anomaly/motion-memory.ts';
import { viewsFor } from '../support/views.ts';

void test('directions are eight sectors, clockwise from the right', async (t) => {
  const around = [
    [1, 0],
    [1, 1],
    [0, 1],
    [-1, 1],
    [-1, 0],
    [-1, -1],
    [0, -1],
    [1, -1],
  ] as const;
  t.same(
    around.map(([dx, dy]) => directionOf(dx, dy)),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
  t.equal(directionOf(10, 4), 0);
  t.equal(directionOf(10, 5), 1);
});

function trained() {
  const memory = viewsFor(motionMemoryFields(2));
  for (let i = 0; i < 200; i++) learnMotion(memory, 0, 0, 2 + (i % 5) * 0.1);
  return memory;
}

void test('the usual way at the usual speed is no surprise, the other way is', async (t) => {
  const memory = trained();
  const surprise = { direction: -1, speed: -1 };
  judgeMotion(memory, 0, 0, 2.2, surprise);
  t.same(surprise, { direction: 0, speed: 0 });
  judgeMotion(memory, 0, 4, 2.2, surprise);
  t.ok(surprise.direction > 1);
  t.equal(surprise.speed, 0);
  t.equal(usualDirection(memory, 0), 0);
});

void test('the neighbouring direction is less of a surprise than the opposite one', async (t) => {
  const memory = trained();
  const beside = { direction: 0, speed: 0 };
  const against = { direction: 0, speed: 0 };
  judgeMotion(memory, 0, 1, 2.2, beside);
  judgeMotion(memory, 0, 4, 2.2, against);
  t.ok(beside.direction < against.direction / 2);
});

void test('the faster beyond what was seen, the greater the surprise', async (t) => {
  const memory = trained();
  const speeds = [2.2, 4, 6, 9].map((speed) => {
    const surprise = { direction: 0, speed: 0 };
    judgeMotion(memory, 0, 0, speed, surprise);
    return surprise.speed;
  });
  t.equal(speeds[0], 0);
  t.ok(speeds[1]! < speeds[2]! && speeds[2]! < speeds[3]!);
});

void test('a place where nothing ever moved is judged as if it had been watched as long as the others', async (t) => {
  const memory = trained();
  const surprise = { direction: 0, speed: 0 };
  judgeMotion(memory, 1, 0, 2.2, surprise);
  t.ok(surprise.direction > 0.5);
  t.equal(usualDirection(memory, 1), -1);
});

void test('full counters are halved together, so proportions stay', async (t) => {
  const memory = viewsFor(motionMemoryFields(1));
  memory.directionCount[0] = 65534;
  memory.directionCount[2] = 1000;
  learnMotion(memory, 0, 0, 1);
  t.same([...memory.directionCount], [32767, 0, 500, ...Array.from({ length: DIRECTIONS - 3 }, () => 0)]);
});
