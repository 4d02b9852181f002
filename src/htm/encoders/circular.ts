/**
 * circular.ts - a number on a circle (hour of the day, wind direction) as a run of active bits that goes on at the other
 * end (NuPIC `ScalarEncoder`, periodic).
 */
import { expectAbove, expectBoolean, expectNumber, expectRoom, expectWhole } from '../../memory/expect.ts';

export type CircularEncoder = {
  /** The value that means the same as 0. */
  readonly period: number;
  readonly size: number;
  /** Active bits. */
  readonly width: number;
  /** The run lies around the value's place (NuPIC; default), or begins there (htm.core). */
  readonly centred?: boolean;
};

/** Throws RangeError when the settings contradict each other. */
export function circularEncoder(encoder: CircularEncoder): CircularEncoder {
  const { period, size, width } = encoder;
  expectAbove('period', period, 0);
  expectWhole('size', size, 1, 2 ** 24);
  expectWhole('width', width, 1, size);
  if (encoder.centred !== undefined) expectBoolean('centred', encoder.centred);
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
  expectNumber('value', value);
  expectRoom('out', out, at, width);
  const turn = value / period - Math.floor(value / period);
  const place = Math.floor(turn * size);
  const first = encoder.centred === false ? place % size : (place - (width >> 1) + size) % size;
  // What goes over the end comes first, so that the list stays ascending.
  const over = Math.max(0, first + width - size);
  for (let i = 0; i < over; i++) out[at + i] = offset + i;
  for (let i = over; i < width; i++) out[at + i] = offset + first + i - over;
  return width;
}
