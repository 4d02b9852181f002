/**
 * detect-all.ts - the events of one frame: of each thing, and of what belongs to the scene as a whole.
 */
import { boxOf } from '../../things/cover.ts';
import { LIVE, MOST_THINGS, type Things } from '../../things/pool.ts';
import type { Box } from '../../vision/box.ts';
import type { SceneVerdict } from '../../vision/scene-gate.ts';
import type { Cortex } from '../cortex.ts';
import {
  type Account,
  type DetectedCause,
  type Evidence,
  type Moment,
  detectScene,
  detectThing,
  hasEvent,
  hasEvents,
  holdGone,
  isSilent,
} from '../detector.ts';
import { WATCHED_FIRST_MS, isReady } from '../judge/calibration.ts';
import { type SceneRatios, ratioOf } from '../judge/scene.ts';
import { MATTERS_RATIO, causeOf } from '../judge/things.ts';
import type { EventChange } from '../observation.ts';
import type { RegionStep } from '../regions.ts';
import { explainScene } from './explain.ts';
import { explainThing } from './explain-thing.ts';

/** All that a frame says. */
export type FrameEvidence = {
  readonly verdict: SceneVerdict;
  readonly regions: RegionStep;
  readonly ratios: SceneRatios;
  /** A turn of states, or a pause, that someone said matters. */
  readonly orderMatters: boolean;
};

/** Evidence of an incident of the camera. */
const INCIDENT = 2;

/** What is told of a thing that is no longer there, where it was last. */
const gone = (box: Box): Account => ({ position: null, box, explanation: 'it is gone', expected: [] });

export function detectAll(cortex: Cortex, evidence: FrameEvidence, now: Moment, frameMs: number): EventChange[] {
  const { calibration, detector, judge } = cortex;
  const { verdict, ratios } = evidence;
  const changes: EventChange[] = [];
  const mayStart = isReady(calibration) && !verdict.unsure;
  // First what is gone, so that a thing found again may go on with its event.
  if (hasEvents(detector)) endGone(cortex, now, changes);
  for (let slot = 0; slot < MOST_THINGS; slot++)
    if (judge.things.status[slot] === LIVE) detectOne(cortex, slot, mayStart, now, changes);
  const mayTell = calibration.views.watchedMs[0]! >= WATCHED_FIRST_MS;
  const change = !verdict.blocked && verdict.change !== 'none' ? INCIDENT : 0;
  const blocked = verdict.blocked ? INCIDENT : 0;
  detectCause(cortex, evidence, 'motion', ratioOf(ratios, 'motion'), mayStart, now, changes);
  detectCause(cortex, evidence, 'sequence', sequenceRatio(evidence), mayStart, now, changes);
  detectCause(cortex, evidence, 'timing', ratioOf(ratios, 'timing'), mayStart, now, changes);
  detectCause(cortex, evidence, 'absence', ratioOf(ratios, 'absence'), mayStart, now, changes);
  detectCause(cortex, evidence, 'scene_change', change, mayTell, now, changes);
  detectCause(cortex, evidence, 'camera_blocked', blocked, mayTell, now, changes);
  return changes.length === 0 ? changes : changes.map((told) => inFrameTime(told, now.timeMs, frameMs));
}

function endGone({ detector, judge }: Cortex, now: Moment, changes: EventChange[]): void {
  holdGone(detector, (id) => isThere(judge.things, id), now, gone, changes);
}

/** A cause of the scene, which is silent in most frames. */
function detectCause(
  cortex: Cortex,
  evidence: FrameEvidence,
  cause: DetectedCause,
  ratio: number,
  mayStart: boolean,
  now: Moment,
  changes: EventChange[],
): void {
  if (!isSilent(cortex.detector, cause, ratio)) tellCause(cortex, evidence, cause, { ratio, mayStart }, now, changes);
}

/** A function of its own, as what is remembered for the account is made anew by each call, used or not. */
function tellCause(
  cortex: Cortex,
  evidence: FrameEvidence,
  cause: DetectedCause,
  found: Evidence,
  now: Moment,
  changes: EventChange[],
): void {
  const account = (told: DetectedCause): Account => explainScene(cortex, told, evidence);
  const change = detectScene(cortex.detector, cause, found, now, account);
  if (change !== null) changes.push(change);
}

function sequenceRatio({ ratios, orderMatters }: FrameEvidence): number {
  const ratio = ratioOf(ratios, 'sequence');
  return orderMatters ? Math.max(MATTERS_RATIO, ratio) : ratio;
}

function isThere({ status, id: ids }: Things, id: number): boolean {
  for (let slot = 0; slot < MOST_THINGS; slot++) if (status[slot] === LIVE && ids[slot] === id) return true;
  return false;
}

/** A live thing; most have no event. */
function detectOne(cortex: Cortex, slot: number, mayStart: boolean, now: Moment, changes: EventChange[]): void {
  const { judge, detector } = cortex;
  const { things, views } = judge;
  if (views.ratio[slot]! >= 1 || hasEvent(detector, things.id[slot]!)) tellOne(cortex, slot, mayStart, now, changes);
}

function tellOne(cortex: Cortex, slot: number, mayStart: boolean, now: Moment, changes: EventChange[]): void {
  const { judge, detector, sight } = cortex;
  const { things, views } = judge;
  const box = boxOf(things, slot, sight.cells.aspect);
  const change = detectThing(
    detector,
    things.id[slot]!,
    () => causeOf(judge, slot),
    box,
    { ratio: views.ratio[slot]!, mayStart },
    now,
    () => explainThing(cortex, slot, box),
  );
  if (change !== null) changes.push(change);
}

/** Events are kept in the model's own time; outside, times are those of the frames. */
function inFrameTime(event: EventChange, lifeMs: number, frameMs: number): EventChange {
  const shift = frameMs - lifeMs;
  return {
    ...event,
    startedTimeMs: event.startedTimeMs + shift,
    endedTimeMs: event.endedTimeMs === null ? null : event.endedTimeMs + shift,
  };
}
