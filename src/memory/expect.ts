/**
 * expect.ts - the checks at every entry of the library: a RangeError that names the field, its range and what was given.
 *
 * Engines are made and configured rarely and stepped often: what is checked here is what a caller hands in, once; loops
 * inside trust it.
 */
type Bits = Uint8Array | Uint16Array | Uint32Array | readonly number[];

function refuse(expected: string, received: unknown, hint = ''): never {
  const shown = typeof received === 'string' ? `"${received}"` : String(received);
  throw new RangeError(`Expected ${expected} but received ${shown}${hint}`);
}

const upTo = (most: number): string => (most === Infinity ? 'on' : `to ${most}`);

/** A whole number from `least` to `most`. */
export function expectWhole(name: string, value: number, least: number, most = Infinity, hint = ''): void {
  if (!(Number.isInteger(value) && value >= least && value <= most))
    refuse(`${name} to be a whole number from ${least} ${upTo(most)}`, value, hint);
}

/** A finite number from `least` to `most`. */
export function expectNumber(name: string, value: number, least = -Infinity, most = Infinity): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  refuse(
    least === -Infinity ? `${name} to be a finite number` : `${name} to be a number from ${least} ${upTo(most)}`,
    value,
  );
}

/** A finite number above `least`. */
export function expectAbove(name: string, value: number, least: number): void {
  if (!(Number.isFinite(value) && value > least)) refuse(`${name} to be a number above ${least}`, value);
}

/** A permanence, 255 standing for 1. A fraction is what other engines take: the hint says so. */
export function expectPermanence(name: string, value: number, least = 0): void {
  const hint = value > 0 && value < 1 ? `: 255 stands for 1, so ${value} is ${Math.round(value * 255)}` : '';
  expectWhole(name, value, least, 255, hint);
}

/** true or false. */
export function expectBoolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') refuse(`${name} to be true or false`, value);
}

/** One of a few words. */
export function expectOneOf(name: string, value: unknown, words: readonly string[]): void {
  if (!words.includes(value as string)) refuse(`${name} to be one of ${words.join(', ')}`, value);
}

/** No property that nobody reads: a misspelt one would be silently without effect. */
export function expectKnown(what: string, given: object, known: readonly string[]): void {
  for (const key of Object.keys(given))
    if (!known.includes(key)) refuse(`${what} to have only ${known.join(', ')}`, key);
}

/** A list of active bits: `bits[0..count)` are below `size`, ascending and without repeats. */
export function expectBits(name: string, bits: Bits, count: number, size: number): void {
  if (!(Number.isInteger(count) && count >= 0 && count <= bits.length))
    refuse(`the number of ${name} to be from 0 to the ${bits.length} that were given`, count);
  for (let i = 0, last = -1; i < count; i++) {
    const bit = bits[i]!;
    if (!(Number.isInteger(bit) && bit >= 0 && bit < size)) refuse(`${name} to be from 0 to ${size - 1}`, bit);
    if (bit <= last) refuse(`${name} to be ascending and without repeats`, bit, ` after ${last}`);
    last = bit;
  }
}

/** Room for what is written: `length` elements from `at` on. */
export function expectRoom(name: string, out: { readonly length: number }, at: number, length: number): void {
  if (!(Number.isInteger(at) && at >= 0 && at + length <= out.length))
    refuse(`${name} to have room for ${length} bits from ${at} on`, `${out.length}`);
}
