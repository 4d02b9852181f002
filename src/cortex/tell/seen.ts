/**
 * seen.ts - the things that are followed and believed, as people are shown them.
 *
 * They are told with each frame, so one list is kept per model and filled anew: making it each time would be most of what a
 * step leaves behind.
 */
import { type MutableBox, readBox } from '../../things/cover.ts';
import { LIVE, MOST_THINGS, TRAIL, type Things } from '../../things/pool.ts';
import type { SeenThing } from '../observation.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Point = [x: number, y: number];
/** `points`: room for the longest trail. */
type Kept = {
  readonly thing: Mutable<SeenThing> & { readonly box: MutableBox; trail: Point[] };
  readonly points: readonly Point[];
};

export type SeenThings = { readonly list: SeenThing[]; readonly kept: readonly Kept[] };

export function newSeenThings(): SeenThings {
  const kept = Array.from({ length: MOST_THINGS }, (): Kept => {
    const points = Array.from({ length: TRAIL }, (): Point => [0.5, 0.5]);
    return { thing: { id: 0, box: [0.5, 0.5, 0.5, 0.5], ageMs: 0.5, speed: 0.5, trail: [] }, points };
  });
  return { list: [], kept };
}

/** Fill the list with what is there at `timeMs`; it holds until the next call. */
export function showThings(seen: SeenThings, things: Things, aspect: number, timeMs: number): readonly SeenThing[] {
  let count = 0;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE) continue;
    const { thing, points } = seen.kept[count]!;
    const vx = things.vx[slot]!;
    const vy = things.vy[slot]!;
    thing.id = things.id[slot]!;
    readBox(things, slot, aspect, thing.box);
    thing.ageMs = timeMs - things.bornMs[slot]!;
    thing.speed = Math.sqrt(vx * vx + vy * vy);
    const length = things.trailLength[slot]!;
    for (let i = 0; i < length; i++) {
      const at = slot * TRAIL + ((things.trailAt[slot]! + TRAIL - (length - 1 - i)) % TRAIL);
      const point = points[i]!;
      point[0] = things.trailX[at]! / aspect;
      point[1] = things.trailY[at]!;
      thing.trail[i] = point;
    }
    thing.trail.length = length;
    seen.list[count++] = thing;
  }
  seen.list.length = count;
  return seen.list;
}
