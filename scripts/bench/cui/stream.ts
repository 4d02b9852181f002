/**
 * stream.ts - the artificial sequences of Cui, Ahmad and Hawkins 2016: pairs that differ only in their first and last
 * element, in random order, each followed by one element of noise that never comes again.
 */
import { randomBelow } from '../../../src/memory/random.ts';

/** Contexts without their endings; neighbours share everything but the first element. */
const CONTEXTS = [
  [6, 8, 7, 4, 2, 3],
  [1, 8, 7, 4, 2, 3],
  [6, 3, 4, 2, 7, 8],
  [1, 3, 4, 2, 7, 8],
  [0, 9, 7, 8, 5, 3, 4],
  [2, 9, 7, 8, 5, 3, 4],
  [0, 4, 3, 5, 8, 7, 9],
  [2, 4, 3, 5, 8, 7, 9],
];
const SINGLE_ENDINGS = [0, 5, 5, 0, 1, 6, 6, 1];
/** From here on symbols are endings of the task with several, each of which belongs to one context of a pair. */
const FIRST_EXTRA = 10;
export const SYMBOLS = 20;

export type Element = {
  /** 0..SYMBOLS-1, or null for noise. */
  readonly symbol: number | null;
  /** Symbols that may come here when this is the end of a sequence, else null. */
  readonly endings: readonly number[] | null;
};

/** Endings of every context. With one ending `swapped` exchanges those of a pair. */
function endingsOf(endings: number, swapped: boolean): number[][] {
  return CONTEXTS.map((_, context) => {
    if (endings === 1) return [SINGLE_ENDINGS[swapped ? context ^ 1 : context]!];
    const first = FIRST_EXTRA + (context & 1) * endings;
    return Array.from({ length: endings }, (_none, i) => first + i);
  });
}

/** `count` elements; from `swapAt` on the endings of each pair are exchanged. */
export function createStream(seed: number, count: number, endings = 1, swapAt = Infinity): Element[] {
  const random = Uint32Array.of(seed * 2 + 1);
  const elements: Element[] = [];
  while (elements.length < count) {
    const context = randomBelow(random, CONTEXTS.length);
    const possible = endingsOf(endings, elements.length >= swapAt)[context]!;
    for (const symbol of CONTEXTS[context]!) elements.push({ symbol, endings: null });
    elements.push({ symbol: possible[randomBelow(random, possible.length)]!, endings: possible });
    elements.push({ symbol: null, endings: null });
  }
  return elements.slice(0, count);
}
