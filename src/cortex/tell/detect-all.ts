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
  type Moment,
  detectScene,
  detectThing,
  hasEvent,
  holdGone,
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

/** Evidence of one cause of the scene; filled anew by each. */
const found = { ratio: 0, mayStart: false };

/** What is told of a thing that is no longer there, where it was last. */
const gone = (box: Box): Account => ({ position: null, box, explanation: 'it is gone', expected: [] });

export function detectAll(cortex: Cortex, evidence: FrameEvidence, now: Moment, frameMs: number): EventChange[] {
  const { calibration, detector, judge } = cortex;
  const { verdict, ratios } = evidence;
  const changes: EventChange[] = [];
  const mayStart = isReady(calibration) && !verdict.unsure;
  // First what is gone, so that a thing found again may go on with its event.
  holdGone(detector, (id) => isThere(judge.things, id), now, gone, changes);
  for (let slot = 0; slot < MOST_THINGS; slot++)
    if (judge.things.status[slot] === LIVE) detectOne(cortex, slot, mayStart, now, changes);
  const mayTell = calibration.views.watchedMs[0]! >= WATCHED_FIRST_MS;
  const account = (cause: DetectedCause): Account => explainScene(cortex, cause, evidence);
  const look = (cause: DetectedCause, ratio: number, may: boolean): void => {
    found.ratio = ratio;
    found.mayStart = may;
    const change = detectScene(detector, cause, found, now, account);
    if (change !== null) changes.push(change);
  };
  look('motion', ratioOf(ratios, 'motion'), mayStart);
  look('sequence', sequenceRatio(evidence), mayStart);
  look('timing', ratioOf(ratios, 'timing'), mayStart);
  look('absence', ratioOf(ratios, 'absence'), mayStart);
  look('scene_change', !verdict.blocked && verdict.change !== 'none' ? INCIDENT : 0, mayTell);
  look('camera_blocked', verdict.blocked ? INCIDENT : 0, mayTell);
  return changes.length === 0 ? changes : changes.map((change) => inFrameTime(change, now.timeMs, frameMs));
}

function sequenceRatio({ ratios, orderMatters }: FrameEvidence): number {
  const ratio = ratioOf(ratios, 'sequence');
  return orderMatters ? Math.max(MATTERS_RATIO, ratio) : ratio;
}

function isThere({ status, id: ids }: Things, id: number): boolean {
  for (let slot = 0; slot < MOST_THINGS; slot++) if (status[slot] === LIVE && ids[slot] === id) return true;
  return false;
}

/** A live thing; a function of its own, since what remembers a loop's variable is made anew for each turn, used or not. */
function detectOne(cortex: Cortex, slot: number, mayStart: boolean, now: Moment, changes: EventChange[]): void {
  const { judge, detector, sight } = cortex;
  const { things, views } = judge;
  if (views.ratio[slot]! < 1 && !hasEvent(detector, things.id[slot]!)) return;
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
