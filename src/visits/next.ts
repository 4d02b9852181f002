/**
 * next.ts - which visit comes next, with what probability and when.
 *
 * Counts of what followed the last two kinds, backed off to the last one and to how often a kind comes at all, each level
 * the prior of the next:
 *
 *     P2 = (n(k | b, a) + P1) / (n(b, a) + 1)      P1 = (n(k | a) + P0) / (n(a) + 1)      P0 = (n(k) + 1/2) / (n + K / 2)
 *
 * Time: the learned time from one visit to the next.
 */
import {
  intervalKey,
  intervalMemoryFields,
  learnInterval,
  usualInterval,
  visitsOf,
} from '../anomaly/interval-memory.ts';
import { type Views, field, upTo } from '../memory/layout.ts';
import { VISIT_KINDS } from './kinds.ts';

const ENTRIES = 2048;
/** Stand for any kind, and for no kind. */
const ANY = 510;
const NONE = 511;
/** Visits of a context before anything is told of what follows, and the least probability worth telling. */
const FEWEST = 3;
const LEAST = 0.02;
/** Standard deviations to the 10 and 90 % points of a normal distribution. */
const SPREAD_10_90 = 1.28;

export const nextVisitFields = () => ({
  ...intervalMemoryFields(ENTRIES),
  lastTwo: field('u16', 2, 'state', upTo(NONE)), // the kind before the last, and the last; NONE where there was none
  lastMs: field('f64', 1, 'state'),
});
export type NextVisits = Views<ReturnType<typeof nextVisitFields>>;

export type NextVisit = {
  readonly kind: number;
  readonly probability: number;
  /** 10 and 90 % points of the time until it comes (ms). */
  readonly inMs: readonly [number, number];
};

/** A visit of `kind` came. */
export function followWith(next: NextVisits, kind: number, timeMs: number, learn: boolean): void {
  const [before, last] = lastTwoOf(next);
  const sinceMs = next.lastMs[0]! > 0 ? timeMs - next.lastMs[0]! : 0;
  if (learn)
    for (const name of [kind, ANY]) for (const key of contexts(name, before, last)) learnInterval(next, key, sinceMs);
  next.lastTwo[0] = last;
  next.lastTwo[1] = kind;
  next.lastMs[0] = timeMs;
}

/** Kinds that may come next, most likely first; what is left to 1 is something else. Times from `timeMs` on. */
export function nextVisits(next: NextVisits, timeMs: number): NextVisit[] {
  const [before, last] = lastTwoOf(next);
  const [pairs, singles, all] = contexts(ANY, before, last).map((key) => visitsOf(next, key)) as [
    number,
    number,
    number,
  ];
  const list: NextVisit[] = [];
  if (singles < FEWEST) return list;
  const elapsedMs = timeMs - next.lastMs[0]!;
  for (let kind = 0; kind < VISIT_KINDS; kind++) {
    const keys = contexts(kind, before, last);
    const own = visitsOf(next, keys[2]);
    if (own === 0) continue;
    let probability = (own + 0.5) / (all + VISIT_KINDS / 2);
    probability = (visitsOf(next, keys[1]) + probability) / (singles + 1);
    probability = (visitsOf(next, keys[0]) + probability) / (pairs + 1);
    if (probability < LEAST) continue;
    const usual = usualInterval(next, keys[0], SPREAD_10_90) ?? usualInterval(next, keys[1], SPREAD_10_90);
    const inMs: [number, number] =
      usual === null ? [0, 0] : [Math.max(0, usual.lowMs - elapsedMs), Math.max(0, usual.highMs - elapsedMs)];
    list.push({ kind, probability, inMs });
  }
  return list.toSorted((a, b) => b.probability - a.probability || a.kind - b.kind);
}

/** A new clip begins. */
export function resetNextVisits({ lastTwo, lastMs }: NextVisits): void {
  lastTwo.fill(0);
  lastMs.fill(0);
}

function lastTwoOf({ lastTwo, lastMs }: NextVisits): readonly [number, number] {
  if (lastMs[0] === 0) return [NONE, NONE];
  return [lastTwo[0]!, lastTwo[1]!];
}

function contexts(kind: number, before: number, last: number): readonly [number, number, number] {
  return [intervalKey(kind, before, last), intervalKey(kind, ANY, last), intervalKey(kind, ANY, ANY)];
}
