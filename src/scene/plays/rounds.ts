/**
 * rounds.ts - something goes from place to place in one of two orders and leaves; longer pauses between the rounds. The two
 * orders share their middle: what comes last follows from what came first, and from nothing else. The places lie anywhere.
 *
 *     three places  A B C   D B E        broken: A B E   D B C
 *     four          A B C D   E B C F
 *     five          A B C D E   F B C D G
 *
 * It walks from one place to the next in sight and waits at each, or it is seen at the places only: the scene decides. A break
 * is labelled from when it is on its way to the wrong last place, or is seen there, until it is gone.
 */
import { between, chance } from '../dice.ts';
import {
  type BreakOptions,
  type Play,
  type Schedule,
  claimBreak,
  createSchedule,
  keepThings,
  labelOf,
} from '../play.ts';
import { type Label, type Look, type Thing, type ThingKind, dealLook, endOf } from '../thing.ts';
import type { Camera, Point } from '../view/camera.ts';
import { type Place, dealPlace, outOfSight, sidePoint } from '../view/ground-plan.ts';
import { curveThrough, distance, pathOf } from '../view/path.ts';
import type { Stage } from './stage.ts';

/** The two orders by number of places; the first of an order tells its last. */
export const ORDERS = {
  3: ['ABC', 'DBE'],
  4: ['ABCD', 'EBCF'],
  5: ['ABCDE', 'FBCDG'],
} as const;

/** One thing's life: where its places are, and the ways in and out. */
export type Round = {
  readonly orders: readonly [string, string];
  readonly places: { readonly [letter: string]: Place };
  readonly entries: readonly [Point, Point];
  readonly exits: { readonly [letter: string]: Point };
  readonly kind: ThingKind;
  readonly speed: number;
  readonly isInSight: boolean;
};

/** Seconds at a place, unseen between two places, and between two rounds. */
const VISIT_S = [2, 3.2] as const;
const GAP_S = [0.9, 1.8] as const;
const PAUSE_S = [5, 11] as const;
/** What is seen at the places only goes so far there (m), in this share of the visit. */
const STEPS_M = 0.5;
const MOVING_SHARE = 0.5;
/** Share of the way to the last place after which one can know where it leads. */
const KNOWN = 0.55;
const APART = 0.24;

/** Places anywhere; `taken` are those of others. */
export function dealRound(
  camera: Camera,
  size: keyof typeof ORDERS,
  taken: readonly Point[],
  least: number,
  random: Uint32Array,
): Round {
  const orders = ORDERS[size];
  const letters = [...new Set(orders.join(''))];
  const places: { [letter: string]: Place } = {};
  const shown: Point[] = [...taken];
  for (const letter of letters) {
    places[letter] = dealPlace(camera, { least: 1.8 * least, apartFrom: shown, apart: APART }, random);
    shown.push(places[letter].shown);
  }
  const nearestSide = ({ shown: [x] }: Place): Point =>
    sidePoint(camera, x < 0.5 ? 'left' : 'right', random) ?? [x < 0.5 ? -6 : 6, 5];
  const kind = chance(random, 0.8) ? 'walker' : 'dog';
  return {
    orders,
    places,
    entries: [nearestSide(places[orders[0][0]!]!), nearestSide(places[orders[1][0]!]!)],
    exits: Object.fromEntries(orders.map((order) => [order.at(-1)!, nearestSide(places[order.at(-1)!]!)])),
    kind,
    speed: between(random, 1.5, 1.9),
    isInSight: chance(random, 0.5),
  };
}

/** One thing on its rounds. */
type Walker = { readonly round: Round; readonly things: Thing[]; next: number };

export function playRounds(stage: Stage, rounds: readonly Round[], options: BreakOptions, others: Play | null): Play {
  const { random } = stage;
  const longest = rounds[0]!.orders[0].length * (VISIT_S[1] + GAP_S[1]) + PAUSE_S[1];
  // At least two unbroken rounds between two breaks.
  const from = options.kinds.length === 0 ? Infinity : options.breaksFrom;
  const schedule = createSchedule(from, options.breakSpacing, 3 * longest, random);
  const walkers = rounds.map((round): Walker => ({ round, things: [], next: between(random, 1, 5) }));
  const things: Thing[] = [];
  return {
    things,
    shapes: [],
    advance(time) {
      for (
        let walker = soonest(walkers);
        walker.next <= time && walker.next < options.silentFrom;
        walker = soonest(walkers)
      )
        addRound(stage, walker, schedule);
      things.length = 0;
      for (const walker of walkers) {
        keepThings(walker.things, time);
        things.push(...walker.things.filter((thing) => thing.times[0]! <= time));
      }
      others?.advance(time);
      if (others !== null) things.push(...others.things);
      return labelOf(things, time);
    },
  };
}

const soonest = (walkers: readonly Walker[]): Walker => walkers.reduce((a, b) => (b.next < a.next ? b : a));

function addRound(stage: Stage, walker: Walker, schedule: Schedule): void {
  const { random } = stage;
  const { round, things } = walker;
  const which = chance(random, 0.5) ? 0 : 1;
  const id = claimBreak(schedule, walker.next);
  const own = round.orders[which];
  const letters = id === 0 ? own : own.slice(0, -1) + round.orders[1 - which]!.at(-1)!;
  const look = dealLook(random);
  const added = round.isInSight
    ? [walkedRound(stage, round, which, letters, walker.next, look, id)]
    : shownRound(stage, round, letters, walker.next, look, id);
  things.push(...added);
  walker.next = endOf(added.at(-1)!) + between(random, ...PAUSE_S);
}

const labelFrom = (id: number, from: number): Label | null =>
  id === 0 ? null : { kind: 'wrong_place', id, from, to: Infinity };

/** In at a side, from place to place, waiting at each, and out again: one thing. */
function walkedRound(
  { camera, random, nextNumber }: Stage,
  { places, entries, exits, kind, speed }: Round,
  which: 0 | 1,
  letters: string,
  start: number,
  look: Look,
  id: number,
): Thing {
  const stops = letters.split('').map((letter) => places[letter]!.ground);
  const knots = [entries[which], ...stops, exits[letters.at(-1)!]!];
  const inner = curveThrough(knots);
  const path = outOfSight(camera, inner, kind, true, true);
  // Both paths have the same points between their ends, one more in front.
  const added = distance(path.points[0]!, path.points[1]!);
  const pieces = (inner.points.length - 1) / (knots.length - 1);
  const times = [start];
  const metres = [0];
  let known = start;
  stops.forEach((_, i) => {
    const at = added + inner.along[(i + 1) * pieces]!;
    const leaves = times.at(-1)!;
    const arrives = leaves + (at - metres.at(-1)!) / speed;
    if (i === stops.length - 1) known = leaves + KNOWN * (arrives - leaves);
    times.push(arrives, arrives + between(random, ...VISIT_S));
    metres.push(at, at);
  });
  times.push(times.at(-1)! + (path.length - metres.at(-1)!) / speed);
  metres.push(path.length);
  return { id: nextNumber(), kind, path, times, metres, aside: 0, lies: null, look, label: labelFrom(id, known) };
}

/** Seen at the places only, each visit a thing of its own. */
function shownRound(
  { random, nextNumber }: Stage,
  { places, kind }: Round,
  letters: string,
  start: number,
  look: Look,
  id: number,
): Thing[] {
  let begins = start;
  return letters.split('').map((letter, i) => {
    const [x, y] = places[letter]!.ground;
    const step = chance(random, 0.5) ? STEPS_M : -STEPS_M;
    const path = pathOf([
      [x - step / 2, y],
      [x + step / 2, y],
    ]);
    const stay = between(random, ...VISIT_S);
    const times = [begins, begins + MOVING_SHARE * stay, begins + stay];
    const label = i === letters.length - 1 ? labelFrom(id, begins) : null;
    begins += stay + between(random, ...GAP_S);
    return {
      id: nextNumber(),
      kind,
      path,
      times,
      metres: [0, path.length, path.length],
      aside: 0,
      lies: null,
      look,
      label,
    };
  });
}
