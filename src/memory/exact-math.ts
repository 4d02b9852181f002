/**
 * exact-math.ts - logarithm and exponential made of + - * / only.
 *
 * `Math.log` and `Math.exp` may differ in the last bit between processors and engine versions; IEEE 754 addition,
 * multiplication and division may not. What decides the state of a model uses these, so that the same frames give the
 * same bytes on every machine. Accurate to about 1e-14 relative, far below anything that is learned.
 */

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
// Constants of the language: the same double everywhere.
const LN_2 = Math.LN2;
const SQRT_HALF = Math.SQRT1_2;

/** Natural logarithm of x > 0 (normal doubles); -Infinity for 0, NaN below. */
export function ln(x: number): number {
  if (x <= 0) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  float[0] = x;
  let exponent = ((words[HIGH]! >>> 20) & 0x7ff) - 1022;
  words[HIGH] = (words[HIGH]! & 0x800fffff) | 0x3fe00000;
  let mantissa = float[0]; // [0.5, 1)
  if (mantissa < SQRT_HALF) {
    mantissa *= 2;
    exponent--;
  }
  // ln m = 2 atanh((m - 1) / (m + 1)); |argument| <= 0.1716, so 9 odd terms suffice
  const t = (mantissa - 1) / (mantissa + 1);
  const square = t * t;
  let sum = 0;
  for (let odd = 19; odd >= 1; odd -= 2) sum = sum * square + 1 / odd;
  return exponent * LN_2 + 2 * t * sum;
}

/** e to the power of x; 0 below -700, Infinity above 700. */
export function exp(x: number): number {
  if (x < -700) return 0;
  if (x > 700) return Infinity;
  const power = Math.round(x / LN_2);
  const rest = x - power * LN_2; // |rest| <= 0.35
  let sum = 1;
  for (let term = 14; term >= 1; term--) sum = 1 + (sum * rest) / term;
  let scale = 1;
  for (let left = Math.abs(power), factor = power < 0 ? 0.5 : 2; left > 0; left >>>= 1, factor *= factor) {
    if ((left & 1) === 1) scale *= factor;
  }
  return sum * scale;
}
