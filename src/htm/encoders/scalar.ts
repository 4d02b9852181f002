/**
 * scalar.ts - a number in a known range as a run of active bits (NuPIC `ScalarEncoder`; BAMI, chapter "Encoding Data").
 *
 *     minimum                                          maximum
 *     [1 1 1 1 1 . . . . .]   ...   [. . . . . 1 1 1 1 1]      size bits, `width` of them active
 *
 * Values as far apart as `width` buckets share no bit. Outside the range the nearest end is meant.
 */
export type ScalarEncoder = {
  readonly minimum: number;
  readonly maximum: number;
  /** Bits of the SDR. */
  readonly size: number;
  /** Active bits. */
  readonly width: number;
};

/** Throws RangeError when the settings contradict each other. */
export function scalarEncoder(encoder: ScalarEncoder): ScalarEncoder {
  const { minimum, maximum, size, width } = encoder;
  if (!(maximum > minimum)) throw new RangeError(`Expected a maximum above ${minimum} but received ${maximum}`);
  if (!(Number.isInteger(width) && width >= 1 && width < size))
    throw new RangeError(`Expected a width from 1 to ${size - 1} but received ${width}`);
  return encoder;
}

/** Write the active bits of `value`, ascending, to `out` from `at` on, each moved by `offset`; returns how many. */
export function encodeScalar(
  encoder: ScalarEncoder,
  value: number,
  out: Uint16Array | Uint32Array,
  at = 0,
  offset = 0,
): number {
  const { minimum, maximum, size, width } = encoder;
  const share = Math.min(1, Math.max(0, (value - minimum) / (maximum - minimum)));
  const first = Math.round(share * (size - width));
  for (let i = 0; i < width; i++) out[at + i] = offset + first + i;
  return width;
}

/** The value in the middle of those whose run of bits begins at `first`. */
export function decodeScalar({ minimum, maximum, size, width }: ScalarEncoder, first: number): number {
  return minimum + ((maximum - minimum) * first) / (size - width);
}
