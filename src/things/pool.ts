/**
 * pool.ts - the things that are followed now: a fixed pool, one slot a thing.
 *
 * Lengths are in heights of the picture, in both directions: x runs from 0 to the aspect, y from 0 to 1. Times are in ms of
 * the model's life, speeds in heights per second.
 */
import { type Views, FLAG, below, field, upTo } from '../memory/layout.ts';
import { MOST_BLOBS } from './cells.ts';

/** Slots of the pool. When all are taken the youngest tentative thing gives way, and what comes after it is not followed. */
export const MOST_THINGS = 32;
/** Positions kept of each thing, one every TRAIL_MS: the way of the last one and a half seconds. */
export const TRAIL = 16;
export const TRAIL_MS = 100;
/** Visited places kept of each thing; a longer path forgets its middle. */
export const PATH = 64;

/** A thing that has come this far (of its own size, and heights) has come by itself. */
const CAME = 0.7;
const CAME_LEAST = 0.06;

/** What a slot holds. */
export const FREE_SLOT = 0;
/** Seen, but not for long enough to be believed. */
export const TENTATIVE = 1;
export const LIVE = 2;

/** No thing is wider or higher (heights of the picture). */
const SIZE = upTo(100);

export const thingFields = () => ({
  status: field('u8', MOST_THINGS, 'state', upTo(LIVE)), // FREE_SLOT, TENTATIVE or LIVE
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
  width: field('f32', MOST_THINGS, 'state', SIZE),
  height: field('f32', MOST_THINGS, 'state', SIZE),
  vx: field('f32', MOST_THINGS, 'state'), // heights per second
  vy: field('f32', MOST_THINGS, 'state'),
  tone: field('f32', MOST_THINGS, 'state'), // mean residual, grey levels
  anchorX: field('f32', MOST_THINGS, 'state'), // where it was when it last moved on
  anchorY: field('f32', MOST_THINGS, 'state'),
  birthX: field('f32', MOST_THINGS, 'state'),
  birthY: field('f32', MOST_THINGS, 'state'),
  travelled: field('f32', MOST_THINGS, 'state'), // farthest from where it began
  bornAtBorder: field('u8', MOST_THINGS, 'state', FLAG), // 0|1
  parted: field('u8', MOST_THINGS, 'state', FLAG), // 0|1 it came out of another thing: it was not born here
  together: field('u8', MOST_THINGS, 'state', FLAG), // 0|1 shares a blob with another thing now
  steady: field('u8', MOST_THINGS, 'state', upTo(3)), // bit 0: its height is that of its blob, bit 1: its width as well
  atBorder: field('u8', MOST_THINGS, 'state', FLAG), // 0|1 touches the edge of the picture now
  blob: field('i8', MOST_THINGS, 'state', [-1, MOST_BLOBS - 1]), // of this picture, -1 = not seen in it
  // [things, TRAIL] ring of positions: centres, and the edges of the blob; an edge at the border of the picture is OFF
  trailX: field('f32', MOST_THINGS * TRAIL, 'state'),
  trailY: field('f32', MOST_THINGS * TRAIL, 'state'),
  trailLeft: field('f32', MOST_THINGS * TRAIL, 'state'),
  trailRight: field('f32', MOST_THINGS * TRAIL, 'state'),
  trailTop: field('f32', MOST_THINGS * TRAIL, 'state'),
  trailBottom: field('f32', MOST_THINGS * TRAIL, 'state'),
  trailMs: field('f64', MOST_THINGS * TRAIL, 'state'),
  trailAt: field('u8', MOST_THINGS, 'state', below(TRAIL)), // newest entry
  trailLength: field('u8', MOST_THINGS, 'state', upTo(TRAIL)),
  belief: field('f32', MOST_THINGS, 'state'), // ln of the odds that a tentative thing is no chance
  clutter: field('f32', 1, 'state'), // blobs a picture that belong to nothing, running mean
  lost: field('u32', 1, 'state'), // things that found no slot
  flickers: field('u8', MOST_THINGS, 'state', FLAG), // 0|1 the scene itself flickers there (flicker.ts)
});
export type Things = Views<ReturnType<typeof thingFields>>;

/** Instead of a place: this edge was cut off by the border of the picture. */
export const OFF = -9;

/** Whether a thing has moved by itself: what never did may be a patch of light, which has any size, or the digits of a clock. */
export function hasCome({ travelled, width, height }: Things, slot: number): boolean {
  return travelled[slot]! > Math.max(CAME_LEAST, CAME * Math.max(width[slot]!, height[slot]!));
}

/** How far (heights) and how long a thing moved. */
export type Motion = { dx: number; dy: number; ms: number };

/**
 * Movement over the last `spanMs`, since the thing was last alone. Both edges of a thing must have moved for it to have moved:
 * what is half hidden, or has lost a piece, has one edge that jumps and one that does not.
 */
export function motionOf(things: Things, slot: number, nowMs: number, spanMs: number, out: Motion): void {
  const base = slot * TRAIL;
  const now = base + things.trailAt[slot]!;
  const first = Math.max(things.cleanMs[slot]!, nowMs - spanMs);
  out.dx = 0;
  out.dy = 0;
  out.ms = 0;
  let then = -1;
  for (let back = 1; back < things.trailLength[slot]!; back++) {
    const at = base + ((things.trailAt[slot]! + TRAIL - back) % TRAIL);
    if (things.trailMs[at]! < first) break;
    then = at;
  }
  if (then < 0) return;
  out.ms = things.trailMs[now]! - things.trailMs[then]!;
  out.dx = shift(things.trailLeft, things.trailRight, things.trailX, now, then);
  out.dy = shift(things.trailTop, things.trailBottom, things.trailY, now, then);
}

/** The smaller of the movements of two opposite edges; that of the one that is seen, or of the centre where none is. */
function shift(low: Float32Array, high: Float32Array, centre: Float32Array, now: number, then: number): number {
  const seesLow = low[now] !== OFF && low[then] !== OFF;
  const seesHigh = high[now] !== OFF && high[then] !== OFF;
  const a = low[now]! - low[then]!;
  const b = high[now]! - high[then]!;
  if (seesLow && seesHigh) return a * b <= 0 ? 0 : Math.abs(a) < Math.abs(b) ? a : b;
  return seesLow ? a : seesHigh ? b : centre[now]! - centre[then]!;
}
