/**
 * pool.ts - the things that are followed now: a fixed pool, one slot a thing.
 *
 * Lengths are in heights of the picture, in both directions: x runs from 0 to the aspect, y from 0 to 1. Times are in ms of
 * the model's life, speeds in heights per second.
 */
import { type Views, field } from '../memory/layout.ts';

/** Slots of the pool. When all are taken the youngest tentative thing gives way, and what comes after it is not followed. */
export const MOST_THINGS = 32;
/** Positions kept of each thing, one every TRAIL_MS: the way of the last one and a half seconds. */
export const TRAIL = 16;
export const TRAIL_MS = 100;
/** Visited places kept of each thing; a longer path forgets its middle. */
export const PATH = 64;

/** What a slot holds. */
export const FREE_SLOT = 0;
/** Seen, but not for long enough to be believed. */
export const TENTATIVE = 1;
export const LIVE = 2;

export const thingFields = () => ({
  status: field('u8', MOST_THINGS, 'state'), // FREE_SLOT, TENTATIVE or LIVE
  id: field('u32', MOST_THINGS, 'state'), // counts things of this model's life, from 1
  nextId: field('u32', 1, 'state'),
  // f64: times in ms
  bornMs: field('f64', MOST_THINGS, 'state'),
  seenMs: field('f64', MOST_THINGS, 'state'), // last seen
  cleanMs: field('f64', MOST_THINGS, 'state'), // alone in its blob since
  metMs: field('f64', MOST_THINGS, 'state'), // shares a blob since
  anchorMs: field('f64', MOST_THINGS, 'state'), // near the anchor since
  seenFor: field('f32', MOST_THINGS, 'state'), // ms in which it was seen
  // f32: lengths in picture heights
  x: field('f32', MOST_THINGS, 'state'), // centre
  y: field('f32', MOST_THINGS, 'state'),
  width: field('f32', MOST_THINGS, 'state'),
  height: field('f32', MOST_THINGS, 'state'),
  vx: field('f32', MOST_THINGS, 'state'), // heights per second
  vy: field('f32', MOST_THINGS, 'state'),
  tone: field('f32', MOST_THINGS, 'state'), // mean residual, grey levels
  anchorX: field('f32', MOST_THINGS, 'state'), // where it was when it last moved on
  anchorY: field('f32', MOST_THINGS, 'state'),
  birthX: field('f32', MOST_THINGS, 'state'),
  birthY: field('f32', MOST_THINGS, 'state'),
  travelled: field('f32', MOST_THINGS, 'state'), // farthest from where it began
  bornAtBorder: field('u8', MOST_THINGS, 'state'), // 0|1
  parted: field('u8', MOST_THINGS, 'state'), // 0|1 it came out of another thing: it was not born here
  together: field('u8', MOST_THINGS, 'state'), // 0|1 shares a blob with another thing now
  atBorder: field('u8', MOST_THINGS, 'state'), // 0|1 touches the edge of the picture now
  blob: field('i8', MOST_THINGS, 'state'), // of this picture, -1 = not seen in it
  trailX: field('f32', MOST_THINGS * TRAIL, 'state'), // [things, TRAIL] ring of positions
  trailY: field('f32', MOST_THINGS * TRAIL, 'state'),
  trailMs: field('f64', MOST_THINGS * TRAIL, 'state'),
  trailAt: field('u8', MOST_THINGS, 'state'), // newest entry
  trailLength: field('u8', MOST_THINGS, 'state'),
  belief: field('f32', MOST_THINGS, 'state'), // ln of the odds that a tentative thing is no chance
  clutter: field('f32', 1, 'state'), // blobs a picture that belong to nothing, running mean
  lost: field('u32', 1, 'state'), // things that found no slot
});
export type Things = Views<ReturnType<typeof thingFields>>;

/** How far and how long a thing moved: from the oldest trail entry not older than `spanMs` and since it was last alone. */
export type Motion = { dx: number; dy: number; ms: number };

export function motionOf(things: Things, slot: number, nowMs: number, spanMs: number, out: Motion): void {
  const base = slot * TRAIL;
  const newest = things.trailAt[slot]!;
  const first = Math.max(things.cleanMs[slot]!, nowMs - spanMs);
  out.dx = 0;
  out.dy = 0;
  out.ms = 0;
  for (let back = 1; back < things.trailLength[slot]!; back++) {
    const at = base + ((newest + TRAIL - back) % TRAIL);
    if (things.trailMs[at]! < first) break;
    out.dx = things.trailX[base + newest]! - things.trailX[at]!;
    out.dy = things.trailY[base + newest]! - things.trailY[at]!;
    out.ms = things.trailMs[base + newest]! - things.trailMs[at]!;
  }
}
