/**
 * play.ts - what happens in a scene, whatever it is: things to be seen, the truth about them, and when the next break of
 * the routine is due.
 */
import { randomBelow } from '../memory/random.ts';
import type { SceneKind } from './kinds.ts';

/** Something to be painted; places and sizes relative to the picture. */
export type Shape = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly shade: number;
  /** Without a window: another form at the same size. */
  readonly isPlain?: boolean;
};

/** The label of one frame. `box` is [x, y, width, height] relative, clipped to the picture; null when nothing shows it. */
export type Truth = {
  readonly kind: SceneKind | null;
  /** Number of the anomaly from 1, 0 when there is none. */
  readonly id: number;
  readonly box: readonly [number, number, number, number] | null;
};

export const NOTHING: Truth = { kind: null, id: 0, box: null };

export type Play = {
  /** What is in the picture now, painted in this order. */
  readonly things: readonly Shape[];
  /** Go on to a frame; frames come in order. Returns what is wrong in it. */
  readonly advance: (frame: number) => Truth;
};

/** The part of a thing that is in the picture, or null when it is out of it. */
export function visibleBox({ x, y, width, height }: Shape): Truth['box'] {
  const left = Math.max(0, x);
  const top = Math.max(0, y);
  const right = Math.min(1, x + width);
  const bottom = Math.min(1, y + height);
  return right <= left || bottom <= top ? null : [left, top, right - left, bottom - top];
}

/** When routines may be broken: from a frame on, so many frames apart on average, never closer than `least`. */
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
export function claimBreak(schedule: Schedule, frame: number): number {
  if (frame < schedule.next) return 0;
  const pause = schedule.spacing * (0.5 + randomBelow(schedule.random, 1000) / 1000);
  schedule.next = frame + Math.max(schedule.least, Math.round(pause));
  return ++schedule.count;
}

/** A number of [low, high) in steps of a thousandth of the range. */
export function between(random: Uint32Array, low: number, high: number): number {
  return low + ((high - low) * randomBelow(random, 1000)) / 1000;
}

/** The two looks of things: dark or light. */
export function drawShade(random: Uint32Array): number {
  return randomBelow(random, 2) === 0 ? 15 + randomBelow(random, 30) : 190 + randomBelow(random, 50);
}
