/**
 * recurrence.ts - what comes by the clock: how regularly does something come to each place, and is it early or overdue?
 *
 * Per zone of the global grid the time between two arrivals is learned as mean and variance of its logarithm. Only places
 * whose arrivals are regular are judged, so traffic at other places and at random times neither disturbs nor alarms: a
 * bus is missed on a busy road as well, as long as its lane is its own.
 *
 *     early    an arrival sooner than usual       overdue   nothing yet, later than usual
 *     evidence = (z - 3) / 3 + .3 for z > 3 standard deviations of log time, at most MOST
 *
 * An arrival fits when it is one period after the last arrival, or one after the last that fitted (something else came in
 * between), or two after it (one was missed): then what comes next is judged from it.
 */
import { logTime, timeOfLog } from '../anomaly/interval-memory.ts';
import { type Views, field } from '../memory/layout.ts';
import { fade } from './fade.ts';

/** A place must have been empty for so long for an arrival to be one. */
const MIN_EMPTY_MS = 2000;
const MIN_ARRIVALS = 8;
const MIN_RATE = 0.05;
/** Variance of ln(time) below which arrivals are regular (6 % either way), and the least that is believed (3 %). */
const MAX_VARIANCE = 0.0036;
const MIN_VARIANCE = 0.0009;
const UNUSUAL = 3;
/** An early arrival is one moment; it stays evidence for a while, so that it can be confirmed. */
const FADE = 0.95;
const MOST = 3;
/** After so many usual times without an arrival the routine is over. */
const GIVE_UP = 3;

export const recurrenceFields = (zones: number) => ({
  // f32: means of logarithms; f64: times in ms
  recurrenceMean: field('f32', zones, 'learned'), // [zones] of ln(time between arrivals)
  recurrenceVariance: field('f32', zones, 'learned'),
  arrivals: field('u16', zones, 'learned'), // [zones] times learned, saturating
  arrivedMs: field('f64', zones, 'state'), // [zones] last arrival, 0 = none
  previousMs: field('f64', zones, 'state'), // [zones] the arrival before that
  fittedMs: field('f64', zones, 'state'), // [zones] last arrival that fitted
  emptySinceMs: field('f64', zones, 'state'), // [zones]
  wasOccupied: field('u8', zones, 'state'), // [zones] 0|1
  oddMs: field('f64', zones, 'state'), // [zones] when it was last early or overdue
  earlySurprise: field('f32', 1, 'state'), // fading
  earlyZone: field('u8', 1, 'state'),
  accepted: field('u8', zones, 'learned'), // [zones] 1 = someone said that its coming and not coming is normal
});
export type RecurrenceViews = Views<ReturnType<typeof recurrenceFields>>;

/** The largest evidence of this frame and its zones (-1 = none); `arrivals` of regular places in this frame. */
export type RecurrenceStep = {
  early: number;
  overdue: number;
  earlyZone: number;
  overdueZone: number;
  arrivals: number;
};

/** One frame: `occupied` [zones] 0|1, debounced. */
export function stepRecurrence(
  views: RecurrenceViews,
  occupied: Uint8Array,
  timeMs: number,
  learn: boolean,
  out: RecurrenceStep,
): void {
  fade(views.earlySurprise, FADE);
  out.early = 0;
  out.overdue = 0;
  out.earlyZone = -1;
  out.overdueZone = -1;
  out.arrivals = 0;
  for (let zone = 0; zone < occupied.length; zone++) {
    if (occupied[zone] === 1) {
      if (views.wasOccupied[zone] === 0 && timeMs - views.emptySinceMs[zone]! >= MIN_EMPTY_MS)
        arrive(views, zone, timeMs, learn, out);
      views.wasOccupied[zone] = 1;
      continue;
    }
    if (views.wasOccupied[zone] === 1) views.emptySinceMs[zone] = timeMs;
    views.wasOccupied[zone] = 0;
    if (views.arrivedMs[zone] === 0 || !isRegular(views, zone)) continue;
    const sinceMs = timeMs - views.arrivedMs[zone]!;
    if (sinceMs > GIVE_UP * usualRecurrenceMs(views, zone)) {
      views.arrivedMs[zone] = 0;
      continue;
    }
    const overdue = views.accepted[zone] === 1 ? 0 : evidenceOf(deviation(views, zone, sinceMs));
    if (overdue > 0) views.oddMs[zone] = timeMs;
    if (overdue > out.overdue) {
      out.overdue = overdue;
      out.overdueZone = zone;
    }
  }
  if (out.early > views.earlySurprise[0]!) {
    views.earlySurprise[0] = out.early;
    views.earlyZone[0] = out.earlyZone;
  }
  out.early = views.earlySurprise[0]!;
  if (out.early > 0) out.earlyZone = views.earlyZone[0]!;
}

/** A new clip begins: nobody knows when things came last. */
export function resetRecurrence({ arrivedMs, fittedMs, wasOccupied, earlySurprise }: RecurrenceViews): void {
  earlySurprise.fill(0);
  arrivedMs.fill(0);
  fittedMs.fill(0);
  wasOccupied.fill(0);
}

/** Whether arrivals at a zone are regular enough to be judged. */
export function isRegular({ arrivals, recurrenceVariance }: RecurrenceViews, zone: number): boolean {
  return arrivals[zone]! >= MIN_ARRIVALS && recurrenceVariance[zone]! <= MAX_VARIANCE;
}

/** The usual time between two arrivals (ms). */
export function usualRecurrenceMs({ recurrenceMean }: RecurrenceViews, zone: number): number {
  return timeOfLog(recurrenceMean[zone]!);
}

function arrive(views: RecurrenceViews, zone: number, timeMs: number, learn: boolean, out: RecurrenceStep): void {
  const lastMs = views.arrivedMs[zone]!;
  const sinceMs = timeMs - lastMs;
  views.previousMs[zone] = lastMs;
  views.arrivedMs[zone] = timeMs;
  if (lastMs === 0) {
    views.fittedMs[zone] = timeMs;
    return;
  }
  if (!isRegular(views, zone)) {
    views.fittedMs[zone] = timeMs;
    if (learn) learnTime(views, zone, sinceMs, Infinity);
    return;
  }
  out.arrivals++;
  const z = deviation(views, zone, sinceMs);
  const fittedSinceMs = timeMs - views.fittedMs[zone]!;
  const fits =
    Math.abs(z) <= UNUSUAL ||
    Math.abs(deviation(views, zone, fittedSinceMs)) <= UNUSUAL ||
    Math.abs(deviation(views, zone, fittedSinceMs / 2)) <= UNUSUAL;
  const early = fits || views.accepted[zone] === 1 ? 0 : evidenceOf(-z);
  if (fits) views.fittedMs[zone] = timeMs;
  if (early > 0) views.oddMs[zone] = timeMs;
  if (early > out.early) {
    out.early = early;
    out.earlyZone = zone;
  }
  // Times that do not fit widen what is usual only slowly.
  if (learn && (!fits || Math.abs(z) <= UNUSUAL)) learnTime(views, zone, sinceMs, UNUSUAL);
}

/** Standard deviations of log time by which `sinceMs` differs from the usual time, < 0 shorter. */
function deviation(
  { recurrenceMean, recurrenceVariance, arrivals }: RecurrenceViews,
  zone: number,
  sinceMs: number,
): number {
  const variance = Math.max(MIN_VARIANCE, recurrenceVariance[zone]!) * (1 + 2 / arrivals[zone]!);
  return (logTime(sinceMs) - recurrenceMean[zone]!) / Math.sqrt(variance);
}

function evidenceOf(z: number): number {
  return z <= UNUSUAL ? 0 : Math.min(MOST, (z - UNUSUAL) / 3 + 0.3);
}

function learnTime(views: RecurrenceViews, zone: number, sinceMs: number, mostDeviations: number): void {
  const { recurrenceMean, recurrenceVariance, arrivals } = views;
  const count = Math.min(65535, arrivals[zone]! + 1);
  arrivals[zone] = count;
  const rate = Math.max(1 / count, MIN_RATE);
  const most = mostDeviations * Math.sqrt(Math.max(MIN_VARIANCE, recurrenceVariance[zone]!));
  const difference = Math.max(-most, Math.min(most, logTime(sinceMs) - recurrenceMean[zone]!));
  recurrenceMean[zone]! += rate * difference;
  if (count > 1) recurrenceVariance[zone]! += rate * (difference * difference * (1 - rate) - recurrenceVariance[zone]!);
}
