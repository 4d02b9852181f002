/**
 * follow.ts - from things that are followed to visits: something stops at a place, or has passed on a way.
 *
 * A stop is told once the thing has stood still for STOP_MS, and once more only after it has been away. A pass is told when
 * the thing is gone, if it came some way and did not stop between; where its way begins or ends it may: far away what comes
 * towards the camera seems to stand. What goes from stop to stop is told by its stops.
 */
import { type Views, field, upTo } from '../memory/layout.ts';
import { LIVE, MOST_THINGS, TRAIL, type Things, hasCome } from '../things/pool.ts';
import { NO_VISIT, PASS, STOP, type Visit, type VisitKinds, kindOfVisit, learnKind, reachOf } from './kinds.ts';
import { WAY_POINTS, type Ways, beginWay, goOn, layEvenly, lengthOf, wayFields } from './ways.ts';

/** Still for so long (ms), within this share of its smaller side and at least within this (heights). */
const STOP_MS = 600;
const STILL_SHARE = 0.15;
const STILL_LEAST = 0.02;
const STILL_MOST = 0.035;
/** What appeared nearer than this share of its height to where it stands is at home there. */
const HOME_SHARE = 0.5;
/** It has been away when it was farther than so many times the reach of a place. */
const AWAY = 1.5;
/** A way shorter than this (heights) is no pass. */
const LEAST_WAY = 0.25;
/** Stops kept of a thing; nearer than this (heights) to an end of its way they are part of coming and going. */
const STOPS = 4;
const AT_AN_END = 0.2;
/** What is lower than this (heights) and has not come by itself is no visitor: the digits of a clock change by the clock. */
const LEAST_HIGH = 0.08;
/** What stops again so soon (ms) where something just stopped was lost from sight for a moment. */
const SAME_STAY_MS = 4000;
/** A kind that came so often is one. */
const OFTEN = 3;
/** Visits that may be told in one frame. */
const MOST_TOLD = 2 * MOST_THINGS;

export const followFields = () => ({
  ...wayFields(),
  followed: field('u32', MOST_THINGS, 'state'), // id of the thing whose way this is
  stops: field('u8', MOST_THINGS, 'state', upTo(STOPS)), // up to STOPS
  // f32: heights of the picture
  stopX: field('f32', MOST_THINGS * STOPS, 'state'), // [things, STOPS] the first ones; the last place is that of the last stop
  stopY: field('f32', MOST_THINGS * STOPS, 'state'),
  away: field('f32', MOST_THINGS, 'state'), // farthest from its last stop since
  ownKinds: field('u32', MOST_THINGS, 'state'), // set of kinds of its stops
  told: field('u8', 1, 'scratch'), // visits of this frame
  toldKind: field('u8', MOST_TOLD, 'scratch'),
  toldFresh: field('u8', MOST_TOLD, 'scratch'), // 0|1 the kind is a new one
  toldBegan: field('f64', MOST_TOLD, 'scratch'), // ms, when the thing stopped or came
  toldOwn: field('u32', MOST_TOLD, 'scratch'), // of a pass: set of kinds of stops of the same thing
  stopLine: field('f32', 2 * WAY_POINTS, 'scratch'),
});
export type Follow = Views<ReturnType<typeof followFields>> & Ways;

export type Visitors = { readonly follow: Follow; readonly kinds: VisitKinds };

/** A frame begins: nothing is told yet. */
export function beginFrame({ follow }: Visitors): void {
  follow.told[0] = 0;
}

/** One frame of all things that are followed. */
export function followVisitors(visitors: Visitors, things: Things, timeMs: number, learn: boolean): void {
  const { follow } = visitors;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE || things.blob[slot]! < 0) continue;
    if (follow.followed[slot] !== things.id[slot]) begin(follow, slot, things.id[slot]!);
    goOn(follow, slot, things.x[slot]!, things.y[slot]!);
    lookForStop(visitors, things, slot, timeMs, learn);
  }
}

/** A thing has gone; its slot still holds what it was. */
export function endVisitor(visitors: Visitors, things: Things, slot: number, timeMs: number, learn: boolean): void {
  const { follow } = visitors;
  if (follow.followed[slot] !== things.id[slot]) return;
  follow.followed[slot] = 0;
  if (follow.pointCount[slot]! < 2 || layEvenly(follow, slot) < LEAST_WAY) return;
  const between = stopsBetween(follow, slot);
  if (between > 1) return;
  visit.sort = PASS;
  visit.line = follow.even;
  visit.high = things.height[slot]!;
  // Something that hid for a moment seems to have stopped: where it went is a way only if others went there.
  if (between > 0 && !isOften(visitors)) return;
  tell(visitors, things.bornMs[slot]!, timeMs, learn, follow.ownKinds[slot]!);
}

/** A new clip begins: what was there is forgotten. */
export function forgetVisitors({ follow }: Visitors): void {
  follow.followed.fill(0);
}

const visit: { -readonly [key in keyof Visit]: Visit[key] } = { sort: STOP, line: new Float32Array(0), high: 0 };

function begin(follow: Follow, slot: number, id: number): void {
  follow.followed[slot] = id;
  follow.stops[slot] = 0;
  follow.away[slot] = 0;
  follow.ownKinds[slot] = 0;
  beginWay(follow, slot);
}

function lookForStop(visitors: Visitors, things: Things, slot: number, timeMs: number, learn: boolean): void {
  const { follow } = visitors;
  const x = things.x[slot]!;
  const y = things.y[slot]!;
  const height = things.height[slot]!;
  const count = follow.stops[slot]!;
  const last = slot * STOPS + Math.min(count, STOPS) - 1;
  if (count > 0) {
    const far = lengthOf(x - follow.stopX[last]!, y - follow.stopY[last]!);
    if (far > follow.away[slot]!) follow.away[slot] = far;
    if (follow.away[slot]! < AWAY * reachOf(height)) return;
  }
  const still = Math.min(STILL_MOST, Math.max(STILL_LEAST, STILL_SHARE * Math.min(things.width[slot]!, height)));
  const sinceMs = stillSince(things, slot, still);
  if (timeMs - sinceMs < STOP_MS) return;
  if (height < LEAST_HIGH && !hasCome(things, slot)) return;
  const at = slot * STOPS + Math.min(count, STOPS - 1);
  // What appeared here and moves a little is at home in the middle between.
  const bx = things.birthX[slot]!;
  const by = things.birthY[slot]!;
  const isAtHome = count === 0 && lengthOf(x - bx, y - by) < HOME_SHARE * height;
  follow.stopX[at] = x;
  follow.stopY[at] = y;
  follow.stops[slot] = Math.min(STOPS, count + 1);
  follow.away[slot] = 0;
  follow.stopLine.fill(isAtHome ? (x + bx) / 2 : x, 0, WAY_POINTS);
  follow.stopLine.fill(isAtHome ? (y + by) / 2 : y, WAY_POINTS);
  visit.sort = STOP;
  visit.line = follow.stopLine;
  visit.high = height;
  const kind = tell(visitors, sinceMs, timeMs, learn, 0);
  if (kind !== NO_VISIT) follow.ownKinds[slot] = (follow.ownKinds[slot]! | (1 << kind)) >>> 0;
}

/** Since when a thing has been within `still` of where it is, as far as its trail goes back (ms). */
function stillSince(things: Things, slot: number, still: number): number {
  const base = slot * TRAIL;
  let sinceMs = Infinity;
  for (let back = 0; back < things.trailLength[slot]!; back++) {
    const at = base + ((things.trailAt[slot]! + TRAIL - back) % TRAIL);
    if (lengthOf(things.trailX[at]! - things.x[slot]!, things.trailY[at]! - things.y[slot]!) > still) break;
    sinceMs = things.trailMs[at]!;
  }
  return sinceMs;
}

/** How many stops of a thing lie elsewhere than where its way (`even`) begins or ends. */
function stopsBetween({ even, stops, stopX, stopY }: Follow, slot: number): number {
  let between = 0;
  for (let i = slot * STOPS; i < slot * STOPS + stops[slot]!; i++) {
    const [x, y] = [stopX[i]!, stopY[i]!];
    const fromFirst = lengthOf(x - even[0]!, y - even[WAY_POINTS]!);
    const fromLast = lengthOf(x - even[WAY_POINTS - 1]!, y - even[2 * WAY_POINTS - 1]!);
    if (Math.min(fromFirst, fromLast) >= AT_AN_END) between++;
  }
  return between;
}

/** Whether the visit looked at is of a kind that came often. */
function isOften({ kinds }: Visitors): boolean {
  const kind = kindOfVisit(kinds, visit);
  return kind !== NO_VISIT && kinds.came[kind]! >= OFTEN;
}

/** The kind of the visit looked at, whether it is told or goes on with one that was; NO_VISIT: there is none. */
function tell({ follow, kinds }: Visitors, beganMs: number, timeMs: number, learn: boolean, own: number): number {
  const known = kindOfVisit(kinds, visit);
  if ((known === NO_VISIT && !learn) || follow.told[0]! >= MOST_TOLD) return known;
  if (visit.sort === STOP && known !== NO_VISIT && timeMs - kinds.cameMs[known]! < SAME_STAY_MS) {
    kinds.cameMs[known] = timeMs;
    return known;
  }
  const at = follow.told[0]!;
  const kind = learn ? learnKind(kinds, known, visit, timeMs) : known;
  follow.toldKind[at] = kind;
  follow.toldFresh[at] = known === NO_VISIT ? 1 : 0;
  follow.toldBegan[at] = beganMs;
  follow.toldOwn[at] = own;
  follow.told[0] = at + 1;
  return kind;
}
