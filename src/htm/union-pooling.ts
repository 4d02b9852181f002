/**
 * union-pooling.ts - winners of neighbouring positions put together: which columns won anywhere in a window. On binary
 * codes this is max-pooling. The result has the layout of a picture, so that the next level can look at it.
 */

export type UnionShape = {
  /** Positions of the level below, winners at each, and its columns. */
  readonly positionsX: number;
  readonly positionsY: number;
  readonly activeColumns: number;
  readonly columns: number;
  /** Positions of a window's side, and between neighbouring windows. */
  readonly window: number;
  readonly stride: number;
};

export type UnionLayout = { readonly width: number; readonly height: number; readonly pixelWords: number };

/** The picture that comes out. Throws RangeError when the window does not fit. */
export function unionLayout({ positionsX, positionsY, columns, window, stride }: UnionShape): UnionLayout {
  if (window > positionsX || window > positionsY || window < 1 || stride < 1)
    throw new RangeError(`Expected a window that fits ${positionsX} x ${positionsY} positions but received ${window}`);
  return {
    width: Math.floor((positionsX - window) / stride) + 1,
    height: Math.floor((positionsY - window) / stride) + 1,
    pixelWords: (columns + 31) >>> 5,
  };
}

/** OR the winners [positions, activeColumns] into `out` [height, width, pixelWords] bits. */
export function unionPool(shape: UnionShape, winners: Uint16Array, out: Uint32Array): void {
  const { width, height, pixelWords } = unionLayout(shape);
  const { positionsX, activeColumns, columns, window, stride } = shape;
  out.fill(0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const words = (y * width + x) * pixelWords;
      for (let row = y * stride; row < y * stride + window; row++) {
        const first = (row * positionsX + x * stride) * activeColumns;
        for (let i = first; i < first + window * activeColumns; i++) {
          const column = winners[i]!;
          if (column < columns) out[words + (column >>> 5)]! |= 1 << (column & 31);
        }
      }
    }
  }
}

/** The active bits as a list of places, ascending; `bitsPerPixel` <= 32 * pixelWords. Returns how many. */
export function listBits(
  pixels: Uint32Array,
  pixelWords: number,
  bitsPerPixel: number,
  out: Uint16Array | Uint32Array,
): number {
  let count = 0;
  for (let word = 0; word < pixels.length; word++) {
    const base = ((word / pixelWords) | 0) * bitsPerPixel + (word % pixelWords) * 32;
    for (let bits = pixels[word]!; bits !== 0; bits &= bits - 1) out[count++] = base + 31 - Math.clz32(bits & -bits);
  }
  return count;
}
