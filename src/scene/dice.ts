/**
 * dice.ts - draws from a seeded generator: every number a scene deals comes from here, and is the same on every machine.
 */
import { ln } from '../memory/exact-math.ts';
import { nextRandom, randomBelow } from '../memory/random.ts';

/** [0, 1) */
export function uniform(random: Uint32Array): number {
  return nextRandom(random) / 4294967296;
}

/** A number of [low, high). */
export function between(random: Uint32Array, low: number, high: number): number {
  return low + (high - low) * uniform(random);
}

/** Mean 0, deviation 1, within 3.5: the sum of four uniform numbers. */
export function normal(random: Uint32Array): number {
  const sum = uniform(random) + uniform(random) + uniform(random) + uniform(random) - 2;
  return sum * 1.7320508075688772;
}

/** Waiting time of something that may come at any moment. */
export function exponential(random: Uint32Array, mean: number): number {
  return -mean * ln(1 - uniform(random));
}

export function chance(random: Uint32Array, probability: number): boolean {
  return uniform(random) < probability;
}

export function pick<T>(random: Uint32Array, from: readonly T[]): T {
  return from[randomBelow(random, from.length)]!;
}

/** The two looks of things: dark or light. */
export function drawShade(random: Uint32Array): number {
  return chance(random, 0.5) ? between(random, 15, 60) : between(random, 165, 240);
}
