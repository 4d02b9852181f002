/**
 * metrics.ts - how good a code is, in numbers (Cui, Ahmad and Hawkins 2017, "The HTM spatial pooler"): sparsity, entropy,
 * stability, robustness to noise.
 */
import { ln } from '../memory/exact-math.ts';
import { randomBelow } from '../memory/random.ts';

type Bits = Uint16Array | Uint32Array;

/** Mean share of active bits over the codes, and its standard deviation: 0 when every code has the same number. */
export function sparsityOf(
  counts: ArrayLike<number>,
  size: number,
): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < counts.length; i++) {
    const share = counts[i]! / size;
    sum += share;
    squares += share * share;
  }
  const mean = counts.length === 0 ? 0 : sum / counts.length;
  const variance = counts.length === 0 ? 0 : squares / counts.length - mean * mean;
  return { mean, deviation: Math.sqrt(Math.max(0, variance)) };
}

/**
 * Mean entropy of the bits (in bits), from the share of codes in which each is active; `ratio`: of the most there can be at
 * this sparsity, 1 = all bits are used equally.
 */
export function entropyOf(duty: ArrayLike<number>): { readonly mean: number; readonly ratio: number } {
  let sum = 0;
  let density = 0;
  for (let i = 0; i < duty.length; i++) {
    sum += binaryEntropy(duty[i]!);
    density += duty[i]!;
  }
  const most = binaryEntropy(density / duty.length);
  return { mean: sum / duty.length, ratio: most === 0 ? 0 : sum / duty.length / most };
}

/** -p log2 p - (1 - p) log2 (1 - p) */
function binaryEntropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -(p * ln(p) + (1 - p) * ln(1 - p)) / Math.LN2;
}

/** Bits that two codes have in common; both ascending. */
export function overlapOf(a: Bits, b: Bits): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) common++;
    if (a[i]! <= b[j]!) i++;
    else j++;
  }
  return common;
}

/** Mean share of a code that is the same the second time its input is seen: 1 = nothing has been relearned. */
export function stabilityOf(before: readonly Bits[], after: readonly Bits[]): number {
  let sum = 0;
  for (const [i, code] of before.entries()) sum += code.length === 0 ? 1 : overlapOf(code, after[i]!) / code.length;
  return before.length === 0 ? 1 : sum / before.length;
}

/**
 * Mean share of its code that an input keeps when a share of its active bits has moved elsewhere, for each share of
 * `noise`. `code` must not learn, and its answer may be overwritten by the next. `random` [1] is the generator's state.
 */
export function noiseRobustness(
  code: (active: Uint32Array) => Bits,
  inputs: readonly Uint32Array[],
  size: number,
  noise: readonly number[],
  random: Uint32Array,
): number[] {
  return noise.map((share) => {
    let sum = 0;
    for (const input of inputs) {
      const clean = code(input).slice();
      const noisy = code(moveBits(input, size, share, random));
      sum += clean.length === 0 ? 1 : overlapOf(clean, noisy) / clean.length;
    }
    return inputs.length === 0 ? 1 : sum / inputs.length;
  });
}

/** The input with a share of its active bits moved to places that were inactive; ascending. */
export function moveBits(active: Uint32Array, size: number, share: number, random: Uint32Array): Uint32Array {
  const moved = Math.min(Math.round(active.length * share), size - active.length);
  const bits = new Set(active);
  const order = active.slice();
  for (let i = 0; i < moved; i++) {
    const drawn = i + randomBelow(random, order.length - i);
    bits.delete(order[drawn]!);
    order[drawn] = order[i]!;
    let target = randomBelow(random, size);
    while (bits.has(target) || active.includes(target)) target = randomBelow(random, size);
    bits.add(target);
  }
  return Uint32Array.from(bits).toSorted();
}
