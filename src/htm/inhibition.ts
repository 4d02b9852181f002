/**
 * inhibition.ts - which columns win.
 *
 * Every column has a key, score * 256 + a small number below 256. A key of 0 never wins. The small number is fixed and
 * random, so that hardly two keys are equal and none is favoured by its index; or the same for all, and then a winner's
 * grows by 1, so that it counts against equals that come later, as where columns are visited in order.
 *
 *   global   the k largest keys of all; the k-th is found byte by byte from the top (radix selection), ties by ranking
 *   local    a column wins when fewer than its limit of the neighbours have a larger key (BAMI phase 2). Most columns meet enough larger keys in their own row and the
 *            next, and stop there.
 */
import { type Views, field } from '../memory/layout.ts';
import type { Kernels } from './kernels/kernels.ts';
import { type SpatialPoolerShape, columnsOf } from './sp-shape.ts';

/** Scores above this count as this. */
export const MAX_SCORE = 0xfffffe;

const keyStride = (shape: SpatialPoolerShape): number => shape.columnWidth + 2 * (shape.inhibitionRadius ?? 0) + 4;

export const inhibitionFields = (shape: SpatialPoolerShape) => {
  const columns = columnsOf(shape);
  const local = shape.inhibitionRadius !== null;
  const radius = shape.inhibitionRadius ?? 0;
  return {
    key: field('u32', columns, 'scratch'), // [columns]
    winners: field('u32', columns, 'scratch'), // the active columns, ascending
    tie: field('u8', columns, 'scratch'), // [columns] what a key has below 256
    histogram: field('u32', 256, 'scratch'),
    paddedKey: field('u32', local ? keyStride(shape) * (shape.columnHeight + 2 * radius) + 4 : 0, 'scratch'), // with a border
    blockKey: field(
      'u32',
      local ? ((keyStride(shape) + 3) >>> 2) * (shape.columnHeight + 2 * radius) + 4 : 0,
      'scratch',
    ), // for a kernel
    limit: field('u16', local ? columns : 0, 'scratch'), // [columns] winners a neighbourhood may have
  };
};
export type InhibitionViews = Views<ReturnType<typeof inhibitionFields>>;

/** The k largest keys win; returns how many (fewer only when keys are 0). `ranking` [columns] breaks ties, lower first. */
export function inhibitGlobally({ key, winners, histogram }: InhibitionViews, ranking: Uint16Array, k: number): number {
  let possible = 0;
  for (let column = 0; column < key.length; column++) if (key[column] !== 0) possible++;
  if (possible <= k) {
    let found = 0;
    for (let column = 0; column < key.length; column++) if (key[column] !== 0) winners[found++] = column;
    return found;
  }
  // The largest value that at least k keys reach, and how many of the keys equal to it are wanted.
  let threshold = 0;
  let wanted = k;
  for (let shift = 24; shift >= 0; shift -= 8) {
    histogram.fill(0);
    const above = shift === 24 ? 0 : threshold >>> (shift + 8);
    for (let column = 0; column < key.length; column++) {
      const value = key[column]!;
      if (shift === 24 || value >>> (shift + 8) === above) histogram[(value >>> shift) & 255]!++;
    }
    let byte = 255;
    while (histogram[byte]! < wanted) wanted -= histogram[byte--]!;
    threshold = (threshold | (byte << shift)) >>> 0;
  }
  const worst = worstWantedRank(key, ranking, threshold, wanted);
  let found = 0;
  for (let column = 0; column < key.length; column++) {
    const value = key[column]!;
    if (value > threshold || (value === threshold && ranking[column]! <= worst)) winners[found++] = column;
  }
  return found;
}

/** The `wanted`-th smallest ranking among the columns whose key is `threshold`. */
function worstWantedRank(key: Uint32Array, ranking: Uint16Array, threshold: number, wanted: number): number {
  let worst = -1;
  for (let n = 0; n < wanted; n++) {
    let next = 65536;
    for (let column = 0; column < key.length; column++) {
      const rank = ranking[column]!;
      if (key[column] === threshold && rank > worst && rank < next) next = rank;
    }
    worst = next;
  }
  return worst;
}

/** For a given radius: how many winners each column's neighbourhood may have, `density` of its columns, rounded. */
export function setLimits(shape: SpatialPoolerShape, views: InhibitionViews, radius: number, density: number): void {
  const { columnWidth, columnHeight, wrapAround } = shape;
  const radiusY = columnHeight === 1 ? 0 : radius;
  const span = (at: number, length: number, reach: number): number =>
    wrapAround ? Math.min(length, 2 * reach + 1) : Math.min(length - 1, at + reach) - Math.max(0, at - reach) + 1;
  for (let y = 0, column = 0; y < columnHeight; y++)
    for (let x = 0; x < columnWidth; x++, column++)
      views.limit[column] = Math.floor(0.5 + density * span(x, columnWidth, radius) * span(y, columnHeight, radiusY));
}

/** Columns with fewer than `limit` larger keys within `radius` win; returns how many. `inOrder`: see above. */
export function inhibitLocally(
  shape: SpatialPoolerShape,
  views: InhibitionViews,
  kernels: Kernels | null,
  radius: number,
  inOrder: boolean,
): number {
  const { columnWidth, columnHeight } = shape;
  const stride = keyStride(shape);
  const radiusY = columnHeight === 1 ? 0 : radius;
  if (kernels === null) padKeys(shape, views, radius, radiusY, stride);
  else
    kernels.padKeys(
      views.key.byteOffset,
      views.paddedKey.byteOffset,
      stride,
      radius,
      radiusY,
      columnWidth,
      columnHeight,
      shape.wrapAround ? 1 : 0,
    );
  if (kernels === null) return inhibitWindows(shape, views, radius, radiusY, stride, inOrder);
  return kernels.inhibitWindows(
    views.paddedKey.byteOffset,
    stride,
    radius,
    radiusY,
    columnWidth,
    columnHeight,
    views.limit.byteOffset,
    views.winners.byteOffset,
    inOrder ? (shape.wrapAround ? 2 : 1) : 0,
    views.blockKey.byteOffset,
  );
}

/** The keys with a border of `radius`: 0, or the opposite side. */
function padKeys(
  { columnWidth, columnHeight, wrapAround }: SpatialPoolerShape,
  { key, paddedKey }: InhibitionViews,
  radius: number,
  radiusY: number,
  stride: number,
): void {
  for (let y = 0; y < columnHeight; y++) {
    const row = (y + radiusY) * stride + radius;
    paddedKey.set(key.subarray(y * columnWidth, (y + 1) * columnWidth), row);
    for (let x = 0; x < radius; x++) {
      paddedKey[row - radius + x] = wrapAround ? paddedKey[row - radius + x + columnWidth]! : 0;
      paddedKey[row + columnWidth + x] = wrapAround ? paddedKey[row + x]! : 0;
    }
  }
  const rows = columnHeight * stride;
  const top = radiusY * stride;
  if (!wrapAround) {
    paddedKey.fill(0, 0, top);
    paddedKey.fill(0, top + rows);
    return;
  }
  paddedKey.copyWithin(0, rows, rows + top);
  paddedKey.copyWithin(top + rows, top, 2 * top);
}

function inhibitWindows(
  shape: SpatialPoolerShape,
  { paddedKey, limit, winners }: InhibitionViews,
  radius: number,
  radiusY: number,
  stride: number,
  inOrder: boolean,
): number {
  const { columnWidth, columnHeight } = shape;
  const side = 2 * radius + 1;
  const rows = 2 * radiusY + 1;
  let found = 0;
  for (let y = 0, column = 0; y < columnHeight; y++) {
    for (let x = 0; x < columnWidth; x++, column++) {
      const key = paddedKey[(y + radiusY) * stride + x + radius]!;
      if (key === 0) continue;
      let larger = 0;
      // From the column's own row down, then from the top: near keys are the likely larger ones.
      for (let n = 0; n < rows && larger < limit[column]!; n++) {
        const start = (y + ((n + radiusY) % rows)) * stride + x;
        for (let at = start; at < start + side; at++) if (paddedKey[at]! > key) larger++;
      }
      if (larger >= limit[column]!) continue;
      winners[found++] = column;
      if (inOrder) markKey(shape, paddedKey, radius, radiusY, stride, x, y);
    }
  }
  return found;
}

/** The key of the winner at (x, y) grows by 1, wherever in the padded grid it stands. */
function markKey(
  { columnWidth, columnHeight, wrapAround }: SpatialPoolerShape,
  paddedKey: Uint32Array,
  radius: number,
  radiusY: number,
  stride: number,
  x: number,
  y: number,
): void {
  const far = wrapAround ? 1 : 0;
  for (let turnY = -far; turnY <= far; turnY++) {
    const row = y + radiusY + turnY * columnHeight;
    if (row < 0 || row >= columnHeight + 2 * radiusY) continue;
    for (let turnX = -far; turnX <= far; turnX++) {
      const column = x + radius + turnX * columnWidth;
      if (column >= 0 && column < columnWidth + 2 * radius) paddedKey[row * stride + column]!++;
    }
  }
}
