/**
 * episode-track.ts - where one happening begins and ends.
 *
 * An episode begins when something comes to a place where nothing was, and ends when it has been gone for QUIET_FRAMES.
 * It holds every zone that was occupied for JOIN_FRAMES of it. Zones that are occupied much of the time (a parked car, a
 * tree in the wind) are habitual and ignored. Each zone belongs to the episode that held it last, or to the one next to
 * it; what touches none begins an episode of its own, so that two things at once are two episodes.
 */
import { type Views, field } from '../memory/layout.ts';
import type { ZoneGrid } from '../vision/geometry.ts';

/** Episodes open at once; what comes on top of them counts to the oldest. */
export const MAX_OPEN = 8;
/** Frames a zone must have been occupied to belong to the episode. */
export const JOIN_FRAMES = 4;
/** Frames of emptiness that end an episode. */
const QUIET_FRAMES = 3;
/** Share of the time a zone must be occupied to be habitual, and over what time that is judged. */
const HABITUAL = 0.3;
const HABIT_MS = 300_000;
const NOBODY = 255;

export const episodeTrackFields = (grid: ZoneGrid) => {
  const zones = grid.columns * grid.rows;
  return {
    // f32 and f64: + - * / of frame times only
    occupiedShare: field('f32', zones, 'state'), // [zones] share of the time, running
    openedMs: field('f64', MAX_OPEN, 'state'), // [MAX_OPEN] when the episode began; times in ms
    isOpen: field('u8', MAX_OPEN, 'state'), // [MAX_OPEN] 0|1
    emptyFrames: field('u8', MAX_OPEN, 'state'), // [MAX_OPEN] frames in a row without a zone
    held: field('u8', MAX_OPEN * zones, 'state'), // [MAX_OPEN, zones] 0|1 where it was seen last
    heldFrames: field('u8', MAX_OPEN * zones, 'state'), // [MAX_OPEN, zones] frames it held the zone, saturating
    owner: field('u8', zones, 'scratch'), // [zones] episode that holds the zone now, or NOBODY
    grown: field('u8', MAX_OPEN, 'scratch'), // [MAX_OPEN] 0|1 a zone joined in this frame
    closed: field('u8', MAX_OPEN, 'scratch'), // [MAX_OPEN] 0|1 the episode ended in this frame
  };
};
export type EpisodeTrack = Views<ReturnType<typeof episodeTrackFields>>;

/** One frame: `occupied` [zones] 0|1. Sets `grown` and `closed`; a closed episode keeps its zones until the next frame. */
export function trackEpisodes(
  track: EpisodeTrack,
  grid: ZoneGrid,
  occupied: Uint8Array,
  timeMs: number,
  elapsedMs: number,
): void {
  const { isOpen, emptyFrames, held, heldFrames, owner, grown, closed, occupiedShare } = track;
  const zones = occupied.length;
  const rate = Math.min(1, elapsedMs / HABIT_MS);
  for (let zone = 0; zone < zones; zone++) occupiedShare[zone]! += rate * (occupied[zone]! - occupiedShare[zone]!);
  assignZones(track, grid, occupied, timeMs);
  grown.fill(0);
  closed.fill(0);
  for (let episode = 0; episode < MAX_OPEN; episode++) {
    if (isOpen[episode] === 0) continue;
    const first = episode * zones;
    let holds = 0;
    for (let zone = 0; zone < zones; zone++) if (owner[zone] === episode) holds++;
    if (holds === 0) {
      if (++emptyFrames[episode]! < QUIET_FRAMES) continue;
      isOpen[episode] = 0;
      closed[episode] = 1;
      continue;
    }
    emptyFrames[episode] = 0;
    for (let zone = 0; zone < zones; zone++) {
      const holdsIt = owner[zone] === episode ? 1 : 0;
      held[first + zone] = holdsIt;
      if (holdsIt === 0 || heldFrames[first + zone] === 255) continue;
      if (++heldFrames[first + zone]! === JOIN_FRAMES) grown[episode] = 1;
    }
  }
}

/** A new clip begins: nothing is going on. */
export function resetTrack({ isOpen, closed, grown }: EpisodeTrack): void {
  isOpen.fill(0);
  closed.fill(0);
  grown.fill(0);
}

/** Whether the zone belongs to the episode. */
export function joined({ heldFrames }: EpisodeTrack, zones: number, episode: number, zone: number): boolean {
  return heldFrames[episode * zones + zone]! >= JOIN_FRAMES;
}

/** Give every occupied zone that is not habitual to an episode. */
function assignZones(track: EpisodeTrack, grid: ZoneGrid, occupied: Uint8Array, timeMs: number): void {
  const { isOpen, held, owner, occupiedShare } = track;
  const zones = occupied.length;
  owner.fill(NOBODY);
  const counts = (zone: number): boolean => occupied[zone] === 1 && occupiedShare[zone]! < HABITUAL;
  for (let episode = 0; episode < MAX_OPEN; episode++) {
    if (isOpen[episode] === 0) continue;
    for (let zone = 0; zone < zones; zone++)
      if (owner[zone] === NOBODY && held[episode * zones + zone] === 1 && counts(zone)) owner[zone] = episode;
  }
  // What is next to where an episode was seen last belongs to it, even if the thing has left that place meanwhile.
  for (let zone = 0; zone < zones; zone++) {
    if (owner[zone] !== NOBODY || !counts(zone)) continue;
    for (let episode = 0; episode < MAX_OPEN && owner[zone] === NOBODY; episode++)
      if (isOpen[episode] === 1 && isNextTo(track, grid, episode, zone)) owner[zone] = episode;
  }
  spread(track, grid, counts);
  for (let zone = 0; zone < zones; zone++) {
    if (owner[zone] !== NOBODY || !counts(zone)) continue;
    owner[zone] = open(track, zones, timeMs);
    spread(track, grid, counts);
  }
}

function isNextTo({ held }: EpisodeTrack, grid: ZoneGrid, episode: number, zone: number): boolean {
  const first = episode * grid.columns * grid.rows;
  return someNeighbour(grid, zone, (neighbour) => held[first + neighbour] === 1);
}

/** Unowned zones take the owner of a neighbour, until nothing changes. */
function spread({ owner }: EpisodeTrack, grid: ZoneGrid, counts: (zone: number) => boolean): void {
  for (let changed = true; changed;) {
    changed = false;
    for (let zone = 0; zone < owner.length; zone++) {
      if (owner[zone] !== NOBODY || !counts(zone)) continue;
      someNeighbour(grid, zone, (neighbour) => {
        if (owner[neighbour] === NOBODY) return false;
        owner[zone] = owner[neighbour]!;
        changed = true;
        return true;
      });
    }
  }
}

function someNeighbour(grid: ZoneGrid, zone: number, is: (neighbour: number) => boolean): boolean {
  const column = zone % grid.columns;
  const row = (zone - column) / grid.columns;
  for (let y = Math.max(0, row - 1); y <= Math.min(grid.rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(grid.columns - 1, column + 1); x++) {
      const neighbour = y * grid.columns + x;
      if (neighbour !== zone && is(neighbour)) return true;
    }
  }
  return false;
}

/** A free place, or the oldest episode when all are taken. */
function open(
  { isOpen, openedMs, emptyFrames, held, heldFrames }: EpisodeTrack,
  zones: number,
  timeMs: number,
): number {
  let oldest = 0;
  for (let episode = 0; episode < MAX_OPEN; episode++) {
    if (isOpen[episode] === 0) {
      isOpen[episode] = 1;
      openedMs[episode] = timeMs;
      emptyFrames[episode] = 0;
      held.fill(0, episode * zones, (episode + 1) * zones);
      heldFrames.fill(0, episode * zones, (episode + 1) * zones);
      return episode;
    }
    if (openedMs[episode]! < openedMs[oldest]!) oldest = episode;
  }
  return oldest;
}
