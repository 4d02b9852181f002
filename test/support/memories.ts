/**
 * memories.ts - temporal memories and poolers over buffers of their own, for tests.
 */
import {
  SPATIAL_POOLER_DEFAULTS,
  type SpatialPooler,
  type SpatialPoolerParams,
  type SpatialPoolerShape,
  initSpatialPooler,
  openSpatialPooler,
  spatialPoolerFields,
} from '../../src/htm/spatial-pooler.ts';
import {
  TEMPORAL_MEMORY_DEFAULTS,
  type TemporalMemory,
  type TemporalMemoryParams,
  type TemporalMemoryShape,
  initTemporalMemory,
  openTemporalMemory,
  temporalMemoryFields,
} from '../../src/htm/temporal-memory.ts';
import { layOut, viewsOf } from '../../src/memory/layout.ts';

/** A memory, and its saved bytes as one view. */
export function newMemory(
  shape: TemporalMemoryShape,
  params: Partial<TemporalMemoryParams> = {},
  seed = 1,
): { tm: TemporalMemory; image: Uint8Array } {
  const table = temporalMemoryFields(shape);
  const layout = layOut(table);
  const buffer = new ArrayBuffer(layout.totalBytes);
  const tm = openTemporalMemory(shape, { ...TEMPORAL_MEMORY_DEFAULTS, ...params }, viewsOf(table, buffer));
  initTemporalMemory(tm, seed);
  return { tm, image: new Uint8Array(buffer, 0, layout.persistentBytes) };
}

export function newPooler(
  shape: SpatialPoolerShape,
  params: Partial<SpatialPoolerParams> = {},
  seed = 1,
): { sp: SpatialPooler; image: Uint8Array } {
  const table = spatialPoolerFields(shape);
  const layout = layOut(table);
  const buffer = new ArrayBuffer(layout.totalBytes);
  const sp = openSpatialPooler(shape, { ...SPATIAL_POOLER_DEFAULTS, ...params }, viewsOf(table, buffer));
  initSpatialPooler(sp, seed);
  return { sp, image: new Uint8Array(buffer, 0, layout.persistentBytes) };
}
