/**
 * check-model.ts - whether the bytes of a restored model can be those of a model at all. A file may have right checksums and
 * nonsense inside, and a step over nonsense may never end; so what fails here is never stepped.
 */
import { checkPool } from '../../htm/check-pool.ts';
import type { SegmentPool } from '../../htm/segment-pool.ts';

/** Walk the invariants of every segment pool inside `model`, wherever it is; throws RangeError naming the first that fails. */
export function checkPools(model: object): void {
  for (const pool of poolsIn(model, new Set())) checkPool(pool);
}

function* poolsIn(value: object, seen: Set<object>): Generator<SegmentPool> {
  if (seen.has(value) || ArrayBuffer.isView(value) || value instanceof SharedArrayBuffer) return;
  seen.add(value);
  if (isPool(value)) {
    yield value;
    return;
  }
  for (const part of Object.values(value) as unknown[])
    if (typeof part === 'object' && part !== null) yield* poolsIn(part, seen);
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
