/**
 * coders.ts - ways to turn a digit into an SDR: regions of the product arranged like the layers of a CNN, and the controls
 * that show what they add. None of them ever sees a label.
 */
import type { ConvolutionParams } from '../../../src/htm/convolutional-pooler.ts';
import { convolve, freezeConvolution, learnConvolution } from '../../../src/htm/convolutional-pooler.ts';
import { createConvolutionalPooler, createSpatialPooler } from '../../../src/htm/create.ts';
import { flatShape } from '../../../src/htm/sp-shape.ts';
import { poolSpatially } from '../../../src/htm/spatial-pooler.ts';
import { type UnionShape, listBits, unionLayout, unionPool } from '../../../src/htm/union-pooling.ts';
import { type BitKind, type Digits, PIXELS, SIDE } from './data.ts';

export type Coder = {
  /** Bits of a code. */
  readonly size: number;
  /** Learn from the first `count` pictures, without labels. */
  readonly train: (digits: Digits, count: number) => void;
  /** Write the active bits of a picture to `out`, ascending; returns how many. */
  readonly code: (digits: Digits, index: number, out: Uint32Array) => number;
};

/** The bits themselves, or the OR of the bits of each window: no region at all. */
export function plainCoder(kind: BitKind, window = 1, stride = 1): Coder {
  const pixels = new Uint32Array(PIXELS);
  const side = Math.floor((SIDE - window) / stride) + 1;
  const pooled = new Uint32Array(side * side);
  return {
    size: side * side * kind.channels,
    train: () => undefined,
    code: (digits, index, out) => {
      kind.encode(digits.pixels, index * PIXELS, pixels);
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++) {
          let bits = 0;
          for (let row = 0; row < window; row++)
            for (let column = 0; column < window; column++)
              bits |= pixels[(y * stride + row) * SIDE + x * stride + column]!;
          pooled[y * side + x] = bits;
        }
      return listBits(pooled, 1, kind.channels, out);
    },
  };
}

/** One spatial pooler without topology over all pixels. */
export function flatCoder(kind: BitKind, columns: number, winners: number, seed: number): Coder {
  const sp = createSpatialPooler(
    flatShape(PIXELS * kind.channels, columns),
    {
      activeColumns: winners,
      potentialPct: 0.5,
      permanenceIncrement: 5,
      permanenceDecrement: 1,
      stimulusThreshold: 6,
      boostMode: 'logarithmic',
      dutyCyclePeriod: 1400,
    },
    { seed },
  );
  const pixels = new Uint32Array(PIXELS);
  const active = new Uint32Array(PIXELS * kind.channels);
  const step = (digits: Digits, index: number, learn: boolean): number => {
    kind.encode(digits.pixels, index * PIXELS, pixels);
    return poolSpatially(sp, active, listBits(pixels, 1, kind.channels, active), learn);
  };
  return {
    size: columns,
    train: (digits, count) => {
      for (let index = 0; index < count; index++) step(digits, index, true);
    },
    code: (digits, index, out) => {
      const count = step(digits, index, false);
      out.set(sp.views.winners.subarray(0, count));
      return count;
    },
  };
}

export type LayerOptions = {
  readonly columns: number;
  readonly kernel: number;
  readonly shared?: boolean;
  readonly params?: Partial<ConvolutionParams>;
  /** Union pooling over this many positions, so many apart. */
  readonly window: number;
  readonly stride: number;
};

const PATCHES_PER_PICTURE = 10;

/** A convolutional region with union pooling, over pictures of `channels` bits per pixel. */
function layer(width: number, height: number, channels: number, options: LayerOptions, seed: number) {
  const { columns, kernel, shared = true, params = {}, window, stride } = options;
  const cp = createConvolutionalPooler({ width, height, channels, kernel, stride: 1, columns, shared }, params, {
    seed,
  });
  const { positionsX, positionsY } = cp.layout;
  const { activeColumns } = cp.params;
  const union: UnionShape = { positionsX, positionsY, activeColumns, columns, window, stride };
  return { cp, union, out: unionLayout(union) };
}

/** One level. `trained` false: as it was born. */
export function convolutionalCoder(kind: BitKind, options: LayerOptions, seed: number, trained = true): Coder {
  const { cp, union, out: pooled } = layer(SIDE, SIDE, kind.channels, options, seed);
  const bits = new Uint32Array(pooled.width * pooled.height * pooled.pixelWords);
  return {
    size: pooled.width * pooled.height * options.columns,
    train: (digits, count) => {
      for (let index = 0; index < (trained ? count : 0); index++) {
        kind.encode(digits.pixels, index * PIXELS, cp.pixels);
        learnConvolution(cp, cp.pixels, PATCHES_PER_PICTURE);
      }
      freezeConvolution(cp);
    },
    code: (digits, index, out) => {
      kind.encode(digits.pixels, index * PIXELS, cp.pixels);
      convolve(cp, cp.pixels);
      unionPool(union, cp.views.winners, bits);
      return listBits(bits, pooled.pixelWords, options.columns, out);
    },
  };
}

/** Two levels: the second looks at the pooled winners of the first, and only its own winners are told. */
export function twoLevelCoder(
  kind: BitKind,
  lower: LayerOptions,
  upper: LayerOptions,
  seed: number,
  trained = true,
): Coder {
  const first = layer(SIDE, SIDE, kind.channels, lower, seed);
  const second = layer(first.out.width, first.out.height, lower.columns, upper, seed + 1000);
  const pooled = second.out;
  const bits = new Uint32Array(pooled.width * pooled.height * pooled.pixelWords);
  const see = (digits: Digits, index: number): void => {
    kind.encode(digits.pixels, index * PIXELS, first.cp.pixels);
    convolve(first.cp, first.cp.pixels);
    unionPool(first.union, first.cp.views.winners, second.cp.pixels);
  };
  return {
    size: pooled.width * pooled.height * upper.columns,
    train: (digits, count) => {
      for (let index = 0; index < count; index++) {
        kind.encode(digits.pixels, index * PIXELS, first.cp.pixels);
        learnConvolution(first.cp, first.cp.pixels, PATCHES_PER_PICTURE);
      }
      freezeConvolution(first.cp);
      for (let index = 0; index < (trained ? count : 0); index++) {
        see(digits, index);
        learnConvolution(second.cp, second.cp.pixels, PATCHES_PER_PICTURE);
      }
      freezeConvolution(second.cp);
    },
    code: (digits, index, out) => {
      see(digits, index);
      convolve(second.cp, second.cp.pixels);
      unionPool(second.union, second.cp.views.winners, bits);
      return listBits(bits, pooled.pixelWords, upper.columns, out);
    },
  };
}

/** Codes of several coders side by side. */
export function beside(...coders: readonly Coder[]): Coder {
  return {
    size: coders.reduce((sum, { size }) => sum + size, 0),
    train: (digits, count) => coders.forEach((coder) => coder.train(digits, count)),
    code: (digits, index, out) => {
      let count = 0;
      let offset = 0;
      for (const coder of coders) {
        const own = coder.code(digits, index, out.subarray(count));
        for (let i = count; i < count + own; i++) out[i]! += offset;
        count += own;
        offset += coder.size;
      }
      return count;
    },
  };
}
