/**
 * pair.ts - which blob of a picture is which thing: nearest first, and things without one share that of another.
 */
import type { Blobs, CellGrid } from './cells.ts';
import { centreX, centreY, heightOf, type Picture, type TrackScratch, widthOf } from './picture.ts';
import { FREE_SLOT, LIVE, MOST_THINGS, TENTATIVE, type Things } from './pool.ts';

/** How far from where it should be a thing is looked for (heights), besides half its size. */
const GATE = 0.02;
/** So much more per second between two pictures: of what has just come no speed is known, and speeds change. */
const GATE_SPEED = 0.25;
/** And so much more per second in which it was not seen. */
const GATE_GROWTH = 0.08;
/** What a pair costs for a size that differs by a factor of e, and for a tone that differs by 30 levels, in gates. */
const SIZE_COST = 0.35;
const TONE_COST = 0.25;
const TONE_LEVELS = 30;
/** The gate of a hidden thing grows with its time, up to this (heights). */
const HIDDEN_REACH = 0.25;
/** In a shared blob a thing this many times as large as all others together is the blob, and they are hidden by it. */
const DOMINANT = 3;
/** Cost of a pair that cannot be. */
const NEVER = 1e9;

/** Nearest first, each thing takes one blob and each blob one thing. */
export function pair(things: Things, blobs: Blobs, at: Picture, { pairCost, owner, sharers }: TrackScratch): void {
  const count = blobs.count[0]!;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    for (let blob = 0; blob < count; blob++) {
      pairCost[slot * count + blob] =
        things.status[slot] === FREE_SLOT || blobs.isLive[blob] === 0 ? NEVER : costOf(things, blobs, at, slot, blob);
    }
  }
  for (;;) {
    let best = NEVER;
    let bestSlot = -1;
    let bestBlob = -1;
    for (let slot = 0; slot < MOST_THINGS; slot++) {
      if (things.status[slot] === FREE_SLOT || things.blob[slot]! >= 0) continue;
      for (let blob = 0; blob < count; blob++) {
        const cost = pairCost[slot * count + blob]!;
        if (cost < best && owner[blob]! < 0) [best, bestSlot, bestBlob] = [cost, slot, blob];
      }
    }
    if (bestSlot < 0) return;
    things.blob[bestSlot] = bestBlob;
    owner[bestBlob] = bestSlot;
    sharers[bestBlob] = 1;
  }
}

/** Cost of a pair in gates, below NEVER when the blob lies within the gate. */
function costOf(
  things: Things,
  blobs: Blobs,
  { grid, timeMs, elapsedMs }: Picture,
  slot: number,
  blob: number,
): number {
  const dx = centreX(blobs, grid, blob) - things.x[slot]!;
  const dy = centreY(blobs, grid, blob) - things.y[slot]!;
  const w = things.width[slot]!;
  const h = things.height[slot]!;
  const bw = widthOf(blobs, grid, blob);
  const bh = heightOf(blobs, grid, blob);
  const unseen = (timeMs - things.seenMs[slot]!) / 1000;
  const hidden = things.together[slot] === 1 ? (timeMs - things.metMs[slot]!) / 1000 : 0;
  const reach = GATE + GATE_SPEED * (elapsedMs / 1000);
  const gate =
    reach + GATE_GROWTH * Math.min(1.2, unseen) + Math.min(HIDDEN_REACH, GATE_GROWTH * hidden) + 0.5 * Math.max(w, h);
  const distance = Math.sqrt(dx * dx + dy * dy);
  if (distance > gate) return NEVER;
  const ratio = (w * h) / (bw * bh);
  const size = ratio > 1 ? Math.min(4, ratio - 1) : Math.min(4, 1 / ratio - 1);
  const tone = Math.abs(things.tone[slot]! - blobs.tone[blob]!) / TONE_LEVELS;
  const tentative = things.status[slot] === TENTATIVE ? 0.3 : 0;
  return distance / gate + SIZE_COST * size + TONE_COST * Math.min(2, tone) + tentative;
}

/** A thing without a blob that lies in somebody else's shares that one. */
export function share(things: Things, blobs: Blobs, { grid }: Picture, { owner, sharers }: TrackScratch): void {
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE || things.blob[slot]! >= 0) continue;
    let best = -1;
    let bestShare = 0.3;
    for (let blob = 0; blob < blobs.count[0]!; blob++) {
      const other = owner[blob]!;
      if (other < 0 || blobs.isLive[blob] === 0) continue;
      // What has only just appeared does not swallow what is known.
      if (things.status[other] === TENTATIVE && things.seenFor[other] === 0) continue;
      const covered = coveredShare(things, blobs, grid, slot, blob);
      if (covered > bestShare) [best, bestShare] = [blob, covered];
    }
    if (best < 0) continue;
    things.blob[slot] = best;
    sharers[best]!++;
  }
}

/** Share of a thing's box that lies in a blob's box. */
function coveredShare(things: Things, blobs: Blobs, { rows }: CellGrid, slot: number, blob: number): number {
  const w = things.width[slot]!;
  const h = things.height[slot]!;
  const left = things.x[slot]! - w / 2;
  const top = things.y[slot]! - h / 2;
  const overlapX = Math.min(left + w, (blobs.right[blob]! + 1) / rows) - Math.max(left, blobs.left[blob]! / rows);
  const overlapY = Math.min(top + h, (blobs.bottom[blob]! + 1) / rows) - Math.max(top, blobs.top[blob]! / rows);
  return overlapX > 0 && overlapY > 0 ? (overlapX * overlapY) / (w * h) : 0;
}

/** Whether a thing is so large that a shared blob is as good as its own. */
export function dominates(things: Things, slot: number, blob: number): boolean {
  let others = 0;
  for (let other = 0; other < MOST_THINGS; other++) {
    if (other === slot || things.status[other] === FREE_SLOT || things.blob[other] !== blob) continue;
    others += things.width[other]! * things.height[other]!;
  }
  return things.width[slot]! * things.height[slot]! >= DOMINANT * others;
}
