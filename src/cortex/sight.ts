/**
 * sight.ts - from a picture to what is there: which things are followed, and which places they hold.
 *
 *     scene gate -> eye -> blobs -> things -> background follows -> occupied places
 *
 * While the picture changes as a whole, or is blocked, nothing is there.
 */
import { findBlobs } from '../things/blobs.ts';
import { type Blobs, type CellGrid, MOST_BLOBS } from '../things/cells.ts';
import type { HeightScore } from '../things/join.ts';
import { coverOf, foregroundOfThings } from '../things/cover.ts';
import { markFlicker } from '../things/flicker.ts';
import { type Ended, type TrackScratch, endAll, isDrizzle, trackThings } from '../things/track.ts';
import { MOST_THINGS, type Things } from '../things/pool.ts';
import { type Views, field } from '../memory/layout.ts';
import { type Eye, type Sight, beginAnew, follow, see } from '../vision/eye.ts';
import { type FlowPlane, resetFlowPlane, updateFlowPlane } from '../vision/flow-plane.ts';
import type { Geometry } from '../vision/geometry.ts';
import { type Occupancy, clearOccupancy, updateOccupancy } from '../vision/occupancy.ts';
import { type SceneGate, type SceneVerdict, noteEmptiness, watchScene } from '../vision/scene-gate.ts';

export const sightFields = ({ width, height, subColumns, subRows }: Geometry) => ({
  cover: field('u8', width * height, 'scratch'), // [height, width] see vision/noise.ts
  inside: field('u8', width * height, 'scratch'), // [height, width] 0|1 foreground of a thing
  counts: field('u8', subColumns * subRows, 'scratch'), // [subcells] pixels of things
  pairCost: field('f32', MOST_THINGS * MOST_BLOBS, 'scratch'),
  owner: field('i8', MOST_BLOBS, 'scratch'),
  sharers: field('u8', MOST_BLOBS, 'scratch'),
});

/** Occupied places of the position grid and of the coarser grid of the regions. */
export type ZoneStates = { readonly local: Occupancy; readonly global: Occupancy };

export type SightParts = {
  readonly geometry: Geometry;
  readonly gate: SceneGate;
  readonly eye: Eye;
  readonly flowPlane: FlowPlane;
  readonly cells: CellGrid;
  readonly blobs: Blobs;
  readonly things: Things;
  readonly zones: ZoneStates;
  readonly scratch: Views<ReturnType<typeof sightFields>> & TrackScratch;
  /** Against what is usual at a place. */
  readonly scoreHeight: HeightScore;
};

/** Without the gate every picture is what it seems. */
const UNWATCHED: SceneVerdict = {
  luma: new Uint8Array(0),
  muted: false,
  unsure: false,
  blocked: false,
  relearn: false,
  turned: false,
  change: 'none',
};
/** Of the frame looked at last; filled anew by each. */
const watched: SceneVerdict = { ...UNWATCHED };
const sight: Sight = { foregroundShare: 0, begun: false };

/** What a frame shows. `localChanged`, `globalChanged`: places whose state changed. */
export type Seen = {
  verdict: SceneVerdict;
  localChanged: number;
  globalChanged: number;
  /** What was there before belongs to another context. */
  isBroken: boolean;
  moving: number;
};
export const nothingSeen = (): Seen => ({
  verdict: UNWATCHED,
  localChanged: 0,
  globalChanged: 0,
  isBroken: false,
  moving: 0,
});

/** Is it the scene that changed, or the camera, or the light as a whole? To be asked before `lookAt`. */
export function watchPicture(
  { gate, eye, flowPlane, geometry }: SightParts,
  luma: Uint8Array,
  timeMs: number,
  elapsedMs: number,
  isGated: boolean,
): SceneVerdict {
  if (!isGated) {
    UNWATCHED.luma = luma;
    return UNWATCHED;
  }
  watchScene(gate, { eye, flow: flowPlane }, geometry, luma, timeMs, elapsedMs, watched);
  return watched;
}

/** Look at a picture that was watched; `ended` is called for each thing that has gone. */
export function lookAt(
  parts: SightParts,
  verdict: SceneVerdict,
  timeMs: number,
  elapsedMs: number,
  ended: Ended,
  out: Seen,
): void {
  const { eye, things, geometry, zones, scratch, blobs, cells, flowPlane } = parts;
  const { width, height } = geometry;
  const { foreground, residual, before } = eye.views;
  out.verdict = verdict;
  out.isBroken = verdict.turned;
  if (verdict.relearn) beginAnew(eye);
  out.moving = 0;
  if (!verdict.blocked) {
    see(eye, verdict.luma, elapsedMs, sight);
    out.moving = updateFlowPlane(flowPlane, geometry, verdict.luma, elapsedMs);
    out.isBroken ||= sight.begun;
  }
  if (out.isBroken) clearSight(parts);
  if (!verdict.muted) {
    findBlobs(blobs, cells, foreground, residual, before, width, height, isDrizzle(things), parts.scoreHeight);
    trackThings(things, blobs, cells, timeMs, elapsedMs, scratch, ended);
    markFlicker(things, eye.noise, before, width, height);
  }
  if (!verdict.blocked) {
    coverOf(things, foreground, width, height, scratch.cover);
    follow(eye, scratch.cover, elapsedMs);
  }
  out.localChanged = 0;
  out.globalChanged = 0;
  if (!verdict.muted) {
    foregroundOfThings(things, foreground, geometry, scratch.inside, scratch.counts);
    out.localChanged = updateOccupancy(zones.local, geometry.local, scratch.counts, elapsedMs);
    out.globalChanged = updateOccupancy(zones.global, geometry.global, scratch.counts, elapsedMs);
  }
  noteEmptiness(parts.gate, !zones.local.occupied.includes(1), sight.foregroundShare, timeMs, elapsedMs);
}

/** Nothing is there and nothing moves: what was seen last belongs to another context. Things end without a word. */
export function clearSight({ things, zones, flowPlane }: SightParts): void {
  endAll(things, () => undefined);
  clearOccupancy(zones.local);
  clearOccupancy(zones.global);
  resetFlowPlane(flowPlane);
}
