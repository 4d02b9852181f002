/** visit-life.ts - dice for lives that are made of visits. */
import { randomBelow } from '../../src/memory/random.ts';

export type Random = Uint32Array;

export function between(random: Random, low: number, high: number): number {
  return low + ((high - low) * randomBelow(random, 10_000)) / 10_000;
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[randomBelow(random, list.length)]!;
}
