/**
 * play.ts - what happens in a scene, whatever it is: things to be seen, the truth about them, and when the next break of
 * the routine is due. All times are seconds.
 */
import type { Box } from '../vision/box.ts';
import { uniform } from './dice.ts';
import type { SceneKind } from './kinds.ts';
import { type Thing, type ThingKind, endOf, isThere } from './thing.ts';

/** Something flat in front of the camera; places and sizes relative to the picture. */
export type Shape = {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly shade: number;
  /** Without a window: another form at the same size. */
  readonly isPlain: boolean;
};

/** A thing that is seen: `box` is [x, y, width, height] relative, clipped to the picture. */
export type SeenThing = { readonly id: number; readonly kind: ThingKind | 'part'; readonly box: Box };

/** The label of one frame. `box` is relative, clipped to the picture; null when nothing shows the break. */
export type Truth = {
  readonly kind: SceneKind | null;
  /** Number of the anomaly from 1, 0 when there is none. */
  readonly id: number;
  readonly box: Box | null;
  /** Everything that is seen and has a life of its own, whether it is usual or not. */
  readonly things: readonly SeenThing[];
};

/** What is wrong at a moment. */
export type Happening = {
  readonly kind: SceneKind;
  readonly id: number;
  /** The thing that shows it, by its number; null when nothing does. */
  readonly thing: number | null;
  /** Where it would be seen, when that is not where the thing is. */
  readonly box?: Box;
  /** Whether it is only wrong while the thing is in the picture. */
  readonly onlyInSight: boolean;
};

export type Play = {
  /** On the ground, painted from far to near. */
  readonly things: readonly Thing[];
  /** Flat ones, painted over them in this order. */
  readonly shapes: readonly Shape[];
  /** Go on to a time; times come in order. Returns what is wrong then. */
  readonly advance: (time: number) => Happening | null;
};

/** Those that are there, in the order in which they came; forgets those that are gone. */
export function keepThings(things: Thing[], time: number): void {
  for (let i = things.length - 1; i >= 0; i--) if (endOf(things[i]!) <= time) things.splice(i, 1);
}

/** The label of the first thing that carries one now. */
export function labelOf(things: readonly Thing[], time: number): Happening | null {
  for (const thing of things) {
    const { label } = thing;
    if (label !== null && time >= label.from && time <= label.to && isThere(thing, time))
      return { kind: label.kind, id: label.id, thing: thing.id, onlyInSight: true };
  }
  return null;
}

/** When routines may be broken: from a time on, so far apart on average, never closer than `least` (s). */
export type Schedule = {
  readonly random: Uint32Array;
  readonly spacing: number;
  readonly least: number;
  next: number;
  count: number;
};

export function createSchedule(from: number, spacing: number, least: number, random: Uint32Array): Schedule {
  return { random, spacing, least, next: from, count: 0 };
}

/** The number of the break that is to happen now, or 0 when none is due. */
export function claimBreak(schedule: Schedule, time: number): number {
  if (time < schedule.next) return 0;
  const pause = schedule.spacing * (0.5 + uniform(schedule.random));
  schedule.next = time + Math.max(schedule.least, pause);
  return ++schedule.count;
}

/** Numbers for things, from 1. */
export function createNumbers(): () => number {
  let last = 0;
  return () => ++last;
}

/** When breaks may be: what every play is told. */
export type BreakOptions = {
  readonly kinds: readonly SceneKind[];
  /** First moment (s) that may hold one, and mean time between two. */
  readonly breaksFrom: number;
  readonly breakSpacing: number;
  /** From this moment on nothing new comes; Infinity = never. */
  readonly silentFrom: number;
};
