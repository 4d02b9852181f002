/**
 * pause.ts - after a visit something comes as regularly as clockwork, and now it has not.
 *
 * The time from the end of a visit to the beginning of the next one is learned by the kind of the first (log time). While
 * nothing is followed it is compared with how long it has been. Only regular pauses can be missed: where the spread of the
 * usual time is large, as with people passing a door, nothing is ever overdue.
 *
 *     evidence = standard deviations of log time beyond the usual, in bits of what lies beyond them
 */
import {
  intervalAt,
  intervalDeviation,
  intervalKey,
  intervalMemoryFields,
  learnInterval,
  spreadAt,
  timeAt,
} from '../anomaly/interval-memory.ts';
import { type Views, field, upTo } from '../memory/layout.ts';
import { normalTailBits } from '../usual/bits.ts';
import { NO_VISIT, VISIT_KINDS } from './kinds.ts';

const UNUSUAL = 3;
const MOST = 11;
/** Largest spread of ln(time) that still counts as regular: a factor of 1.6 either way. */
const MAX_SPREAD = 0.5;
/** Pauses seen before one can be too long. */
const MIN_PAUSES = 10;
/** A pause in which something was missed should not make the next one ordinary. */
const MOST_DEVIATIONS = 3;

export const pauseFields = () => ({
  ...intervalMemoryFields(4 * VISIT_KINDS),
  lastVisit: field('u8', 1, 'state', upTo(VISIT_KINDS)), // kind of the last visit + 1, 0 = none
  overMs: field('f64', 1, 'state'), // when it was told
  allowedMs: field('f32', VISIT_KINDS, 'learned'), // [kinds] pauses after it that someone said are normal
  mattersMs: field('f32', VISIT_KINDS, 'learned'), // [kinds] pauses after it that someone said matter, 0 = none
});
export type Pauses = Views<ReturnType<typeof pauseFields>>;

/** What can be said of the pause under way. `kind` of the visit before it, NO_VISIT where nothing is known. */
export type PauseWord = { bits: number; kind: number; pauseMs: number; usualMs: number; mattering: boolean };

/** A visit of `kind` that began at `beganMs` is told at `timeMs`: the pause before it is over. */
export function endPause(pauses: Pauses, kind: number, beganMs: number, timeMs: number, learn: boolean): void {
  const last = pauses.lastVisit[0]! - 1;
  if (learn && last >= 0 && beganMs > pauses.overMs[0]!)
    learnInterval(pauses, intervalKey(0, 0, last), beganMs - pauses.overMs[0]!, MOST_DEVIATIONS);
  pauses.lastVisit[0] = kind + 1;
  pauses.overMs[0] = timeMs;
}

/** Is the pause too long? `isIdle`: nothing is followed. */
export function readPause(pauses: Pauses, isIdle: boolean, timeMs: number, out: PauseWord): void {
  out.bits = 0;
  out.kind = NO_VISIT;
  out.mattering = false;
  const last = pauses.lastVisit[0]! - 1;
  if (!isIdle || last < 0) return;
  out.kind = last;
  out.pauseMs = timeMs - pauses.overMs[0]!;
  out.usualMs = 0;
  out.mattering = pauses.mattersMs[last]! > 0 && out.pauseMs >= pauses.mattersMs[last]!;
  const key = intervalKey(0, 0, last);
  const entry = intervalAt(pauses, key);
  if (entry < 0) return;
  out.usualMs = timeAt(pauses, entry, 0);
  if (pauses.visits[entry]! < MIN_PAUSES || spreadAt(pauses, entry) > MAX_SPREAD) return;
  if (out.pauseMs <= pauses.allowedMs[last]!) return;
  const z = intervalDeviation(pauses, key, out.pauseMs);
  out.bits = z <= UNUSUAL ? 0 : normalTailBits(Math.min(MOST, z));
}

/** A new clip begins. */
export function resetPause({ lastVisit }: Pauses): void {
  lastVisit.fill(0);
}
