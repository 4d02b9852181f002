/**
 * bits.ts - the one currency of evidence: -log2 of the probability of something at least as unusual.
 *
 * Ten bits are ten bits, whether a thing is too large, too fast, or where nothing goes. Evidence of independent attributes
 * adds up.
 */
import { ln } from '../memory/exact-math.ts';

const LN_2 = Math.LN2;
/** No single measurement says more than this, however far out it is: models have errors. */
export const MOST_BITS = 40;

/** -log2(p), for p in (0, 1]; at most MOST_BITS. */
export function bitsOf(probability: number): number {
  if (probability >= 1) return 0;
  const bits = -ln(probability > 1e-13 ? probability : 1e-13) / LN_2;
  return bits < MOST_BITS ? bits : MOST_BITS;
}

/**
 * Bits of the upper tail of a standard normal distribution beyond z; 1 at z = 0, less below. The tail is
 * exp(-z^2 / 2) / (1.64 z + sqrt(0.76 z^2 + 4)) for z >= 0, within 1 % (Kahale's form of Mills' ratio).
 */
export function normalTailBits(z: number): number {
  if (z < 0) {
    const above = normalTail(-z);
    return bitsOf(1 - above);
  }
  const bits = (z * z) / (2 * LN_2) + ln(1.64 * z + Math.sqrt(0.76 * z * z + 4)) / LN_2;
  return bits < MOST_BITS ? bits : MOST_BITS;
}

function normalTail(z: number): number {
  const bits = normalTailBits(z);
  let tail = 1;
  // 2^-bits by halving: exact enough for the body of the distribution, where this is used.
  const whole = Math.floor(bits);
  for (let i = 0; i < whole; i++) tail /= 2;
  const rest = bits - whole;
  return tail * (1 - rest * (LN_2 - rest * (0.2402265 - rest * 0.0555041)));
}

/** z of a normal distribution with the tail that t has in a Student distribution with `freedom` degrees (Wallace 1959). */
export function normalOfStudent(t: number, freedom: number): number {
  const z = ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * ln(1 + (t * t) / freedom));
  return t < 0 ? -z : z;
}
