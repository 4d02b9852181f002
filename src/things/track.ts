/**
 * track.ts - which blob of this picture is which thing: things are followed through merging, parting, short occlusion and the
 * border.
 *
 *     predict -> pair things and blobs, nearest first -> things that share a blob go on together, each as it went
 *     -> blobs that belong to nobody are pieces of a thing, things that parted, or new -> what was not seen waits, then ends
 */
import { type Blobs, type CellGrid, absorb } from './blobs.ts';
import { ln } from '../memory/exact-math.ts';
import { FREE_SLOT, LIVE, MOST_THINGS, OFF, TENTATIVE, TRAIL, TRAIL_MS, type Things } from './pool.ts';

/** How far from where it should be a thing is looked for (heights), besides half its size. */
const GATE = 0.045;
/** And so much more per second in which it was not seen. */
const GATE_GROWTH = 0.08;
/** What a pair costs for a size that differs by a factor of e, and for a tone that differs by 30 levels, in gates. */
const SIZE_COST = 0.35;
const TONE_COST = 0.25;
const TONE_LEVELS = 30;
/**
 * A thing is believed when it was seen for so long and chance would hardly have put a blob so near to where it should be so
 * often (Sittler 1964): ln of the odds, which each picture raises or lowers by what it says.
 */
const BELIEVED_MS = 300;
const BELIEVED = 7;
const MOST_BELIEF = 12;
/** What a picture without it takes away. */
const UNSEEN_BELIEF = 2;
const LEAST_CHANCE = 0.005;
const SEEN_CHANCE = 0.9;
/** Nearer than this (heights) is as near as can be measured. */
const NEAREST = 0.02;
/** Running mean of the blobs that belong to nothing (ms). */
const CLUTTER_MS = 5000;
/** So many a picture: it rains or snows. */
const DRIZZLE = 2.5;
/** A thing waits for so long unseen: tentative, live and moving, live and standing still. */
const WAIT_TENTATIVE_MS = 250;
const WAIT_MS = 1200;
/** A thing that would be outside the picture by now does not wait. */
const WAIT_OUTSIDE_MS = 300;
/** How quickly place, size and speed follow what is seen (time constants, ms). */
const SIZE_MS = 250;
const SPEED_MS = 350;
/** A size is steady while the blob is not higher or wider, or less so, than the thing by these shares; legs swing. */
const STEADY_HEIGHT = 0.13;
const STEADY_WIDTH = 0.3;
/** Farther than so many of its own sizes, and at least so far (heights), from its anchor it has moved on. */
const MOVED_SHARE = 0.35;
const MOVED_LEAST = 0.05;
/** Alone for so long again after things parted, a thing's shape is its own. */
const PARTED_REACH = 0.03;
/** A thing collects pieces up to this times its size, and that far (heights) outside its box. */
const COLLECTED = 1.25;
const HELD_REACH = 0.02;
/** A part is at most this share of the whole, lies in it to this share, and differs in speed by at most so much (heights per s). */
const PART_SHARE = 0.4;
const PART_INSIDE = 0.7;
const PART_SPEED = 0.08;
/** In a shared blob a thing this many times as large as all others together is the blob, and they are hidden by it. */
const DOMINANT = 3;
/** The gate of a hidden thing grows with its time, up to this (heights). */
const HIDDEN_REACH = 0.25;
/** Hidden for longer than this (ms) it is lost. */
const HIDDEN_MS = 6000;
/** Speed before things met: over this span (ms), without the last moments, when they were half covered already. */
const BEFORE_MS = 1500;
const HALF_COVERED_MS = 300;
/** Cost of a pair that cannot be. */
const NEVER = 1e9;

/** What of a picture is kept while its things are told apart. */
export type TrackScratch = {
  readonly pairCost: Float32Array; // [MOST_THINGS * MOST_BLOBS]
  readonly owner: Int8Array; // [MOST_BLOBS] slot, -1 = nobody
  readonly sharers: Uint8Array; // [MOST_BLOBS]
};

type Geometry = { readonly grid: CellGrid; readonly timeMs: number; readonly elapsedMs: number };

/** Called for each thing that has ended, before its slot is free. */
export type Ended = (slot: number) => void;

/** Take in the blobs of one picture. */
export function trackThings(
  things: Things,
  blobs: Blobs,
  grid: CellGrid,
  timeMs: number,
  elapsedMs: number,
  scratch: TrackScratch,
  ended: Ended,
): void {
  const at: Geometry = { grid, timeMs, elapsedMs };
  const { owner, sharers } = scratch;
  owner.fill(-1);
  sharers.fill(0);
  predict(things, elapsedMs);
  dissolve(things);
  collect(things, blobs, grid);
  pair(things, blobs, at, scratch);
  share(things, blobs, at, scratch);
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] === FREE_SLOT) continue;
    const blob = things.blob[slot]!;
    if (blob < 0) continue;
    if (sharers[blob]! > 1 && !dominates(things, slot, blob)) goTogether(things, blobs, at, slot, blob);
    else goAlone(things, blobs, at, slot, blob);
  }
  placeRest(things, blobs, at, owner);
  for (let slot = 0; slot < MOST_THINGS; slot++) if (things.status[slot] !== FREE_SLOT) age(things, at, slot, ended);
}

/** All things end (another clip begins, the camera was moved). */
export function endAll(things: Things, ended: Ended): void {
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] === LIVE) ended(slot);
    things.status[slot] = FREE_SLOT;
  }
}

function predict(things: Things, elapsedMs: number): void {
  const seconds = elapsedMs / 1000;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] === FREE_SLOT) continue;
    things.x[slot]! += things.vx[slot]! * seconds;
    things.y[slot]! += things.vy[slot]! * seconds;
    things.blob[slot] = -1;
  }
}

const centreX = (blobs: Blobs, { rows }: CellGrid, blob: number): number =>
  (blobs.left[blob]! + blobs.right[blob]! + 1) / 2 / rows;
const centreY = (blobs: Blobs, { rows }: CellGrid, blob: number): number =>
  (blobs.top[blob]! + blobs.bottom[blob]! + 1) / 2 / rows;
const widthOf = (blobs: Blobs, { rows }: CellGrid, blob: number): number =>
  (blobs.right[blob]! - blobs.left[blob]! + 1) / rows;
const heightOf = (blobs: Blobs, { rows }: CellGrid, blob: number): number =>
  (blobs.bottom[blob]! - blobs.top[blob]! + 1) / rows;

/** A small thing that goes along in the box of a larger one is part of it: it was a leg, a shadow, a load. */
function dissolve(things: Things): void {
  for (let part = 0; part < MOST_THINGS; part++) {
    if (things.status[part] === FREE_SLOT || things.together[part] === 1) continue;
    const [w, h] = [things.width[part]!, things.height[part]!];
    for (let whole = 0; whole < MOST_THINGS; whole++) {
      if (whole === part || things.status[whole] !== LIVE || things.bornMs[whole]! > things.bornMs[part]!) continue;
      const [bigW, bigH] = [things.width[whole]!, things.height[whole]!];
      if (w * h > PART_SHARE * bigW * bigH) continue;
      const overlapX =
        Math.min(things.x[whole]! + bigW / 2 + HELD_REACH, things.x[part]! + w / 2) -
        Math.max(things.x[whole]! - bigW / 2 - HELD_REACH, things.x[part]! - w / 2);
      const overlapY =
        Math.min(things.y[whole]! + bigH / 2 + HELD_REACH, things.y[part]! + h / 2) -
        Math.max(things.y[whole]! - bigH / 2 - HELD_REACH, things.y[part]! - h / 2);
      if (overlapX <= 0 || overlapY <= 0 || overlapX * overlapY < PART_INSIDE * w * h) continue;
      const [dvx, dvy] = [things.vx[whole]! - things.vx[part]!, things.vy[whole]! - things.vy[part]!];
      if (dvx * dvx + dvy * dvy > PART_SPEED * PART_SPEED) continue;
      things.status[part] = FREE_SLOT;
      break;
    }
  }
}

/** Pieces that lie in the box of one live thing only are joined: a thing that is known does not come apart. */
function collect(things: Things, blobs: Blobs, grid: CellGrid): void {
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
        high > COLLECTED * things.height[slot]! + PARTED_REACH
      )
        continue;
      absorb(blobs, first, blob);
    }
  }
}

/** The one live thing in whose box, a little enlarged, the centre of a blob lies; -1 = none or more than one. */
function holderOf(things: Things, blobs: Blobs, grid: CellGrid, blob: number): number {
  const [x, y] = [centreX(blobs, grid, blob), centreY(blobs, grid, blob)];
  let holder = -1;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE) continue;
    const [dx, dy] = [Math.abs(x - things.x[slot]!), Math.abs(y - things.y[slot]!)];
    if (dx > things.width[slot]! / 2 + HELD_REACH || dy > things.height[slot]! / 2 + HELD_REACH) continue;
    if (holder >= 0) return -1;
    holder = slot;
  }
  return holder;
}

/** Nearest first, each thing takes one blob and each blob one thing. */
function pair(things: Things, blobs: Blobs, at: Geometry, { pairCost, owner, sharers }: TrackScratch): void {
  const count = blobs.count[0]!;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    for (let blob = 0; blob < count; blob++) {
      pairCost[slot * count + blob] =
        things.status[slot] === FREE_SLOT || blobs.isLive[blob] === 0 ? NEVER : costOf(things, blobs, at, slot, blob);
    }
  }
  for (;;) {
    let [best, bestSlot, bestBlob] = [NEVER, -1, -1];
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
function costOf(things: Things, blobs: Blobs, { grid, timeMs }: Geometry, slot: number, blob: number): number {
  const dx = centreX(blobs, grid, blob) - things.x[slot]!;
  const dy = centreY(blobs, grid, blob) - things.y[slot]!;
  const [w, h] = [things.width[slot]!, things.height[slot]!];
  const [bw, bh] = [widthOf(blobs, grid, blob), heightOf(blobs, grid, blob)];
  const unseen = (timeMs - things.seenMs[slot]!) / 1000;
  const hidden = things.together[slot] === 1 ? (timeMs - things.metMs[slot]!) / 1000 : 0;
  const gate =
    GATE + GATE_GROWTH * Math.min(1.2, unseen) + Math.min(HIDDEN_REACH, GATE_GROWTH * hidden) + 0.5 * Math.max(w, h);
  const distance = Math.sqrt(dx * dx + dy * dy);
  if (distance > gate) return NEVER;
  const ratio = (w * h) / (bw * bh);
  const size = ratio > 1 ? Math.min(4, ratio - 1) : Math.min(4, 1 / ratio - 1);
  const tone = Math.abs(things.tone[slot]! - blobs.tone[blob]!) / TONE_LEVELS;
  const tentative = things.status[slot] === TENTATIVE ? 0.3 : 0;
  return distance / gate + SIZE_COST * size + TONE_COST * Math.min(2, tone) + tentative;
}

/** A thing without a blob that lies in somebody else's shares that one. */
function share(things: Things, blobs: Blobs, { grid }: Geometry, { owner, sharers }: TrackScratch): void {
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE || things.blob[slot]! >= 0) continue;
    let [best, bestShare] = [-1, 0.3];
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
  const [w, h] = [things.width[slot]!, things.height[slot]!];
  const left = things.x[slot]! - w / 2;
  const top = things.y[slot]! - h / 2;
  const overlapX = Math.min(left + w, (blobs.right[blob]! + 1) / rows) - Math.max(left, blobs.left[blob]! / rows);
  const overlapY = Math.min(top + h, (blobs.bottom[blob]! + 1) / rows) - Math.max(top, blobs.top[blob]! / rows);
  return overlapX > 0 && overlapY > 0 ? (overlapX * overlapY) / (w * h) : 0;
}

/** A blob lay at this distance from where the thing should be: how likely is that by chance? */
function believe(things: Things, { grid }: Geometry, slot: number, dx: number, dy: number): void {
  const near = Math.max(NEAREST * NEAREST, dx * dx + dy * dy);
  const chance = Math.min(SEEN_CHANCE, Math.max(LEAST_CHANCE, (things.clutter[0]! * 3.14 * near) / grid.aspect));
  things.belief[slot] = Math.min(MOST_BELIEF, things.belief[slot]! + ln(SEEN_CHANCE / chance));
}

/** Whether it rains or snows: small things everywhere that are gone in the next picture. */
export function isDrizzle({ clutter }: Things): boolean {
  return clutter[0]! > DRIZZLE;
}

/** Whether a thing is so large that a shared blob is as good as its own. */
function dominates(things: Things, slot: number, blob: number): boolean {
  let others = 0;
  for (let other = 0; other < MOST_THINGS; other++) {
    if (other === slot || things.status[other] === FREE_SLOT || things.blob[other] !== blob) continue;
    others += things.width[other]! * things.height[other]!;
  }
  return things.width[slot]! * things.height[slot]! >= DOMINANT * others;
}

/** The blob is this thing. */
function goAlone(things: Things, blobs: Blobs, at: Geometry, slot: number, blob: number): void {
  const { grid, timeMs, elapsedMs } = at;
  const [bx, by] = [centreX(blobs, grid, blob), centreY(blobs, grid, blob)];
  const [bw, bh] = [widthOf(blobs, grid, blob), heightOf(blobs, grid, blob)];
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
  const [overH, overW] = [bh / things.height[slot]!, bw / things.width[slot]!];
  const isHigh = overH < 1 + STEADY_HEIGHT && overH > 1 / (1 + STEADY_HEIGHT);
  const isWide = overW < 1 + STEADY_WIDTH && overW > 1 / (1 + STEADY_WIDTH);
  things.steady[slot] = isHigh ? (isWide ? 3 : 1) : 0;
  const sizeGain = isNew ? 1 : elapsedMs / (elapsedMs + SIZE_MS);
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
function goTogether(things: Things, blobs: Blobs, at: Geometry, slot: number, blob: number): void {
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
  let [isLeft, isRight] = [true, true];
  for (let other = 0; other < MOST_THINGS; other++) {
    if (other === slot || things.status[other] === FREE_SLOT || things.blob[other] !== blob) continue;
    if (things.x[other]! < things.x[slot]!) isLeft = false;
    else isRight = false;
  }
  const [halfW, halfH] = [things.width[slot]! / 2, things.height[slot]! / 2];
  const pull = 0.3;
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
function goAsBefore(things: Things, { timeMs }: Geometry, slot: number): void {
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

/** Blobs that nobody has: a piece of a thing beside it, a thing that parted from another, or something new. */
function placeRest(things: Things, blobs: Blobs, at: Geometry, owner: Int8Array): void {
  const { grid } = at;
  let fresh = 0;
  for (let blob = 0; blob < blobs.count[0]!; blob++) {
    if (blobs.isLive[blob] === 0 || owner[blob]! >= 0) continue;
    let parent = -1;
    for (let slot = 0; slot < MOST_THINGS && parent < 0; slot++) {
      if (things.status[slot] !== LIVE || things.blob[slot]! < 0) continue;
      if (coveredBy(things, blobs, grid, slot, blob) > 0.4) parent = slot;
    }
    if (parent >= 0 && isPiece(things, blobs, at, parent, blob)) continue;
    bear(things, blobs, at, blob, parent >= 0);
    fresh++;
  }
  things.clutter[0]! += (at.elapsedMs / (at.elapsedMs + CLUTTER_MS)) * (fresh - things.clutter[0]!);
}

/** Share of a blob's box that lies in a thing's box, a little enlarged. */
function coveredBy(things: Things, blobs: Blobs, { rows }: CellGrid, slot: number, blob: number): number {
  const halfW = things.width[slot]! / 2 + PARTED_REACH;
  const halfH = things.height[slot]! / 2 + PARTED_REACH;
  const [l, r] = [blobs.left[blob]! / rows, (blobs.right[blob]! + 1) / rows];
  const [t, b] = [blobs.top[blob]! / rows, (blobs.bottom[blob]! + 1) / rows];
  const overlapX = Math.min(things.x[slot]! + halfW, r) - Math.max(things.x[slot]! - halfW, l);
  const overlapY = Math.min(things.y[slot]! + halfH, b) - Math.max(things.y[slot]! - halfH, t);
  return overlapX > 0 && overlapY > 0 ? (overlapX * overlapY) / ((r - l) * (b - t)) : 0;
}

/** A small blob in a thing's box is part of it: the thing has come apart in this picture. */
function isPiece(things: Things, blobs: Blobs, { grid }: Geometry, slot: number, blob: number): boolean {
  const area = widthOf(blobs, grid, blob) * heightOf(blobs, grid, blob);
  return area < 0.4 * things.width[slot]! * things.height[slot]!;
}

function bear(things: Things, blobs: Blobs, at: Geometry, blob: number, parted: boolean): void {
  const slot = takeSlot(things);
  if (slot < 0) {
    things.lost[0]!++;
    return;
  }
  const { grid, timeMs } = at;
  const [x, y] = [centreX(blobs, grid, blob), centreY(blobs, grid, blob)];
  things.status[slot] = TENTATIVE;
  things.id[slot] = ++things.nextId[0]!;
  things.bornMs[slot] = timeMs;
  things.seenMs[slot] = timeMs;
  things.cleanMs[slot] = timeMs;
  things.anchorMs[slot] = timeMs;
  things.seenFor[slot] = 0;
  things.belief[slot] = 0;
  things.x[slot] = x;
  things.y[slot] = y;
  things.width[slot] = widthOf(blobs, grid, blob);
  things.height[slot] = heightOf(blobs, grid, blob);
  things.vx[slot] = 0;
  things.vy[slot] = 0;
  things.tone[slot] = blobs.tone[blob]!;
  things.anchorX[slot] = x;
  things.anchorY[slot] = y;
  things.birthX[slot] = x;
  things.birthY[slot] = y;
  things.travelled[slot] = 0;
  things.parted[slot] = parted ? 1 : 0;
  things.together[slot] = 0;
  things.blob[slot] = blob;
  things.atBorder[slot] = touchesBorder(blobs, grid, blob);
  things.bornAtBorder[slot] = things.atBorder[slot]!;
  things.trailLength[slot] = 0;
  note(things, blobs, at, slot);
}

function takeSlot(things: Things): number {
  let [youngest, bornMs] = [-1, -1];
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] === FREE_SLOT) return slot;
    if (things.status[slot] === TENTATIVE && things.blob[slot]! < 0 && things.bornMs[slot]! > bornMs)
      [youngest, bornMs] = [slot, things.bornMs[slot]!];
  }
  return youngest;
}

/** A thing was seen in this picture: its trail, and whether it has moved on. */
function note(things: Things, blobs: Blobs, { grid, timeMs, elapsedMs }: Geometry, slot: number): void {
  if (things.trailLength[slot]! > 0) things.seenFor[slot]! += elapsedMs;
  things.seenMs[slot] = timeMs;
  const [x, y] = [things.x[slot]!, things.y[slot]!];
  const base = slot * TRAIL;
  const newest = base + things.trailAt[slot]!;
  if (things.trailLength[slot] === 0 || timeMs - things.trailMs[newest]! >= 0.9 * TRAIL_MS) {
    things.trailAt[slot] = things.trailLength[slot] === 0 ? 0 : (things.trailAt[slot]! + 1) % TRAIL;
    things.trailLength[slot] = Math.min(TRAIL, things.trailLength[slot]! + 1);
  }
  const entry = base + things.trailAt[slot]!;
  things.trailX[entry] = x;
  things.trailY[entry] = y;
  things.trailMs[entry] = timeMs;
  const blob = things.blob[slot]!;
  const { columns, rows } = grid;
  things.trailLeft[entry] = blobs.left[blob] === 0 ? OFF : blobs.left[blob]! / rows;
  things.trailRight[entry] = blobs.right[blob]! >= columns - 1 ? OFF : blobs.right[blob]! / rows;
  things.trailTop[entry] = blobs.top[blob] === 0 ? OFF : blobs.top[blob]! / rows;
  things.trailBottom[entry] = blobs.bottom[blob]! >= rows - 1 ? OFF : blobs.bottom[blob]! / rows;
  const [ax, ay] = [x - things.anchorX[slot]!, y - things.anchorY[slot]!];
  const moved = Math.max(MOVED_LEAST, MOVED_SHARE * Math.max(things.width[slot]!, things.height[slot]!));
  if (ax * ax + ay * ay > moved * moved) {
    things.anchorX[slot] = x;
    things.anchorY[slot] = y;
    things.anchorMs[slot] = timeMs;
  }
  const [bx, by] = [x - things.birthX[slot]!, y - things.birthY[slot]!];
  const far = Math.sqrt(bx * bx + by * by);
  if (far > things.travelled[slot]!) things.travelled[slot] = far;
}

/** Tentative things are believed, unseen things wait or end. */
function age(things: Things, { grid, timeMs }: Geometry, slot: number, ended: Ended): void {
  const unseen = timeMs - things.seenMs[slot]!;
  if (things.status[slot] === TENTATIVE) {
    if (unseen > 0) things.belief[slot]! -= UNSEEN_BELIEF;
    if (things.seenFor[slot]! >= BELIEVED_MS && things.belief[slot]! >= BELIEVED) things.status[slot] = LIVE;
    else if (unseen > WAIT_TENTATIVE_MS) things.status[slot] = FREE_SLOT;
    return;
  }
  const outside =
    things.x[slot]! < 0.01 || things.y[slot]! < 0.01 || things.x[slot]! > grid.aspect - 0.01 || things.y[slot]! > 0.99;
  if (unseen > (outside || things.atBorder[slot] === 1 ? WAIT_OUTSIDE_MS : WAIT_MS)) {
    ended(slot);
    things.status[slot] = FREE_SLOT;
  } else if (things.together[slot] === 1 && timeMs - things.metMs[slot]! > HIDDEN_MS) {
    ended(slot);
    things.status[slot] = FREE_SLOT;
  } else if (unseen > 0) {
    // Unseen it goes on, more and more slowly.
    things.vx[slot]! *= 0.9;
    things.vy[slot]! *= 0.9;
  }
}

function touchesBorder(blobs: Blobs, { columns, rows }: CellGrid, blob: number): number {
  return blobs.left[blob] === 0 ||
    blobs.top[blob] === 0 ||
    blobs.right[blob]! >= columns - 1 ||
    blobs.bottom[blob]! >= rows - 1
    ? 1
    : 0;
}

function clamp(value: number, least: number, most: number): number {
  return value < least ? least : value > most ? most : value;
}
