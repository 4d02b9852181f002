/**
 * image-diff.ts - what lies between two saved images of one shape, region by region, in the terms of the engine.
 *
 * Synapses are compared as pairs of cells (whose segment it is, what it listens to), so that segments that only moved
 * within their pool count as equal.
 */
import { type SavedBlock, parseSignature, regionOf } from '../memory/signature.ts';

/** One region (equal blocks, one per place, are one region). `b` is compared with `a`. */
export type RegionDiff = {
  readonly region: string;
  readonly bytes: number;
  readonly changedBytes: number;
  /** Columns of poolers, and those of which a permanence differs; 0 where there is no pooler. */
  readonly columns: number;
  readonly changedColumns: number;
  /** Segments in use in a and b, and how many there is room for; 0 where there are none. */
  readonly segments: readonly [number, number];
  readonly segmentCapacity: number;
  readonly synapses: { readonly kept: number; readonly grown: number; readonly gone: number };
};

export type ImageDiff = {
  readonly regions: readonly RegionDiff[];
  /** 0: the same synapses between the same cells; 1: none in common. Share of synapses (of both) that only one has. */
  readonly difference: number;
  /** Share of the image's bytes that differ. */
  readonly changedShare: number;
};

/** Compare two images of the shape `signature`. Throws RangeError when their lengths do not fit. */
export function diffImages(signature: string, a: Uint8Array, b: Uint8Array): ImageDiff {
  const regions = new Map<string, RegionDiff>();
  for (const block of parseSignature(signature)) {
    const end = block.fields.at(-1);
    if (end !== undefined && end.offset + end.bytes > Math.min(a.length, b.length))
      throw new RangeError(`Expected images of the given shape but received ${a.length} and ${b.length} bytes`);
    const region = regionOf(block.name);
    const found = diffBlock(region, block, a, b);
    const known = regions.get(region);
    regions.set(region, known === undefined ? found : add(known, found));
  }
  const all = [...regions.values()];
  const sum = (value: (region: RegionDiff) => number): number => all.reduce((total, one) => total + value(one), 0);
  const apart = sum(({ synapses }) => synapses.grown + synapses.gone);
  const together = sum(({ synapses }) => synapses.kept);
  return {
    regions: all,
    difference: apart === 0 ? 0 : apart / (apart + together),
    changedShare:
      sum((one) => one.changedBytes) /
      Math.max(
        1,
        sum((one) => one.bytes),
      ),
  };
}

function diffBlock(region: string, { fields }: SavedBlock, a: Uint8Array, b: Uint8Array): RegionDiff {
  let bytes = 0;
  let changedBytes = 0;
  for (const { offset, bytes: length } of fields) {
    bytes += length;
    for (let i = offset; i < offset + length; i++) if (a[i] !== b[i]) changedBytes++;
  }
  const columns = columnsOf(fields, a, b);
  const [before, after] = [synapsesOf(fields, a), synapsesOf(fields, b)];
  return {
    region,
    bytes,
    changedBytes,
    ...columns,
    segments: [before.segments, after.segments],
    segmentCapacity: before.capacity,
    synapses: compareSorted(before.pairs, after.pairs),
  };
}

/** A pooler is a block with permanences and a duty cycle for each column. */
function columnsOf(fields: SavedBlock['fields'], a: Uint8Array, b: Uint8Array) {
  const columns = fields.find(({ name }) => name === 'activeDutyCycle')?.length ?? 0;
  const permanence = fields.find(({ name }) => name === 'permanence');
  if (columns === 0 || permanence === undefined) return { columns: 0, changedColumns: 0 };
  const perColumn = permanence.bytes / columns;
  let changedColumns = 0;
  for (let column = 0; column < columns; column++) {
    const start = permanence.offset + column * perColumn;
    let i = start;
    while (i < start + perColumn && a[i] === b[i]) i++;
    if (i < start + perColumn) changedColumns++;
  }
  return { columns, changedColumns };
}

/** Every synapse as cell * 2^32 + presynaptic cell, ascending. */
function synapsesOf(
  fields: SavedBlock['fields'],
  image: Uint8Array,
): { segments: number; capacity: number; pairs: Float64Array } {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const [owner, count, presynaptic] = ['segmentCell', 'synapseCount', 'presynapticCell'].map((wanted) =>
    fields.find(({ name }) => name === wanted),
  );
  if (owner === undefined || count === undefined || presynaptic === undefined)
    return { segments: 0, capacity: 0, pairs: new Float64Array(0) };
  const read = ({ offset, kind }: { offset: number; kind: string }, index: number): number =>
    kind === 'u32' ? view.getUint32(offset + index * 4, true) : view.getUint16(offset + index * 2, true);
  const room = presynaptic.length / owner.length;
  const pairs = new Float64Array(presynaptic.length);
  let segments = 0;
  let filled = 0;
  for (let segment = 0; segment < count.length; segment++) {
    const synapses = Math.min(image[count.offset + segment]!, room);
    if (synapses === 0) continue;
    segments++;
    const cell = read(owner, segment) * 2 ** 32;
    for (let i = 0; i < synapses; i++) pairs[filled++] = cell + read(presynaptic, segment * room + i);
  }
  return { segments, capacity: owner.length, pairs: pairs.subarray(0, filled).toSorted() };
}

function compareSorted(a: Float64Array, b: Float64Array): RegionDiff['synapses'] {
  let [i, j, kept] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const difference = a[i]! - b[j]!;
    if (difference === 0) kept++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return { kept, grown: b.length - kept, gone: a.length - kept };
}

function add(one: RegionDiff, other: RegionDiff): RegionDiff {
  return {
    region: one.region,
    bytes: one.bytes + other.bytes,
    changedBytes: one.changedBytes + other.changedBytes,
    columns: one.columns + other.columns,
    changedColumns: one.changedColumns + other.changedColumns,
    segments: [one.segments[0] + other.segments[0], one.segments[1] + other.segments[1]],
    segmentCapacity: one.segmentCapacity + other.segmentCapacity,
    synapses: {
      kept: one.synapses.kept + other.synapses.kept,
      grown: one.synapses.grown + other.synapses.grown,
      gone: one.synapses.gone + other.synapses.gone,
    },
  };
}
