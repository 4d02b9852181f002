/**
 * detect-all.ts - the events of one frame: of each thing, and of what belongs to the scene as a whole.
 */
import { boxOf } from '../../things/cover.ts';
import { LIVE, MOST_THINGS } from '../../things/pool.ts';
import type { SceneVerdict } from '../../vision/scene-gate.ts';
import type { Cortex } from '../cortex.ts';
import { type DetectedCause, type Moment, detectScene, detectThing, hasEvent, holdGone } from '../detector.ts';
import { WATCHED_FIRST_MS, isReady } from '../judge/calibration.ts';
import { type SceneRatios, strongest } from '../judge/scene.ts';
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

export function detectAll(cortex: Cortex, evidence: FrameEvidence, now: Moment, frameMs: number): EventChange[] {
  const { calibration } = cortex;
  const { verdict } = evidence;
  const changes: EventChange[] = [];
  const mayStart = isReady(calibration) && !verdict.unsure;
  detectThings(cortex, mayStart, now, changes);
  const mayTell = calibration.views.watchedMs[0]! >= WATCHED_FIRST_MS;
  const scene: readonly (readonly [DetectedCause, number, boolean])[] = [
    ['motion', strongest(evidence.ratios, 'motion').ratio, mayStart],
    ['sequence', sequenceRatio(evidence), mayStart],
    ['timing', strongest(evidence.ratios, 'timing').ratio, mayStart],
    ['absence', strongest(evidence.ratios, 'absence').ratio, mayStart],
    ['scene_change', !verdict.blocked && verdict.change !== 'none' ? INCIDENT : 0, mayTell],
    ['camera_blocked', verdict.blocked ? INCIDENT : 0, mayTell],
  ];
  for (const [cause, ratio, may] of scene) {
    const account = () => explainScene(cortex, cause, evidence);
    const change = detectScene(cortex.detector, cause, { ratio, mayStart: may }, now, account);
    if (change !== null) changes.push(change);
  }
  return changes.map((change) => inFrameTime(change, now.timeMs, frameMs));
}

function sequenceRatio({ ratios, orderMatters }: FrameEvidence): number {
  const { ratio } = strongest(ratios, 'sequence');
  return orderMatters ? Math.max(MATTERS_RATIO, ratio) : ratio;
}

function detectThings(cortex: Cortex, mayStart: boolean, now: Moment, changes: EventChange[]): void {
  const { judge, detector, sight } = cortex;
  const { things, views } = judge;
  const isThere = (id: number): boolean => {
    for (let slot = 0; slot < MOST_THINGS; slot++)
      if (things.status[slot] === LIVE && things.id[slot] === id) return true;
    return false;
  };
  // First what is gone, so that a thing found again may go on with its event.
  const gone = (box: readonly [number, number, number, number]) => ({
    position: null,
    box,
    explanation: 'it is gone',
    expected: [],
  });
  holdGone(detector, isThere, now, gone, changes);
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE) continue;
    if (views.ratio[slot]! < 1 && !hasEvent(detector, things.id[slot]!)) continue;
    const box = boxOf(things, slot, sight.cells.aspect);
    const evidence = { ratio: views.ratio[slot]!, mayStart };
    const change = detectThing(
      detector,
      things.id[slot]!,
      () => causeOf(judge, slot),
      box,
      evidence,
      now,
      () => explainThing(cortex, slot, box),
    );
    if (change !== null) changes.push(change);
  }
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
