/**
 * binned.ts - kinds by counting: four classes of width for the height, four of speed in own heights a second, each parted where
 * a quarter of past things lies between.
 */
import { MOST_THINGS } from '../../../src/things/pool.ts';
import type { RecordedThing } from '../things/record.ts';
import { FEWEST_LOOKS, KINDS, type Sorter } from './sorter.ts';

/** Things that are remembered; quartiles are theirs. */
const REMEMBERED = 512;
export const CLASSES = Math.sqrt(KINDS);
/** Frames over which speed is measured. */
const SPAN = 7;
/** Slower than this is alike: own heights a frame. */
const STILL = 0.003;

/** Two classes of a thing, each below CLASSES; null = not known yet. */
export type Measures = Sorter & {
  readonly classesOf: (thing: RecordedThing) => readonly [shape: number, speed: number] | null;
};

export function binnedKinds(): Measures {
  const sums = Array.from({ length: MOST_THINGS }, () => ({ looks: 0, shape: 0, speed: 0 }));
  const past: { readonly shapes: number[]; readonly speeds: number[] } = { shapes: [], speeds: [] };
  const classOf = (values: readonly number[], value: number): number => {
    const sorted = values.toSorted((a, b) => a - b);
    for (let i = 1; i < CLASSES; i++) if (value < sorted[Math.floor((i * sorted.length) / CLASSES)]!) return i - 1;
    return CLASSES - 1;
  };
  const classesOf = ({ slot }: RecordedThing): readonly [number, number] | null => {
    const { looks, shape, speed } = sums[slot]!;
    if (looks < FEWEST_LOOKS || past.shapes.length < CLASSES) return null;
    return [classOf(past.shapes, shape / looks), classOf(past.speeds, speed / looks)];
  };
  return {
    name: 'shape and own speed, by counts',
    bytes: (2 * REMEMBERED + 3 * MOST_THINGS) * Float32Array.BYTES_PER_ELEMENT,
    begin(slot) {
      sums[slot] = { looks: 0, shape: 0, speed: 0 };
    },
    look({ slot, x, y, width, height }, at) {
      const sum = sums[slot]!;
      const before = Math.max(0, at - SPAN);
      const way = Math.hypot(x[at]! - x[before]!, y[at]! - y[before]!) / Math.max(1, at - before);
      sum.looks++;
      sum.shape += Math.log(width[at]! / height[at]!);
      sum.speed += Math.log(way / height[at]! + STILL);
    },
    classesOf,
    kindOf(thing) {
      const classes = classesOf(thing);
      return classes === null ? -1 : classes[0] * CLASSES + classes[1];
    },
    learn({ slot }) {
      const { looks, shape, speed } = sums[slot]!;
      if (looks < FEWEST_LOOKS) return;
      past.shapes.push(shape / looks);
      past.speeds.push(speed / looks);
      for (const values of [past.shapes, past.speeds]) if (values.length > REMEMBERED) values.shift();
    },
  };
}
