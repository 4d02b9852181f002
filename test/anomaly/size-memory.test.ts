import { test } from 'tap';
import { judgeSize, learnSize, sizeMemoryFields } from '../../src/anomaly/size-memory.ts';
import { viewsFor } from '../support/views.ts';

void test('nothing is judged before twenty things were seen', async (t) => {
  const memory = viewsFor(sizeMemoryFields(2));
  for (let i = 0; i < 19; i++) learnSize(memory, 0, 100);
  t.equal(judgeSize(memory, 0, 10_000), 0);
  learnSize(memory, 0, 100);
  t.ok(judgeSize(memory, 0, 10_000) > 5);
});

void test('only larger than usual counts', async (t) => {
  const memory = viewsFor(sizeMemoryFields(1));
  for (let i = 0; i < 50; i++) learnSize(memory, 0, 90 + (i % 3) * 10);
  t.equal(judgeSize(memory, 0, 20), 0);
  t.ok(judgeSize(memory, 0, 105) < 1);
  t.ok(judgeSize(memory, 0, 400) > 3);
});

void test('a place that has seen little is judged by the whole picture', async (t) => {
  const memory = viewsFor(sizeMemoryFields(2));
  for (let i = 0; i < 50; i++) learnSize(memory, 0, 100);
  t.ok(judgeSize(memory, 1, 100) < 0.5);
  t.ok(judgeSize(memory, 1, 1000) > 3);
});
