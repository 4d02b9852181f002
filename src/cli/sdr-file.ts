/**
 * sdr-file.ts - sequences of SDRs in the HTMSDR1 format, the input of `cortexd bench`.
 *
 * Little-endian: 8 bytes "HTMSDR1\0"; u32 bits, steps, width, height; then per step u32 count and that many ascending
 * u32 indices. Everything is checked when the file is read, so that an engine never sees a wrong index.
 */
import { readFileSync } from 'node:fs';
import { CortexdError, messageOf } from '../errors.ts';

const MAGIC = 'HTMSDR1\0';
const HEADER_WORDS = 6;

export type SdrSequence = {
  readonly bits: number;
  readonly steps: number;
  /** The bits as a picture; height 1 when they are none. */
  readonly width: number;
  readonly height: number;
  /** Active bits of step t, ascending: `indices.subarray(starts[t], starts[t + 1])`. */
  readonly indices: Uint32Array;
  readonly starts: Uint32Array;
};

/** Read and check a file. Throws CortexdError `no_input` that says where it is wrong. */
export function readSdrFile(path: string): SdrSequence {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (error) {
    throw new CortexdError('no_input', `Expected an SDR file at ${path} but cannot read it: ${messageOf(error)}`);
  }
  return parseSdrs(file, path);
}

/** The same for bytes already read; `path` is for the error messages. */
export function parseSdrs(file: Buffer, path: string): SdrSequence {
  const wrong = (what: string): never => {
    throw new CortexdError('no_input', `Expected an HTMSDR1 file for ${path} but ${what}`, {
      hint: 'The format: 8 bytes "HTMSDR1\\0", u32 bits, steps, width, height, then per step u32 count and ascending u32 indices, little-endian.',
    });
  };
  if (file.length < HEADER_WORDS * 4 || file.toString('latin1', 0, 8) !== MAGIC)
    return wrong('it does not begin as one');
  const words = new Uint32Array(Math.floor(file.length / 4));
  for (let i = 0; i < words.length; i++) words[i] = file.readUInt32LE(i * 4);
  const [bits, steps, width, height] = words.subarray(2, HEADER_WORDS) as unknown as [number, number, number, number];
  if (bits === 0 || width * height !== bits) return wrong(`its ${bits} bits are not ${width} x ${height}`);
  const indices = new Uint32Array(words.length);
  const starts = new Uint32Array(steps + 1);
  let at = HEADER_WORDS;
  let length = 0;
  for (let step = 0; step < steps; step++) {
    if (at >= words.length) return wrong(`it ends before step ${step} of ${steps}`);
    const count = words[at++]!;
    if (count > bits || at + count > words.length) return wrong(`step ${step} claims ${count} active bits`);
    for (let i = 0, last = -1; i < count; i++) {
      const index = words[at++]!;
      if (index <= last || index >= bits)
        return wrong(`step ${step} names bit ${index} after ${last}, of ${bits} bits`);
      indices[length++] = last = index;
    }
    starts[step + 1] = length;
  }
  if (at !== words.length || file.length % 4 !== 0) return wrong(`${file.length - at * 4} bytes follow its last step`);
  return { bits, steps, width, height, indices: indices.subarray(0, length), starts };
}
