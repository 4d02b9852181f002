/**
 * track.ts - which blob of this picture is which thing: things are followed through merging, parting, short occlusion and the
 * border.
 *
 *     predict -> pair things and blobs, nearest first -> things that share a blob go on together, each as it went
 *     -> blobs that belong to nobody are pieces of a thing, things that parted, or new -> what was not seen waits, then ends
 */
import { type Blobs, type CellGrid, cellGrid } from './cells.ts';
import { BELIEVED, BELIEVED_MS, UNSEEN_BELIEF, goAlone, goTogether, note } from './follow.ts';
import { dominates, pair, share } from './pair.ts';
import { collect, coveredBy, dissolve, isPiece } from './pieces.ts';
import { centreX, centreY, heightOf, type Picture, type TrackScratch, touchesBorder, widthOf } from './picture.ts';
import { FREE_SLOT, LIVE, MOST_THINGS, TENTATIVE, type Things } from './pool.ts';

export type { TrackScratch };

/** Running mean of the blobs that belong to nothing (ms). */
const CLUTTER_MS = 5000;
/** So many a picture: it rains or snows. */
const DRIZZLE = 2.5;
/** A thing waits for so long unseen: tentative, live and moving, live and standing still. */
const WAIT_TENTATIVE_MS = 250;
const WAIT_MS = 1200;
/** A thing that would be outside the picture by now does not wait. */
const WAIT_OUTSIDE_MS = 300;
/** Hidden for longer than this (ms) it is lost. */
const HIDDEN_MS = 6000;

/** Called for each thing that has ended, before its slot is free. */
export type Ended = (slot: number) => void;

/** The picture under way. */
const at: { -readonly [K in keyof Picture]: Picture[K] } = { grid: cellGrid(1, 1), timeMs: 0.5, elapsedMs: 0.5 };

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
  at.grid = grid;
  at.timeMs = timeMs;
  at.elapsedMs = elapsedMs;
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
    const isShared = sharers[blob]! > 1;
    if (isShared && !dominates(things, slot, blob)) goTogether(things, blobs, at, slot, blob);
    else goAlone(things, blobs, at, slot, blob, isShared);
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

/** Whether it rains or snows: small things everywhere that are gone in the next picture. */
export function isDrizzle({ clutter }: Things): boolean {
  return clutter[0]! > DRIZZLE;
}

/** Blobs that nobody has: a piece of a thing beside it, a thing that parted from another, or something new. */
function placeRest(things: Things, blobs: Blobs, at: Picture, owner: Int8Array): void {
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

function bear(things: Things, blobs: Blobs, at: Picture, blob: number, parted: boolean): void {
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

/** Tentative things are believed, unseen things wait or end. */
function age(things: Things, { grid, timeMs }: Picture, slot: number, ended: Ended): void {
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
