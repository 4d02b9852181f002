/**
 * rhythm.ts - what comes by the clock: how regularly visits of each kind come, and whether one is early or overdue.
 *
 * The times between the last visits of a kind are kept. A kind is regular where most of them are alike, whatever the others
 * are: a visit is lost now and then, or counted twice. Only regular kinds are judged, so what comes at other places and at
 * random times neither disturbs nor alarms.
 *
 *     early    a visit sooner than usual       overdue   none yet, later than usual
 *     evidence = z standard deviations of log time beyond the usual, in bits of what lies beyond them
 *
 * A visit fits when it is one period after the last, or one after the last that fitted (something else came in between), or
 * two after it (one was missed): then what comes next is judged from it.
 */
import { logTime, timeOfLog } from '../anomaly/interval-memory.ts';
import { type Views, below, field, upTo } from '../memory/layout.ts';
import { normalTailBits } from '../usual/bits.ts';
import { VISIT_KINDS } from './kinds.ts';

/** Times kept of each kind, and the fewest that are judged. */
const SPANS = 16;
const FEWEST = 10;
/** Times are alike within this of ln(time); so large a share of them must be, for a kind to be regular. */
const ALIKE = 0.1;
const REGULAR = 0.7;
/** Variances of ln(time): the largest that is regular (4 % either way), and the least that is believed (3 %). */
const MAX_VARIANCE = 0.0015;
const MIN_VARIANCE = 0.0009;
const UNUSUAL = 3;
/** Spreads beyond this say no more. */
const MOST = 11;
/** After so many usual times without a visit the routine is over. */
const GIVE_UP = 3;
/** An early visit is one moment: it stays evidence for so long (ms), so that it can be confirmed. */
const EARLY_MS = 1500;

export const rhythmFields = () => ({
  // f32: logarithms; f64: times in ms
  spans: field('f32', VISIT_KINDS * SPANS, 'learned'), // [kinds, SPANS] ring of ln(time between visits)
  spanAt: field('u8', VISIT_KINDS, 'learned', below(SPANS)), // [kinds] the newest
  spanCount: field('u8', VISIT_KINDS, 'learned', upTo(SPANS)), // [kinds] filled
  periodMean: field('f32', VISIT_KINDS, 'learned'), // [kinds] of those that are alike
  periodVariance: field('f32', VISIT_KINDS, 'learned'),
  alike: field('u8', VISIT_KINDS, 'learned', upTo(SPANS)), // [kinds] how many those are; 0 where a kind is not regular
  accepted: field('u8', VISIT_KINDS, 'learned'), // [kinds] 1 = someone said that its coming and not coming is normal
  arrivedMs: field('f64', VISIT_KINDS, 'state'), // [kinds] last visit, 0 = none
  previousMs: field('f64', VISIT_KINDS, 'state'), // [kinds] the one before that
  fittedMs: field('f64', VISIT_KINDS, 'state'), // [kinds] last one that fitted
  oddMs: field('f64', VISIT_KINDS, 'state'), // [kinds] when it was last early or overdue
  earlyBits: field('f32', 1, 'state'),
  earlyKind: field('u8', 1, 'state', below(VISIT_KINDS)),
  earlyMs: field('f64', 1, 'state'),
});
export type Rhythm = Views<ReturnType<typeof rhythmFields>>;

/** The largest evidence of this frame (bits) and its kinds (-1 = none); `arrivals` of regular kinds in this frame. */
export type RhythmStep = { early: number; overdue: number; earlyKind: number; overdueKind: number; arrivals: number };

/** A visit of `kind` came. */
export function arrive(views: Rhythm, kind: number, timeMs: number, learn: boolean, out: RhythmStep): void {
  const lastMs = views.arrivedMs[kind]!;
  const sinceMs = timeMs - lastMs;
  views.previousMs[kind] = lastMs;
  views.arrivedMs[kind] = timeMs;
  if (lastMs === 0 || !isRegular(views, kind)) {
    views.fittedMs[kind] = timeMs;
    if (learn && lastMs > 0) learnTime(views, kind, sinceMs);
    return;
  }
  out.arrivals++;
  const z = deviation(views, kind, sinceMs);
  const fittedSinceMs = timeMs - views.fittedMs[kind]!;
  const fits =
    Math.abs(z) <= UNUSUAL ||
    Math.abs(deviation(views, kind, fittedSinceMs)) <= UNUSUAL ||
    Math.abs(deviation(views, kind, fittedSinceMs / 2)) <= UNUSUAL;
  const early = fits || views.accepted[kind] === 1 ? 0 : bitsBeyond(-z);
  if (fits) views.fittedMs[kind] = timeMs;
  if (early > 0) {
    views.oddMs[kind] = timeMs;
    views.earlyBits[0] = early;
    views.earlyKind[0] = kind;
    views.earlyMs[0] = timeMs;
  }
  if (learn) learnTime(views, kind, sinceMs);
}

/** After the visits of a frame: what is early still, and what is overdue. */
export function readRhythm(views: Rhythm, timeMs: number, out: RhythmStep): void {
  if (timeMs - views.earlyMs[0]! > EARLY_MS) views.earlyBits[0] = 0;
  out.early = views.earlyBits[0]!;
  out.earlyKind = out.early > 0 ? views.earlyKind[0]! : -1;
  out.overdue = 0;
  out.overdueKind = -1;
  for (let kind = 0; kind < VISIT_KINDS; kind++) {
    if (views.arrivedMs[kind] === 0 || !isRegular(views, kind)) continue;
    const sinceMs = timeMs - views.arrivedMs[kind]!;
    if (sinceMs > GIVE_UP * usualPeriodMs(views, kind)) {
      views.arrivedMs[kind] = 0;
      continue;
    }
    const overdue = views.accepted[kind] === 1 ? 0 : bitsBeyond(deviation(views, kind, sinceMs));
    if (overdue > 0) views.oddMs[kind] = timeMs;
    if (overdue > out.overdue) {
      out.overdue = overdue;
      out.overdueKind = kind;
    }
  }
}

/** A new clip begins: nobody knows when things came last. */
export function resetRhythm({ arrivedMs, fittedMs, earlyBits }: Rhythm): void {
  earlyBits.fill(0);
  arrivedMs.fill(0);
  fittedMs.fill(0);
}

/** The number of a kind was given to another. */
export function forgetRhythm(views: Rhythm, kind: number): void {
  views.spanCount[kind] = 0;
  views.alike[kind] = 0;
  views.accepted[kind] = 0;
  views.arrivedMs[kind] = 0;
}

/** Whether visits of a kind are regular enough to be judged. */
export function isRegular({ alike }: Rhythm, kind: number): boolean {
  return alike[kind]! > 0;
}

/** The usual time between two visits (ms). */
export function usualPeriodMs({ periodMean }: Rhythm, kind: number): number {
  return timeOfLog(periodMean[kind]!);
}

/** Standard deviations of log time by which `sinceMs` differs from the usual time, < 0 shorter. */
function deviation({ periodMean, periodVariance, alike }: Rhythm, kind: number, sinceMs: number): number {
  const variance = Math.max(MIN_VARIANCE, periodVariance[kind]!) * (1 + 2 / alike[kind]!);
  return (logTime(sinceMs) - periodMean[kind]!) / Math.sqrt(variance);
}

function bitsBeyond(z: number): number {
  return z <= UNUSUAL ? 0 : normalTailBits(Math.min(MOST, z));
}

/** Keep a time, and find the largest set of times that are alike: those around one of them. */
function learnTime(views: Rhythm, kind: number, sinceMs: number): void {
  const { spans, spanAt, spanCount, periodMean, periodVariance, alike } = views;
  const base = kind * SPANS;
  spanAt[kind] = (spanAt[kind]! + 1) % SPANS;
  spans[base + spanAt[kind]] = logTime(sinceMs);
  const count = Math.min(SPANS, spanCount[kind]! + 1);
  spanCount[kind] = count;
  alike[kind] = 0;
  if (count < FEWEST) return;
  let [most, middle] = [0, 0];
  // Filled from place 1 on, then round.
  for (let i = 0; i < count; i++) {
    const centre = spans[base + ((spanAt[kind] + SPANS - i) % SPANS)]!;
    const near = countNear(views, kind, centre);
    if (near > most) [most, middle] = [near, centre];
  }
  if (most < REGULAR * count) return;
  let [sum, square] = [0, 0];
  for (let i = 0; i < count; i++) {
    const off = spans[base + ((spanAt[kind] + SPANS - i) % SPANS)]! - middle;
    if (off > ALIKE || off < -ALIKE) continue;
    sum += off;
    square += off * off;
  }
  periodMean[kind] = middle + sum / most;
  periodVariance[kind] = square / most - (sum / most) * (sum / most);
  if (periodVariance[kind] <= MAX_VARIANCE) alike[kind] = most;
}

function countNear({ spans, spanAt, spanCount }: Rhythm, kind: number, centre: number): number {
  let near = 0;
  for (let i = 0; i < spanCount[kind]!; i++) {
    const off = spans[kind * SPANS + ((spanAt[kind]! + SPANS - i) % SPANS)]! - centre;
    if (off <= ALIKE && off >= -ALIKE) near++;
  }
  return near;
}
