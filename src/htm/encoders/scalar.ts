/**
 * scalar.ts - a number in a known range as a run of active bits (NuPIC `ScalarEncoder`; BAMI, chapter "Encoding Data").
 *
 *     minimum                                          maximum
 *     [1 1 1 1 1 . . . . .]   ...   [. . . . . 1 1 1 1 1]      size bits, `width` of them active
 *
 * Values as far apart as `width` buckets share no bit. A value outside the range is refused, unless `clipInput` says that
 * the nearest end is meant.
 */
import { expectAbove, expectBoolean, expectNumber, expectRoom, expectWhole } from '../../memory/expect.ts';

export type ScalarEncoder = {
  readonly minimum: number;
  readonly maximum: number;
  /** Bits of the SDR. */
  readonly size: number;
  /** Active bits. */
  readonly width: number;
  /** Take values outside the range as the nearest end (NuPIC, htm.core). Default false: they are refused. */
  readonly clipInput?: boolean;
};

/** Bits of an SDR. */
const MOST_BITS = 2 ** 24;

/** Throws RangeError when the settings contradict each other. */
export function scalarEncoder(encoder: ScalarEncoder): ScalarEncoder {
  const { minimum, maximum, size, width } = encoder;
  expectNumber('minimum', minimum);
  expectAbove('maximum', maximum, minimum);
  expectWhole('size', size, 2, MOST_BITS);
  expectWhole('width', width, 1, size - 1);
  if (encoder.clipInput !== undefined) expectBoolean('clipInput', encoder.clipInput);
  return encoder;
}

/**
 * Write the active bits of `value`, ascending, to `out` from `at` on, each moved by `offset`; returns how many. Throws
 * RangeError for a value outside the range, and for one that is no number.
 */
export function encodeScalar(
  encoder: ScalarEncoder,
  value: number,
  out: Uint16Array | Uint32Array,
  at = 0,
  offset = 0,
): number {
  const { minimum, maximum, size, width } = encoder;
  if (encoder.clipInput === true) expectNumber('value', value);
  else expectNumber('value', value, minimum, maximum);
  expectRoom('out', out, at, width);
  const share = Math.min(1, Math.max(0, (value - minimum) / (maximum - minimum)));
  const first = Math.round(share * (size - width));
  for (let i = 0; i < width; i++) out[at + i] = offset + first + i;
  return width;
}

/** The value in the middle of those whose run of bits begins at `first`. */
export function decodeScalar({ minimum, maximum, size, width }: ScalarEncoder, first: number): number {
  return minimum + ((maximum - minimum) * first) / (size - width);
}
