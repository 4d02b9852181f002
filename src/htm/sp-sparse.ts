/**
 * sp-sparse.ts - learning of columns that may watch the whole input but have few synapses: compact rows.
 *
 * A dense row (sp-global.ts) has a permanence for each input, and passing over it costs as much where a tenth of them are
 * synapses as where all are. Here a column has a permanence and the number of an input for each of its synapses:
 *
 *     permanence [columns, pool] = [p p p ...]       potential [columns, pool] = [i i i ...]   ascending
 *
 * The bits that overlaps are counted from are those of sp-global.ts, and every result is the same as with dense rows. Rows
 * are padded to whole vectors; a permanence of 0 is no synapse.
 */
import { type Views, field } from '../memory/layout.ts';
import type { Kernels } from './kernels/kernels.ts';
import { globalFields, rowWordsOf } from './sp-global.ts';
import { type SpatialPoolerShape, columnsOf, inputsOf } from './sp-shape.ts';

/** Permanences per column, in memory. */
export function sparseLanes(potentialInputs: number): number {
  return Math.ceil(potentialInputs / 16) * 16;
}

export const sparseFields = (shape: SpatialPoolerShape, potentialInputs: number) => {
  const { inputUp: _up, inputDown: _down, ...shared } = globalFields(shape);
  const synapses = columnsOf(shape) * sparseLanes(potentialInputs);
  return {
    ...shared,
    permanence: field('u8', synapses, 'learned'), // [columns, potentialInputs padded to 16]
    potential: field('u16', synapses, 'learned'), // the same shape: the input each watches
    inputOn: field('u8', inputsOf(shape), 'scratch'), // [inputs] 0 or 255
  };
};
export type SparseViews = Views<ReturnType<typeof sparseFields>>;

/** Derive the rows of connected bits from the permanences. */
export function connectSparse(shape: SpatialPoolerShape, views: SparseViews, connectedPermanence: number): void {
  const { permanence, potential, connectedRows, connectedOf } = views;
  const rowWords = rowWordsOf(shape);
  const lanes = permanence.length / columnsOf(shape);
  connectedRows.fill(0);
  for (let column = 0; column < columnsOf(shape); column++) {
    let connected = 0;
    for (let slot = column * lanes, end = slot + lanes; slot < end; slot++) {
      if (permanence[slot]! < connectedPermanence) continue;
      connectedRows[potential[slot]! * rowWords + (column >>> 5)]! |= 1 << (column & 31);
      connected++;
    }
    connectedOf[column] = connected;
  }
}

/** Before columns learn the input of this step: what is on. Kernels alone need it. */
export function prepareSparse({ inputOn }: SparseViews, active: Uint32Array, count: number): void {
  inputOn.fill(0);
  for (let i = 0; i < count; i++) inputOn[active[i]!] = 255;
}

/**
 * Learn on one column, as `adaptColumnRows` of sp-global.ts does. Returns the column's connected synapses. With kernels,
 * `prepareSparse` must have seen the input, unless `all`.
 */
export function adaptColumnSparse(
  shape: SpatialPoolerShape,
  views: SparseViews,
  kernels: Kernels | null,
  column: number,
  all: boolean,
  increment: number,
  decrement: number,
  connectedPermanence: number,
): number {
  const { permanence, potential, connectedRows, inputBits, connectedOf } = views;
  const lanes = permanence.length / columnsOf(shape);
  const rowWords = rowWordsOf(shape);
  const start = column * lanes;
  if (kernels !== null) {
    connectedOf[column]! += kernels.adaptColumnSparse(
      permanence.byteOffset + start,
      potential.byteOffset + 2 * start,
      lanes,
      views.inputOn.byteOffset,
      increment,
      all ? 0 : decrement,
      all ? 255 : 0,
      connectedPermanence,
      connectedRows.byteOffset + (column >>> 3),
      rowWords * 4,
      1 << (column & 7),
    );
    return connectedOf[column]!;
  }
  let connected = 0;
  for (let slot = start; slot < start + lanes; slot++) {
    const before = permanence[slot]!;
    if (before === 0) continue;
    const input = potential[slot]!;
    const on = all || ((inputBits[input >>> 5]! >>> (input & 31)) & 1) === 1;
    const after = on ? Math.min(255, before + increment) : Math.max(1, before - decrement);
    permanence[slot] = after;
    if (after >= connectedPermanence) connected++;
    if (before >= connectedPermanence !== after >= connectedPermanence)
      connectedRows[input * rowWords + (column >>> 5)]! ^= 1 << (column & 31);
  }
  connectedOf[column] = connected;
  return connected;
}
