/**
 * sp-local.ts - overlaps and learning of columns that watch a window of the input.
 *
 * Each column has its window's connected synapses as bits, `connectedMask` [columns, rows of words]. Per step the
 * picture is cut once into rows as wide as a window, for every left edge there is (`gathered`): a column's input is then
 * a run of consecutive words, shared with all columns above and below it, and its overlap is AND and population count.
 *
 *     padded     the picture with a border of the window's radius: empty, or the opposite side
 *     gathered   [left edges, rows of padded, words]           window of column (x, y) starts at [x, top(y), 0]
 */
import { type Views, field } from '../memory/layout.ts';
import type { Kernels } from './kernels/kernels.ts';
import { type SpatialPoolerShape, type WindowLayout, centreOf, columnsOf, windowLayout } from './sp-shape.ts';

/** Words of one row of the padded picture; one more than it needs, since bits are read two words at a time. */
const paddedWords = (shape: SpatialPoolerShape, window: WindowLayout): number =>
  Math.ceil((shape.inputWidth + 2 * window.radiusX) / 32) + window.rowWords + 1;
const paddedRows = (shape: SpatialPoolerShape, window: WindowLayout): number => shape.inputHeight + 2 * window.radiusY;

export const localFields = (shape: SpatialPoolerShape, radius: number) => {
  const window = windowLayout(shape, radius);
  const columns = columnsOf(shape);
  const rows = paddedRows(shape, window);
  return {
    permanence: field('u8', columns * window.lanes, 'learned'), // [columns, window rows, 32 * rowWords]
    connectedMask: field('u32', columns * window.maskWords, 'scratch'), // [columns, maskWords] bits
    padded: field('u32', rows * paddedWords(shape, window) + 2, 'scratch'), // [rows, words] the picture with its border
    gathered: field('u32', shape.columnWidth * rows * window.rowWords + window.maskWords, 'scratch'), // see above
    lefts: field('u16', shape.columnWidth, 'scratch'), // [columnWidth] left edge of the window in the padded picture
    tops: field('u16', shape.columnHeight, 'scratch'), // [columnHeight] its top
    overlap: field('u16', columns, 'scratch'), // [columns] connected synapses on active inputs
  };
};
export type LocalViews = Views<ReturnType<typeof localFields>>;

/** Fill in where windows lie and derive the masks from the permanences. */
export function connectMasks(
  shape: SpatialPoolerShape,
  views: LocalViews,
  window: WindowLayout,
  connectedPermanence: number,
): void {
  const { permanence, connectedMask, lefts, tops } = views;
  // In the padded picture everything has moved by the radius, so a window starts at its centre's place.
  for (let x = 0; x < shape.columnWidth; x++) lefts[x] = centreOf(x, shape.columnWidth, shape.inputWidth);
  for (let y = 0; y < shape.columnHeight; y++) tops[y] = centreOf(y, shape.columnHeight, shape.inputHeight);
  connectedMask.fill(0);
  for (let lane = 0; lane < columnsOf(shape) * window.lanes; lane++)
    if (permanence[lane]! >= connectedPermanence) connectedMask[lane >>> 5]! |= 1 << (lane & 31);
}

/** Overlaps of all columns with the active inputs `active[0..count)`; leaves `gathered` for learning. */
export function overlapWindows(
  shape: SpatialPoolerShape,
  views: LocalViews,
  window: WindowLayout,
  kernels: Kernels | null,
  active: Uint32Array,
  count: number,
): void {
  padPicture(shape, views, window, active, count);
  const words = paddedWords(shape, window);
  const rows = paddedRows(shape, window);
  const lastWordMask = window.width % 32 === 0 ? 0xffffffff : 2 ** (window.width % 32) - 1;
  if (kernels === null) {
    gatherWindows(shape, views, window, words, rows, lastWordMask);
    countWindows(shape, views, window, rows);
    return;
  }
  kernels.gatherWindows(
    views.padded.byteOffset,
    words,
    rows,
    views.lefts.byteOffset,
    shape.columnWidth,
    window.rowWords,
    lastWordMask,
    views.gathered.byteOffset,
  );
  kernels.countWindows(
    views.connectedMask.byteOffset,
    window.maskWords,
    views.gathered.byteOffset,
    rows * window.rowWords,
    views.tops.byteOffset,
    window.rowWords,
    shape.columnWidth,
    shape.columnHeight,
    views.overlap.byteOffset,
  );
}

/** The picture as bits, moved by the radius, its border continued when it wraps around. */
function padPicture(
  shape: SpatialPoolerShape,
  { padded }: LocalViews,
  window: WindowLayout,
  active: Uint32Array,
  count: number,
): void {
  const { inputWidth, inputHeight, wrapAround } = shape;
  const { radiusX, radiusY } = window;
  const words = paddedWords(shape, window);
  padded.fill(0);
  for (let i = 0, row = 0, y = radiusY; i < count; i++) {
    const index = active[i]!;
    // Ascending indices: the row only ever moves on, so no division is needed.
    while (index >= row + inputWidth) {
      row += inputWidth;
      y++;
    }
    const x = index - row + radiusX;
    padded[y * words + (x >>> 5)]! |= 1 << (x & 31);
    if (!wrapAround) continue;
    if (x < 2 * radiusX) setBit(padded, y * words, x + inputWidth);
    if (x >= inputWidth) setBit(padded, y * words, x - inputWidth);
  }
  if (!wrapAround) return;
  for (let y = 0; y < radiusY; y++) {
    padded.copyWithin(y * words, (y + inputHeight) * words, (y + inputHeight + 1) * words);
    const below = inputHeight + radiusY + y;
    padded.copyWithin(below * words, (radiusY + y) * words, (radiusY + y + 1) * words);
  }
}

function setBit(bits: Uint32Array, word: number, bit: number): void {
  bits[word + (bit >>> 5)]! |= 1 << (bit & 31);
}

function gatherWindows(
  shape: SpatialPoolerShape,
  { padded, gathered, lefts }: LocalViews,
  { rowWords }: WindowLayout,
  words: number,
  rows: number,
  lastWordMask: number,
): void {
  let out = 0;
  for (let i = 0; i < shape.columnWidth; i++) {
    const shift = lefts[i]! & 31;
    for (let row = 0; row < rows; row++) {
      let at = row * words + (lefts[i]! >>> 5);
      for (let word = 0; word < rowWords; word++, at++) {
        const bits = shift === 0 ? padded[at]! : (padded[at]! >>> shift) | (padded[at + 1]! << (32 - shift));
        gathered[out++] = word + 1 === rowWords ? bits & lastWordMask : bits;
      }
    }
  }
}

function countWindows(
  shape: SpatialPoolerShape,
  { connectedMask, gathered, tops, overlap }: LocalViews,
  { maskWords, rowWords, height }: WindowLayout,
  rows: number,
): void {
  const words = height * rowWords;
  for (let y = 0, column = 0; y < shape.columnHeight; y++) {
    for (let x = 0; x < shape.columnWidth; x++, column++) {
      const start = (x * rows + tops[y]!) * rowWords;
      let count = 0;
      for (let word = 0; word < words; word++)
        count += bitsIn(connectedMask[column * maskWords + word]! & gathered[start + word]!);
      overlap[column] = count;
    }
  }
}

/** Ones in a 32-bit word. */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Learn on one column: permanences go up where the window's bit is 1, else down, and the mask follows. `inputBits` and
 * `start` are a run of words like those in `gathered`. Returns the column's connected synapses.
 */
export function adaptColumnMask(
  views: LocalViews,
  window: WindowLayout,
  kernels: Kernels | null,
  column: number,
  inputBits: Uint32Array,
  start: number,
  increment: number,
  decrement: number,
  connectedPermanence: number,
): number {
  const { permanence, connectedMask } = views;
  const { lanes, maskWords } = window;
  if (kernels !== null) {
    return kernels.adaptColumnMask(
      permanence.byteOffset + column * lanes,
      lanes,
      inputBits.byteOffset + start * 4,
      increment,
      decrement,
      connectedPermanence,
      connectedMask.byteOffset + column * maskWords * 4,
    );
  }
  let connected = 0;
  for (let word = 0; word < maskWords; word++) {
    let mask = 0;
    for (let bit = 0, at = column * lanes + word * 32; bit < 32; bit++, at++) {
      const before = permanence[at]!;
      if (before === 0) continue;
      const on = (inputBits[start + word]! >>> bit) & 1;
      const after = on === 1 ? Math.min(255, before + increment) : Math.max(1, before - decrement);
      permanence[at] = after;
      if (after >= connectedPermanence) mask |= 1 << bit;
    }
    connectedMask[column * maskWords + word] = mask;
    connected += bitsIn(mask);
  }
  return connected;
}
