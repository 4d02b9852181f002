/**
 * step.ts - one frame through the model, top to bottom:
 *
 *     scene gate -> see -> blobs -> track -> regions (states, visits, flow) -> judge -> detect -> predict
 *
 * Things are learned when they are gone. `mayLearn` false freezes everything declared `learned`; the eye and the context go on.
 */
import type { Frame } from '../vision/frame.ts';
import { excuseAll } from '../visits/company.ts';
import { endVisitor } from '../visits/follow.ts';
import { resetSceneGate } from '../vision/scene-gate.ts';
import { resetActivity, stepActivity } from './activity-forecast.ts';
import type { Cortex } from './cortex.ts';
import { type Moment, closeAll } from './detector.ts';
import { holdsLearning, stepFeedback } from './feedback/feedback.ts';
import { resetFlowStream } from './flow-stream.ts';
import { resetGlobalRegion } from './global-region.ts';
import { dropUnits, learningState, watchOn } from './judge/calibration.ts';
import { watchCrowd } from './judge/crowd.ts';
import { judgeScene } from './judge/scene.ts';
import { hasAlarmed, judgeThings, learnGone } from './judge/things.ts';
import { type LabelStep, stepLabels } from './labels.ts';
import type { EventChange, Observation } from './observation.ts';
import { predict } from './predict.ts';
import { resetNextQuality, stepNextQuality } from './prediction-quality.ts';
import { newRegionStep, stepRegions } from './regions.ts';
import { clearSight, lookAt, nothingSeen, watchPicture } from './sight.ts';
import { type FrameEvidence, detectAll } from './tell/detect-all.ts';
import { showThings } from './tell/seen.ts';
import { shownStreams, fillGrid } from './tell/show.ts';
import { learnTemplates } from './template-memory.ts';
import { resetVisits } from './visit-region.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Gaps longer than this are pauses; a clock that went back or a pause counts as one ordinary frame. */
const MAX_GAP_MS = 5000;

/** Where a step's time goes (ms, summed up by each step), by a clock that the caller brings. */
export type StageClock = { retina: number; regions: number; detect: number; readonly now: () => number };

/** Of the step under way; filled anew by each. */
const now: Mutable<Moment> = { step: 0, timeMs: 0.5 };
const seen = nothingSeen();
const regions = newRegionStep();
const labelled: LabelStep = { label: null, changed: false };
const evidence: Mutable<FrameEvidence> = {
  verdict: seen.verdict,
  regions,
  ratios: new Float64Array(0),
  orderMatters: false,
};

/** Take in one frame; throws RangeError when its size is not the model's. `stage`, if given, measures the step. */
export function stepCortex(cortex: Cortex, frame: Frame, mayLearn: boolean, stage?: StageClock): Observation {
  const { settings, calibration, zones, global, visits } = cortex;
  if (frame.width !== settings.width || frame.height !== settings.height) {
    throw new RangeError(
      `Expected a frame of ${settings.width} x ${settings.height} px but received ${frame.width} x ${frame.height}`,
    );
  }
  const elapsedMs = advanceClock(cortex, frame.timeMs);
  now.step = cortex.clock.step[0]!;
  now.timeMs = cortex.lifeMs[0]!;
  watchOn(calibration, elapsedMs, mayLearn);

  const began = stage?.now() ?? 0;
  const verdict = watchPicture(cortex.sight, frame.luma, now.timeMs, elapsedMs, !cortex.ablated.has('gate'));
  const learn = mayLearn && !verdict.unsure && !holdsLearning(cortex);
  const ended = (slot: number): void => {
    learnGone(cortex.judge, slot, learn);
    if (hasAlarmed(cortex.judge, slot)) excuseAll(visits.company);
    endVisitor(visits.visitors, cortex.judge.things, slot, now.timeMs, learn);
  };
  lookAt(cortex.sight, verdict, now.timeMs, elapsedMs, ended, seen);
  if (seen.isBroken) breakContext(cortex, now.timeMs);

  const looked = stage?.now() ?? 0;
  stepRegions(cortex, seen, now, elapsedMs, learn, regions);
  stepLabels(cortex, learn, labelled);

  const stepped = stage?.now() ?? 0;
  if (!verdict.unsure) watchCrowd(calibration.crowd, cortex.judge.things, elapsedMs);
  const thingMatters = judgeThings(cortex.judge, now.timeMs, elapsedMs, verdict.unsure, learn);
  evidence.verdict = verdict;
  evidence.orderMatters = stepFeedback(cortex, regions.visits, thingMatters);
  evidence.ratios = judgeScene(cortex, regions, verdict.unsure, elapsedMs, learn);
  const events = detectAll(cortex, evidence, now, frame.timeMs);
  const streams = shownStreams(cortex, evidence);
  fillGrid(cortex, evidence.ratios);

  cortex.clock.step[0]!++;
  if (learn && regions.global.ticked)
    learnTemplates(
      cortex.templates,
      cortex.geometry,
      cortex.eye.views,
      verdict.luma,
      global.views.current[0]!,
      zones.global.occupied,
    );
  stepNextQuality(cortex, regions.global.ticked, regions.visits.visits, learn);
  stepActivity(cortex.activity, zones.global.occupied, global, visits, now.timeMs, learn);
  const isNews = regions.global.ticked || regions.visits.visits > 0 || labelled.changed;
  const prediction = isNews ? predict(cortex, now.timeMs) : null;
  if (stage) {
    stage.retina += looked - began;
    stage.regions += stepped - looked;
    stage.detect += stage.now() - stepped;
  }
  const largest = Math.max(streams.form, streams.motion, streams.sequence, streams.timing);
  return {
    step: cortex.clock.step[0]!,
    timeMs: frame.timeMs,
    score: verdict.unsure ? 0 : largest / (1 + largest),
    streams,
    changed: seen.localChanged,
    learning: learningState(calibration),
    grid: cortex.grid,
    heat: cortex.heat,
    gridColumns: cortex.geometry.local.columns,
    gridRows: cortex.geometry.local.rows,
    things: showThings(cortex.seen, cortex.judge.things, cortex.sight.cells.aspect, now.timeMs),
    events,
    prediction,
    label: labelled.label,
  };
}

/**
 * A new clip begins: forget the context, keep what was learned. Open events end.
 * The eye looks anew as well: another clip may begin anywhere in the scene's life.
 */
export function resetContext(cortex: Cortex): readonly EventChange[] {
  const moment = { step: cortex.clock.step[0]!, timeMs: cortex.lifeMs[0]! };
  const ends = endEvents(cortex, 'the clip ended');
  clearSight(cortex.sight);
  breakContext(cortex, moment.timeMs);
  resetSceneGate(cortex.sight.gate);
  cortex.clock.lastFrameMs[0] = 0;
  return ends;
}

/** Open events end now, with `reason` as their explanation. Times are those of the frames. */
export function endEvents(cortex: Cortex, reason: string): EventChange[] {
  const moment = { step: cortex.clock.step[0]!, timeMs: cortex.lifeMs[0]! };
  const shift = cortex.clock.lastFrameMs[0]! - moment.timeMs;
  const silent = { position: null, box: null, explanation: reason, expected: [] };
  return closeAll(cortex.detector, moment, () => silent).map((event) => ({
    ...event,
    startedTimeMs: event.startedTimeMs + shift,
    endedTimeMs: event.endedTimeMs === null ? null : event.endedTimeMs + shift,
  }));
}

/** Advance the model's own clock by the time since the last frame; returns that time (ms). */
function advanceClock({ clock, settings }: Cortex, frameMs: number): number {
  const since = frameMs - clock.lastFrameMs[0]!;
  const elapsed = clock.step[0] === 0 || since <= 0 || since > MAX_GAP_MS ? 1000 / settings.fps : since;
  clock.lastFrameMs[0] = frameMs;
  clock.lifeMs[0]! += elapsed;
  return elapsed;
}

/** What comes from now on has nothing to do with what came before. */
function breakContext(cortex: Cortex, timeMs: number): void {
  resetGlobalRegion(cortex.global, timeMs);
  resetVisits(cortex.visits);
  resetActivity(cortex.activity);
  resetNextQuality(cortex.next);
  resetFlowStream(cortex.flow);
  dropUnits(cortex.calibration);
}
