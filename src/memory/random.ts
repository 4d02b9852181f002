/**
 * random.ts - the seeded generator of a model: mulberry32 with its one word of state kept in the model's own buffer,
 * so that a restored model goes on with the same numbers it would have drawn.
 *
 * Integer arithmetic only (Math.imul, shifts): equal on every machine.
 */

/** Draw the next 32 random bits; `state[index]` is the generator and is advanced. */
export function nextRandom(state: Uint32Array, index = 0): number {
  const word = (state[index]! + 0x6d2b79f5) >>> 0;
  state[index] = word;
  let mixed = Math.imul(word ^ (word >>> 15), 1 | word);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

/** A random integer in [0, limit). `limit` in 1..2^32. The bias of the multiply-shift is below limit / 2^32. */
export function randomBelow(state: Uint32Array, limit: number, index = 0): number {
  return Math.floor((nextRandom(state, index) * limit) / 4294967296);
}

/** Spread a small seed over 32 bits so that seeds 1, 2, 3 give unrelated generators; `stream` separates users of one seed. */
export function seedWord(seed: number, stream: number): number {
  const state = new Uint32Array([(Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream | 0, 0x85ebca6b)) >>> 0]);
  nextRandom(state);
  return nextRandom(state);
}
