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
  intervalAt,
  intervalKey,
  intervalMemoryFields,
  learnInterval,
  timeAt,
  visitsOf,
} from '../anomaly/interval-memory.ts';
import { type Ranked, newRanked, rank } from '../anomaly/ranked.ts';
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

/** Kinds with their probability, likeliest first, and between when they come: [count] ms, 10 and 90 % points. */
export type RankedVisits = Ranked & { readonly lowMs: Float64Array; readonly highMs: Float64Array };

export function newRankedVisits(): RankedVisits {
  return {
    ...newRanked(VISIT_KINDS),
    lowMs: new Float64Array(VISIT_KINDS),
    highMs: new Float64Array(VISIT_KINDS),
  };
}

/** A visit of `kind` came. */
export function followWith(next: NextVisits, kind: number, timeMs: number, learn: boolean): void {
  const before = kindBefore(next, 2);
  const last = kindBefore(next, 1);
  const sinceMs = next.lastMs[0]! > 0 ? timeMs - next.lastMs[0]! : 0;
  if (learn) {
    learnFollower(next, kind, before, last, sinceMs);
    learnFollower(next, ANY, before, last, sinceMs);
  }
  next.lastTwo[0] = last;
  next.lastTwo[1] = kind;
  next.lastMs[0] = timeMs;
}

function learnFollower(next: NextVisits, kind: number, before: number, last: number, sinceMs: number): void {
  learnInterval(next, intervalKey(kind, before, last), sinceMs);
  learnInterval(next, intervalKey(kind, ANY, last), sinceMs);
  learnInterval(next, intervalKey(kind, ANY, ANY), sinceMs);
}

/** Kinds that may come next, to `out`; what is left to 1 is something else. Times from `timeMs` on. */
export function rankNextVisits(next: NextVisits, timeMs: number, out: RankedVisits): void {
  const before = kindBefore(next, 2);
  const last = kindBefore(next, 1);
  const pairs = visitsOf(next, intervalKey(ANY, before, last));
  const singles = visitsOf(next, intervalKey(ANY, ANY, last));
  const all = visitsOf(next, intervalKey(ANY, ANY, ANY));
  out.count = 0;
  if (singles < FEWEST) return;
  for (let kind = 0; kind < VISIT_KINDS; kind++) {
    const own = visitsOf(next, intervalKey(kind, ANY, ANY));
    if (own === 0) continue;
    let probability = (own + 0.5) / (all + VISIT_KINDS / 2);
    probability = (visitsOf(next, intervalKey(kind, ANY, last)) + probability) / (singles + 1);
    probability = (visitsOf(next, intervalKey(kind, before, last)) + probability) / (pairs + 1);
    if (probability >= LEAST) rank(out, kind, probability);
  }
  const elapsedMs = timeMs - next.lastMs[0]!;
  for (let i = 0; i < out.count; i++) {
    let entry = intervalAt(next, intervalKey(out.things[i]!, before, last));
    if (entry < 0) entry = intervalAt(next, intervalKey(out.things[i]!, ANY, last));
    out.lowMs[i] = entry < 0 ? 0 : Math.max(0, timeAt(next, entry, -SPREAD_10_90) - elapsedMs);
    out.highMs[i] = entry < 0 ? 0 : Math.max(0, timeAt(next, entry, SPREAD_10_90) - elapsedMs);
  }
}

const ranked = newRankedVisits();

/** The same as a list of its own, for whoever keeps it. */
export function nextVisits(next: NextVisits, timeMs: number): NextVisit[] {
  rankNextVisits(next, timeMs, ranked);
  const { count, things, weights, lowMs, highMs } = ranked;
  return Array.from({ length: count }, (_, i) => ({
    kind: things[i]!,
    probability: weights[i]!,
    inMs: [lowMs[i]!, highMs[i]!],
  }));
}

/** A new clip begins. */
export function resetNextVisits({ lastTwo, lastMs }: NextVisits): void {
  lastTwo.fill(0);
  lastMs.fill(0);
}

/** The kind of the last visit (1) or of the one before (2). */
function kindBefore({ lastTwo, lastMs }: NextVisits, back: 1 | 2): number {
  return lastMs[0] === 0 ? NONE : lastTwo[2 - back]!;
}
