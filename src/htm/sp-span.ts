/**
 * sp-span.ts - how far the connected synapses of a column reach, on average over all columns.
 */
import type { LocalViews } from './sp-local.ts';
import { type SpatialPoolerShape, type WindowLayout, columnsOf } from './sp-shape.ts';

/** Mean over columns (and both dimensions) of the inputs from the first connected synapse to the last; 0 if none is. */
export function spanOfConnected(
  shape: SpatialPoolerShape,
  { connectedMask }: LocalViews,
  { maskWords, rowWords, height, width }: WindowLayout,
): number {
  let sum = 0;
  const isFlat = height === 1;
  for (let column = 0; column < columnsOf(shape); column++) {
    let first = width;
    let last = -1;
    let top = height;
    let bottom = -1;
    for (let row = 0; row < height; row++) {
      for (let word = 0; word < rowWords; word++) {
        const bits = connectedMask[column * maskWords + row * rowWords + word]!;
        if (bits === 0) continue;
        first = Math.min(first, word * 32 + 31 - Math.clz32(bits & -bits));
        last = Math.max(last, word * 32 + 31 - Math.clz32(bits));
        if (row < top) top = row;
        bottom = row;
      }
    }
    if (last < 0) continue;
    const spanX = last - first + 1;
    sum += isFlat ? spanX : (spanX + bottom - top + 1) / 2;
  }
  return sum / columnsOf(shape);
}
