/**
 * episode-pause.ts - after how long a pause does it no longer matter what was there before?
 *
 * Pauses between two episodes are sorted by length into BINS. For each length it is measured, always before learning,
 * by how much knowing the last kind makes the next one more probable:
 *
 *     gain = ln P(next | last, length) / P(next | length)        running mean; P of counts, the first with the second as prior
 *
 * Two lanes in turn: what came before always tells, so no pause ends the context. Routines of several places: within one
 * it tells, between two it does not, and the pauses between them cut the sequence into routines.
 */
import {
  type IntervalMemory,
  intervalKey,
  intervalMemoryFields,
  learnInterval,
  visitsOf,
} from '../anomaly/interval-memory.ts';
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';

export const PAUSE_BINS = 16;
const ENTRIES = 1024;
/** Stands for any kind in the counts. */
const ANY = 511;
const PRIOR = 2;
const MIN_RATE = 0.025;
/** Pauses of a length seen before its gain is believed. */
const MIN_PAUSES = 12;
/** Pauses of any length seen before a context is cut by what was learned. */
const YOUNG_PAUSES = 60;
/** A gain that is worth a context (nats). */
const WORTH = 0.25;
/** Until more is known: shorter pauses keep the context, longer ones end it. */
const FIRST_CUT_MS = 6000;
const SHORTEST_MS = 500;

export const pauseFields = () => ({
  // f32: means of logarithms, made by + - * / and the exact logarithm only
  pauseGain: field('f32', PAUSE_BINS, 'learned'), // [PAUSE_BINS]
  pauseCount: field('u32', PAUSE_BINS, 'learned'), // [PAUSE_BINS]
});
export type PauseViews = Views<ReturnType<typeof pauseFields>>;
export const pauseCountFields = () => intervalMemoryFields(ENTRIES);

export type PauseMemory = { readonly views: PauseViews; readonly counts: IntervalMemory };

/** Lengths double every second bin; bin 0 holds all up to .5 s. */
export function pauseBin(pauseMs: number): number {
  if (pauseMs <= SHORTEST_MS) return 0;
  return Math.min(PAUSE_BINS - 1, 1 + Math.floor((2 * ln(pauseMs / SHORTEST_MS)) / Math.LN2));
}

/** The shortest pause of a bin (ms). */
function beginOf(bin: number): number {
  let ms = bin === 0 ? 0 : SHORTEST_MS;
  for (let i = 2; i < bin; i += 2) ms *= 2;
  return bin > 0 && bin % 2 === 0 ? ms * Math.SQRT2 : ms;
}

/** A pause of `pauseMs` lay between an episode of kind `last` and one of kind `next`. */
export function learnPause({ views, counts }: PauseMemory, pauseMs: number, last: number, next: number): void {
  const bin = pauseBin(pauseMs);
  const keyOf = (from: number, to: number): number => intervalKey((bin << 9) | to, from, 0);
  const before = visitsOf(counts, keyOf(ANY, next));
  // A kind that never came after such a pause tells nothing about the pause.
  if (before > 0) {
    const base = before / visitsOf(counts, keyOf(ANY, ANY));
    const informed =
      (visitsOf(counts, keyOf(last, next)) + PRIOR * base) / (visitsOf(counts, keyOf(last, ANY)) + PRIOR);
    const seen = ++views.pauseCount[bin]!;
    views.pauseGain[bin]! += Math.max(1 / seen, MIN_RATE) * (ln(informed / base) - views.pauseGain[bin]!);
  }
  for (const key of [keyOf(ANY, ANY), keyOf(ANY, next), keyOf(last, next), keyOf(last, ANY)])
    learnInterval(counts, key, pauseMs);
}

/** Up to this pause (ms) what came before surely matters. */
export function contextHoldsMs({ views }: PauseMemory): number {
  if (isYoung(views)) return FIRST_CUT_MS;
  for (let bin = PAUSE_BINS - 1; bin >= 0; bin--)
    if (views.pauseCount[bin]! >= MIN_PAUSES && views.pauseGain[bin]! > WORTH) return beginOf(bin + 1);
  return 0;
}

/** Beyond this pause (ms) it surely does not matter: from the first known length that is worth nothing. */
export function contextEndMs(memory: PauseMemory): number {
  const holdsMs = contextHoldsMs(memory);
  const { pauseCount } = memory.views;
  if (isYoung(memory.views)) return holdsMs;
  for (let bin = 0; bin < PAUSE_BINS; bin++)
    if (beginOf(bin) >= holdsMs && pauseCount[bin]! >= MIN_PAUSES) return beginOf(bin);
  // Nothing is known beyond: as long again.
  return 2 * holdsMs;
}

/** Before much is known, short pauses keep the context and long ones end it. */
function isYoung({ pauseCount }: PauseViews): boolean {
  let seen = 0;
  for (const count of pauseCount) seen += count;
  return seen < YOUNG_PAUSES;
}
