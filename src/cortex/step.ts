/**
 * step.ts - one frame through the model, top to bottom:
 *
 *     retina -> local regions -> global region -> motion -> form -> judge -> detect -> learn thresholds -> predict
 *
 * `learn` false freezes everything declared `learned`; the eye (background, usual texture) and the context go on.
 */
import { isReady } from '../anomaly/stream-threshold.ts';
import type { Frame } from '../vision/frame.ts';
import type { RetinaStep } from '../vision/retina.ts';
import { encodeRetina } from '../vision/retina.ts';
import { absenceEvidence } from './absence.ts';
import { resetActivity, stepActivity } from './activity-forecast.ts';
import type { Cortex } from './cortex.ts';
import { type Account, type DetectedCause, type Moment, closeAll, detect, isOpen } from './detector.ts';
import {
  type Ratios,
  type RawEvidence,
  judgeEvidence,
  learnEvidence,
  learningState,
  noRatios,
  scoreOf,
  streamsOf,
  withAbsence,
} from './evidence.ts';
import { type EpisodeStep, resetEpisodeRegion, stepEpisodeRegion } from './episode-region.ts';
import { type Scene, explain } from './explain.ts';
import { type FormStep, resetFormStream, stepFormStream } from './form-stream.ts';
import { type GlobalStep, resetGlobalRegion, stepGlobalRegion } from './global-region.ts';
import { type LocalStep, resetLocalRegions, stepLocalRegions } from './local-regions.ts';
import { resetMotionStream, stepMotionStream } from './motion-stream.ts';
import { predict } from './predict.ts';
import { resetNextQuality, stepNextQuality } from './prediction-quality.ts';
import type { EventChange, Observation, StreamValues } from './observation.ts';
import { type RecurrenceStep, resetRecurrence, stepRecurrence } from './recurrence.ts';
import { learnTemplates } from './template-memory.ts';

/** Share of the picture that must be foreground at once to be a change of the scene itself. */
const SCENE_CHANGE_SHARE = 0.4;
/** After that, nothing is judged for so long. */
const MUTE_MS = 2000;
/** Gaps longer than this are pauses; a clock that went back or a pause counts as one ordinary frame. */
const MAX_GAP_MS = 5000;

/** Where a step's time goes (ms, summed up by each step), by a clock that the caller brings. */
export type StageClock = { retina: number; regions: number; detect: number; readonly now: () => number };

/** Take in one frame; throws RangeError when its size is not the model's. `stage`, if given, measures the step. */
export function stepCortex(cortex: Cortex, frame: Frame, learn: boolean, stage?: StageClock): Observation {
  const { settings, ablated, retina } = cortex;
  if (frame.width !== settings.width || frame.height !== settings.height) {
    throw new RangeError(
      `Expected a frame of ${settings.width} x ${settings.height} px but received ${frame.width} x ${frame.height}`,
    );
  }
  const elapsedMs = advanceClock(cortex, frame.timeMs);
  const moment = { step: cortex.clock.step[0]!, timeMs: cortex.lifeMs[0]! };

  const began = stage?.now() ?? 0;
  const seen: RetinaStep = { localChanged: 0, globalChanged: 0, foregroundShare: 0 };
  encodeRetina(retina, frame, seen);
  const muted = gate(cortex, seen.foregroundShare, moment.timeMs);

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
  const motion = stepMotionStream(cortex.motion, retina, elapsedMs, learn);
  const form: FormStep = { size: 0, form: 0, components: [] };
  stepFormStream(cortex.form, retina, seen.localChanged, learn, form);

  const stepped = stage?.now() ?? 0;
  const raw: RawEvidence = {
    sequence: ablated.has('sequence') ? 0 : local.sequence,
    timing: ablated.has('timing') ? 0 : local.timing,
    order: ablated.has('l2') ? 0 : global.surprise,
    motion: ablated.has('motion') ? 0 : motion,
    size: ablated.has('form') ? 0 : form.size,
    form: ablated.has('form') ? 0 : form.form,
    absence: ablated.has('l2') || ablated.has('timing') || muted ? 0 : absenceEvidence(cortex.global, moment.timeMs),
    episode: ablated.has('l3') ? 0 : episode.surprise,
    early: ablated.has('timing') ? 0 : recurrence.early,
    overdue: ablated.has('timing') || muted ? 0 : recurrence.overdue,
  };
  const ratios = noRatios();
  judgeEvidence(cortex.evidence, raw, ratios);
  const streams = streamsOf(ratios, raw);
  const learning = learningState(cortex.evidence);
  const scene: Scene = {
    components: form.components,
    expectedBefore: global.expectedBefore,
    orderLeads: ratios.order >= ratios.local,
    episodeLeads: ratios.episode >= Math.max(ratios.order, ratios.local),
    recurrenceZone: recurrence.zone,
    earlyLeads: ratios.early >= ratios.local,
    overdueLeads: ratios.overdue >= ratios.absence,
  };
  const events = detectAll(
    cortex,
    streams,
    ratios,
    moment,
    { muted, ready: learning.state === 'ready' },
    scene,
    frame.timeMs,
  );
  const busy = seen.foregroundShare > 0 && retina.local.occupied.includes(1);
  const idleEnded = global.ticked && global.wasIdle;
  learnEvidence(cortex.evidence, raw, ratios, {
    elapsedMs,
    busy,
    idleEnded,
    muted,
    learn,
    episodesEnded: episode.ended,
    arrivals: recurrence.arrivals,
  });
  fillGrid(cortex, ratios, raw);
  const shown = withAbsence(streams, ratios);

  cortex.clock.step[0]!++;
  if (learn && global.ticked && !muted) {
    const state = cortex.global.views.current[0]!;
    learnTemplates(cortex.templates, cortex.geometry, retina.pixels, frame.luma, state, retina.global.occupied);
  }
  stepNextQuality(cortex, global.ticked, episode.ended, learn);
  stepActivity(cortex.activity, retina.global.occupied, cortex.global, cortex.episodes, moment.timeMs, learn);
  const prediction = global.ticked || episode.ended > 0 ? predict(cortex, moment.timeMs) : null;
  if (stage) {
    stage.retina += encoded - began;
    stage.regions += stepped - encoded;
    stage.detect += stage.now() - stepped;
  }
  return {
    step: cortex.clock.step[0]!,
    timeMs: frame.timeMs,
    score: muted ? 0 : scoreOf(shown),
    streams: shown,
    changed: seen.localChanged,
    learning,
    grid: cortex.grid,
    gridColumns: cortex.geometry.local.columns,
    gridRows: cortex.geometry.local.rows,
    events,
    prediction,
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
  resetLocalRegions(cortex.local, moment.timeMs);
  resetGlobalRegion(cortex.global, moment.timeMs);
  resetEpisodeRegion(cortex.episodes);
  resetRecurrence(cortex.recurrence);
  resetActivity(cortex.activity);
  resetNextQuality(cortex.next);
  resetMotionStream(cortex.motion);
  resetFormStream(cortex.form);
  for (const occupancy of [cortex.retina.local, cortex.retina.global]) {
    occupancy.occupied.fill(0);
    occupancy.differing.fill(0);
  }
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

/** Whether judgement is suspended because the whole picture changed (lamp, knocked camera). */
function gate({ clock, ablated }: Cortex, foregroundShare: number, timeMs: number): boolean {
  if (ablated.has('gate')) return false;
  if (foregroundShare > SCENE_CHANGE_SHARE) clock.mutedUntilMs[0] = timeMs + MUTE_MS;
  return timeMs < clock.mutedUntilMs[0]!;
}

function detectAll(
  cortex: Cortex,
  streams: StreamValues,
  ratios: Ratios,
  moment: Moment,
  state: { muted: boolean; ready: boolean },
  scene: Scene,
  frameMs: number,
): EventChange[] {
  const { detector } = cortex;
  // The local kind has one threshold and two names: while an event of one name is open, evidence stays with it.
  const localName = isOpen(detector, 'timing') ? 'timing' : isOpen(detector, 'sequence') ? 'sequence' : null;
  const values: { readonly [cause in DetectedCause]: number } = {
    form: streams.form,
    motion: streams.motion,
    sequence:
      localName === 'timing'
        ? Math.max(ratios.order, ratios.episode)
        : localName === 'sequence'
          ? Math.max(ratios.local, ratios.order, ratios.episode)
          : streams.sequence,
    timing:
      localName === 'timing'
        ? Math.max(ratios.local, ratios.early)
        : localName === 'sequence'
          ? ratios.early
          : streams.timing,
    absence: Math.max(isReady(cortex.evidence.thresholds.absence) ? ratios.absence : 0, ratios.overdue),
    scene_change: state.muted ? 2 : 0,
  };
  const mayStart = state.ready && !state.muted;
  const changes: EventChange[] = [];
  for (const cause of Object.keys(values) as DetectedCause[]) {
    const allowed = cause === 'scene_change' ? state.ready : mayStart;
    const change = detect(detector, cause, values[cause], allowed, moment, () => explain(cortex, cause, scene));
    if (change !== null) changes.push(inFrameTime(change, moment.timeMs, frameMs));
  }
  return changes;
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
function fillGrid({ grid, local, motion, form }: Cortex, ratios: Ratios, raw: RawEvidence): void {
  const localUnit = raw.sequence + raw.timing > 0 ? ratios.local / (raw.sequence + raw.timing) : 0;
  const motionUnit = raw.motion > 0 ? ratios.motion / raw.motion : 0;
  const sizeUnit = raw.size > 0 ? ratios.size / raw.size : 0;
  const formUnit = raw.form > 0 ? ratios.form / raw.form : 0;
  for (let zone = 0; zone < grid.length; zone++) {
    const here = (local.views.sequence[zone]! + local.views.timing[zone]!) * localUnit;
    const moving = motion.views.motionSurprise[zone]! * motionUnit;
    const large = form.views.sizeSurprise[zone]! * sizeUnit;
    const looks = form.views.formSurprise[zone]! * formUnit;
    grid[zone] = Math.max(here, moving, large, looks);
  }
}
