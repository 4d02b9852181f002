/**
 * episode-kinds.ts - the kinds of episodes seen so far, by the zones they hold.
 *
 *     similarity of an episode to a kind = sum of min / sum of max over all zones, 0..1
 *
 * so a zone more or less at the rim does not make another kind. A kind's zones move with what is taken for it. When all
 * numbers are taken a new kind replaces the least visited one.
 */
import { type Views, field } from '../memory/layout.ts';

export const KINDS = 128;
export const NO_KIND = 255;
/** Similarity from which an episode is of a kind. */
const SAME = 0.5;
/** The slowest rate at which a kind's zones move. */
const MIN_RATE = 0.1;
/** A kind counts as holding a zone when so much of 255 of its episodes did. */
const HOLDS = 128;

export const episodeKindFields = (zones: number) => ({
  kindZones: field('u8', KINDS * zones, 'learned'), // [KINDS, zones] share of its episodes that held the zone, of 255
  kindVisits: field('u16', KINDS, 'learned'), // [KINDS] saturating; 0 = free
});
export type EpisodeKinds = Views<ReturnType<typeof episodeKindFields>>;

/** The most similar kind of an episode that holds the zones in `member` [zones] 0|1, or NO_KIND. */
export function nearestKind({ kindZones, kindVisits }: EpisodeKinds, member: Uint8Array): number {
  const zones = member.length;
  let best = NO_KIND;
  let bestSimilarity = SAME;
  for (let kind = 0; kind < KINDS; kind++) {
    if (kindVisits[kind] === 0) continue;
    let common = 0;
    let either = 0;
    for (let zone = 0; zone < zones; zone++) {
      const share = kindZones[kind * zones + zone]!;
      common += member[zone] === 1 ? share : 0;
      either += member[zone] === 1 ? 255 : share;
    }
    const similarity = common / either;
    if (similarity > bestSimilarity || (similarity === bestSimilarity && best === NO_KIND)) {
      best = kind;
      bestSimilarity = similarity;
    }
  }
  return best;
}

/** Take an episode for `kind`, or for a new kind when that is NO_KIND. Returns the kind's number. */
export function learnKind({ kindZones, kindVisits }: EpisodeKinds, kind: number, member: Uint8Array): number {
  const zones = member.length;
  if (kind === NO_KIND) {
    let taken = 0;
    for (let other = 0; other < KINDS; other++) if (kindVisits[other]! < kindVisits[taken]!) taken = other;
    for (let zone = 0; zone < zones; zone++) kindZones[taken * zones + zone] = member[zone]! * 255;
    kindVisits[taken] = 1;
    return taken;
  }
  const visits = Math.min(65535, kindVisits[kind]! + 1);
  kindVisits[kind] = visits;
  const rate = Math.max(1 / visits, MIN_RATE);
  for (let zone = 0; zone < zones; zone++) {
    const share = kindZones[kind * zones + zone]!;
    kindZones[kind * zones + zone] = Math.round(share + rate * (member[zone]! * 255 - share));
  }
  return kind;
}

/** Share of the zones in `member` [zones] 0|1 that `kind` holds too, 0..1. */
export function coveredBy({ kindZones }: EpisodeKinds, kind: number, member: Uint8Array): number {
  let common = 0;
  let all = 0;
  for (let zone = 0; zone < member.length; zone++) {
    if (member[zone] === 0) continue;
    all++;
    common += kindZones[kind * member.length + zone]!;
  }
  return all === 0 ? 0 : common / (255 * all);
}

/** Whether the episodes of a kind usually hold a zone. */
export function kindHolds({ kindZones }: EpisodeKinds, zones: number, kind: number, zone: number): boolean {
  return kindZones[kind * zones + zone]! >= HOLDS;
}
