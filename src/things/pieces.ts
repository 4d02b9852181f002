/**
 * pieces.ts - a thing that comes apart in a picture is still one thing: its pieces are collected, and what goes along in its
 * box as a thing of its own is taken back.
 */
import type { Blobs, CellGrid } from './cells.ts';
import { absorb } from './join.ts';
import { centreX, centreY, heightOf, type Picture, widthOf } from './picture.ts';
import { FREE_SLOT, LIVE, MOST_THINGS, type Things } from './pool.ts';

/** A blob that reaches this far (heights) out of a thing is still at it. */
const PARTED_REACH = 0.03;
/** A thing collects pieces up to this times its size, and that far (heights) outside its box. */
const COLLECTED = 1.25;
const HELD_REACH = 0.02;
/** Pieces side by side with a gap of more than this share of the thing's width are two things. */
const SIDE_GAP = 0.2;
/** A part is at most this share of the whole, lies in it to this share, and differs in speed by at most so much (heights per s). */
const PART_SHARE = 0.4;
const PART_INSIDE = 0.7;
const PART_SPEED = 0.08;

/** A small thing that goes along in the box of a larger one is part of it: it was a leg, a shadow, a load. */
export function dissolve(things: Things): void {
  for (let part = 0; part < MOST_THINGS; part++) {
    if (things.status[part] === FREE_SLOT || things.together[part] === 1) continue;
    const w = things.width[part]!;
    const h = things.height[part]!;
    for (let whole = 0; whole < MOST_THINGS; whole++) {
      if (whole === part || things.status[whole] !== LIVE || things.bornMs[whole]! > things.bornMs[part]!) continue;
      const bigW = things.width[whole]!;
      const bigH = things.height[whole]!;
      if (w * h > PART_SHARE * bigW * bigH) continue;
      const overlapX =
        Math.min(things.x[whole]! + bigW / 2 + HELD_REACH, things.x[part]! + w / 2) -
        Math.max(things.x[whole]! - bigW / 2 - HELD_REACH, things.x[part]! - w / 2);
      const overlapY =
        Math.min(things.y[whole]! + bigH / 2 + HELD_REACH, things.y[part]! + h / 2) -
        Math.max(things.y[whole]! - bigH / 2 - HELD_REACH, things.y[part]! - h / 2);
      if (overlapX <= 0 || overlapY <= 0 || overlapX * overlapY < PART_INSIDE * w * h) continue;
      const dvx = things.vx[whole]! - things.vx[part]!;
      const dvy = things.vy[whole]! - things.vy[part]!;
      if (dvx * dvx + dvy * dvy > PART_SPEED * PART_SPEED) continue;
      things.status[part] = FREE_SLOT;
      break;
    }
  }
}

/** Pieces that lie in the box of one live thing only are joined: a thing that is known does not come apart. */
export function collect(things: Things, blobs: Blobs, grid: CellGrid): void {
  const count = blobs.count[0]!;
  const { rows } = grid;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE) continue;
    let first = -1;
    for (let blob = 0; blob < count; blob++) {
      if (blobs.isLive[blob] === 0 || holderOf(things, blobs, grid, blob) !== slot) continue;
      if (first < 0) {
        first = blob;
        continue;
      }
      const wide =
        (Math.max(blobs.right[first]!, blobs.right[blob]!) - Math.min(blobs.left[first]!, blobs.left[blob]!) + 1) /
        rows;
      const high =
        (Math.max(blobs.bottom[first]!, blobs.bottom[blob]!) - Math.min(blobs.top[first]!, blobs.top[blob]!) + 1) /
        rows;
      if (
        wide > COLLECTED * things.width[slot]! + PARTED_REACH ||
        high > COLLECTED * things.height[slot]! + PARTED_REACH ||
        gap(blobs.left[first]!, blobs.right[first]!, blobs.left[blob]!, blobs.right[blob]!) >
          SIDE_GAP * things.width[slot]! * rows
      )
        continue;
      absorb(blobs, first, blob);
    }
  }
}

/** Cells between two spans [low, high]; below 1 where they touch or overlap. */
const gap = (low: number, high: number, otherLow: number, otherHigh: number): number =>
  Math.max(low, otherLow) - Math.min(high, otherHigh) - 1;

/** The one live thing in whose box, a little enlarged, the centre of a blob lies; -1 = none or more than one. */
function holderOf(things: Things, blobs: Blobs, grid: CellGrid, blob: number): number {
  const x = centreX(blobs, grid, blob);
  const y = centreY(blobs, grid, blob);
  let holder = -1;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE) continue;
    const dx = Math.abs(x - things.x[slot]!);
    const dy = Math.abs(y - things.y[slot]!);
    if (dx > things.width[slot]! / 2 + HELD_REACH || dy > things.height[slot]! / 2 + HELD_REACH) continue;
    if (holder >= 0) return -1;
    holder = slot;
  }
  return holder;
}

/** Share of a blob's box that lies in a thing's box, a little enlarged. */
export function coveredBy(things: Things, blobs: Blobs, { rows }: CellGrid, slot: number, blob: number): number {
  const halfW = things.width[slot]! / 2 + PARTED_REACH;
  const halfH = things.height[slot]! / 2 + PARTED_REACH;
  const l = blobs.left[blob]! / rows;
  const r = (blobs.right[blob]! + 1) / rows;
  const t = blobs.top[blob]! / rows;
  const b = (blobs.bottom[blob]! + 1) / rows;
  const overlapX = Math.min(things.x[slot]! + halfW, r) - Math.max(things.x[slot]! - halfW, l);
  const overlapY = Math.min(things.y[slot]! + halfH, b) - Math.max(things.y[slot]! - halfH, t);
  return overlapX > 0 && overlapY > 0 ? (overlapX * overlapY) / ((r - l) * (b - t)) : 0;
}

/** A small blob in a thing's box is part of it: the thing has come apart in this picture. */
export function isPiece(things: Things, blobs: Blobs, { grid }: Picture, slot: number, blob: number): boolean {
  const area = widthOf(blobs, grid, blob) * heightOf(blobs, grid, blob);
  return area < 0.4 * things.width[slot]! * things.height[slot]!;
}
