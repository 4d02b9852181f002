/**
 * follow.ts - a thing goes on with the blob that is its own, or that it shares: place, size, speed, trail, belief.
 */
import { ln } from '../memory/exact-math.ts';
import type { Blobs } from './cells.ts';
import { centreX, centreY, clamp, heightOf, type Picture, touchesBorder, widthOf } from './picture.ts';
import { FREE_SLOT, MOST_THINGS, OFF, TRAIL, TRAIL_MS, type Things } from './pool.ts';

/**
 * A thing is believed when it was seen for so long and chance would hardly have put a blob so near to where it should be so
 * often (Sittler 1964): ln of the odds, which each picture raises or lowers by what it says.
 */
export const BELIEVED_MS = 300;
export const BELIEVED = 7;
const MOST_BELIEF = 12;
/** What a picture without it takes away. */
export const UNSEEN_BELIEF = 2;
const LEAST_CHANCE = 0.005;
const SEEN_CHANCE = 0.9;
/** Nearer than this (heights) is as near as can be measured. */
const NEAREST = 0.02;
/** How quickly place, size and speed follow what is seen (time constants, ms). */
const SIZE_MS = 250;
const SPEED_MS = 350;
/** A size that is known for so long (ms) follows a blob that is larger by this factor so much more slowly (ms). */
const SETTLED_MS = 1000;
const GROWN = 1.4;
const SLOW_SIZE_MS = 1500;
/** A size is steady while the blob is not higher or wider, or less so, than the thing by these shares; legs swing. */
const STEADY_HEIGHT = 0.13;
const STEADY_WIDTH = 0.3;
/** Farther than so many of its own sizes, and at least so far (heights), from its anchor it has moved on. */
const MOVED_SHARE = 0.35;
const MOVED_LEAST = 0.05;
/** A shared blob that is at least so wide, as a share of its things' widths together, shows them side by side. */
const BESIDE = 0.85;
/** Speed before things met: over this span (ms), without the last moments, when they were half covered already. */
const BEFORE_MS = 1500;
const HALF_COVERED_MS = 300;

/** A blob lay at this distance from where the thing should be: how likely is that by chance? */
function believe(things: Things, { grid }: Picture, slot: number, dx: number, dy: number): void {
  const near = Math.max(NEAREST * NEAREST, dx * dx + dy * dy);
  const chance = Math.min(SEEN_CHANCE, Math.max(LEAST_CHANCE, (things.clutter[0]! * 3.14 * near) / grid.aspect));
  things.belief[slot] = Math.min(MOST_BELIEF, things.belief[slot]! + ln(SEEN_CHANCE / chance));
}

/** The blob is this thing; `isShared`: small things are hidden by it, whose edges may be the blob's. */
export function goAlone(
  things: Things,
  blobs: Blobs,
  at: Picture,
  slot: number,
  blob: number,
  isShared: boolean,
): void {
  const { grid, timeMs, elapsedMs } = at;
  const bx = centreX(blobs, grid, blob);
  const by = centreY(blobs, grid, blob);
  const bw = widthOf(blobs, grid, blob);
  const bh = heightOf(blobs, grid, blob);
  const isNew = things.seenFor[slot] === 0;
  const seconds = Math.max(elapsedMs, timeMs - things.seenMs[slot]!) / 1000;
  const before = { x: things.x[slot]!, y: things.y[slot]! };
  if (!isNew || things.trailLength[slot]! > 0) believe(things, at, slot, bx - before.x, by - before.y);
  // Where it should have been, and where it was found: the speed follows the difference.
  // Young, all pictures weigh alike.
  const gain = isNew
    ? 1
    : Math.max(elapsedMs / (elapsedMs + SPEED_MS), elapsedMs / (elapsedMs + things.seenFor[slot]!));
  things.vx[slot]! += (gain * (bx - before.x)) / seconds;
  things.vy[slot]! += (gain * (by - before.y)) / seconds;
  const placeGain = isNew ? 1 : 0.8;
  things.x[slot] = before.x + placeGain * (bx - before.x);
  things.y[slot] = before.y + placeGain * (by - before.y);
  const overH = bh / things.height[slot]!;
  const overW = bw / things.width[slot]!;
  const isHigh = overH < 1 + STEADY_HEIGHT && overH > 1 / (1 + STEADY_HEIGHT);
  const isWide = overW < 1 + STEADY_WIDTH && overW > 1 / (1 + STEADY_WIDTH);
  things.steady[slot] = isShared || !isHigh ? 0 : isWide ? 3 : 1;
  // What grows at once has most likely met something.
  const isYoung = things.seenFor[slot]! < SETTLED_MS || things.atBorder[slot] === 1;
  const sizeMs = isYoung || (overH < GROWN && overW < GROWN) ? SIZE_MS : SLOW_SIZE_MS;
  const sizeGain = isNew ? 1 : isShared ? 0 : elapsedMs / (elapsedMs + sizeMs);
  things.width[slot]! += sizeGain * (bw - things.width[slot]!);
  things.height[slot]! += sizeGain * (bh - things.height[slot]!);
  things.tone[slot]! += sizeGain * (blobs.tone[blob]! - things.tone[slot]!);
  if (things.together[slot] === 1) {
    // What was measured while two were one says nothing of either.
    things.together[slot] = 0;
    things.cleanMs[slot] = timeMs;
  }
  things.atBorder[slot] = touchesBorder(blobs, grid, blob);
  note(things, blobs, at, slot);
}

/** The blob is several things: each goes on as it went, held to the blob's edges on the side where it lies. */
export function goTogether(things: Things, blobs: Blobs, at: Picture, slot: number, blob: number): void {
  const { rows } = at.grid;
  const left = blobs.left[blob]! / rows;
  const right = (blobs.right[blob]! + 1) / rows;
  const top = blobs.top[blob]! / rows;
  const bottom = (blobs.bottom[blob]! + 1) / rows;
  if (things.together[slot] === 0) {
    things.together[slot] = 1;
    things.metMs[slot] = at.timeMs;
    goAsBefore(things, at, slot);
  }
  things.cleanMs[slot] = at.timeMs;
  let isLeft = true;
  let isRight = true;
  let widths = things.width[slot]!;
  for (let other = 0; other < MOST_THINGS; other++) {
    if (other === slot || things.status[other] === FREE_SLOT || things.blob[other] !== blob) continue;
    if (things.x[other]! < things.x[slot]!) isLeft = false;
    else isRight = false;
    widths += things.width[other]!;
  }
  const halfW = things.width[slot]! / 2;
  const halfH = things.height[slot]! / 2;
  // Side by side each keeps to its edge; when one passes before the other, the edges may be anybody's.
  const pull = right - left > BESIDE * widths ? 0.3 : 0;
  if (isLeft && !isRight) things.x[slot]! += pull * (left + halfW - things.x[slot]!);
  if (isRight && !isLeft) things.x[slot]! += pull * (right - halfW - things.x[slot]!);
  things.x[slot] = clamp(
    things.x[slot]!,
    left + Math.min(halfW, (right - left) / 2),
    right - Math.min(halfW, (right - left) / 2),
  );
  things.y[slot] = clamp(
    things.y[slot]!,
    top + Math.min(halfH, (bottom - top) / 2),
    bottom - Math.min(halfH, (bottom - top) / 2),
  );
  things.atBorder[slot] = touchesBorder(blobs, at.grid, blob);
  note(things, blobs, at, slot);
}

/** Two things meet: each goes on at the speed it had before they touched. */
function goAsBefore(things: Things, { timeMs }: Picture, slot: number): void {
  const base = slot * TRAIL;
  let newest = -1;
  for (let back = 0; back < things.trailLength[slot]!; back++) {
    const entry = base + ((things.trailAt[slot]! + TRAIL - back) % TRAIL);
    const ago = timeMs - things.trailMs[entry]!;
    if (ago > BEFORE_MS) break;
    if (ago < HALF_COVERED_MS) continue;
    if (newest < 0) newest = entry;
    const ms = things.trailMs[newest]! - things.trailMs[entry]!;
    if (ms < 2 * HALF_COVERED_MS) continue;
    things.vx[slot] = ((things.trailX[newest]! - things.trailX[entry]!) * 1000) / ms;
    things.vy[slot] = ((things.trailY[newest]! - things.trailY[entry]!) * 1000) / ms;
  }
}

/** A thing was seen in this picture: its trail, and whether it has moved on. */
export function note(things: Things, blobs: Blobs, { grid, timeMs, elapsedMs }: Picture, slot: number): void {
  if (things.trailLength[slot]! > 0) things.seenFor[slot]! += elapsedMs;
  things.seenMs[slot] = timeMs;
  const x = things.x[slot]!;
  const y = things.y[slot]!;
  const base = slot * TRAIL;
  // The newest position is that of now; it is kept once it is far enough in time from the one before.
  const length = things.trailLength[slot]!;
  const at = things.trailAt[slot]!;
  const kept = base + ((at + TRAIL - 1) % TRAIL);
  if (length < 2 || things.trailMs[base + at]! - things.trailMs[kept]! >= 0.9 * TRAIL_MS) {
    things.trailAt[slot] = length === 0 ? 0 : (at + 1) % TRAIL;
    things.trailLength[slot] = Math.min(TRAIL, length + 1);
  }
  const entry = base + things.trailAt[slot]!;
  things.trailX[entry] = x;
  things.trailY[entry] = y;
  things.trailMs[entry] = timeMs;
  const blob = things.blob[slot]!;
  const { columns, rows } = grid;
  noteEdge(things.trailLeft, entry, blobs.left[blob]!, rows, blobs.left[blob] === 0);
  noteEdge(things.trailRight, entry, blobs.right[blob]!, rows, blobs.right[blob]! >= columns - 1);
  noteEdge(things.trailTop, entry, blobs.top[blob]!, rows, blobs.top[blob] === 0);
  noteEdge(things.trailBottom, entry, blobs.bottom[blob]!, rows, blobs.bottom[blob]! >= rows - 1);
  const ax = x - things.anchorX[slot]!;
  const ay = y - things.anchorY[slot]!;
  const moved = Math.max(MOVED_LEAST, MOVED_SHARE * Math.max(things.width[slot]!, things.height[slot]!));
  if (ax * ax + ay * ay > moved * moved) {
    things.anchorX[slot] = x;
    things.anchorY[slot] = y;
    things.anchorMs[slot] = timeMs;
  }
  const bx = x - things.birthX[slot]!;
  const by = y - things.birthY[slot]!;
  const far = Math.sqrt(bx * bx + by * by);
  if (far > things.travelled[slot]!) things.travelled[slot] = far;
}

/** An edge of a blob, in cells, that the border of the picture may cut off. */
function noteEdge(trail: Float32Array, entry: number, cell: number, rows: number, isCut: boolean): void {
  if (isCut) trail[entry] = OFF;
  else trail[entry] = cell / rows;
}
