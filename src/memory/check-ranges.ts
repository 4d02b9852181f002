/**
 * check-ranges.ts - whether the bytes of a saved model can be those of a model: every number is one, and what a field's table
 * says of its elements holds. A file may have right checksums and nonsense inside, and a step over nonsense may never end.
 */
import { viewsOf } from './layout.ts';
import type { ModelMemory } from './model-memory.ts';

/** No quantity of a model is larger: bits, pixels, shares, and milliseconds of a life of thirty years. */
const LARGEST = 1e12;

/** Walk every element of every field that is kept; throws RangeError naming the first that cannot be. */
export function checkRanges({ plan, buffer }: ModelMemory): void {
  for (const { name: block, table, base, scratchBase } of plan.blocks) {
    const views = viewsOf(table, buffer, base, scratchBase);
    for (const [name, { kind, keep, range }] of Object.entries(table)) {
      const hasPoint = kind === 'f32' || kind === 'f64';
      if (keep === 'scratch' || (range === undefined && !hasPoint)) continue;
      const [least, most] = range ?? [-LARGEST, LARGEST];
      const values = views[name]!;
      for (let i = 0; i < values.length; i++)
        if (!(values[i]! >= least && values[i]! <= most)) throw new RangeError(`${block}.${name} holds ${values[i]}`);
    }
  }
}
