/**
 * absence.ts - something that comes as regularly as clockwork has not come.
 *
 * While the scene is idle, the time since it became so is compared with how long that usually lasts after what was there
 * before (log time, per context). Only regular pauses can be missed: where the spread of the usual time is large, as with
 * people passing a door, nothing is ever overdue.
 *
 *     evidence = (z - 3) / 3 + .3 for z > 3 standard deviations of log time, at most MOST
 */
import { intervalDeviation, intervalKey, usualInterval } from '../anomaly/interval-memory.ts';
import { ANY_STATE, type GlobalRegion, IDLE } from './global-region.ts';

const UNUSUAL = 3;
const MOST = 3;
/** Largest spread of ln(time) that still counts as regular: a factor of 1.6 either way. */
const MAX_SPREAD = 0.5;
/** Pauses seen before one can be too long. */
const MIN_VISITS = 10;

/** How overdue the next happening is, >= 0; 0 while something is there or nothing is known. */
export function absenceEvidence({ views, transitions }: GlobalRegion, timeMs: number): number {
  if (views.current[0] !== IDLE) return 0;
  const key = intervalKey(ANY_STATE, views.current[1]!, IDLE);
  const usual = usualInterval(transitions, key, 1);
  if (usual === null || usual.visits < MIN_VISITS || usual.spreadLog > MAX_SPREAD) return 0;
  const deviation = intervalDeviation(transitions, key, timeMs - views.enteredMs[0]!);
  return deviation <= UNUSUAL ? 0 : Math.min(MOST, (deviation - UNUSUAL) / 3 + 0.3);
}

/** How long it has been idle and how long that usually lasts here (ms); the usual time is 0 when unknown. */
export function idleTimes({ views, transitions }: GlobalRegion, timeMs: number): { idleMs: number; usualMs: number } {
  const usual = usualInterval(transitions, intervalKey(ANY_STATE, views.current[1]!, IDLE), 1);
  return { idleMs: timeMs - views.enteredMs[0]!, usualMs: usual === null ? 0 : usual.meanMs };
}
