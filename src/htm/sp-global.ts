/**
 * sp-global.ts - overlaps and learning of columns that may watch the whole input.
 *
 * Two views of the same synapses: `permanence` [columns, inputs] is what learns, and `connectedRows` [inputs, columns] has
 * one bit for each connected synapse, so that only the rows of the active inputs need to be read: at 10 % activity a
 * tenth of the bits, 32 columns at a time. Rows are added as bit-sliced numbers: slice s holds bit s of 32 counts, and
 * adding a row to them is a ripple of AND and XOR.
 *
 * A permanence of 0 marks an input outside the potential pool; a synapse never falls below 1.
 */
import { type Views, field } from '../memory/layout.ts';
import type { Kernels } from './kernels/kernels.ts';
import { type SpatialPoolerShape, columnsOf, inputsOf } from './sp-shape.ts';

/** Columns per row of bits: whole vectors of 128. */
const paddedColumns = (columns: number): number => Math.ceil(columns / 128) * 128;
/** 32-bit words of an input's row of connected bits. */
export function rowWordsOf(shape: SpatialPoolerShape): number {
  return paddedColumns(columnsOf(shape)) / 32;
}
const paddedInputs = (inputs: number): number => Math.ceil(inputs / 16) * 16;
/** Bits of an overlap. */
const SLICES = 16;

export const globalFields = (shape: SpatialPoolerShape) => {
  const inputs = inputsOf(shape);
  const columns = columnsOf(shape);
  return {
    permanence: field('u8', columns * paddedInputs(inputs), 'learned'), // [columns, inputs padded to 16]
    connectedRows: field('u32', (inputs * paddedColumns(columns)) / 32, 'scratch'), // [inputs, columns] bits
    inputBits: field('u32', Math.ceil(inputs / 32) + 1, 'scratch'), // [inputs] bits
    overlap: field('u16', paddedColumns(columns), 'scratch'), // [columns] connected synapses on active inputs
    slices: field('u32', SLICES * 4, 'scratch'), // room for counting
    // What learning adds to and takes from each input in this step; behind them a vector of the same for all inputs.
    inputUp: field('u8', paddedInputs(inputs) + 16, 'scratch'),
    inputDown: field('u8', paddedInputs(inputs) + 16, 'scratch'),
    connectedOf: field('u16', columns, 'scratch'), // [columns] connected synapses
  };
};
export type GlobalViews = Views<ReturnType<typeof globalFields>>;
/** What counting overlaps works on, however the permanences lie. */
export type CountedViews = Pick<GlobalViews, 'inputBits' | 'connectedRows' | 'slices' | 'overlap'>;

/** Permanences per column, in memory. */
export function globalLanes(shape: SpatialPoolerShape): number {
  return paddedInputs(inputsOf(shape));
}

/** Derive the rows of connected bits from the permanences. */
export function connectRows(shape: SpatialPoolerShape, views: GlobalViews, connectedPermanence: number): void {
  const { permanence, connectedRows, connectedOf } = views;
  const lanes = globalLanes(shape);
  const rowWords = rowWordsOf(shape);
  connectedRows.fill(0);
  for (let column = 0; column < columnsOf(shape); column++) {
    const bit = 1 << (column & 31);
    let connected = 0;
    for (let input = 0, word = column >>> 5; input < inputsOf(shape); input++, word += rowWords) {
      if (permanence[column * lanes + input]! < connectedPermanence) continue;
      connectedRows[word]! |= bit;
      connected++;
    }
    connectedOf[column] = connected;
  }
}

/** Before columns learn the input of this step: what that adds and takes. Kernels alone need it. */
export function prepareLearning(
  shape: SpatialPoolerShape,
  { inputBits, inputUp, inputDown }: GlobalViews,
  kernels: Kernels,
  increment: number,
  decrement: number,
): void {
  const { byteOffset: upAt } = inputUp;
  kernels.spreadInput(inputBits.byteOffset, globalLanes(shape), increment, decrement, upAt, inputDown.byteOffset);
}

/** Overlaps of all columns with the active inputs `active[0..count)`, and the inputs as bits for learning. */
export function overlapRows(
  shape: SpatialPoolerShape,
  views: CountedViews,
  kernels: Kernels | null,
  active: Uint32Array,
  count: number,
): void {
  const rowWords = rowWordsOf(shape);
  const { inputBits, connectedRows, slices, overlap } = views;
  inputBits.fill(0);
  for (let i = 0; i < count; i++) inputBits[active[i]! >>> 5]! |= 1 << (active[i]! & 31);
  if (kernels === null) countRows(views, rowWords, active, count);
  else
    kernels.countRows(
      connectedRows.byteOffset,
      rowWords * 4,
      active.byteOffset,
      count,
      slices.byteOffset,
      overlap.byteOffset,
    );
}

/** For 32 columns at a time: add the rows of all active inputs, then write out the counts. */
function countRows(views: CountedViews, rowWords: number, active: Uint32Array, count: number): void {
  const { connectedRows, slices, overlap } = views;
  for (let word = 0; word < rowWords; word++) {
    for (let slice = 0; slice < SLICES; slice++) slices[slice] = 0;
    for (let i = 0; i < count; i++) {
      let carry = connectedRows[active[i]! * rowWords + word]!;
      for (let slice = 0; carry !== 0; slice++) {
        const bits = slices[slice]!;
        slices[slice] = bits ^ carry;
        carry &= bits;
      }
    }
    for (let bit = 0; bit < 32; bit++) {
      let sum = 0;
      for (let slice = 0; slice < SLICES; slice++) sum |= ((slices[slice]! >>> bit) & 1) << slice;
      overlap[word * 32 + bit] = sum;
    }
  }
}

/**
 * Learn on one column: permanences go up where the input is active, else down; or, `all`, all go up. A crossing of the
 * connected threshold flips the column's bit in that input's row. Returns the column's connected synapses. With kernels,
 * `prepareLearning` must have seen the same increment and decrement, unless `all`.
 */
export function adaptColumnRows(
  shape: SpatialPoolerShape,
  views: GlobalViews,
  kernels: Kernels | null,
  column: number,
  all: boolean,
  increment: number,
  decrement: number,
  connectedPermanence: number,
): number {
  const { permanence, connectedRows, inputBits, inputUp, inputDown, connectedOf } = views;
  const lanes = globalLanes(shape);
  const rowWords = rowWordsOf(shape);
  if (kernels !== null) {
    if (all) inputUp.fill(increment, lanes);
    const from = all ? lanes : 0;
    connectedOf[column]! += kernels.adaptColumnRows(
      permanence.byteOffset + column * lanes,
      lanes,
      inputUp.byteOffset + from,
      inputDown.byteOffset + from,
      all ? 0 : 0xffffffff,
      connectedPermanence,
      connectedRows.byteOffset + (column >>> 3),
      rowWords * 4,
      1 << (column & 7),
    );
    return connectedOf[column]!;
  }
  let connected = 0;
  const bit = 1 << (column & 31);
  for (let input = 0, start = column * lanes; input < inputsOf(shape); input++) {
    const before = permanence[start + input]!;
    if (before === 0) continue;
    const on = all ? 1 : (inputBits[input >>> 5]! >>> (input & 31)) & 1;
    const after = on === 1 ? Math.min(255, before + increment) : Math.max(1, before - decrement);
    permanence[start + input] = after;
    if (after >= connectedPermanence) connected++;
    if (before >= connectedPermanence !== after >= connectedPermanence)
      connectedRows[input * rowWords + (column >>> 5)]! ^= bit;
  }
  connectedOf[column] = connected;
  return connected;
}
