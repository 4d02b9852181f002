/**
 * episode-region.ts - L3: one region over whole happenings, ticking once per episode.
 *
 * A temporal memory over kinds of episodes learns in which order they come: A-B-C and D-B-E, where what follows B depends
 * on what came before it. It follows several sequences at once, each a chain (`episode-chains.ts`): an episode continues
 * the chain that expects it, so that what goes on beside a routine does not disturb it.
 *
 *     evidence = -ln P / 3 of what is out of order, P the running share of how often it was:
 *       an episode of this kind that no chain expects;  a routine that begins while another is under way;
 *       an episode that goes on with a chain that was left
 *
 * The first is judged as soon as the zones joined so far fit no expected kind, not only when the episode is over.
 */
import { type IntervalMemory, intervalMemoryFields } from '../anomaly/interval-memory.ts';
import type { TemporalMemory } from '../htm/temporal-memory.ts';
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';
import type { ZoneGrid } from '../vision/geometry.ts';
import {
  CHAINS,
  type ChainViews,
  continueChain,
  endChains,
  expectAll,
  isExpected,
  isMidway,
  isWithin,
  recentChain,
} from './episode-chains.ts';
import { type EpisodeKinds, KINDS, NO_KIND, learnKind, nearestKind, shareHeld } from './episode-kinds.ts';
import { type EpisodeLinks, forgetLinks, isLinked, learnLinks, linkOf } from './episode-links.ts';
import { type PauseMemory, contextEndMs, learnPause } from './episode-pause.ts';
import { type EpisodeTrack, MAX_OPEN, joined, resetTrack, trackEpisodes } from './episode-track.ts';
import { fade } from './fade.ts';

const TRANSITIONS = 2048;
const FADE = 0.9;
/** The slowest rate of the running shares: what was new when the region was young must not count for long. */
const SHARE_RATE = 0.12;
/** Share of its visits that must have begun a chain for a kind to be one that does. */
const BEGINS_FROM = 0.05;
/** Evidence from which an episode is not learned as something that follows: P about 1 / 4. */
const HELD_FROM = 0.45;
/** Share of the zones so far that a kind must hold to be the one under way. */
const FITS = 0.6;

/** What an episode is to the chains. */
const FIT = { continues: 0, resumes: 1, begins: 2, beginsMidway: 3, unexpected: 4 } as const;
/** `chain` is -1 when it begins a new one. */
type Fit = { readonly fit: (typeof FIT)[keyof typeof FIT]; readonly chain: number };

export const episodeFields = (grid: ZoneGrid) => ({
  visits: field('u16', KINDS, 'learned'), // [KINDS] saturating
  fits: field('u16', 1, 'learned'), // episodes that some chain expected, saturating
  // f32: running shares, made by + - * / only
  unexpected: field('f32', KINDS, 'learned'), // [KINDS] of a kind's visits, those no chain expected
  began: field('f32', KINDS, 'learned'), // [KINDS] of a kind's visits, those that continued no chain
  resumed: field('f32', 1, 'learned'), // of `fits`, those that went on with a chain which had been left
  midway: field('f32', 1, 'learned'), // of `fits`, those that began while another chain was under way
  lastMs: field('f64', 1, 'state'), // when the last episode of all ended
  lastKind: field('u16', 1, 'state'), // its kind; NO_KIND before the first
  episodeSurprise: field('f32', 1, 'state'), // fading
  member: field('u8', grid.columns * grid.rows, 'scratch'), // zones of the episode looked at
  alive: field('u16', CHAINS, 'scratch'), // list of kinds
});
export type EpisodeViews = Views<ReturnType<typeof episodeFields>>;
export const episodeTransitionFields = () => intervalMemoryFields(TRANSITIONS);

export type EpisodeRegion = {
  readonly grid: ZoneGrid;
  readonly views: EpisodeViews;
  readonly track: EpisodeTrack;
  readonly kinds: EpisodeKinds;
  readonly links: EpisodeLinks;
  readonly pauses: PauseMemory;
  readonly chains: ChainViews;
  /** How often and how soon one kind follows another after a third. */
  readonly transitions: IntervalMemory;
  readonly memory: TemporalMemory;
};

/** `ended`: episodes that ended in this frame; `surprise` fades. `kind`: what was out of order, or NO_KIND. */
export type EpisodeStep = { surprise: number; ended: number; kind: number };

/** One frame: follow what is going on, judge what has grown, learn what has ended. */
export function stepEpisodeRegion(
  region: EpisodeRegion,
  occupied: Uint8Array,
  timeMs: number,
  elapsedMs: number,
  learn: boolean,
  out: EpisodeStep,
): void {
  const { views, track, grid } = region;
  fade(views.episodeSurprise, FADE);
  out.ended = 0;
  out.kind = NO_KIND;
  trackEpisodes(track, grid, occupied, timeMs, elapsedMs);
  for (let episode = 0; episode < MAX_OPEN; episode++) {
    if (track.closed[episode] === 1) finish(region, episode, timeMs, learn, out);
    else if (track.grown[episode] === 1) judgeGrowing(region, episode, out);
  }
  endChains(region, timeMs, learn);
  out.surprise = views.episodeSurprise[0]!;
}

/** A new clip begins: forget what was going on, keep what was learned. */
export function resetEpisodeRegion(region: EpisodeRegion): void {
  resetTrack(region.track);
  region.chains.chainLive.fill(0);
  region.views.episodeSurprise.fill(0);
  initEpisodeRegion(region);
}

/** A newborn region has seen no episode. */
export function initEpisodeRegion({ views }: EpisodeRegion): void {
  views.lastKind.fill(NO_KIND);
}

function judgeGrowing(region: EpisodeRegion, episode: number, out: EpisodeStep): void {
  const { views, track, kinds } = region;
  readMember(region, episode);
  expectAll(region, track.openedMs[episode]!);
  let likely = NO_KIND;
  for (let kind = 0; kind < KINDS; kind++) {
    if (kinds.kindVisits[kind] === 0 || shareHeld(kinds, kind, views.member) < FITS) continue;
    // Any expected kind it may become excuses it.
    if (begins(views, kind) || isExpectedAnywhere(region, kind)) return;
    if (likely === NO_KIND || kinds.kindVisits[kind]! > kinds.kindVisits[likely]!) likely = kind;
  }
  if (likely !== NO_KIND) surprise(region, rarity(views.unexpected, views.visits, likely), likely, out);
}

function finish(region: EpisodeRegion, episode: number, timeMs: number, learn: boolean, out: EpisodeStep): void {
  const { views, track, kinds } = region;
  if (!readMember(region, episode)) return;
  const beganMs = track.openedMs[episode]!;
  out.ended++;
  const known = nearestKind(kinds, region.grid, views.member);
  if (known === NO_KIND && !learn) return;
  const kind = learn ? learnEpisode(region, known, beganMs) : known;
  expectAll(region, beganMs);
  const place = fitOf(region, kind, beganMs);
  const evidence = views.visits[kind]! > 0 ? evidenceOf(views, place, kind) : 0;
  surprise(region, evidence, kind, out);
  if (learn) countFit(views, place, kind);
  // As long as it is rare that a kind is unexpected, its breaks are not learned: they would become usual one by one.
  const at = continueChain(region, place.chain, kind, beganMs, learn && evidence < HELD_FROM);
  region.chains.chainMs[at] = timeMs;
  views.lastKind[0] = kind;
  views.lastMs[0] = timeMs;
}

/** Take the episode for its kind, and learn what it follows; returns the kind. */
function learnEpisode({ views, kinds, links, pauses, chains }: EpisodeRegion, known: number, beganMs: number): number {
  const kind = learnKind(kinds, known);
  if (known === NO_KIND) {
    views.visits[kind] = 0;
    views.unexpected[kind] = 0;
    views.began[kind] = 0;
    forgetLinks(links, kind);
  }
  const last = views.lastKind[0]!;
  if (last !== NO_KIND) learnPause(pauses, Math.max(0, beganMs - views.lastMs[0]!), last, kind);
  const endMs = contextEndMs(pauses);
  let alive = 0;
  for (let chain = 0; chain < CHAINS; chain++) {
    const before = chains.chainKind[chain]!;
    if (isWithin(chains, chain, beganMs, endMs) && !views.alive.subarray(0, alive).includes(before))
      views.alive[alive++] = before;
  }
  learnLinks(links, views.alive, alive, kind);
  return kind;
}

/** Where an episode of `kind` belongs, by what is expected; by its links when nothing expects it. */
function fitOf(region: EpisodeRegion, kind: number, beganMs: number): Fit {
  const { chains, links, pauses } = region;
  const endMs = contextEndMs(pauses);
  const recent = recentChain(chains, beganMs, endMs);
  let expecting = -1;
  let linked = -1;
  let midway = false;
  // The chain that the kind is linked to most; of equals the later one.
  const isMoreLinked = (chain: number, other: number): boolean => {
    if (other < 0) return true;
    const more = linkOf(links, chains.chainKind[chain]!, kind) - linkOf(links, chains.chainKind[other]!, kind);
    return more > 0 || (more === 0 && chains.chainMs[chain]! > chains.chainMs[other]!);
  };
  for (let chain = 0; chain < CHAINS; chain++) {
    if (!isWithin(chains, chain, beganMs, endMs)) continue;
    if (isExpected(chains, chain, kind) && isMoreLinked(chain, expecting)) expecting = chain;
    if (isLinked(links, chains.chainKind[chain]!, kind) && isMoreLinked(chain, linked)) linked = chain;
    if (isMidway(chains, chain)) midway = true;
  }
  if (expecting >= 0) return { fit: expecting === recent ? FIT.continues : FIT.resumes, chain: expecting };
  if (linked >= 0 || !begins(region.views, kind)) return { fit: FIT.unexpected, chain: linked };
  return { fit: midway ? FIT.beginsMidway : FIT.begins, chain: -1 };
}

/** Whether a kind is one that chains begin with. */
function begins({ began }: EpisodeViews, kind: number): boolean {
  return began[kind]! >= BEGINS_FROM;
}

function evidenceOf(views: EpisodeViews, { fit }: Fit, kind: number): number {
  if (fit === FIT.unexpected) return rarity(views.unexpected, views.visits, kind);
  if (fit === FIT.resumes) return rarity(views.resumed, views.fits, 0);
  if (fit === FIT.beginsMidway) return rarity(views.midway, views.fits, 0);
  return 0;
}

/** Evidence of something whose running share of `counts[at]` visits is `shares[at]`. */
function rarity(shares: Float32Array, counts: Uint16Array, at: number): number {
  return -ln(Math.min(1, shares[at]! + 1 / (counts[at]! + 2))) / 3;
}

/** Move a running share whose `count`th visit was (1) or was not (0) what it tells the share of. */
function moveShare(shares: Float32Array, at: number, count: number, was: 0 | 1): void {
  shares[at]! += Math.max(1 / count, SHARE_RATE) * (was - shares[at]!);
}

function countFit(views: EpisodeViews, { fit, chain }: Fit, kind: number): void {
  const { unexpected, began, visits, fits, resumed, midway } = views;
  visits[kind] = Math.min(65535, visits[kind]! + 1);
  moveShare(began, kind, visits[kind]!, chain < 0 ? 1 : 0);
  moveShare(unexpected, kind, visits[kind]!, fit === FIT.unexpected ? 1 : 0);
  if (fit === FIT.unexpected) return;
  fits[0] = Math.min(65535, fits[0]! + 1);
  moveShare(resumed, 0, fits[0]!, fit === FIT.resumes ? 1 : 0);
  moveShare(midway, 0, fits[0]!, fit === FIT.beginsMidway ? 1 : 0);
}

function surprise({ views }: EpisodeRegion, evidence: number, kind: number, out: EpisodeStep): void {
  if (evidence <= views.episodeSurprise[0]!) return;
  views.episodeSurprise[0] = evidence;
  out.kind = kind;
}

/** The zones of an episode to `member`; false when it has none. */
function readMember({ views, track }: EpisodeRegion, episode: number): boolean {
  const { member } = views;
  let some = false;
  for (let zone = 0; zone < member.length; zone++) {
    const holds = joined(track, member.length, episode, zone);
    member[zone] = holds ? 1 : 0;
    some ||= holds;
  }
  return some;
}

function isExpectedAnywhere({ chains }: EpisodeRegion, kind: number): boolean {
  for (let chain = 0; chain < CHAINS; chain++) if (isExpected(chains, chain, kind)) return true;
  return false;
}
