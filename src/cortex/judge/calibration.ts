/**
 * calibration.ts - how much evidence of each kind an alarm takes, so that there are about as many alarms a day as asked for.
 *
 *     rarity     = alarms a day for this kind / units of this kind a day
 *     threshold  = the value that this share of past ordinary units reaches (usual/tail.ts)
 *     ratio      = value / threshold       1 = alarm; score = ratio / (1 + ratio)
 *
 * What alarmed is no ordinary unit: it is left out of the tail, unless many in a row alarm: then it is the usual that has
 * changed. Before READY_MS of watching nothing alarms and everything is learned.
 */
import { ln } from '../../memory/exact-math.ts';
import { type Views, FLAG, SHARE, field } from '../../memory/layout.ts';
import { type Tail, learnTail, tailFields, valueOfBits } from '../../usual/tail.ts';
import type { LearningState } from '../observation.ts';
import type { Crowd } from './crowd.ts';
import { KINDS, shareOf } from './kinds.ts';

/** So long a place is watched before anything can be unusual there, and before incidents of the camera can be told. */
export const READY_MS = 600_000;
export const WATCHED_FIRST_MS = 60_000;
/** A longer gap between two frames is a pause, not time watched. */
const MAX_FRAME_MS = 1000;
/** Units are counted over about so long: a place that becomes busier is judged by how busy it is now. */
const COUNTED_MS = 172_800_000;
const DAY_MS = 86_400_000;
/** Running share of units that alarmed: its pace, and from where on it is the usual that has changed. */
const TOLD_PACE = 0.05;
const MANY_TOLD = 0.3;
const FIRST_UNITS = 8;

export const calibrationFields = () => ({
  // f64: times in ms, counts that are halved
  watchedMs: field('f64', 1, 'learned'), // with learning on, since birth
  spanMs: field('f64', 1, 'learned'), // over which units were counted
  units: field('f64', KINDS.length, 'learned'), // [kinds] ordinary ones in that span
  toldShare: field('f32', KINDS.length, 'learned', SHARE), // [kinds] of the last units, those that alarmed
  highest: field('f32', KINDS.length, 'state'), // [kinds] value of the unit under way
  told: field('u8', KINDS.length, 'state', FLAG), // [kinds] 0|1 the unit under way has alarmed
});
export type CalibrationViews = Views<ReturnType<typeof calibrationFields>>;

export type Calibration = {
  readonly views: CalibrationViews;
  /** [kinds] */
  readonly tails: readonly Tail[];
  readonly crowd: Crowd;
  /** May be changed at any time: alarms a day, and what multiplies them. */
  alarmsPerDay: number;
  sensitivity: number;
};

/** Field tables of the tails, by block name; that of things is in usual/. */
export const calibrationTables = () =>
  Object.fromEntries(KINDS.slice(1).map(({ name }) => [`judge.tail.${name}`, tailFields()]));

/** Time goes by. */
export function watchOn({ views }: Calibration, elapsedMs: number, learn: boolean): void {
  if (!learn) return;
  const ms = Math.min(MAX_FRAME_MS, elapsedMs);
  views.watchedMs[0]! += ms;
  views.spanMs[0]! += ms;
  if (views.spanMs[0]! < COUNTED_MS) return;
  views.spanMs[0]! /= 2;
  for (let kind = 0; kind < KINDS.length; kind++) views.units[kind]! /= 2;
}

export function isReady({ views }: Calibration): boolean {
  return views.watchedMs[0]! >= READY_MS;
}

const READY: LearningState = { state: 'ready', progress: 1 };

/** How far the thresholds are from being trustworthy. */
export function learningState(calibration: Calibration): LearningState {
  if (isReady(calibration)) return READY;
  return { state: 'learning', progress: Math.min(0.999, calibration.views.watchedMs[0]! / READY_MS) };
}

/** The value from which evidence of a kind is an alarm; Infinity for one that is silent now. */
export function thresholdOf(calibration: Calibration, kind: number): number {
  const { views, tails, crowd, alarmsPerDay, sensitivity } = calibration;
  const { least } = KINDS[kind]!;
  const share = shareOf(kind, crowd.isCrowd[0] === 1);
  if (share === 0) return Infinity;
  const unitsPerDay = (Math.max(1, views.units[kind]!) * DAY_MS) / Math.max(1000, views.spanMs[0]!);
  const rarity = Math.min(1, (alarmsPerDay * sensitivity * share) / unitsPerDay);
  return Math.max(least, valueOfBits(tails[kind]!, -ln(rarity) / Math.LN2, 0, KINDS[kind]!.tail));
}

/** Evidence of the unit under way: its ratio, 1 = alarm. `counts` false: it is shown, but does not count as an alarm. */
export function weigh(calibration: Calibration, kind: number, value: number, counts: boolean): number {
  const { highest, told } = calibration.views;
  if (value <= 0) return 0;
  const ratio = value / thresholdOf(calibration, kind);
  if (value > highest[kind]!) highest[kind] = value;
  if (ratio >= 1 && counts) told[kind] = 1;
  return ratio;
}

/** The unit under way is over. */
export function endUnit(calibration: Calibration, kind: number, learn: boolean): void {
  const { highest, told } = calibration.views;
  if (learn) {
    if (countUnit(calibration, kind, told[kind] === 1)) learnTail(calibration.tails[kind]!, highest[kind]!);
  }
  highest[kind] = 0;
  told[kind] = 0;
}

/** A unit that is known at once: `value` is its evidence, `isOdd` that it is no ordinary one. */
export function takeUnit(calibration: Calibration, kind: number, value: number, isOdd: boolean): void {
  if (countUnit(calibration, kind, isOdd)) learnTail(calibration.tails[kind]!, value);
}

/** Count a unit, if it is an ordinary one, to be learned; returns whether it is. */
export function countUnit({ views }: Calibration, kind: number, wasTold: boolean): boolean {
  // Where little came yet the first few that are told count for more: they are all there is.
  const pace = Math.max(TOLD_PACE, 1 / (views.units[kind]! + FIRST_UNITS));
  views.toldShare[kind]! += pace * ((wasTold ? 1 : 0) - views.toldShare[kind]!);
  const isOrdinary = !wasTold || views.toldShare[kind]! > MANY_TOLD;
  if (isOrdinary) views.units[kind]! += 1;
  return isOrdinary;
}

/** What is under way is forgotten: it belongs to another context. */
export function dropUnits({ views }: Calibration): void {
  views.highest.fill(0);
  views.told.fill(0);
}
