/**
 * detector.ts - evidence that stays or falls becomes events with a start, updates and an end: one event per thing, and one
 * per cause of what belongs to the scene as a whole.
 *
 * Debounce: evidence that reaches ratio 1 must not fall below `release` for `confirmMs` before it is told. Hysteresis: an
 * event is over once its ratio has stayed below `release` for `holdMs`; a thing that is gone has none. After that the same cause is quiet for `cooldownMs`. A
 * new peak or a box that moved on is an update, at most one a second. A change of the whole scene is told at once.
 *
 * A thing that is lost and found as another while its event is held, at the same place, is the same to whoever is told.
 */
import { type Views, SHARE, below, field, upTo } from '../memory/layout.ts';
import { MOST_THINGS } from '../things/pool.ts';
import type { Box } from '../vision/box.ts';
import { type EventChange, type ExpectedState, type ModelCause, type Position, THING_KEY } from './observation.ts';

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

/** The first places are those of the scene's causes, one each; the others are for things. */
const SCENE = DETECTED.length;
const PLACES = SCENE + MOST_THINGS;

const UPDATE_MS = 1000;
/** A peak must grow by this factor to be worth an update, or a box move by this share of itself. */
const NEWS = 1.1;
const MOVED = 0.5;

const NONE = 0;
const OPEN = 1;
const PENDING = 2;

export const detectorFields = () => ({
  open: field('u8', PLACES, 'state', upTo(PENDING)), // [places] 0 = no event, 1 = open, 2 = waiting to be confirmed
  cause: field('u8', PLACES, 'state', below(DETECTED.length)), // index into DETECTED
  thing: field('u32', PLACES, 'state'), // id of the thing it is about now; 0 for the scene's causes
  key: field('u32', PLACES, 'state'), // id of the thing it began with
  startedStep: field('u32', PLACES, 'state'),
  // f64: times in ms
  startedMs: field('f64', PLACES, 'state'),
  lowSinceMs: field('f64', PLACES, 'state'), // when the ratio fell below `release`; 0 = it has not
  quietUntilMs: field('f64', PLACES, 'state'),
  updatedMs: field('f64', PLACES, 'state'),
  // f32: scores and shares of the picture, 0..1
  peak: field('f32', PLACES, 'state', SHARE),
  toldPeak: field('f32', PLACES, 'state', SHARE),
  box: field('f32', PLACES * 4, 'state', SHARE), // [places, 4] where its thing was last
  toldBox: field('f32', PLACES * 4, 'state', SHARE), // [places, 4] as told last
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

/** Where and why, asked for only when an event is told. */
export type Account = {
  readonly position: Position | null;
  readonly box: Box | null;
  readonly explanation: string;
  readonly expected: readonly ExpectedState[];
};

export type Moment = { readonly step: number; readonly timeMs: number };

/** Evidence of one frame: `ratio` 1 = alarm; `mayStart`: whether alarms are allowed now. */
export type Evidence = { readonly ratio: number; readonly mayStart: boolean };

/** Whether a cause of the scene has no event, nor evidence for one: there is nothing to detect. */
export function isSilent({ views }: Detector, cause: DetectedCause, ratio: number): boolean {
  return ratio < 1 && views.open[placeOfCause(views, cause)] === NONE;
}

/** Whether an event of a thing is open, or about to be. */
export function hasEvents({ views }: Detector): boolean {
  for (let place = SCENE; place < PLACES; place++) if (views.open[place] !== NONE) return true;
  return false;
}

/** One cause of the scene in one frame. Returns the change to tell, or null. */
export function detectScene(
  detector: Detector,
  cause: DetectedCause,
  evidence: Evidence,
  moment: Moment,
  account: (cause: DetectedCause) => Account,
): EventChange | null {
  const place = placeOfCause(detector.views, cause);
  const waitMs = cause === 'scene_change' ? 0 : detector.confirmMs;
  return follow(detector, place, evidence, waitMs, moment, account);
}

/** A thing that has an event already, or a ratio of 1 and more. `cause` is taken where the event begins. */
export function detectThing(
  detector: Detector,
  id: number,
  cause: () => DetectedCause,
  box: Box,
  evidence: Evidence,
  moment: Moment,
  account: () => Account,
): EventChange | null {
  const { views } = detector;
  let place = placeOf(views, id);
  if (place < 0) {
    if (evidence.ratio < 1 || !evidence.mayStart) return null;
    place = heldNear(views, box);
    if (place < 0) place = freePlace(views);
    if (place < 0) return null;
    views.thing[place] = id;
    if (views.open[place] === NONE) {
      views.key[place] = id;
      views.cause[place] = DETECTED.indexOf(cause());
    }
  }
  for (let i = 0; i < 4; i++) views.box[place * 4 + i] = box[i]!;
  return follow(detector, place, evidence, detector.confirmMs, moment, account);
}

/** Whether the event of one thing is. */
export function hasEvent({ views }: Detector, id: number): boolean {
  return placeOf(views, id) >= 0;
}

/** Events of things that are gone go on until they have been held; their changes to `changes`. */
export function holdGone(
  detector: Detector,
  isThere: (id: number) => boolean,
  moment: Moment,
  account: (box: Box) => Account,
  changes: EventChange[],
): void {
  const { views } = detector;
  for (let place = SCENE; place < PLACES; place++) {
    if (views.open[place] === NONE || isThere(views.thing[place]!)) continue;
    const change = followGone(detector, place, moment, account);
    if (change !== null) changes.push(change);
  }
}

function followGone(
  detector: Detector,
  place: number,
  moment: Moment,
  account: (box: Box) => Account,
): EventChange | null {
  const gone = { ratio: 0, mayStart: true };
  return follow(detector, place, gone, 0, moment, () => account(boxAt(detector.views.box, place)));
}

/** Time starts anew (another clip): open events end, cool-downs are forgotten. Returns the ends to tell. */
export function closeAll(detector: Detector, moment: Moment, account: () => Account): EventChange[] {
  const { views } = detector;
  const ends: EventChange[] = [];
  for (let place = 0; place < PLACES; place++) {
    if (views.open[place] === OPEN) ends.push(tell(detector, place, 'end', 0, moment, account));
    views.open[place] = NONE;
    views.quietUntilMs[place] = 0;
  }
  return ends;
}

/** One event place in one frame. */
function follow(
  detector: Detector,
  place: number,
  evidence: Evidence,
  waitMs: number,
  moment: Moment,
  account: (cause: DetectedCause) => Account,
): EventChange | null {
  const { views } = detector;
  const { ratio } = evidence;
  const score = ratio / (1 + ratio);
  if (views.open[place] !== OPEN) {
    if (!confirm(detector, place, evidence, waitMs, moment)) return null;
    views.open[place] = OPEN;
    views.lowSinceMs[place] = 0;
    // What was confirmed may be fading by now: an event starts with what raised it.
    return tell(detector, place, 'start', views.peak[place]!, moment, account);
  }
  if (score > views.peak[place]!) views.peak[place] = score;
  if (ratio >= detector.release) {
    views.lowSinceMs[place] = 0;
  } else if (views.lowSinceMs[place] === 0) {
    views.lowSinceMs[place] = moment.timeMs;
  } else if (moment.timeMs - views.lowSinceMs[place]! >= detector.holdMs) {
    views.open[place] = NONE;
    views.quietUntilMs[place] = place < SCENE ? moment.timeMs + detector.cooldownMs : 0;
    return tell(detector, place, 'end', score, moment, account);
  }
  if (moment.timeMs - views.updatedMs[place]! < UPDATE_MS) return null;
  const isNews = views.peak[place]! > views.toldPeak[place]! * NEWS || hasMoved(views, place);
  return isNews && ratio > 0 ? tell(detector, place, 'update', score, moment, account) : null;
}

/** Whether evidence for a new event has lasted long enough by now; an event that will start began when evidence did. */
function confirm(
  { views, release }: Detector,
  place: number,
  { ratio, mayStart }: Evidence,
  waitMs: number,
  moment: Moment,
): boolean {
  if (!mayStart || moment.timeMs < views.quietUntilMs[place]!) {
    views.open[place] = NONE;
    return false;
  }
  if (views.open[place] === NONE) {
    if (ratio < 1) return false;
    views.open[place] = PENDING;
    views.startedStep[place] = moment.step;
    views.startedMs[place] = moment.timeMs;
    views.peak[place] = 0;
  } else if (ratio < release) {
    views.open[place] = NONE;
    return false;
  }
  views.peak[place] = Math.max(views.peak[place]!, ratio / (1 + ratio));
  return moment.timeMs - views.startedMs[place]! >= waitMs;
}

/** The place of a cause of the scene, which is always its own. */
function placeOfCause({ cause: causes }: DetectorViews, cause: DetectedCause): number {
  const place = DETECTED.indexOf(cause);
  causes[place] = place;
  return place;
}

function placeOf({ open, thing }: DetectorViews, id: number): number {
  for (let place = SCENE; place < PLACES; place++) if (open[place] !== NONE && thing[place] === id) return place;
  return -1;
}

function freePlace({ open }: DetectorViews): number {
  for (let place = SCENE; place < PLACES; place++) if (open[place] === NONE) return place;
  return -1;
}

/** An event whose thing is gone and was last seen where `box` is. */
function heldNear({ open, lowSinceMs, box: boxes }: DetectorViews, [x, y, w, h]: Box): number {
  for (let place = SCENE; place < PLACES; place++) {
    if (open[place] !== OPEN || lowSinceMs[place] === 0) continue;
    const [left, top, wide, high] = boxAt(boxes, place);
    if (x < left + wide && left < x + w && y < top + high && top < y + h) return place;
  }
  return -1;
}

function hasMoved({ box, toldBox }: DetectorViews, place: number): boolean {
  if (place < SCENE) return false;
  const at = place * 4;
  const wide = toldBox[at + 2]!;
  const high = toldBox[at + 3]!;
  const alongX = box[at]! + box[at + 2]! / 2 - toldBox[at]! - wide / 2;
  const alongY = box[at + 1]! + box[at + 3]! / 2 - toldBox[at + 1]! - high / 2;
  return Math.max(Math.abs(alongX), Math.abs(alongY)) > MOVED * Math.max(wide, high);
}

function boxAt(boxes: Float32Array, place: number): Box {
  return [boxes[place * 4]!, boxes[place * 4 + 1]!, boxes[place * 4 + 2]!, boxes[place * 4 + 3]!];
}

function tell(
  { views }: Detector,
  place: number,
  type: EventChange['type'],
  score: number,
  moment: Moment,
  account: (cause: DetectedCause) => Account,
): EventChange {
  const cause = DETECTED[views.cause[place]!]!;
  views.toldPeak[place] = views.peak[place]!;
  views.updatedMs[place] = moment.timeMs;
  for (let i = place * 4; i < place * 4 + 4; i++) views.toldBox[i] = views.box[i]!;
  return {
    type,
    key: place < SCENE ? cause : `${THING_KEY}${views.key[place]!}`,
    cause,
    severity: cause === 'scene_change' ? 'notice' : 'alert',
    score,
    peak: views.peak[place]!,
    startedStep: views.startedStep[place]!,
    startedTimeMs: views.startedMs[place]!,
    endedTimeMs: type === 'end' ? moment.timeMs : null,
    ...account(cause),
  };
}
