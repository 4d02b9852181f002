/**
 * routines.ts - something that goes from place to place in one of two orders, with idle gaps between the places and longer
 * pauses between the rounds. The two orders share their middle: what comes last follows from what came first, and from
 * nothing else.
 *
 *     three places  A B C   D B E        broken: A B E   D B C
 *     four          A B C D   E B C F
 *     five          A B C D E   F B C D G
 *
 * A break is labelled while something is seen at the wrong last place.
 */
import { randomBelow } from '../memory/random.ts';
import {
  NOTHING,
  type Play,
  type Schedule,
  type Shape,
  type Truth,
  between,
  claimBreak,
  createSchedule,
  drawShade,
  visibleBox,
} from './play.ts';

/** Centre of a place, relative to the picture. */
type Place = readonly [x: number, y: number];
/** One thing's life: its two orders, each place a letter of `places`. */
export type Rounds = {
  readonly places: { readonly [letter: string]: Place };
  readonly orders: readonly [string, string];
};

/** Everywhere in the picture, each in a part of its own; none in the foliage. */
const WHOLE = {
  A: [0.12, 0.42],
  B: [0.5, 0.52],
  C: [0.86, 0.25],
  D: [0.14, 0.85],
  E: [0.86, 0.82],
  F: [0.5, 0.88],
  G: [0.5, 0.14],
} as const;
/** Five places in the left half, and the same in the right half. */
const LEFT = { A: [0.08, 0.4], B: [0.24, 0.6], C: [0.41, 0.38], D: [0.08, 0.84], E: [0.41, 0.84] } as const;
const RIGHT = { A: [0.59, 0.4], B: [0.76, 0.6], C: [0.92, 0.38], D: [0.59, 0.84], E: [0.92, 0.84] } as const;

export const THREE_PLACES: readonly Rounds[] = [{ places: WHOLE, orders: ['ABC', 'DBE'] }];
export const FOUR_PLACES: readonly Rounds[] = [{ places: WHOLE, orders: ['ABCD', 'EBCF'] }];
export const FIVE_PLACES: readonly Rounds[] = [{ places: WHOLE, orders: ['ABCDE', 'FBCDG'] }];
export const TWO_AT_ONCE: readonly Rounds[] = [
  { places: LEFT, orders: ['ABC', 'DBE'] },
  { places: RIGHT, orders: ['ABC', 'DBE'] },
];

/** Seconds that something is seen at a place, that nothing is seen between two places, and between two rounds. */
const VISIT_S = [2, 3.2] as const;
const GAP_S = [0.9, 1.8] as const;
const PAUSE_S = [5, 11] as const;
/** Share of a visit in which the thing moves before it stands, and how far it goes, relative to the picture. */
const MOVING_SHARE = 0.5;
const DISTANCE = 0.03;
const SIZE = [0.11, 0.13] as const;

export type RoutineOptions = {
  readonly anomaliesFrom: number;
  readonly anomalySpacing: number;
  readonly fps: number;
};

/** One thing on its rounds. */
type Walker = {
  readonly rounds: Rounds;
  readonly random: Uint32Array;
  /** Which of the two orders, and how many places of it were visited. */
  order: 0 | 1;
  visited: number;
  shade: number;
  thing: Shape | null;
  speed: number;
  /** Number of the break that is seen now, 0 = none. */
  broken: number;
  /** Frame at which the thing goes away, or the next one comes. */
  until: number;
  /** Frame until which the thing moves. */
  movesUntil: number;
};

export function playRoutines(options: RoutineOptions, rounds: readonly Rounds[], random: Uint32Array): Play {
  const { fps } = options;
  const longest = rounds[0]!.orders[0].length * (VISIT_S[1] + GAP_S[1]) + PAUSE_S[1];
  // At least two unbroken rounds between two breaks.
  const least = Math.round(3 * longest * fps);
  const schedule = createSchedule(options.anomaliesFrom, options.anomalySpacing, least, random);
  const walkers = rounds.map((own): Walker => {
    const until = 10 + randomBelow(random, 40);
    return {
      rounds: own,
      random,
      order: 0,
      visited: 0,
      shade: 0,
      thing: null,
      speed: 0,
      broken: 0,
      until,
      movesUntil: 0,
    };
  });
  const things: Shape[] = [];
  return {
    things,
    advance(frame) {
      things.length = 0;
      let truth: Truth = NOTHING;
      for (const walker of walkers) {
        walk(walker, schedule, frame, fps);
        const { thing, broken } = walker;
        if (thing === null) continue;
        things.push(thing);
        if (broken !== 0) truth = { kind: 'wrong_place', id: broken, box: visibleBox(thing) };
      }
      return truth;
    },
  };
}

function walk(walker: Walker, schedule: Schedule, frame: number, fps: number): void {
  const frames = ([low, high]: readonly [number, number]): number =>
    Math.round(between(walker.random, low * fps, high * fps));
  if (frame < walker.until) {
    if (walker.thing !== null && frame < walker.movesUntil) {
      walker.thing = { ...walker.thing, x: walker.thing.x + walker.speed };
    }
    return;
  }
  if (walker.thing === null) {
    const stay = frames(VISIT_S);
    appear(walker, schedule, frame, stay);
    walker.until = frame + stay;
    return;
  }
  walker.thing = null;
  walker.broken = 0;
  walker.visited++;
  const isLast = walker.visited === walker.rounds.orders[walker.order].length;
  if (isLast) walker.visited = 0;
  walker.until = frame + frames(isLast ? PAUSE_S : GAP_S);
}

/** Something comes up at the next place of the round, or at the other round's last one. */
function appear(walker: Walker, schedule: Schedule, frame: number, stay: number): void {
  const { random, rounds } = walker;
  if (walker.visited === 0) {
    walker.order = randomBelow(random, 2) === 0 ? 0 : 1;
    walker.shade = drawShade(random);
  }
  const { orders, places } = rounds;
  const isLast = walker.visited === orders[walker.order].length - 1;
  walker.broken = isLast ? claimBreak(schedule, frame) : 0;
  const order = walker.broken === 0 ? walker.order : walker.order === 0 ? 1 : 0;
  const [x, y] = places[orders[order][walker.visited]!]!;
  const [width, height] = SIZE;
  const moving = Math.round(stay * MOVING_SHARE);
  const direction = randomBelow(random, 2) === 0 ? 1 : -1;
  walker.speed = (direction * DISTANCE) / moving;
  walker.movesUntil = frame + moving;
  const nudge = between(random, -0.01, 0.01);
  walker.thing = {
    x: Math.min(1 - width, Math.max(0, x - width / 2 + nudge - (direction * DISTANCE) / 2)),
    y: Math.min(1 - height, y - height / 2 + nudge),
    width,
    height,
    shade: walker.shade,
  };
}
