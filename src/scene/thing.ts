/**
 * thing.ts - something that is in a scene for a while: what it is, which way it goes and when. Where it is follows from the
 * time alone, so that a scene is the same at every frame rate.
 */
import { between, drawShade, normal } from './dice.ts';
import type { SceneKind } from './kinds.ts';
import { type Path, type Pose, poseAt } from './view/path.ts';

export const THING_KINDS = ['walker', 'dog', 'bike', 'car', 'lorry', 'bus', 'bag'] as const;
export type ThingKind = (typeof THING_KINDS)[number];

/** Length and height (m), and the usual speed (m/s). */
export const BODIES: {
  readonly [kind in ThingKind]: {
    readonly length: number;
    readonly height: number;
    readonly speed: readonly [number, number];
  };
} = {
  walker: { length: 0.7, height: 1.85, speed: [1.15, 1.5] },
  dog: { length: 1.1, height: 0.75, speed: [1.2, 2] },
  bike: { length: 1.75, height: 1.8, speed: [2.8, 4] },
  car: { length: 4.2, height: 1.5, speed: [3.5, 6.5] },
  lorry: { length: 7.5, height: 3, speed: [3.5, 5.5] },
  bus: { length: 8, height: 3, speed: [3.5, 5.5] },
  bag: { length: 0.7, height: 0.55, speed: [0, 0] },
};

/** What is wrong with a thing, and from when to when (s) one can know. */
export type Label = { readonly kind: SceneKind; readonly id: number; readonly from: number; readonly to: number };

export type Thing = {
  readonly id: number;
  readonly kind: ThingKind;
  readonly path: Path;
  /** Times (s, ascending) and metres along the path then; in between it moves evenly. Gone after the last one. */
  readonly times: readonly number[];
  readonly metres: readonly number[];
  /** Metres to the left of the path. */
  readonly aside: number;
  /** Times between which it lies on the ground. */
  readonly lies: readonly [number, number] | null;
  readonly look: Look;
  readonly label: Label | null;
};

export type Look = {
  /** Relative to the usual body. */
  readonly tall: number;
  readonly wide: number;
  readonly shade: number;
  readonly second: number;
  /** Where in its stride it begins (rad). */
  readonly phase: number;
};

export function dealLook(random: Uint32Array): Look {
  return {
    tall: between(random, 0.86, 1.04),
    wide: between(random, 0.88, 1.2),
    shade: drawShade(random),
    second: between(random, 20, 110),
    phase: between(random, 0, 6),
  };
}

/** How far beside the middle of its path a thing goes (m). */
export function dealAside(kind: ThingKind, random: Uint32Array): number {
  const within = kind === 'walker' || kind === 'dog' ? 0.2 : 0.12;
  return within * normal(random);
}

export type PoseNow = Pose & { readonly metres: number; readonly isMoving: boolean; readonly isLying: boolean };

export const endOf = (thing: Thing): number => thing.times.at(-1)!;

export function isThere(thing: Thing, time: number): boolean {
  return time >= thing.times[0]! && time < endOf(thing);
}

/** Where it is at a time (s). */
export function poseOf(thing: Thing, time: number): PoseNow {
  const { times, metres, path, aside, lies } = thing;
  let piece = 0;
  while (piece < times.length - 2 && time >= times[piece + 1]!) piece++;
  const span = Math.max(1e-9, times[piece + 1]! - times[piece]!);
  const share = Math.min(1, Math.max(0, (time - times[piece]!) / span));
  const gone = metres[piece + 1]! - metres[piece]!;
  const along = metres[piece]! + gone * share;
  const isLying = lies !== null && time >= lies[0] && time < lies[1];
  return { ...poseAt(path, along, aside), metres: along, isMoving: gone > 0, isLying };
}

/** An even walk along the whole path from `start` on, standing still once for `stand` seconds at `standAt` metres. */
export function itinerary(
  { length }: Path,
  start: number,
  speed: number,
  standAt = 0,
  stand = 0,
): Pick<Thing, 'times' | 'metres'> {
  const end = start + length / speed;
  if (stand === 0) return { times: [start, end], metres: [0, length] };
  const stops = start + standAt / speed;
  return { times: [start, stops, stops + stand, end + stand], metres: [0, standAt, standAt, length] };
}
