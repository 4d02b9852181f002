/**
 * purity.ts - how well found kinds agree with true ones: of ordinary things of one found kind most should be of one true kind.
 */
import type { Recorded, RecordedThing } from '../things/record.ts';
import type { Sorter } from './sorter.ts';

export function purityOf(recorded: Recorded, kinds: ReadonlyMap<RecordedThing, number>, truth: Sorter) {
  const counts = new Map<number, Map<number, number>>();
  let of = 0;
  for (const thing of recorded.things) {
    const [found, named] = [kinds.get(thing) ?? -1, truth.kindOf(thing)];
    if (thing.told || thing.first < recorded.train || found < 0 || named < 0) continue;
    const mine = counts.get(found) ?? new Map<number, number>();
    counts.set(found, mine.set(named, (mine.get(named) ?? 0) + 1));
    of++;
  }
  const pure = [...counts.values()].reduce((sum, mine) => sum + Math.max(...mine.values()), 0);
  return { pure, of };
}
