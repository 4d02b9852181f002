/**
 * data.ts - the pictures of MNIST, and the two kinds of bits that are made of them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;

export type Digits = { readonly count: number; readonly pixels: Uint8Array; readonly labels: Uint8Array };

/** `name`: train or t10k. */
export function readDigits(folder: string, name: string): Digits {
  const images = gunzipSync(readFileSync(join(folder, `${name}-images-idx3-ubyte.gz`)));
  const labels = gunzipSync(readFileSync(join(folder, `${name}-labels-idx1-ubyte.gz`)));
  const count = images.readUInt32BE(4);
  return { count, pixels: images.subarray(16), labels: labels.subarray(8) };
}

/** How a picture becomes bits: channels per pixel, and the bits of one picture, a word per pixel. */
export type BitKind = {
  readonly channels: number;
  readonly encode: (pixels: Uint8Array, first: number, out: Uint32Array) => void;
};

const INK = 100;
const EDGE = 30;
const ORIENTATIONS = 8;

/** One bit per pixel: ink or not. */
export const inkBits: BitKind = {
  channels: 1,
  encode: (pixels, first, out) => {
    for (let i = 0; i < PIXELS; i++) out[i] = pixels[first + i]! > INK ? 1 : 0;
  },
};

/** One of eight bits where the Sobel gradient is strong: its direction in steps of 45 degrees. */
export const orientationBits: BitKind = {
  channels: ORIENTATIONS,
  encode: (pixels, first, out) => {
    out.fill(0, 0, PIXELS);
    for (let y = 1; y < SIDE - 1; y++) {
      for (let x = 1; x < SIDE - 1; x++) {
        const at = first + y * SIDE + x;
        const [nw, n, ne] = [pixels[at - SIDE - 1]!, pixels[at - SIDE]!, pixels[at - SIDE + 1]!];
        const [w, e] = [pixels[at - 1]!, pixels[at + 1]!];
        const [sw, s, se] = [pixels[at + SIDE - 1]!, pixels[at + SIDE]!, pixels[at + SIDE + 1]!];
        const dx = (ne + 2 * e + se - nw - 2 * w - sw) / 4;
        const dy = (sw + 2 * s + se - nw - 2 * n - ne) / 4;
        if (dx * dx + dy * dy <= EDGE * EDGE) continue;
        const turn = Math.round((Math.atan2(dy, dx) / (2 * Math.PI)) * ORIENTATIONS);
        out[y * SIDE + x] = 1 << ((turn + ORIENTATIONS) % ORIENTATIONS);
      }
    }
  },
};
