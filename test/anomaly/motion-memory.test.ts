import { test } from 'tap';
import {
  DIRECTIONS,
  directionOf,
  judgeDirection,
  learnDirection,
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
  for (let i = 0; i < 200; i++) learnDirection(memory, 0, 0);
  return memory;
}

void test('the usual way is no surprise, the other way is', async (t) => {
  const memory = trained();
  t.equal(judgeDirection(memory, 0, 0), 0);
  t.ok(judgeDirection(memory, 0, 4) > 1);
  t.equal(usualDirection(memory, 0), 0);
});

void test('the neighbouring direction is less of a surprise than the opposite one', async (t) => {
  const memory = trained();
  t.ok(judgeDirection(memory, 0, 1) < judgeDirection(memory, 0, 4) / 2);
});

void test('a place where nothing ever moved is judged as if it had been watched as long as the others', async (t) => {
  const memory = trained();
  t.ok(judgeDirection(memory, 1, 0) > 0.5);
  t.equal(usualDirection(memory, 1), -1);
});

void test('full counters are halved together, so proportions stay', async (t) => {
  const memory = viewsFor(motionMemoryFields(1));
  memory.directionCount[0] = 195;
  memory.directionCount[2] = 60;
  learnDirection(memory, 0, 0);
  t.same([...memory.directionCount], [98, 0, 30, ...Array.from({ length: DIRECTIONS - 3 }, () => 0)]);
});

void test('a new way is usual after as many movements, however long another was', async (t) => {
  const movementsUntilUsual = (seenBefore: number): number => {
    const memory = viewsFor(motionMemoryFields(1));
    for (let i = 0; i < seenBefore; i++) learnDirection(memory, 0, 0);
    let count = 0;
    for (; judgeDirection(memory, 0, 4) > 0.3; count++) learnDirection(memory, 0, 4);
    return count;
  };
  t.ok(movementsUntilUsual(100) > 2);
  t.ok(movementsUntilUsual(1_000_000) < 20);
});
