/**
 * model-memory.ts - the one buffer of a model, carved into blocks.
 *
 *     0                                  persistentBytes                             totalBytes
 *     | block A | block B | block C ...  | scratch A | scratch B | scratch C ...      |
 *       learned, state of each block       rebuilt by the next step, never saved
 *
 * Everything that must survive is one prefix: a checkpoint, a snapshot and "are these two models equal?" are each one
 * walk over `new Uint8Array(buffer, 0, persistentBytes)`, whatever the blocks hold.
 */
import { type FieldTable, type Layout, type Views, layOut, viewsOf } from './layout.ts';

/** A block before allocation: a name unique in the model, the field table, and the region it belongs to in words. */
export type BlockPlan = { readonly name: string; readonly table: FieldTable };

/** A block with its place (bytes from the start of the buffer). */
export type PlacedBlock = BlockPlan & { readonly layout: Layout; readonly base: number; readonly scratchBase: number };

/** The whole model before a byte of it exists. */
export type MemoryPlan = {
  readonly blocks: readonly PlacedBlock[];
  readonly persistentBytes: number;
  readonly totalBytes: number;
  /** Names, kinds and lengths of all persistent fields; a saved model fits exactly when the signatures are equal. */
  readonly signature: string;
};

/** What of a WebAssembly memory matters here; the language's own type is not known without a browser's library. */
export type WasmMemory = { readonly buffer: SharedArrayBuffer };

/** An allocated model: the plan, its buffer (a little longer than the plan), and the memory it belongs to. */
export type ModelMemory = {
  readonly plan: MemoryPlan;
  readonly buffer: SharedArrayBuffer | ArrayBuffer;
  /** Where its persistent bytes begin in the buffer. */
  readonly start: number;
  /** Lets kernels work on the buffer itself; null where WebAssembly is missing. */
  readonly wasm: WasmMemory | null;
};

const WASM_PAGE = 65536;
type WasmMemoryConstructor = new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;

/** Place all blocks; throws RangeError on a repeated name. */
export function planMemory(blocks: readonly BlockPlan[]): MemoryPlan {
  const names = new Set<string>();
  const layouts = blocks.map((block) => {
    if (names.has(block.name)) throw new RangeError(`Expected unique block names but received "${block.name}" twice`);
    names.add(block.name);
    return layOut(block.table);
  });
  const persistentBytes = layouts.reduce((sum, layout) => sum + layout.persistentBytes, 0);
  let base = 0;
  let scratchBase = persistentBytes;
  const placed = blocks.map((block, index): PlacedBlock => {
    const layout = layouts[index]!;
    const entry = { ...block, layout, base, scratchBase };
    base += layout.persistentBytes;
    scratchBase += layout.totalBytes - layout.persistentBytes;
    return entry;
  });
  const signature = placed.map((block) => `${block.name}{${block.layout.signature}}`).join('|');
  return { blocks: placed, persistentBytes, totalBytes: scratchBase, signature };
}

/** Allocate the buffer (zero-filled, shared between threads) of a plan. */
export function allocateMemory(plan: MemoryPlan): ModelMemory {
  return { plan, start: 0, ...allocate(plan.totalBytes) };
}

/**
 * `count` models of one plan in one buffer. Their persistent bytes lie side by side, and one scratch serves all, so only
 * one of them is at work: before another is stepped, what it needs of the scratch must be derived anew.
 *
 *     | persistent 0 | persistent 1 | ... | scratch |
 *
 * One buffer, because each WebAssembly memory takes 10 GB of addresses, and a Raspberry Pi has 512 GB of them to give.
 */
export function allocateSideBySide(plan: MemoryPlan, count: number): ModelMemory[] {
  const scratch = plan.persistentBytes * count;
  const whole = allocate(scratch + plan.totalBytes - plan.persistentBytes);
  return Array.from({ length: count }, (_, i) => {
    const start = plan.persistentBytes * i;
    const blocks = plan.blocks.map((block) => ({
      ...block,
      base: block.base + start,
      scratchBase: block.scratchBase - plan.persistentBytes + scratch,
    }));
    return { plan: { ...plan, blocks }, start, ...whole };
  });
}

function allocate(bytes: number): Pick<ModelMemory, 'buffer' | 'wasm'> {
  const { WebAssembly } = globalThis as { WebAssembly?: { Memory: WasmMemoryConstructor } };
  if (WebAssembly === undefined) {
    // A browser hides shared buffers from pages that are not isolated.
    const Buffer = (globalThis as { SharedArrayBuffer?: typeof SharedArrayBuffer }).SharedArrayBuffer ?? ArrayBuffer;
    return { buffer: new Buffer(bytes), wasm: null };
  }
  // One spare vector behind the last field, so that a kernel may read past its end.
  const pages = Math.ceil((bytes + 16) / WASM_PAGE);
  const wasm = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return { buffer: wasm.buffer, wasm };
}

/** Typed views of the block called `name`; `table` must be the one it was planned with. Throws RangeError if unknown. */
export function blockViews<F extends FieldTable>(memory: ModelMemory, name: string, table: F): Views<F> {
  const block = memory.plan.blocks.find((candidate) => candidate.name === name);
  if (!block) throw new RangeError(`Expected a planned block but received "${name}"`);
  return viewsOf(table, memory.buffer, block.base, block.scratchBase);
}

/** The bytes that must survive, as one live view. */
export function persistentImage(memory: ModelMemory): Uint8Array {
  return new Uint8Array(memory.buffer as ArrayBuffer, memory.start, memory.plan.persistentBytes);
}

/** Bytes that are compared at a time: a page of the machine's memory. */
const PAGE = 4096;

/** Make `image` the same as `bytes`, as long, writing only what differs: pages that were never written take no memory. */
export function replaceImage(image: Uint8Array, bytes: Uint8Array): void {
  for (let at = 0; at < image.length; at += PAGE) {
    const end = Math.min(at + PAGE, image.length);
    let same = at;
    while (same < end && image[same] === bytes[same]) same++;
    if (same < end) image.set(bytes.subarray(same, end), same);
  }
}
