/**
 * traffic.ts - things go their ways: on two lanes in strict turn, on each lane on its own, or on many routes at once; and now
 * and then the routine is broken.
 *
 *     in turn      lane 1, lane 2, lane 1, ...: one thing at a time, 1.5 to 6 s of nothing between two
 *     on its own   a route with a gap of 0: one at a time on it; with a gap: whenever one comes
 */
import { between, exponential, pick } from '../dice.ts';
import { ANOMALY_KINDS, PLACE_KINDS, type SceneKind } from '../kinds.ts';
import {
  type BreakOptions,
  type Happening,
  type Play,
  type Schedule,
  claimBreak,
  createSchedule,
  keepThings,
  labelOf,
} from '../play.ts';
import { type Thing, endOf } from '../thing.ts';
import { type Route, type Stage, type ThingBreak, brokenThing, isOnFoot, usualThing } from './stage.ts';

export type TrafficOptions = BreakOptions & {
  readonly isInTurn: boolean;
  /** Breaks are things of their own that come beside the usual ones; else the next usual thing is a broken one. */
  readonly areExtra: boolean;
  /** From this moment (s) on the last route lies elsewhere. */
  readonly shift: { readonly from: number; readonly route: Route } | null;
};

const PAUSE_S = [1.5, 6] as const;
/** How much longer a missing thing lets wait (s). */
const MISSING_S = 25;
/** Between the end of one break and the beginning of the next at least (s): labels must not touch. */
const HOLD_OFF_S = 6;
const HEADWAY_S = 3;

type Traffic = {
  readonly stage: Stage;
  readonly options: TrafficOptions;
  readonly schedule: Schedule;
  /** Breaks that are things of their own, in turn. */
  readonly kinds: readonly ThingBreak[];
  readonly firstKind: number;
  readonly things: Thing[];
  /** For each stream (one when all go in turn) when the next thing comes. */
  readonly next: number[];
  turn: number;
  holdUntil: number;
  /** The last idle time that went on for long: from where the next thing would have come to where it did. */
  pause: { readonly id: number; readonly first: number; readonly last: number } | null;
  nextPause: number;
};

export function playTraffic(stage: Stage, options: TrafficOptions): Play {
  const { random, routes } = stage;
  const kinds = options.kinds.filter(isThingBreak);
  const waits = options.kinds.includes('missing');
  const from = kinds.length === 0 ? Infinity : options.breaksFrom;
  const traffic: Traffic = {
    stage,
    options,
    schedule: createSchedule(from, options.breakSpacing, HOLD_OFF_S, random),
    kinds,
    firstKind: kinds.length === 0 ? 0 : Math.floor(between(random, 0, kinds.length)),
    things: [],
    next: options.isInTurn
      ? [1]
      : routes.map(({ gap }) => (gap === 0 ? between(random, 0.5, 6) : exponential(random, gap))),
    turn: 0,
    holdUntil: 0,
    pause: null,
    nextPause: waits ? options.breaksFrom : Infinity,
  };
  return {
    things: traffic.things,
    shapes: [],
    advance(time) {
      for (
        let stream = earliest(traffic);
        stream !== null && whenOf(traffic, stream) <= time;
        stream = earliest(traffic)
      ) {
        if (stream === 'breaks') addBreak(traffic);
        else addNext(traffic, stream);
      }
      keepThings(traffic.things, time);
      return happeningOf(traffic, time);
    },
  };
}

function isThingBreak(kind: SceneKind): kind is ThingBreak {
  return (ANOMALY_KINDS as readonly SceneKind[]).includes(kind) || (PLACE_KINDS as readonly SceneKind[]).includes(kind);
}

/** What comes next: a stream of usual things, the breaks, or nothing any more. */
function earliest(traffic: Traffic): number | 'breaks' | null {
  const { next, options, schedule } = traffic;
  let first: number | 'breaks' | null = null;
  let when = options.silentFrom;
  next.forEach((time, stream) => {
    if (time < when) [first, when] = [stream, time];
  });
  if (options.areExtra && Math.max(schedule.next, traffic.holdUntil) < when) return 'breaks';
  return first;
}

function whenOf({ next, schedule, holdUntil }: Traffic, stream: number | 'breaks'): number {
  return stream === 'breaks' ? Math.max(schedule.next, holdUntil) : next[stream]!;
}

/** The kinds take turns, so that each comes up equally often. */
function kindOf({ kinds, firstKind }: Traffic, id: number): ThingBreak {
  return kinds[(firstKind + id) % kinds.length]!;
}

function addBreak(traffic: Traffic): void {
  const { stage, schedule, things } = traffic;
  const time = whenOf(traffic, 'breaks');
  const id = claimBreak(schedule, time);
  const kind = kindOf(traffic, id);
  const fits = stage.routes.filter((route) => kind !== 'bike_on_path' || isOnFoot(route));
  const falls = fits.filter((route) => kind !== 'fall' || route.kind === 'walker');
  const vehicles = falls.filter((route) => kind !== 'big' || !isOnFoot(route));
  const route = pick(stage.random, vehicles.length > 0 ? vehicles : falls);
  const thing = brokenThing(stage, route, kind, id, time);
  things.push(thing);
  traffic.holdUntil = endOf(thing) + HOLD_OFF_S;
}

function addNext(traffic: Traffic, stream: number): void {
  const { stage, options, schedule, next, things } = traffic;
  const { random } = stage;
  const time = next[stream]!;
  const mayBreak = !options.areExtra && time >= traffic.holdUntil;
  const id = mayBreak ? claimBreak(schedule, time) : 0;
  const kind = id === 0 ? null : kindOf(traffic, id);
  // In a broken order the lane that was used last is used again; then the turn goes on from there.
  if (kind === 'order') traffic.turn = 1 - traffic.turn;
  const route = routeAt(traffic, options.isInTurn ? traffic.turn : stream, time);
  // What stays beside the lanes takes nobody's turn.
  if (kind !== 'popup' && kind !== 'off_lane') traffic.turn = 1 - traffic.turn;
  const thing = kind === null ? usualThing(stage, route, time) : brokenThing(stage, route, kind, id, time);
  things.push(thing);
  if (kind !== null) traffic.holdUntil = endOf(thing) + HOLD_OFF_S;
  const follows =
    route.gap === 0 ? endOf(thing) + between(random, ...PAUSE_S) : time + HEADWAY_S + exponential(random, route.gap);
  const waits = follows >= traffic.nextPause;
  const comes = waits ? follows + MISSING_S : follows;
  next[stream] = comes;
  if (!waits) return;
  traffic.pause = { id: ++schedule.count, first: follows, last: comes };
  traffic.nextPause = comes + options.breakSpacing;
}

function routeAt({ stage: { routes }, options: { shift } }: Traffic, index: number, time: number): Route {
  return shift !== null && index === routes.length - 1 && time >= shift.from ? shift.route : routes[index]!;
}

function happeningOf({ things, pause }: Traffic, time: number): Happening | null {
  if (pause !== null && time >= pause.first && time < pause.last)
    return { kind: 'missing', id: pause.id, thing: null, onlyInSight: false };
  return labelOf(things, time);
}
