/**
 * rdse.ts - a number of unknown range as bits that look random (random distributed scalar encoder; NuPIC
 * `RandomDistributedScalarEncoder`, Purdy 2016).
 *
 *     bucket b = round((value - origin) / resolution)        active bits: { hash(step * b + j) mod size, j = 0 .. width-1 }
 *
 * Two values `d` buckets apart share width - step * d of the hashes, so overlap falls in a straight line to chance. There
 * is no range to run out of and no table to fill. A hash that falls on a bit already taken is hashed again.
 */
import { expectAbove, expectNumber, expectRoom, expectWhole } from '../../memory/expect.ts';
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
  expectWhole('size', size, 2, 2 ** 24);
  expectWhole('width', width, 1, size >> 1);
  expectAbove('resolution', resolution, 0);
  expectNumber('origin', encoder.origin);
  expectWhole('step', step, 1, width);
  expectWhole('seed', encoder.seed, -(2 ** 32), 2 ** 32);
  return encoder;
}

/** Buckets on each side of the origin: as many as numbers are whole. */
export function mostBuckets({ step, width }: RdseEncoder): number {
  return Math.floor((2 ** 53 - width) / step);
}

/** The bucket of a value. Throws RangeError for one that is no number. */
export function bucketOf({ origin, resolution }: RdseEncoder, value: number): number {
  expectNumber('value', value);
  return Math.round((value - origin) / resolution);
}

/** The value in the middle of a bucket. */
export function bucketValue({ origin, resolution }: RdseEncoder, bucket: number): number {
  return origin + bucket * resolution;
}

/** Write the active bits of a bucket, ascending, to `out` from `at` on; returns how many. */
export function encodeBucket(encoder: RdseEncoder, bucket: number, out: Uint16Array | Uint32Array, at = 0): number {
  const { size, width, step, seed } = encoder;
  expectWhole('bucket', bucket, -mostBuckets(encoder), mostBuckets(encoder));
  expectRoom('out', out, at, width);
  for (let j = 0; j < width; j++) {
    const number = step * bucket + j;
    // Numbers of 32 bits are their own; beyond, what lies above them is mixed in, so that no two buckets are alike.
    const above = Math.floor((number + 2 ** 31) / 2 ** 32);
    let key = Math.imul(number, 0x9e3779b1) ^ seed ^ (above === 0 ? 0 : mix(above));
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
