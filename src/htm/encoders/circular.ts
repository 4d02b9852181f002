/**
 * circular.ts - a number on a circle (hour of the day, wind direction) as a run of active bits that goes on at the other
 * end (NuPIC `ScalarEncoder`, periodic).
 */
export type CircularEncoder = {
  /** The value that means the same as 0. */
  readonly period: number;
  readonly size: number;
  /** Active bits. */
  readonly width: number;
};

/** Throws RangeError when the settings contradict each other. */
export function circularEncoder(encoder: CircularEncoder): CircularEncoder {
  const { period, size, width } = encoder;
  if (!(period > 0)) throw new RangeError(`Expected a period above 0 but received ${period}`);
  if (!(Number.isInteger(width) && width >= 1 && width <= size))
    throw new RangeError(`Expected a width from 1 to ${size} but received ${width}`);
  return encoder;
}

/** Write the active bits of `value`, ascending, to `out` from `at` on, each moved by `offset`; returns how many. */
export function encodeCircular(
  encoder: CircularEncoder,
  value: number,
  out: Uint16Array | Uint32Array,
  at = 0,
  offset = 0,
): number {
  const { period, size, width } = encoder;
  const turn = value / period - Math.floor(value / period);
  const middle = Math.floor(turn * size);
  const first = (middle - (width >> 1) + size) % size;
  // What goes over the end comes first, so that the list stays ascending.
  const over = Math.max(0, first + width - size);
  for (let i = 0; i < over; i++) out[at + i] = offset + i;
  for (let i = over; i < width; i++) out[at + i] = offset + first + i - over;
  return width;
}
