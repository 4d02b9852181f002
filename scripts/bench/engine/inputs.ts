/**
 * inputs.ts - the SDR sequences that the engine is timed on, as files in the HTMSDR1 format. Every bit follows from a seed
 * and a fixed generator, so that another engine can be given exactly the same work.
 *
 *     sp10k      100 pictures of 1,000 of 10,000 bits in turn; of each 50 active bits move at random; 2,000 steps
 *     spshapes   six discs that move over 100 x 100 bits, and 100 bits of noise; 2,000 steps
 *     tmseq      50 sequences of 20 SDRs (40 of 2,048 bits) in random order, without resets: positions 7 to 12 are a middle
 *                that five sequences share; 25,000 steps
 *     tmnoise    40 random bits of 2,048; 25,000 steps
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextRandom } from '../../../src/memory/random.ts';

export const INPUTS = ['sp10k', 'spshapes', 'tmseq', 'tmnoise'] as const;
export type Input = (typeof INPUTS)[number];

type Sequence = { readonly width: number; readonly height: number; readonly steps: readonly Uint32Array[] };
const MAKERS: { readonly [name in Input]: () => Sequence } = { sp10k, spshapes, tmseq, tmnoise };

/** The path of an input below `folder`; written first if it is not there. */
export function inputFile(folder: string, name: Input): string {
  const file = join(folder, `${name}.sdr`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, encode(MAKERS[name]()));
  return file;
}

function encode({ width, height, steps }: Sequence): Buffer {
  const numbers = steps.reduce((sum, step) => sum + 1 + step.length, 0);
  const words = new Uint32Array(6 + numbers);
  words.set([width * height, steps.length, width, height], 2);
  let at = 6;
  for (const step of steps) {
    words[at++] = step.length;
    words.set(step, at);
    at += step.length;
  }
  const bytes = Buffer.from(words.buffer);
  bytes.write('HTMSDR1\0', 0, 'latin1');
  return bytes;
}

const generator = (seed: number): (() => number) => {
  const state = Uint32Array.of(seed);
  return () => nextRandom(state);
};

/** `count` of `limit`, ascending: the first of a shuffle. */
function sample(next: () => number, limit: number, count: number): Uint32Array {
  const order = Uint32Array.from({ length: limit }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + (next() % (limit - i));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.slice(0, count).toSorted();
}

function activeOf(bits: Uint8Array): Uint32Array {
  const list: number[] = [];
  bits.forEach((bit, i) => {
    if (bit === 1) list.push(i);
  });
  return Uint32Array.from(list);
}

function sp10k(): Sequence {
  const next = generator(1001);
  const size = 10_000;
  const pictures = Array.from({ length: 100 }, () => sample(next, size, 1000));
  const steps = Array.from({ length: 2000 }, (_, step) => {
    const picture = pictures[step % 100]!;
    const bits = new Uint8Array(size);
    for (const bit of picture) bits[bit] = 1;
    const inactive = Uint32Array.from({ length: size }, (_none, i) => i).filter((i) => bits[i] === 0);
    const lost = sample(next, picture.length, 50);
    const won = sample(next, inactive.length, 50);
    for (const rank of lost) bits[picture[rank]!] = 0;
    for (const rank of won) bits[inactive[rank]!] = 1;
    return activeOf(bits);
  });
  return { width: 100, height: 100, steps };
}

function spshapes(): Sequence {
  const next = generator(1002);
  const side = 100;
  const discs = Array.from({ length: 6 }, () => ({
    x: next() % side,
    y: next() % side,
    radius: 6 + (next() % 9),
    dx: (next() % 5) - 2,
    dy: (next() % 5) - 2,
  }));
  const steps = Array.from({ length: 2000 }, () => {
    const bits = new Uint8Array(side * side);
    for (const disc of discs) {
      disc.x += disc.dx;
      disc.y += disc.dy;
      if (disc.x < 0 || disc.x >= side) disc.x += 2 * (disc.dx = -disc.dx);
      if (disc.y < 0 || disc.y >= side) disc.y += 2 * (disc.dy = -disc.dy);
      for (let i = 0; i < bits.length; i++) {
        const [x, y] = [(i % side) - disc.x, Math.floor(i / side) - disc.y];
        if (x * x + y * y <= disc.radius * disc.radius) bits[i] = 1;
      }
    }
    for (const bit of sample(next, bits.length, 100)) bits[bit] = 1;
    return activeOf(bits);
  });
  return { width: side, height: side, steps };
}

function tmseq(): Sequence {
  const next = generator(2001);
  const element = (): Uint32Array => sample(next, 2048, 40);
  const own = Array.from({ length: 50 }, () => Array.from({ length: 14 }, element));
  const middles = Array.from({ length: 10 }, () => Array.from({ length: 6 }, element));
  const steps = Array.from({ length: 1250 }, () => {
    const sequence = next() % 50;
    return [...own[sequence]!.slice(0, 7), ...middles[sequence % 10]!, ...own[sequence]!.slice(7)];
  }).flat();
  return { width: 2048, height: 1, steps };
}

function tmnoise(): Sequence {
  const next = generator(2002);
  return { width: 2048, height: 1, steps: Array.from({ length: 25_000 }, () => sample(next, 2048, 40)) };
}
