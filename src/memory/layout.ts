/**
 * layout.ts - one table of fields decides where every byte of a model lives.
 *
 * A block (one region, one retina, one detector) declares its arrays once:
 *
 *     name -> kind, length, keep: learned | state | scratch
 *
 * and everything else derives from that table: the layout, the typed views, the memory plan, the range that a
 * checkpoint must save, and the signature that tells whether a saved model fits.
 *
 *     0               persistentBytes          totalBytes
 *     | learned | state |   scratch (not saved)   |        every field starts on 16 bytes
 *
 * What must survive a restart is ONE contiguous prefix of each block, so that saving needs no per-field code.
 *
 * `learned`  what the model knows (permanences, counts): changes only while learning is on
 * `state`    where it is (active cells, random generator, timers): changes every step
 * `scratch`  derived or temporary, rebuilt by the next step
 */

const CONSTRUCTORS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/** Element type of a field. */
export type Kind = keyof typeof CONSTRUCTORS;

/** How long a field's content must live; see the file header. */
export type Keep = 'learned' | 'state' | 'scratch';

/** The least and the most that an element may be. */
export type Range = readonly [least: number, most: number];

/** One array of a block: element type, number of elements, lifetime; what its elements may be, where that matters. */
export type Field<K extends Kind = Kind> = {
  readonly kind: K;
  readonly length: number;
  readonly keep: Keep;
  readonly range?: Range;
};

/** The arrays of one block by name. Property order is the order in memory within each lifetime. */
export type FieldTable = { readonly [name: string]: Field };

/** Typed views over a block, one per field of its table. */
export type Views<F extends FieldTable> = {
  readonly [N in keyof F]: InstanceType<(typeof CONSTRUCTORS)[F[N]['kind']]>;
};

/** Where one field lies inside its block (bytes). */
export type Placement = Field & { readonly name: string; readonly offset: number; readonly bytes: number };

/** A block's layout: sizes in bytes, fields in memory order, and the text that identifies its saved shape. */
export type Layout = {
  readonly placements: readonly Placement[];
  readonly persistentBytes: number;
  readonly totalBytes: number;
  /** e.g. `segmentCell:u16[512];permanence:u8[16384]`: the persistent fields only. Equal signature = equal meaning. */
  readonly signature: string;
};

/** Fields start on this many bytes: enough for every element type and for 128-bit vector loads. */
export const ALIGNMENT = 16;

const KEEP_ORDER: readonly Keep[] = ['learned', 'state', 'scratch'];

/** Ranges of indexes (`below` how many there are), of lengths and numbers (`upTo` the most), of flags, of shares. */
export const below = (count: number): Range => [0, count - 1];
export const upTo = (most: number): Range => [0, most];
export const FLAG: Range = [0, 1];
export const SHARE: Range = [0, 1];

/**
 * Declare one field: element type, number of elements (an integer >= 0), lifetime. `range`: what a saved model must keep to
 * (see check-ranges.ts); for every index, length and flag, and for numbers that something is counted on.
 */
export function field<K extends Kind>(kind: K, length: number, keep: Keep, range?: Range): Field<K> {
  if (!Number.isInteger(length) || length < 0) {
    throw new RangeError(`Expected a whole number of elements for a ${kind} field but received ${length}`);
  }
  return { kind, length, keep, ...(range && { range }) };
}

/** Round a byte count up to the alignment. */
export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Order a table's fields by lifetime and give each its offset. */
export function layOut(table: FieldTable): Layout {
  const placements: Placement[] = [];
  let offset = 0;
  let persistentBytes = 0;
  for (const keep of KEEP_ORDER) {
    for (const [name, entry] of Object.entries(table)) {
      if (entry.keep !== keep) continue;
      const bytes = entry.length * CONSTRUCTORS[entry.kind].BYTES_PER_ELEMENT;
      placements.push({ ...entry, name, offset, bytes });
      offset = align(offset + bytes);
    }
    if (keep === 'state') persistentBytes = offset;
  }
  const signature = placements
    .filter((placement) => placement.keep !== 'scratch')
    .map((placement) => `${placement.name}:${placement.kind}[${placement.length}]`)
    .join(';');
  return { placements, persistentBytes, totalBytes: offset, signature };
}

/**
 * Typed views of one block in `buffer`. Persistent fields start at `base`, scratch fields at `scratchBase` (by default
 * right behind them). Both are byte offsets and multiples of `ALIGNMENT`. Throws RangeError when the block does not fit.
 */
export function viewsOf<F extends FieldTable>(
  table: F,
  buffer: ArrayBufferLike,
  base = 0,
  scratchBase = base + layOut(table).persistentBytes,
): Views<F> {
  const layout = layOut(table);
  const scratchBytes = layout.totalBytes - layout.persistentBytes;
  const end = Math.max(base + layout.persistentBytes, scratchBase + scratchBytes);
  if (base % ALIGNMENT !== 0 || scratchBase % ALIGNMENT !== 0 || end > buffer.byteLength) {
    throw new RangeError(`Expected aligned room up to byte ${end} but the buffer has ${buffer.byteLength} bytes`);
  }
  const views: { [name: string]: InstanceType<(typeof CONSTRUCTORS)[Kind]> } = {};
  for (const { name, kind, keep, offset, length } of layout.placements) {
    const start = keep === 'scratch' ? scratchBase + offset - layout.persistentBytes : base + offset;
    views[name] = new CONSTRUCTORS[kind](buffer as ArrayBuffer, start, length);
  }
  return views as Views<F>;
}
