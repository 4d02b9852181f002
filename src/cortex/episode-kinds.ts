/**
 * episode-kinds.ts - the kinds of episodes seen so far, by where they were.
 *
 * A zone that an episode held counts in full, the zones around it by half: something that comes up a little further to the
 * left the next time is the same kind, although another zone holds it.
 *
 *     similarity of an episode to a kind = sum of min / sum of max over all zones, 0..1
 *
 * A kind's zones move with what is taken for it. When all numbers are taken a new kind replaces the least visited one.
 */
import { type Views, field } from '../memory/layout.ts';
import type { ZoneGrid } from '../vision/geometry.ts';

export const KINDS = 128;
export const NO_KIND = 255;
/** Similarity from which an episode is of a kind: one zone shifted by one is, shifted diagonally is not. */
const SAME = 0.38;
/** The slowest rate at which a kind's zones move. */
const MIN_RATE = 0.1;
const FULL = 255;
const AROUND = 128;
/** A kind counts as holding a zone when more than half of its episodes did. */
const HOLDS = (FULL + AROUND) / 2;

export const episodeKindFields = (zones: number) => ({
  kindZones: field('u8', KINDS * zones, 'learned'), // [KINDS, zones] mean of what its episodes counted, of 255
  kindVisits: field('u16', KINDS, 'learned'), // [KINDS] saturating; 0 = free
  counted: field('u8', zones, 'scratch'), // [zones] of the episode looked at: FULL, AROUND or 0
});
export type EpisodeKinds = Views<ReturnType<typeof episodeKindFields>>;

/** The most similar kind of an episode that holds the zones in `member` [zones] 0|1, or NO_KIND. */
export function nearestKind(kinds: EpisodeKinds, grid: ZoneGrid, member: Uint8Array): number {
  const { kindZones, kindVisits, counted } = kinds;
  const zones = member.length;
  countAround(counted, grid, member);
  let best = NO_KIND;
  let bestSimilarity = SAME;
  for (let kind = 0; kind < KINDS; kind++) {
    if (kindVisits[kind] === 0) continue;
    let common = 0;
    let either = 0;
    for (let zone = 0; zone < zones; zone++) {
      const usual = kindZones[kind * zones + zone]!;
      const here = counted[zone]!;
      common += here < usual ? here : usual;
      either += here < usual ? usual : here;
    }
    const similarity = common / either;
    if (similarity <= bestSimilarity) continue;
    best = kind;
    bestSimilarity = similarity;
  }
  return best;
}

/**
 * Take the episode that `nearestKind` looked at last for `kind`, or for a new kind when that is NO_KIND. Returns the kind's
 * number.
 */
export function learnKind({ kindZones, kindVisits, counted }: EpisodeKinds, kind: number): number {
  const zones = counted.length;
  if (kind === NO_KIND) {
    let taken = 0;
    for (let other = 0; other < KINDS; other++) if (kindVisits[other]! < kindVisits[taken]!) taken = other;
    kindZones.set(counted, taken * zones);
    kindVisits[taken] = 1;
    return taken;
  }
  const visits = Math.min(65535, kindVisits[kind]! + 1);
  kindVisits[kind] = visits;
  const rate = Math.max(1 / visits, MIN_RATE);
  for (let zone = 0; zone < zones; zone++) {
    const usual = kindZones[kind * zones + zone]!;
    kindZones[kind * zones + zone] = Math.round(usual + rate * (counted[zone]! - usual));
  }
  return kind;
}

/** Share of the zones in `member` [zones] 0|1 that the episodes of `kind` usually hold too, 0..1. */
export function shareHeld(kinds: EpisodeKinds, kind: number, member: Uint8Array): number {
  let common = 0;
  let all = 0;
  for (let zone = 0; zone < member.length; zone++) {
    if (member[zone] === 0) continue;
    all++;
    if (kindHolds(kinds, member.length, kind, zone)) common++;
  }
  return all === 0 ? 0 : common / all;
}

/** Whether the episodes of a kind usually hold a zone. */
export function kindHolds({ kindZones }: EpisodeKinds, zones: number, kind: number, zone: number): boolean {
  return kindZones[kind * zones + zone]! >= HOLDS;
}

function countAround(counted: Uint8Array, grid: ZoneGrid, member: Uint8Array): void {
  counted.fill(0);
  for (let zone = 0; zone < member.length; zone++) {
    if (member[zone] === 0) continue;
    const column = zone % grid.columns;
    const row = (zone - column) / grid.columns;
    for (let y = Math.max(0, row - 1); y <= Math.min(grid.rows - 1, row + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(grid.columns - 1, column + 1); x++) {
        const around = y * grid.columns + x;
        if (counted[around] === 0) counted[around] = AROUND;
      }
    }
    counted[zone] = FULL;
  }
}
