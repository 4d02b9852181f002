/** check-memory.ts - whether the lists of a temporal memory are as long as they are said to be. For judging a saved model. */
import { TM_COUNT, type TemporalMemory } from './temporal-memory.ts';

/** Throws RangeError when a list would be read beyond its end, or does not say what the flags say. */
export function checkActivity({ views }: Pick<TemporalMemory, 'views'>): void {
  const { activeCell, activeCells, winnerCells, counts } = views;
  const active = counts[TM_COUNT.active]! + counts[TM_COUNT.external]!;
  if (active > activeCells.length)
    throw new RangeError(`${active} active cells are counted in a list of ${activeCells.length}`);
  if (counts[TM_COUNT.winners]! > winnerCells.length)
    throw new RangeError(`${counts[TM_COUNT.winners]} winners are counted in a list of ${winnerCells.length}`);
  let flags = 0;
  for (const flag of activeCell) flags += flag;
  if (flags !== active) throw new RangeError(`${flags} cells are active but ${active} counted`);
  for (let i = 0; i < active; i++)
    if (activeCell[activeCells[i]!] !== 1)
      throw new RangeError(`Cell ${activeCells[i]} is listed as active and is not`);
}
