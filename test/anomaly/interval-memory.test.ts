import { test } from 'tap';
import {
  intervalDeviation,
  intervalEntries,
  intervalKey,
  intervalMemoryFields,
  learnInterval,
  usualInterval,
  visitsOf,
} from '../../src/anomaly/interval-memory.ts';
import { viewsFor } from '../support/views.ts';

void test('what was never seen is not judged', async (t) => {
  const memory = viewsFor(intervalMemoryFields(16));
  t.equal(intervalDeviation(memory, intervalKey(1, 2, 3), 5000), 0);
  t.equal(usualInterval(memory, intervalKey(1, 2, 3), 1), null);
  t.equal(visitsOf(memory, intervalKey(1, 2, 3)), 0);
});

void test('after six stays a longer one is late and a shorter one early', async (t) => {
  const memory = viewsFor(intervalMemoryFields(16));
  const key = intervalKey(1, 2, 3);
  for (const ms of [1900, 2000, 2100, 2000, 1900]) learnInterval(memory, key, ms);
  t.equal(intervalDeviation(memory, key, 60_000), 0, 'five are too few');
  learnInterval(memory, key, 2100);
  t.ok(Math.abs(intervalDeviation(memory, key, 2000)) < 0.5);
  t.ok(intervalDeviation(memory, key, 8000) > 3);
  t.ok(intervalDeviation(memory, key, 500) < -3);
});

void test('the usual time is the geometric mean, with its spread', async (t) => {
  const memory = viewsFor(intervalMemoryFields(16));
  const key = intervalKey(4, 5, 6);
  for (let i = 0; i < 30; i++) learnInterval(memory, key, 4000);
  const usual = usualInterval(memory, key, 1.28);
  t.equal(usual?.visits, 30);
  t.ok(Math.abs((usual?.meanMs ?? 0) - 4000) < 1);
  t.ok((usual?.lowMs ?? 0) < 4000 && (usual?.highMs ?? 0) > 4000 && (usual?.highMs ?? 0) < 6000);
});

void test('contexts are kept apart', async (t) => {
  const memory = viewsFor(intervalMemoryFields(64));
  for (let i = 0; i < 10; i++) {
    learnInterval(memory, intervalKey(1, 0, 1), 1000);
    learnInterval(memory, intervalKey(1, 2, 1), 9000);
    learnInterval(memory, intervalKey(2, 0, 1), 300);
  }
  t.ok(intervalDeviation(memory, intervalKey(1, 0, 1), 9000) > 3);
  t.ok(Math.abs(intervalDeviation(memory, intervalKey(1, 2, 1), 9000)) < 0.5);
  t.equal(intervalEntries(memory), 3);
});

void test('a full table replaces the least visited entry in reach and counts it', async (t) => {
  const memory = viewsFor(intervalMemoryFields(8));
  for (let key = 0; key < 8; key++) for (let i = 0; i <= key; i++) learnInterval(memory, key, 1000);
  t.equal(intervalEntries(memory), 8);
  learnInterval(memory, 100, 1000);
  t.equal(intervalEntries(memory), 8);
  t.equal(memory.replacedKeys[0], 1);
  t.equal(visitsOf(memory, 0), 0, 'the key seen once has gone');
  t.equal(visitsOf(memory, 7), 8, 'the key seen most stays');
  t.equal(visitsOf(memory, 100), 1);
});

void test('with a limit, one long stay hardly changes what is usual', async (t) => {
  const [free, limited] = [viewsFor(intervalMemoryFields(8)), viewsFor(intervalMemoryFields(8))];
  for (const memory of [free, limited]) for (let i = 0; i < 30; i++) learnInterval(memory, 1, 1900 + (i % 3) * 100);
  learnInterval(free, 1, 600_000);
  learnInterval(limited, 1, 600_000, 3);
  t.ok(intervalDeviation(free, 1, 20_000) < 5);
  t.ok(intervalDeviation(limited, 1, 20_000) > 10);
});
