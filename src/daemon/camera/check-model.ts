/**
 * check-model.ts - whether the segment pools of a restored model can be those of a model at all. A file may have right checksums
 * and nonsense inside, and a step over nonsense may never end; so what fails here is never stepped. See also memory/check-ranges.ts.
 */
import { checkActivity } from '../../htm/check-memory.ts';
import { checkIndex, checkPoolSegments } from '../../htm/check-pool.ts';
import type { SegmentPool } from '../../htm/segment-pool.ts';
import type { TemporalMemory } from '../../htm/temporal-memory.ts';

/** Walk what is kept of every temporal memory inside `model`, wherever it is; throws RangeError naming the first that cannot be. */
export function checkSegments(model: object): void {
  for (const part of partsOf(model, new Set())) {
    if (isPool(part)) checkPoolSegments(part);
    if (isMemory(part)) checkActivity(part);
  }
}

/** The same with what is derived from it, once it is. */
export function checkPools(model: object): void {
  checkSegments(model);
  for (const part of partsOf(model, new Set())) if (isPool(part) && part.shape.indexed) checkIndex(part);
}

function* partsOf(value: object, seen: Set<object>): Generator<object> {
  if (seen.has(value) || ArrayBuffer.isView(value) || value instanceof SharedArrayBuffer) return;
  seen.add(value);
  yield value;
  for (const part of Object.values(value) as unknown[])
    if (typeof part === 'object' && part !== null) yield* partsOf(part, seen);
}

function isMemory(value: object): value is Pick<TemporalMemory, 'views'> {
  const { views, dendrites } = value as Partial<TemporalMemory>;
  return typeof views === 'object' && typeof dendrites === 'object' && 'activeCells' in views && 'counts' in views;
}

function isPool(value: object): value is SegmentPool {
  const { shape, views, connectedPermanence } = value as Partial<SegmentPool>;
  return (
    typeof connectedPermanence === 'number' &&
    typeof shape === 'object' &&
    typeof views === 'object' &&
    'synapsesPerSegment' in shape &&
    'poolCounters' in views
  );
}
