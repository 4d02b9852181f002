/**
 * tm-context.ts - set a temporal memory's context aside and take it up again, so that one memory can follow several
 * sequences that go on at the same time, each where it is, with everything learned shared.
 *
 * A context is what was active last: active cells and winner cells. Predictions are derived from it.
 */
import { TM_COUNT, type TemporalMemory, activateDendrites } from './temporal-memory.ts';
import { type Views, field } from '../memory/layout.ts';

/** `contexts` places for a context of at most `cells` active and as many winner cells. */
export const tmContextFields = (contexts: number, cells: number) => ({
  savedActive: field('u16', contexts * cells, 'state'), // [contexts, cells] lists
  savedWinners: field('u16', contexts * cells, 'state'), // [contexts, cells] lists
  savedCounts: field('u16', contexts * 2, 'state'), // [contexts, 2] lengths of the two lists
});
export type TmContexts = Views<ReturnType<typeof tmContextFields>>;

/** Set the present context aside in place `index`. Throws RangeError when it does not fit. */
export function saveContext({ views }: TemporalMemory, contexts: TmContexts, index: number): void {
  const { savedActive, savedWinners, savedCounts } = contexts;
  const room = (2 * savedActive.length) / savedCounts.length;
  const active = views.counts[TM_COUNT.active]!;
  const winners = views.counts[TM_COUNT.winners]!;
  if (active > room || winners > room) {
    throw new RangeError(
      `Expected at most ${room} active and winner cells in a context but received ${active} and ${winners}`,
    );
  }
  for (let i = 0; i < active; i++) savedActive[index * room + i] = views.activeCells[i]!;
  for (let i = 0; i < winners; i++) savedWinners[index * room + i] = views.winnerCells[i]!;
  savedCounts[index * 2] = active;
  savedCounts[index * 2 + 1] = winners;
}

/** Make the context in place `index` the present one and predict from it. */
export function loadContext(tm: TemporalMemory, contexts: TmContexts, index: number): void {
  const { activeCell, activeCells, winnerCells, counts } = tm.views;
  const { savedActive, savedWinners, savedCounts } = contexts;
  const room = (2 * savedActive.length) / savedCounts.length;
  for (let i = 0; i < counts[TM_COUNT.active]! + counts[TM_COUNT.external]!; i++) activeCell[activeCells[i]!] = 0;
  const active = savedCounts[index * 2]!;
  const winners = savedCounts[index * 2 + 1]!;
  for (let i = 0; i < active; i++) {
    const cell = savedActive[index * room + i]!;
    activeCells[i] = cell;
    activeCell[cell] = 1;
  }
  for (let i = 0; i < winners; i++) winnerCells[i] = savedWinners[index * room + i]!;
  counts[TM_COUNT.active] = active;
  counts[TM_COUNT.winners] = winners;
  counts[TM_COUNT.external] = 0;
  activateDendrites(tm);
}
