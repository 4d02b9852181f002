/**
 * kernels.ts - the WebAssembly kernels of one model's memory, behind the same signatures as their plain twins.
 *
 * They change how long a step takes and no bit of its result. `openKernels` gives null where the machine has no
 * WebAssembly SIMD; every caller then uses the twin.
 */
import type { ModelMemory, WasmMemory } from '../../memory/model-memory.ts';
import { KERNELS_WASM } from './wasm.ts';

type Numbers<N extends string> = { readonly [name in N]: (...values: number[]) => number };

/** The exports of assembly/kernels.ts; arguments are byte offsets and numbers. */
export type Kernels = Numbers<
  | 'followIndex'
  | 'listSegments'
  | 'scanSegments'
  | 'unlinkSegment'
  | 'adaptSynapses'
  | 'growSynapses'
  | 'activateCells'
  | 'predictColumns'
  | 'countRows'
  | 'adaptColumnRows'
  | 'adaptColumnSparse'
  | 'adaptColumnMask'
  | 'gatherWindows'
  | 'countWindows'
  | 'spreadInput'
  | 'boostOverlaps'
  | 'inhibitGlobally'
  | 'padKeys'
  | 'inhibitWindows'
  | 'averageDuty'
  | 'boostNearby'
  | 'boostAll'
  | 'convolve'
>;

type WasmModule = { readonly module: unique symbol };
type Wasm = {
  validate: (bytes: Uint8Array) => boolean;
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (module: WasmModule, imports: { env: { memory: WasmMemory } }) => { readonly exports: Kernels };
};

let compiled: WasmModule | null | undefined;

/** Kernels over the memory of one model, or null where it cannot have any. */
export function openKernels(memory: ModelMemory): Kernels | null {
  const { WebAssembly: wasm } = globalThis as { WebAssembly?: Wasm };
  if (wasm === undefined || memory.wasm === null) return null;
  if (compiled === undefined) {
    const bytes = Uint8Array.from(atob(KERNELS_WASM), (character) => character.codePointAt(0)!);
    compiled = wasm.validate(bytes) ? new wasm.Module(bytes) : null;
  }
  if (compiled === null) return null;
  return new wasm.Instance(compiled, { env: { memory: memory.wasm } }).exports;
}
