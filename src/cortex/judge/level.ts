/**
 * level.ts - how many alarms a day one would have to allow for the evidence of this moment to be one: what a setting of
 * `alarms_per_day` would have told is found by this, without seeing the frames again.
 */
import { MOST_THINGS } from '../../things/pool.ts';
import type { Cortex } from '../cortex.ts';
import { KINDS } from './kinds.ts';
import { type Calibration, isReady, thresholdOf } from './calibration.ts';
import { causeOf } from './things.ts';

/** `level` alarms a day; `stream`: the kind of evidence that said most. */
export type AlarmLevel = { readonly level: number; readonly stream: string };

/** Between these the level is looked for; rarer than the least counts as that. */
export const LEAST_LEVEL = 0.01;
export const MOST_LEVEL = 1000;
const HALVINGS = 14;

/** The level of what is judged now; null while nothing comes near an alarm even at MOST_LEVEL, or the model is not ready. */
export function levelNow(cortex: Cortex): AlarmLevel | null {
  const { calibration, judge } = cortex;
  if (!isReady(calibration)) return null;
  let best: AlarmLevel | null = null;
  const offer = (kind: number, value: number, stream: string): void => {
    const level = levelOf(calibration, kind, value, best?.level ?? MOST_LEVEL);
    if (level !== null) best = { level, stream };
  };
  let strongest = 0;
  let slot = -1;
  for (let i = 0; i < MOST_THINGS; i++) {
    if (judge.views.ratio[i]! <= strongest) continue;
    strongest = judge.views.ratio[i]!;
    slot = i;
  }
  if (slot >= 0) offer(0, strongest * thresholdOf(calibration, 0), causeOf(judge, slot));
  for (let kind = 1; kind < KINDS.length; kind++) offer(kind, calibration.views.highest[kind]!, KINDS[kind]!.stream);
  return best;
}

/** Alarms a day at which `value` is the threshold of its kind; null when that is not below `below`. */
function levelOf(calibration: Calibration, kind: number, value: number, below: number): number | null {
  if (value <= 0) return null;
  const asked = calibration.alarmsPerDay;
  const isAlarmAt = (level: number): boolean => {
    calibration.alarmsPerDay = level / calibration.sensitivity;
    return value >= thresholdOf(calibration, kind);
  };
  try {
    if (!isAlarmAt(below)) return null;
    // Thresholds fall with the level: halve in logarithms, by square roots, which are the same on all machines.
    let [low, high] = [LEAST_LEVEL, below];
    for (let i = 0; i < HALVINGS && high > low * 1.02; i++) {
      const middle = Math.sqrt(low * high);
      if (isAlarmAt(middle)) high = middle;
      else low = middle;
    }
    return high;
  } finally {
    calibration.alarmsPerDay = asked;
  }
}
