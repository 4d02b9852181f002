/**
 * step.ts - one frame through the model, top to bottom:
 *
 *     scene gate -> retina -> local regions -> global region -> motion -> form -> judge -> detect -> learn thresholds -> predict
 *
 * `mayLearn` false freezes everything declared `learned`; the eye (background, usual texture) and the context go on.
 */
import { isReady } from '../anomaly/stream-threshold.ts';
import type { Frame } from '../vision/frame.ts';
import { type RetinaStep, clearRetina, encodeRetina, noRetinaStep, relearnRetina } from '../vision/retina.ts';
import { type SceneVerdict, noteEmptiness, resetSceneGate, watchScene } from '../vision/scene-gate.ts';
import { spendBudget } from './alarm-budget.ts';
import { resetActivity, stepActivity } from './activity-forecast.ts';
import type { Cortex } from './cortex.ts';
import { type Account, type DetectedCause, type Moment, closeAll, detect, isOpen } from './detector.ts';
import {
  type Ratios,
  type RawEvidence,
  judgeEvidence,
  learnEvidence,
  learningState,
  localRatio,
  noRatios,
  scoreOf,
  streamsOf,
  withAbsence,
} from './evidence.ts';
import { type EpisodeStep, resetEpisodeRegion, stepEpisodeRegion } from './episode-region.ts';
import { type FeedbackStep, NOTHING, holdsLearning, stepFeedback, withMatters } from './feedback.ts';
import { weighAbsence } from './feedback-orders.ts';
import { weighRoutines } from './feedback-routines.ts';
import { type Scene, explain } from './explain.ts';
import { resetFlowStream, stepFlowStream } from './flow-stream.ts';
import { type FormStep, resetFormStream, stepFormStream } from './form-stream.ts';
import { type GlobalStep, resetGlobalRegion, stepGlobalRegion } from './global-region.ts';
import { type LabelStep, stepLabels } from './labels.ts';
import { type LocalStep, resetLocalRegions, routineOf, stepLocalRegions } from './local-regions.ts';
import { resetMotionStream, stepMotionStream } from './motion-stream.ts';
import { predict } from './predict.ts';
import { resetNextQuality, stepNextQuality } from './prediction-quality.ts';
import { isRestless } from './restlessness.ts';
import type { EventChange, Observation, StreamValues } from './observation.ts';
import { type RecurrenceStep, resetRecurrence, stepRecurrence } from './recurrence.ts';
import { learnTemplates } from './template-memory.ts';

/** Gaps longer than this are pauses; a clock that went back or a pause counts as one ordinary frame. */
const MAX_GAP_MS = 5000;

/** Where a step's time goes (ms, summed up by each step), by a clock that the caller brings. */
export type StageClock = { retina: number; regions: number; detect: number; readonly now: () => number };

/** Take in one frame; throws RangeError when its size is not the model's. `stage`, if given, measures the step. */
export function stepCortex(cortex: Cortex, frame: Frame, mayLearn: boolean, stage?: StageClock): Observation {
  const { settings, ablated, retina } = cortex;
  if (frame.width !== settings.width || frame.height !== settings.height) {
    throw new RangeError(
      `Expected a frame of ${settings.width} x ${settings.height} px but received ${frame.width} x ${frame.height}`,
    );
  }
  const elapsedMs = advanceClock(cortex, frame.timeMs);
  const moment = { step: cortex.clock.step[0]!, timeMs: cortex.lifeMs[0]! };

  const began = stage?.now() ?? 0;
  const seen = noRetinaStep();
  const verdict = look(cortex, frame, elapsedMs, moment.timeMs, seen);
  const { unsure } = verdict;
  // What someone said matters must never be got used to.
  const holds = holdsLearning(cortex);
  const learn = mayLearn && !unsure && !holds;

  const encoded = stage?.now() ?? 0;
  const local: LocalStep = { sequence: 0, timing: 0, ticks: 0 };
  stepLocalRegions(
    cortex.local,
    retina.local.occupied,
    retina.local.changedZones,
    seen.localChanged,
    moment.timeMs,
    learn,
    local,
  );
  const global: GlobalStep = { ticked: false, surprise: 0, wasIdle: false, expectedBefore: [] };
  stepGlobalRegion(cortex.global, retina.global.occupied, seen.globalChanged, moment.timeMs, learn, global);
  const episode: EpisodeStep = { surprise: 0, ended: 0 };
  stepEpisodeRegion(cortex.episodes, retina.global.occupied, moment.timeMs, elapsedMs, learn, episode);
  const recurrence: RecurrenceStep = { early: 0, overdue: 0, zone: -1, arrivals: 0 };
  stepRecurrence(cortex.recurrence, retina.global.occupied, moment.timeMs, learn, recurrence);
  const moving = stepMotionStream(cortex.motion, retina, learn);
  const flow = stepFlowStream(cortex.flow, retina.flow, retina.geometry, learn);
  const form: FormStep = { size: 0, form: 0, components: [] };
  stepFormStream(cortex.form, retina, seen.localChanged, learn, form);
  const said: FeedbackStep = { motion: 0, matters: NOTHING };
  stepFeedback(cortex, local, global, form, moving, said);
  weighRoutines(cortex, episode, moment.step + 1);
  const labelled: LabelStep = { label: null, changed: false };
  stepLabels(cortex, form, labelled);

  const stepped = stage?.now() ?? 0;
  const busy = seen.foregroundShare > 0 && retina.local.occupied.includes(1);
  const restless = isRestless(cortex.restlessness, seen.foregroundShare + seen.lightShare, busy, moment.timeMs, learn);
  const raw: RawEvidence = {
    sequence: ablated.has('sequence') ? 0 : local.sequence,
    timing: ablated.has('timing') ? 0 : local.timing,
    order: ablated.has('l2') ? 0 : global.surprise,
    motion: ablated.has('motion') || verdict.newLook ? 0 : said.motion,
    flow: ablated.has('flow') ? 0 : flow,
    size: ablated.has('form') || verdict.newLook ? 0 : form.size,
    form: ablated.has('form') || verdict.newLook ? 0 : form.form,
    absence: ablated.has('l2') || ablated.has('timing') || unsure ? 0 : weighAbsence(cortex, moment.step + 1),
    episode: ablated.has('l3') || restless ? 0 : episode.surprise,
    early: ablated.has('timing') ? 0 : recurrence.early,
    overdue: ablated.has('timing') || unsure ? 0 : recurrence.overdue,
  };
  const ratios = noRatios();
  judgeEvidence(cortex.evidence, raw, routineOf(cortex.local), restless, ratios);
  const streams = withMatters(streamsOf(ratios, raw), said.matters);
  const learning = learningState(cortex.evidence);
  const scene: Scene = {
    components: form.components,
    expectedBefore: global.expectedBefore,
    orderLeads: ratios.order >= localRatio(ratios),
    change: verdict.change,
    speedLeads: ratios.flow >= ratios.motion,
    episodeLeads: ratios.episode >= Math.max(ratios.order, localRatio(ratios)),
    recurrenceZone: recurrence.zone,
    earlyLeads: ratios.early >= ratios.local,
    overdueLeads: ratios.overdue >= ratios.absence,
    matters: said.matters,
  };
  const events = detectAll(
    cortex,
    streams,
    ratios,
    moment,
    { verdict, ready: learning.state === 'ready' },
    scene,
    frame.timeMs,
  );
  if (mayLearn) spendBudget(cortex.evidence.budget, said.matters === NOTHING ? alarmsIn(events) : 0, elapsedMs);
  const idleEnded = global.ticked && global.wasIdle;
  learnEvidence(cortex.evidence, raw, ratios, {
    elapsedMs,
    // A new look silences some kinds: what they do not say then is not what is usual.
    busy: busy && !verdict.newLook,
    restless,
    idleEnded,
    muted: unsure || holds,
    learn: mayLearn,
    episodesEnded: episode.ended,
    arrivals: recurrence.arrivals,
  });
  fillGrid(cortex, ratios, raw);
  const shown = withAbsence(streams, ratios);

  cortex.clock.step[0]!++;
  if (learn && global.ticked) {
    const state = cortex.global.views.current[0]!;
    learnTemplates(cortex.templates, cortex.geometry, retina.pixels, frame.luma, state, retina.global.occupied);
  }
  stepNextQuality(cortex, global.ticked, episode.ended, learn);
  stepActivity(cortex.activity, retina.global.occupied, cortex.global, cortex.episodes, moment.timeMs, learn);
  const isNews = global.ticked || episode.ended > 0 || labelled.changed;
  const prediction = isNews ? predict(cortex, moment.timeMs) : null;
  if (stage) {
    stage.retina += encoded - began;
    stage.regions += stepped - encoded;
    stage.detect += stage.now() - stepped;
  }
  return {
    step: cortex.clock.step[0]!,
    timeMs: frame.timeMs,
    score: unsure ? 0 : scoreOf(shown),
    streams: shown,
    changed: seen.localChanged,
    learning,
    grid: cortex.grid,
    heat: cortex.heat,
    gridColumns: cortex.geometry.local.columns,
    gridRows: cortex.geometry.local.rows,
    events,
    prediction,
    label: labelled.label,
  };
}

/**
 * A new clip begins: forget the context, keep what was learned. Open events end.
 * The retina looks anew as well: another clip may begin anywhere in the scene's life.
 */
export function resetContext(cortex: Cortex): readonly EventChange[] {
  const moment = { step: cortex.clock.step[0]!, timeMs: cortex.lifeMs[0]! };
  const silent: Account = { position: null, box: null, explanation: 'the clip ended', expected: [] };
  const ends = closeAll(cortex.detector, moment, () => silent);
  const lastFrameMs = cortex.clock.lastFrameMs[0]!;
  breakContext(cortex, moment.timeMs);
  resetSceneGate(cortex.gate);
  cortex.clock.lastFrameMs[0] = 0;
  return ends.map((event) => inFrameTime(event, moment.timeMs, lastFrameMs));
}

/** Advance the model's own clock by the time since the last frame; returns that time (ms). */
function advanceClock({ clock, settings }: Cortex, frameMs: number): number {
  const since = frameMs - clock.lastFrameMs[0]!;
  const elapsed = clock.step[0] === 0 || since <= 0 || since > MAX_GAP_MS ? 1000 / settings.fps : since;
  clock.lastFrameMs[0] = frameMs;
  clock.lifeMs[0]! += elapsed;
  return elapsed;
}

/** Without the gate every picture is what it seems. */
const UNWATCHED: SceneVerdict = {
  luma: new Uint8Array(0),
  muted: false,
  unsure: false,
  newLook: false,
  blocked: false,
  relearn: false,
  turned: false,
  change: 'none',
};
/** Of the frame looked at last; filled anew by each. */
const verdict: SceneVerdict = { ...UNWATCHED };

/** The scene gate, then the retina; while the whole picture changes nothing is there. */
function look(cortex: Cortex, frame: Frame, elapsedMs: number, timeMs: number, seen: RetinaStep): SceneVerdict {
  const { gate, retina, geometry } = cortex;
  const tellsLight = !cortex.ablated.has('light');
  if (cortex.ablated.has('gate')) {
    encodeRetina(retina, frame.luma, elapsedMs, seen, tellsLight);
    return UNWATCHED;
  }
  watchScene(gate, retina, geometry, frame.luma, timeMs, verdict);
  if (verdict.relearn) relearnRetina(retina);
  if (!verdict.blocked) encodeRetina(retina, verdict.luma, elapsedMs, seen, tellsLight);
  if (verdict.turned) breakContext(cortex, timeMs);
  if (verdict.muted) {
    clearRetina(retina);
    seen.localChanged = 0;
    seen.globalChanged = 0;
  }
  noteEmptiness(gate, !retina.local.occupied.includes(1), timeMs);
  return verdict;
}

/** What comes from now on has nothing to do with what came before. */
function breakContext(cortex: Cortex, timeMs: number): void {
  resetLocalRegions(cortex.local, timeMs);
  resetGlobalRegion(cortex.global, timeMs);
  resetEpisodeRegion(cortex.episodes);
  resetRecurrence(cortex.recurrence);
  resetActivity(cortex.activity);
  resetNextQuality(cortex.next);
  resetMotionStream(cortex.motion);
  resetFlowStream(cortex.flow);
  resetFormStream(cortex.form);
  clearRetina(cortex.retina);
}

function detectAll(
  cortex: Cortex,
  streams: StreamValues,
  ratios: Ratios,
  moment: Moment,
  state: { verdict: SceneVerdict; ready: boolean },
  scene: Scene,
  frameMs: number,
): EventChange[] {
  const { detector } = cortex;
  const { unsure, blocked, change } = state.verdict;
  // The local kind has one threshold and two names: while an event of one name is open, evidence stays with it.
  const localName = isOpen(detector, 'timing') ? 'timing' : isOpen(detector, 'sequence') ? 'sequence' : null;
  const values: { [cause in DetectedCause]: number } = {
    form: streams.form,
    motion: streams.motion,
    sequence:
      localName === 'timing'
        ? Math.max(ratios.order, ratios.episode)
        : localName === 'sequence'
          ? Math.max(localRatio(ratios), ratios.order, ratios.episode)
          : streams.sequence,
    timing:
      localName === 'timing'
        ? Math.max(ratios.local, ratios.early)
        : localName === 'sequence'
          ? ratios.early
          : streams.timing,
    absence: Math.max(isReady(cortex.evidence.thresholds.absence) ? ratios.absence : 0, ratios.overdue),
    scene_change: !blocked && change !== 'none' ? 2 : 0,
    camera_blocked: blocked ? 2 : 0,
  };
  // Something that matters is told as a matter of sequence, whichever kind it was told as first.
  if (scene.matters !== NOTHING) values.sequence = Math.max(values.sequence, streams.sequence);
  const mayStart = state.ready && !unsure;
  const changes: EventChange[] = [];
  for (const cause of Object.keys(values) as DetectedCause[]) {
    const allowed = cause === 'scene_change' || cause === 'camera_blocked' ? state.ready : mayStart;
    const change = detect(detector, cause, values[cause], allowed, moment, () => explain(cortex, cause, scene));
    if (change !== null) changes.push(inFrameTime(change, moment.timeMs, frameMs));
  }
  return changes;
}

/** Alarms that begin and that thresholds could have kept back. */
function alarmsIn(events: readonly EventChange[]): number {
  return events.filter(
    ({ type, severity, cause }) => type === 'start' && severity === 'alert' && cause !== 'camera_blocked',
  ).length;
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

/** The heat map: each place's share of each kind, in units of that kind's threshold; the largest kind counts. */
function fillGrid({ grid, heat, local, motion, flow, form }: Cortex, ratios: Ratios, raw: RawEvidence): void {
  const localUnit = raw.sequence + raw.timing > 0 ? ratios.local / (raw.sequence + raw.timing) : 0;
  const placeUnit = raw.sequence > 0 ? ratios.place / raw.sequence : 0;
  const motionUnit = raw.motion > 0 ? ratios.motion / raw.motion : 0;
  const flowUnit = raw.flow > 0 ? ratios.flow / raw.flow : 0;
  const sizeUnit = raw.size > 0 ? ratios.size / raw.size : 0;
  const formUnit = raw.form > 0 ? ratios.form / raw.form : 0;
  for (let zone = 0; zone < grid.length; zone++) {
    const sequence = local.views.sequence[zone]!;
    const here = Math.max((sequence + local.views.timing[zone]!) * localUnit, sequence * placeUnit);
    const moving = motion.views.motionSurprise[zone]! * motionUnit;
    const fast = flow.views.flowSurprise[zone]! * flowUnit;
    const large = form.views.sizeSurprise[zone]! * sizeUnit;
    const looks = form.views.formSurprise[zone]! * formUnit;
    heat[zone] = Math.max(large, looks);
    heat[grid.length + zone] = Math.max(moving, fast);
    heat[2 * grid.length + zone] = here;
    grid[zone] = Math.max(here, moving, fast, large, looks);
  }
}
