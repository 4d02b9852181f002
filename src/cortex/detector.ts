/**
 * detector.ts - evidence that stays or falls becomes events with a start, updates and an end.
 *
 * Debounce: evidence that reaches ratio 1 must not fall below `release` for `confirmMs` before it is told; what was a
 * flicker is withdrawn by then. Hysteresis: an event is over once its ratio has stayed below `release` for `holdMs`. After
 * that the same cause is quiet for `cooldownMs`. At most one event per cause is open; a new peak or place is an update, at
 * most one a second. A change of the whole scene is told at once: there is nothing to wait for.
 */
import { type Views, field } from '../memory/layout.ts';
import type { EventChange, ExpectedState, ModelCause, Position } from './observation.ts';
import type { Box } from '../vision/box.ts';

/** Causes the model itself raises, in the order of the state fields. */
export const DETECTED = [
  'form',
  'motion',
  'sequence',
  'timing',
  'absence',
  'scene_change',
  'camera_blocked',
] as const satisfies readonly ModelCause[];
export type DetectedCause = (typeof DETECTED)[number];

const UPDATE_MS = 1000;
/** A peak must grow by this factor to be worth an update. */
const NEWS = 1.1;

export const detectorFields = () => ({
  open: field('u8', DETECTED.length, 'state'), // [causes] 0 = no event, 1 = open, 2 = waiting to be confirmed
  startedStep: field('u32', DETECTED.length, 'state'),
  // f64: times in ms
  startedMs: field('f64', DETECTED.length, 'state'),
  lowSinceMs: field('f64', DETECTED.length, 'state'), // when the ratio fell below RELEASE; 0 = it has not
  quietUntilMs: field('f64', DETECTED.length, 'state'),
  updatedMs: field('f64', DETECTED.length, 'state'),
  // f32: scores 0..1
  peak: field('f32', DETECTED.length, 'state'),
  toldPeak: field('f32', DETECTED.length, 'state'),
});
export type DetectorViews = Views<ReturnType<typeof detectorFields>>;

export type Detector = {
  readonly views: DetectorViews;
  /** ms, see above */
  readonly confirmMs: number;
  readonly holdMs: number;
  readonly cooldownMs: number;
  /** 0..1, share of the threshold */
  readonly release: number;
};

const NONE = 0;
const OPEN = 1;
const PENDING = 2;

/** Where and why, asked for only when an event is told. */
export type Account = {
  readonly position: Position | null;
  readonly box: Box | null;
  readonly explanation: string;
  readonly expected: readonly ExpectedState[];
};

export type Moment = { readonly step: number; readonly timeMs: number };

/** Whether an event of this cause is open. */
export function isOpen({ views }: Detector, cause: DetectedCause): boolean {
  return views.open[DETECTED.indexOf(cause)] === OPEN;
}

/**
 * One cause in one frame. `ratio` is its evidence in units of its threshold, `mayStart` whether alarms are allowed now.
 * Returns the change to tell, or null.
 */
export function detect(
  detector: Detector,
  cause: DetectedCause,
  ratio: number,
  mayStart: boolean,
  moment: Moment,
  account: () => Account,
): EventChange | null {
  const { views } = detector;
  const index = DETECTED.indexOf(cause);
  const score = ratio / (1 + ratio);
  if (views.open[index] !== OPEN) {
    if (!confirm(detector, index, ratio, mayStart, moment)) return null;
    views.open[index] = OPEN;
    views.lowSinceMs[index] = 0;
    return tell(detector, index, 'start', score, moment, account);
  }
  if (score > views.peak[index]!) views.peak[index] = score;
  if (ratio >= detector.release) {
    views.lowSinceMs[index] = 0;
  } else if (views.lowSinceMs[index] === 0) {
    views.lowSinceMs[index] = moment.timeMs;
  } else if (moment.timeMs - views.lowSinceMs[index]! >= detector.holdMs) {
    views.open[index] = NONE;
    views.quietUntilMs[index] = moment.timeMs + detector.cooldownMs;
    return tell(detector, index, 'end', score, moment, account);
  }
  const isNews = views.peak[index]! > views.toldPeak[index]! * NEWS;
  if (!isNews || moment.timeMs - views.updatedMs[index]! < UPDATE_MS) return null;
  return tell(detector, index, 'update', score, moment, account);
}

/** Whether evidence for a new event has lasted long enough by now; an event that will start began when evidence did. */
function confirm(detector: Detector, index: number, ratio: number, mayStart: boolean, moment: Moment): boolean {
  const { views } = detector;
  if (!mayStart || moment.timeMs < views.quietUntilMs[index]!) {
    views.open[index] = NONE;
    return false;
  }
  if (views.open[index] === NONE) {
    if (ratio < 1) return false;
    views.open[index] = PENDING;
    views.startedStep[index] = moment.step;
    views.startedMs[index] = moment.timeMs;
    views.peak[index] = 0;
  } else if (ratio < detector.release) {
    views.open[index] = NONE;
    return false;
  }
  views.peak[index] = Math.max(views.peak[index]!, ratio / (1 + ratio));
  const waitMs = DETECTED[index] === 'scene_change' ? 0 : detector.confirmMs;
  return moment.timeMs - views.startedMs[index]! >= waitMs;
}

/** Time starts anew (another clip): open events end, cool-downs are forgotten. Returns the ends to tell. */
export function closeAll(
  detector: Detector,
  moment: Moment,
  account: (cause: DetectedCause) => Account,
): EventChange[] {
  const { views } = detector;
  const ends: EventChange[] = [];
  DETECTED.forEach((cause, index) => {
    if (views.open[index] === OPEN) {
      ends.push(tell(detector, index, 'end', 0, moment, () => account(cause)));
    }
    views.open[index] = NONE;
    views.quietUntilMs[index] = 0;
  });
  return ends;
}

function tell(
  { views }: Detector,
  index: number,
  type: EventChange['type'],
  score: number,
  moment: Moment,
  account: () => Account,
): EventChange {
  const cause = DETECTED[index]!;
  views.toldPeak[index] = views.peak[index]!;
  views.updatedMs[index] = moment.timeMs;
  return {
    type,
    cause,
    severity: cause === 'scene_change' ? 'notice' : 'alert',
    score,
    peak: views.peak[index]!,
    startedStep: views.startedStep[index]!,
    startedTimeMs: views.startedMs[index]!,
    endedTimeMs: type === 'end' ? moment.timeMs : null,
    ...account(),
  };
}
