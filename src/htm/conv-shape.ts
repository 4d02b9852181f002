/**
 * conv-shape.ts - the geometry of a convolutional pooler: positions, patches and how their bits lie in memory.
 *
 * A picture is [height, width] pixels of `channels` bits each, a pixel in whole 32-bit words (`pixelWords`). A position is a
 * patch of kernel x kernel pixels, `stride` apart, without padding; its bits lie densely in the order row, column, channel:
 *
 *     bit = (row * kernel + column) * channels + channel
 */
export type ConvolutionShape = {
  readonly width: number;
  readonly height: number;
  /** Bits per pixel of the input. */
  readonly channels: number;
  /** Pixels of a patch's side, and between neighbouring patches. */
  readonly kernel: number;
  readonly stride: number;
  /** Columns at every position: the channels of the output. */
  readonly columns: number;
  /** One set of permanences for all positions (as in a CNN), or one for each (as in BAMI). */
  readonly shared: boolean;
};

export type ConvolutionLayout = {
  readonly positionsX: number;
  readonly positionsY: number;
  readonly positions: number;
  /** Inputs of a column: bits of a patch. */
  readonly inputs: number;
  /** Words of a patch, in whole vectors of four; words of a pixel of the input, and of the output. */
  readonly patchWords: number;
  readonly pixelWords: number;
  readonly columnWords: number;
  /** Sets of permanences. */
  readonly banks: number;
};

const MAX_INPUTS = 65535;

/** Throws RangeError when the shape makes no sense. */
export function convolutionLayout(shape: ConvolutionShape): ConvolutionLayout {
  const { width, height, channels, kernel, stride, columns, shared } = shape;
  for (const [name, value] of Object.entries({ width, height, channels, kernel, stride, columns }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new RangeError(`Expected ${name} to be a whole number from 1 on but received ${value}`);
  if (kernel > width || kernel > height)
    throw new RangeError(`Expected a kernel of at most ${Math.min(width, height)} pixels but received ${kernel}`);
  const inputs = kernel * kernel * channels;
  if (inputs > MAX_INPUTS)
    throw new RangeError(`Expected at most ${MAX_INPUTS} inputs per column but received ${inputs}`);
  const positionsX = Math.floor((width - kernel) / stride) + 1;
  const positionsY = Math.floor((height - kernel) / stride) + 1;
  const positions = positionsX * positionsY;
  return {
    positionsX,
    positionsY,
    positions,
    inputs,
    patchWords: ((inputs + 127) >>> 7) << 2,
    pixelWords: (channels + 31) >>> 5,
    columnWords: (columns + 31) >>> 5,
    banks: shared ? 1 : positions,
  };
}

/** Write the bits of the patch at a position, densely, to `patch`; bits behind the last are 0. Returns how many are 1. */
export function gatherPatch(
  shape: ConvolutionShape,
  { pixelWords, positionsX }: ConvolutionLayout,
  pixels: Uint32Array,
  position: number,
  patch: Uint32Array,
): number {
  const { width, channels, kernel, stride } = shape;
  patch.fill(0);
  const top = ((position / positionsX) | 0) * stride;
  const left = (position % positionsX) * stride;
  let at = 0;
  let count = 0;
  for (let row = top; row < top + kernel; row++) {
    for (let word = (row * width + left) * pixelWords, end = word + kernel * pixelWords; word < end;) {
      for (let rest = channels; rest > 0; rest -= 32) {
        const bits = pixels[word++]!;
        const shift = at & 31;
        if (bits !== 0) {
          patch[at >>> 5]! |= bits << shift;
          if (shift + Math.min(rest, 32) > 32) patch[(at >>> 5) + 1]! |= bits >>> (32 - shift);
          count += bitCount(bits);
        }
        at += Math.min(rest, 32);
      }
    }
  }
  return count;
}

/** Ones of a word. */
export function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
