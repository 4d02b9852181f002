/**
 * episode-region.ts - L3: one region over whole happenings, ticking once per episode (`episode-track.ts`).
 *
 * Episodes are sorted into kinds by where they were, and sequences learn in which order the kinds come: A-B-C and D-B-E,
 * where what follows B depends on what came before it. Two things on rounds of their own would cut each other's order to
 * pieces; so there is one sequence for the whole picture and one for each half, and an episode ticks every one whose
 * part it lies in. One of them judges it: the whole's, unless that is often wrong and a half's is not.
 *
 * An episode is judged as soon as the zones it has joined so far fit no expected kind, and once more when it is over.
 */
import { type Views, field } from '../memory/layout.ts';
import type { ZoneGrid } from '../vision/geometry.ts';
import { type EpisodeKinds, KINDS, NO_KIND, learnKind, nearestKind, shareHeld } from './episode-kinds.ts';
import {
  type EpisodeSequence,
  endSequence,
  expectNext,
  forgetKind,
  isExpected,
  rarityOf,
  resetSequence,
  takeEpisode,
} from './episode-sequence.ts';
import { type EpisodeTrack, MAX_OPEN, joined, resetTrack, trackEpisodes } from './episode-track.ts';
import { fade } from './fade.ts';

/** The parts of the picture that have a sequence of their own. */
export const PARTS = ['whole', 'left', 'right', 'top', 'bottom'] as const;
/** Share of an episode's zones that must lie in a part. */
const IN_PART = 0.65;
/** Share of unexpected episodes from which the whole picture's sequence is often wrong. */
const OFTEN_WRONG = 0.12;
/** Episodes after which a half's sequence may be asked. */
const MIN_EPISODES = 60;
const FADE = 0.9;
/** Share of the zones so far that a kind must hold to be the one under way. */
const FITS = 0.6;

export const episodeFields = (grid: ZoneGrid) => ({
  // f32: evidence
  episodeSurprise: field('f32', 1, 'state'), // fading
  oddKind: field('u8', 1, 'state'), // kind of the episode that was out of order last
  judge: field('u8', 1, 'state'), // part whose sequence judged last
  lastKind: field('u8', 1, 'state'), // kind of the episode that ended last
  member: field('u8', grid.columns * grid.rows, 'scratch'), // zones of the episode looked at
});
export type EpisodeViews = Views<ReturnType<typeof episodeFields>>;

export type EpisodeRegion = {
  readonly grid: ZoneGrid;
  readonly views: EpisodeViews;
  readonly track: EpisodeTrack;
  readonly kinds: EpisodeKinds;
  /** [PARTS] */
  readonly sequences: readonly EpisodeSequence[];
};

/** `ended`: episodes that ended in this frame; `surprise` fades. */
export type EpisodeStep = { surprise: number; ended: number };

/** One frame: follow what is going on, judge what has grown, learn what has ended. `occupied` [zones] 0|1. */
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
  trackEpisodes(track, grid, occupied, timeMs, elapsedMs);
  for (let episode = 0; episode < MAX_OPEN; episode++) {
    if (track.closed[episode] === 1) finish(region, episode, timeMs, learn, out);
    else if (track.grown[episode] === 1) judgeGrowing(region, episode);
  }
  // What began in time may still turn out to be a sequence's next.
  let sinceMs = timeMs;
  for (let episode = 0; episode < MAX_OPEN; episode++)
    if (track.isOpen[episode] === 1) sinceMs = Math.min(sinceMs, track.openedMs[episode]!);
  for (const sequence of region.sequences) endSequence(sequence, sinceMs, learn);
  out.surprise = views.episodeSurprise[0]!;
}

/** A new clip begins: forget what was going on, keep what was learned. */
export function resetEpisodeRegion({ views, track, sequences }: EpisodeRegion): void {
  resetTrack(track);
  views.episodeSurprise.fill(0);
  for (const sequence of sequences) resetSequence(sequence);
}

function judgeGrowing(region: EpisodeRegion, episode: number): void {
  const { views, track, kinds, sequences } = region;
  readMember(region, episode);
  const beganMs = track.openedMs[episode]!;
  const judge = judgeOf(region);
  const sequence = sequences[judge]!;
  views.judge[0] = judge;
  expectNext(sequence, beganMs);
  let likely = NO_KIND;
  for (let kind = 0; kind < KINDS; kind++) {
    if (kinds.kindVisits[kind] === 0 || shareHeld(kinds, kind, views.member) < FITS) continue;
    // Any expected kind it may become excuses it.
    if (isExpected(sequence, kind, beganMs)) return;
    if (likely === NO_KIND || kinds.kindVisits[kind]! > kinds.kindVisits[likely]!) likely = kind;
  }
  if (likely !== NO_KIND) surprise(views, rarityOf(sequence, likely), likely);
}

function finish(region: EpisodeRegion, episode: number, timeMs: number, learn: boolean, out: EpisodeStep): void {
  const { views, track, kinds, sequences, grid } = region;
  if (!readMember(region, episode)) return;
  out.ended++;
  const known = nearestKind(kinds, grid, views.member);
  if (known === NO_KIND && !learn) return;
  const kind = learn ? learnKind(kinds, known) : known;
  views.lastKind[0] = kind;
  const judge = judgeOf(region);
  views.judge[0] = judge;
  for (const [part, sequence] of sequences.entries()) {
    if (known === NO_KIND) forgetKind(sequence, kind);
    if (!liesIn(grid, views.member, part)) continue;
    const evidence = takeEpisode(sequence, kind, track.openedMs[episode]!, timeMs, learn);
    if (part === judge) surprise(views, evidence, kind);
  }
}

/** The part whose sequence is asked what comes next: the least often wrong one that has seen enough. */
export function judgeOfNext({ sequences }: EpisodeRegion): number {
  let best = 0;
  for (let part = 1; part < sequences.length; part++) {
    const { missed, episodes } = sequences[part]!.views;
    if (sequences[0]!.views.missed[0]! < OFTEN_WRONG || episodes[0]! < MIN_EPISODES) continue;
    if (missed[0]! < sequences[best]!.views.missed[0]! / 2) best = part;
  }
  return best;
}

/** The part whose sequence judges an episode that holds the zones in `member`. */
function judgeOf({ sequences, grid, views }: EpisodeRegion): number {
  const whole = sequences[0]!.views.missed[0]!;
  let judge = 0;
  if (whole < OFTEN_WRONG) return judge;
  let least = whole / 2;
  for (let part = 1; part < sequences.length; part++) {
    const { missed, episodes } = sequences[part]!.views;
    if (missed[0]! >= least || episodes[0]! < MIN_EPISODES || !liesIn(grid, views.member, part)) continue;
    judge = part;
    least = missed[0]!;
  }
  return judge;
}

function surprise({ episodeSurprise, oddKind }: EpisodeViews, evidence: number, kind: number): void {
  if (evidence <= episodeSurprise[0]!) return;
  episodeSurprise[0] = evidence;
  oddKind[0] = kind;
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

/** Whether most of the zones in `member` lie in a part of the picture. */
function liesIn(grid: ZoneGrid, member: Uint8Array, part: number): boolean {
  if (part === 0) return true;
  let inside = 0;
  let all = 0;
  for (let zone = 0; zone < member.length; zone++) {
    if (member[zone] === 0) continue;
    const x = (zone % grid.columns) + 0.5;
    const y = Math.floor(zone / grid.columns) + 0.5;
    const along = part <= 2 ? x / grid.columns : y / grid.rows;
    all++;
    if (part === 1 || part === 3 ? along <= 0.5 : along >= 0.5) inside++;
  }
  return inside >= IN_PART * all;
}
