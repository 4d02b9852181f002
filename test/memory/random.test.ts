import { test } from 'tap';
import { nextRandom, randomBelow, seedWord } from '../../src/memory/random.ts';

test('a generator goes on where its saved word stands', async (t) => {
  const first = new Uint32Array([seedWord(1, 1)]);
  for (let i = 0; i < 10; i++) nextRandom(first);
  const restored = Uint32Array.from(first);
  const drawn = [nextRandom(first), nextRandom(first)];
  t.same([nextRandom(restored), nextRandom(restored)], drawn);
});

test('the numbers are the published ones of mulberry32', async (t) => {
  // Seed 0 gives these first three words in every implementation of mulberry32.
  const state = new Uint32Array([0]);
  t.same([nextRandom(state), nextRandom(state), nextRandom(state)], [1144304738, 1416247, 958946056]);
});

test('draws stay below the limit and reach every value', async (t) => {
  const state = new Uint32Array([seedWord(7, 3)]);
  const seen = new Set<number>();
  for (let i = 0; i < 2000; i++) {
    const value = randomBelow(state, 10);
    t.ok(value >= 0 && value < 10);
    seen.add(value);
  }
  t.equal(seen.size, 10);
});

test('neighbouring seeds and streams are unrelated', async (t) => {
  const words = new Set<number>();
  for (let seed = 0; seed < 50; seed++) for (let stream = 0; stream < 20; stream++) words.add(seedWord(seed, stream));
  t.equal(words.size, 1000);
});
