/**
 * rdse.ts - a number of unknown range as bits that look random (random distributed scalar encoder; NuPIC
 * `RandomDistributedScalarEncoder`, Purdy 2016).
 *
 *     bucket b = round((value - origin) / resolution)        active bits: { hash(step * b + j) mod size, j = 0 .. width-1 }
 *
 * Two values `d` buckets apart share width - step * d of the hashes, so overlap falls in a straight line to chance. There
 * is no range to run out of and no table to fill. A hash that falls on a bit already taken is hashed again.
 */
import { mix } from './hash.ts';

export type RdseEncoder = {
  readonly size: number;
  /** Active bits. */
  readonly width: number;
  /** Values less than half of this apart may mean the same. */
  readonly resolution: number;
  /** The value in the middle of bucket 0. */
  readonly origin: number;
  /** Hashes by which neighbouring buckets differ. */
  readonly step: number;
  readonly seed: number;
};

/** Throws RangeError when the settings contradict each other. */
export function rdseEncoder(encoder: RdseEncoder): RdseEncoder {
  const { size, width, resolution, step } = encoder;
  if (!(resolution > 0)) throw new RangeError(`Expected a resolution above 0 but received ${resolution}`);
  if (!(Number.isInteger(width) && width >= 1 && width * 2 <= size))
    throw new RangeError(`Expected a width from 1 to ${size >> 1} but received ${width}`);
  if (!(Number.isInteger(step) && step >= 1 && step <= width))
    throw new RangeError(`Expected a step from 1 to ${width} but received ${step}`);
  return encoder;
}

/** The bucket of a value. */
export function bucketOf({ origin, resolution }: RdseEncoder, value: number): number {
  return Math.round((value - origin) / resolution);
}

/** The value in the middle of a bucket. */
export function bucketValue({ origin, resolution }: RdseEncoder, bucket: number): number {
  return origin + bucket * resolution;
}

/** Write the active bits of a bucket, ascending, to `out` from `at` on; returns how many. */
export function encodeBucket(encoder: RdseEncoder, bucket: number, out: Uint16Array | Uint32Array, at = 0): number {
  const { size, width, step, seed } = encoder;
  for (let j = 0; j < width; j++) {
    let key = Math.imul(step * bucket + j, 0x9e3779b1) ^ seed;
    let bit = mix(key) % size;
    while (isTaken(out, at, j, bit)) {
      key = (key + 0x7f4a7c15) | 0;
      bit = mix(key) % size;
    }
    // Keep the list ascending while it grows.
    let place = at + j;
    for (; place > at && out[place - 1]! > bit; place--) out[place] = out[place - 1]!;
    out[place] = bit;
  }
  return width;
}

function isTaken(out: Uint16Array | Uint32Array, at: number, count: number, bit: number): boolean {
  for (let i = at; i < at + count; i++) if (out[i] === bit) return true;
  return false;
}
