/**
 * memories.ts - temporal memories and poolers over buffers of their own, for tests.
 */
import {
  SPATIAL_POOLER_DEFAULTS,
  type SpatialPooler,
  type SpatialPoolerParams,
  initSpatialPooler,
  openSpatialPooler,
  spatialPoolerFields,
} from '../../src/htm/spatial-pooler.ts';
import type { SpatialPoolerShape } from '../../src/htm/sp-shape.ts';
import {
  TEMPORAL_MEMORY_DEFAULTS,
  type TemporalMemory,
  type TemporalMemoryParams,
  type TemporalMemoryShape,
  initTemporalMemory,
  openTemporalMemory,
  temporalMemoryFields,
} from '../../src/htm/temporal-memory.ts';
import { openKernels } from '../../src/htm/kernels/kernels.ts';
import { allocateMemory, blockViews, persistentImage, planMemory } from '../../src/memory/model-memory.ts';

/** A memory, and its saved bytes as one view. */
export function newMemory(
  shape: TemporalMemoryShape,
  params: Partial<TemporalMemoryParams> = {},
  seed = 1,
  wasm = false,
): { tm: TemporalMemory; image: Uint8Array } {
  const table = temporalMemoryFields(shape);
  const memory = allocateMemory(planMemory([{ name: 'memory', table }]));
  const views = blockViews(memory, 'memory', table);
  const kernels = wasm ? openKernels(memory) : null;
  const tm = openTemporalMemory(shape, { ...TEMPORAL_MEMORY_DEFAULTS, ...params }, views, { kernels });
  initTemporalMemory(tm, seed);
  return { tm, image: persistentImage(memory) };
}

export function newPooler(
  shape: SpatialPoolerShape,
  params: Partial<SpatialPoolerParams> = {},
  seed = 1,
  wasm = false,
): { sp: SpatialPooler; image: Uint8Array } {
  const table = spatialPoolerFields(shape);
  const memory = allocateMemory(planMemory([{ name: 'pooler', table }]));
  const views = blockViews(memory, 'pooler', table);
  const sp = openSpatialPooler(
    shape,
    { ...SPATIAL_POOLER_DEFAULTS, ...params },
    views,
    wasm ? openKernels(memory) : null,
  );
  initSpatialPooler(sp, seed);
  return { sp, image: persistentImage(memory) };
}
