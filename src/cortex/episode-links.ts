/**
 * episode-links.ts - which kinds of episodes belong together?
 *
 *     link(p, n) = P(a chain that ended with p was alive | n came) / P(a chain that ended with p was alive)
 *
 * About 1 for things that have nothing to do with one another, larger where n follows from p. When several chains could
 * take an episode, it belongs to the one it is linked to most: so two things on rounds of their own become two sequences.
 */
import { type Views, field } from '../memory/layout.ts';
import { KINDS } from './episode-kinds.ts';

/** Counts are halved here: old habits must fade. */
const MOST = 240;
/** Visits before links are believed. */
const MIN_VISITS = 6;
/** Share of the times `next` came that `last` must have been alive. */
const OFTEN = 0.1;
/** Weakest link. */
const LINKED = 1.4;

export const episodeLinkFields = () => ({
  linkCount: field('u8', KINDS * KINDS, 'learned'), // [KINDS last, KINDS next] times last was alive when next came
  nextCount: field('u8', KINDS, 'learned'), // [KINDS] times next came; halved with its column of linkCount
  aliveShare: field('f32', KINDS, 'learned'), // [KINDS] running share of all episodes at which it was alive; + - * / only
});
export type EpisodeLinks = Views<ReturnType<typeof episodeLinkFields>>;

const SHARE_RATE = 0.02;

/** `next` came while chains that ended with the kinds in `alive[0..count)` (unique) were alive. */
export function learnLinks(links: EpisodeLinks, alive: Uint16Array, count: number, next: number): void {
  const { linkCount, nextCount, aliveShare } = links;
  for (let kind = 0; kind < KINDS; kind++) aliveShare[kind]! -= SHARE_RATE * aliveShare[kind]!;
  for (let i = 0; i < count; i++) {
    aliveShare[alive[i]!]! += SHARE_RATE;
    linkCount[alive[i]! * KINDS + next]!++;
  }
  if (++nextCount[next]! < MOST) return;
  nextCount[next] = nextCount[next]! >> 1;
  for (let last = 0; last < KINDS; last++) linkCount[last * KINDS + next] = linkCount[last * KINDS + next]! >> 1;
}

/** How much more often `next` comes while `last` is alive than by chance; 1 while unknown. */
export function linkOf({ linkCount, nextCount, aliveShare }: EpisodeLinks, last: number, next: number): number {
  const visits = nextCount[next]!;
  if (visits < MIN_VISITS) return LINKED;
  const chance = Math.max(0.02, aliveShare[last]!);
  return linkCount[last * KINDS + next]! / visits / chance;
}

/** Whether `next` follows from `last` at all: by more than chance, and not only now and then. */
export function isLinked(links: EpisodeLinks, last: number, next: number): boolean {
  const { linkCount, nextCount } = links;
  return linkOf(links, last, next) >= LINKED && linkCount[last * KINDS + next]! >= OFTEN * nextCount[next]!;
}

/** A number that stood for a forgotten kind is given to another. */
export function forgetLinks({ linkCount, nextCount, aliveShare }: EpisodeLinks, kind: number): void {
  linkCount.fill(0, kind * KINDS, (kind + 1) * KINDS);
  for (let last = 0; last < KINDS; last++) linkCount[last * KINDS + kind] = 0;
  nextCount[kind] = 0;
  aliveShare[kind] = 0;
}
