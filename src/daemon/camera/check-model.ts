/**
 * check-model.ts - whether the bytes of a restored model can be those of a model at all. A file may have right checksums and
 * nonsense inside, and a step over nonsense may never end; so what fails here is never stepped.
 */
import { checkPool } from '../../htm/check-pool.ts';
import type { Placement } from '../../memory/layout.ts';
import { parseSignature } from '../../memory/signature.ts';
import type { SegmentPool } from '../../htm/segment-pool.ts';

/** No quantity of a model is larger: bits, pixels, shares, and milliseconds of a life of thirty years. */
const LARGEST = 1e12;

/** Every number with a point that is kept must be one, and of a size that a model has; throws RangeError naming the first that is not. */
export function checkNumbers(image: Uint8Array, signature: string): void {
  for (const { name: block, fields } of parseSignature(signature)) {
    if (block === LOOKS_BLOCK) checkLook(image, fields);
    for (const { name, kind, offset, length } of fields) {
      if (kind !== 'f32' && kind !== 'f64') continue;
      // A copy: a place in the image need not fit the kind's alignment.
      const { buffer } = image.slice(offset, offset + length * (kind === 'f32' ? 4 : 8));
      const values = kind === 'f32' ? new Float32Array(buffer) : new Float64Array(buffer);
      for (const value of values) {
        if (!(Math.abs(value) <= LARGEST)) throw new RangeError(`${block}.${name} holds ${value}`);
      }
    }
  }
}

const LOOKS_BLOCK = 'gate.looks';

/** The look that is there now is one of those there is room for. */
function checkLook(image: Uint8Array, fields: readonly Placement[]): void {
  const [current, looks] = ['current', 'leftMs'].map((wanted) => fields.find(({ name }) => name === wanted));
  if (current === undefined || looks === undefined) return;
  const look = image[current.offset]!;
  if (look >= looks.length) throw new RangeError(`${LOOKS_BLOCK}.current is ${look} of ${looks.length}`);
}

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
