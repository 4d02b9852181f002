/**
 * episode-region.ts - L3: one region over whole happenings, ticking once per episode.
 *
 * A temporal memory over kinds of episodes learns in which order they come: A-B-C and D-B-E, where what follows B depends
 * on what came before it. It follows several sequences at once, each a chain with a context of its own: an episode
 * continues the chain that expects it, so that what goes on beside a routine does not disturb it. A pause after which the
 * past no longer matters (`episode-pause.ts`) ends a chain; END, a symbol of its own, is learned there, and is where the
 * next chain begins.
 *
 *     evidence = -ln P / 3 of what is out of order, P by counting how often it was before:
 *       an episode of this kind that no chain expects;  a routine that begins while another is under way;
 *       an episode that goes on with a chain that was left;  a chain that ends where it does not usually
 *
 * The first is judged as soon as the zones joined so far fit no expected kind, not only when the episode is over.
 */
import { type IntervalMemory, intervalKey, intervalMemoryFields, learnInterval } from '../anomaly/interval-memory.ts';
import {
  type TemporalMemory,
  type TemporalMemoryParams,
  type TemporalMemoryShape,
  resetTemporalMemory,
  stepTemporalMemory,
} from '../htm/temporal-memory.ts';
import { type TmContexts, loadContext, saveContext, tmContextFields } from '../htm/tm-context.ts';
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';
import type { ZoneGrid } from '../vision/geometry.ts';
import { type EpisodeKinds, KINDS, NO_KIND, learnKind, nearestKind, shareHeld } from './episode-kinds.ts';
import { type PauseMemory, contextEndMs, learnPause } from './episode-pause.ts';
import { type EpisodeTrack, MAX_OPEN, joined, resetTrack, trackEpisodes } from './episode-track.ts';
import { fade } from './fade.ts';
import { EVENT_TM_PARAMS } from './local-regions.ts';
import { type CortexSettings, effectiveCells } from './settings.ts';

const COLUMNS_PER_KIND = 6;
/** The symbol behind the kinds: a chain is over. */
export const END = KINDS;
/** Sequences followed at once. */
export const CHAINS = 6;
/**
 * All columns of a kind win together, so a segment sees all six winners of the kind before and no more: with room for more
 * it would also grow to those of another context while the kind bursts, and the two contexts would become one. Segments
 * begin weak and are punished hard, so that a break that comes once in five rounds never becomes usual.
 */
export const EPISODE_TM_PARAMS: TemporalMemoryParams = {
  ...EVENT_TM_PARAMS,
  activationThreshold: 4,
  maxNewSynapseCount: COLUMNS_PER_KIND,
  initialPermanence: 60,
  predictedSegmentDecrement: 6,
};
/** Where a chain begins, anything that does so now and then stays expected. */
const BEGIN_PARAMS: TemporalMemoryParams = { ...EPISODE_TM_PARAMS, predictedSegmentDecrement: 1 };
const SEGMENTS = 2048;
const SYNAPSES = 16;
const TRANSITIONS = 2048;
const FADE = 0.9;
/** Counts are halved here: old habits must fade. */
const MOST = 128;
/** Share of a kind's columns that must be predicted. */
const EXPECTED_SHARE = 0.5;
/** Share of the zones so far that a kind must hold to be the one under way. */
const FITS = 0.6;

/** What an episode is to the chains. `chain` is -1 when it begins a new one. */
export const FIT = { continues: 0, resumes: 1, begins: 2, beginsMidway: 3, unexpected: 4 } as const;
export type Fit = { fit: (typeof FIT)[keyof typeof FIT]; chain: number };

export function episodeShape(settings: CortexSettings): TemporalMemoryShape {
  return {
    columns: (KINDS + 1) * COLUMNS_PER_KIND,
    cellsPerColumn: effectiveCells(settings),
    segments: SEGMENTS,
    synapsesPerSegment: SYNAPSES,
  };
}
export const episodeContextFields = (settings: CortexSettings) =>
  tmContextFields(CHAINS, COLUMNS_PER_KIND * effectiveCells(settings));

export const episodeFields = (grid: ZoneGrid) => ({
  visits: field('u16', KINDS, 'learned'), // [KINDS] halved at MOST, with `unexpected`
  unexpected: field('u16', KINDS, 'learned'), // [KINDS] of them, those no chain expected
  follows: field('u16', KINDS, 'learned'), // [KINDS] times a chain went on or ended after this kind, halved at MOST
  broke: field('u16', KINDS, 'learned'), // [KINDS] of them, ended where it was not expected to
  // learned counts of the whole region, halved at MOST: episodes that continued, resumed, began, began midway
  fits: field('u16', 4, 'learned'), // [FIT.continues .. FIT.beginsMidway]
  chainLive: field('u8', CHAINS, 'state'), // [CHAINS] 0|1
  chainKind: field('u16', CHAINS, 'state'), // [CHAINS] last kind
  chainBefore: field('u16', CHAINS, 'state'), // [CHAINS] the kind before that, or END
  // f64: times in ms; f32: evidence
  chainMs: field('f64', CHAINS, 'state'), // [CHAINS] when the last episode ended
  lastMs: field('f64', 1, 'state'), // when the last episode of all ended
  lastKind: field('u16', 1, 'state'), // its kind; NO_KIND before the first
  episodeSurprise: field('f32', 1, 'state'), // fading
  member: field('u8', grid.columns * grid.rows, 'scratch'), // zones of the episode looked at
  expected: field('u8', (CHAINS + 1) * (KINDS + 1), 'scratch'), // [CHAINS + a new one, KINDS + END] 0|1 predicted
  columns: field('u16', COLUMNS_PER_KIND, 'scratch'),
});
export type EpisodeViews = Views<ReturnType<typeof episodeFields>>;
export const episodeTransitionFields = () => intervalMemoryFields(TRANSITIONS);

export type EpisodeRegion = {
  readonly grid: ZoneGrid;
  readonly views: EpisodeViews;
  readonly track: EpisodeTrack;
  readonly kinds: EpisodeKinds;
  readonly pauses: PauseMemory;
  /** How often and how soon one kind follows another after a third. */
  readonly transitions: IntervalMemory;
  readonly memory: TemporalMemory;
  readonly contexts: TmContexts;
};

/** `ended`: episodes that ended in this frame; `surprise` fades. `kind`, `brokeOff`: for explanations. */
export type EpisodeStep = { surprise: number; ended: number; kind: number; brokeOff: boolean };

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
  out.brokeOff = false;
  out.kind = NO_KIND;
  trackEpisodes(track, grid, occupied, timeMs, elapsedMs);
  for (let episode = 0; episode < MAX_OPEN; episode++) {
    if (track.closed[episode] === 1) finish(region, episode, timeMs, learn, out);
    else if (track.grown[episode] === 1) judgeGrowing(region, episode, out);
  }
  endChains(region, timeMs, learn, out);
  out.surprise = views.episodeSurprise[0]!;
}

/** A new clip begins: forget what was going on, keep what was learned. */
export function resetEpisodeRegion({ views, track, memory }: EpisodeRegion): void {
  resetTrack(track);
  views.chainLive.fill(0);
  views.lastKind.fill(NO_KIND);
  views.episodeSurprise.fill(0);
  resetTemporalMemory(memory);
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
    if (isExpectedAnywhere(region, kind)) return;
    if (likely === NO_KIND || kinds.kindVisits[kind]! > kinds.kindVisits[likely]!) likely = kind;
  }
  if (likely !== NO_KIND) surprise(region, rarity(views.unexpected[likely]!, views.visits[likely]!), likely, out);
}

function finish(region: EpisodeRegion, episode: number, timeMs: number, learn: boolean, out: EpisodeStep): void {
  const { views, track, kinds, pauses } = region;
  if (!readMember(region, episode)) return;
  const beganMs = track.openedMs[episode]!;
  out.ended++;
  let kind = nearestKind(kinds, region.grid, views.member);
  if (kind === NO_KIND && !learn) return;
  const isNew = kind === NO_KIND || views.visits[kind] === 0;
  if (learn) {
    const number = learnKind(kinds, kind);
    if (kind === NO_KIND) {
      views.visits[number] = 0;
      views.unexpected[number] = 0;
      views.follows[number] = 0;
      views.broke[number] = 0;
    }
    kind = number;
    const last = views.lastKind[0]!;
    if (last !== NO_KIND) learnPause(pauses, Math.max(0, beganMs - views.lastMs[0]!), last, kind);
  }
  expectAll(region, beganMs);
  const place = fitOf(region, kind, beganMs);
  if (!isNew) surprise(region, evidenceOf(views, place, kind), kind, out);
  if (learn) countFit(views, place, kind);
  continueChain(region, place, kind, beganMs, timeMs, learn);
  views.lastKind[0] = kind;
  views.lastMs[0] = timeMs;
}

/** Where an episode of `kind` belongs, by what is expected. */
function fitOf(region: EpisodeRegion, kind: number, beganMs: number): Fit {
  const { views } = region;
  const recent = recentChain(views, beganMs - contextEndMs(region.pauses));
  let resumed = -1;
  let midway = false;
  for (let chain = 0; chain < CHAINS; chain++) {
    if (views.chainLive[chain] === 0) continue;
    if (isExpected(views, chain, kind)) {
      if (chain === recent) return { fit: FIT.continues, chain };
      if (resumed < 0 || views.chainMs[chain]! > views.chainMs[resumed]!) resumed = chain;
    }
    if (isMidway(views, chain)) midway = true;
  }
  if (resumed >= 0) return { fit: FIT.resumes, chain: resumed };
  if (isExpected(views, CHAINS, kind)) return { fit: midway ? FIT.beginsMidway : FIT.begins, chain: -1 };
  return { fit: FIT.unexpected, chain: recent };
}

function evidenceOf({ fits, unexpected, visits }: EpisodeViews, { fit }: Fit, kind: number): number {
  if (fit === FIT.unexpected) return rarity(unexpected[kind]!, visits[kind]!);
  if (fit === FIT.resumes) return rarity(fits[FIT.resumes]!, fits[FIT.resumes]! + fits[FIT.continues]!);
  if (fit === FIT.beginsMidway) return rarity(fits[FIT.beginsMidway]!, fits[FIT.beginsMidway]! + fits[FIT.continues]!);
  return 0;
}

/** Evidence of something that happened `times` of `of` times before. */
function rarity(times: number, of: number): number {
  return -ln((times + 1) / (of + 2)) / 3;
}

function countFit({ fits, visits, unexpected }: EpisodeViews, { fit }: Fit, kind: number): void {
  if (fit !== FIT.unexpected && ++fits[fit]! >= MOST)
    for (let i = 0; i < fits.length; i++) fits[i] = fits[i]! >> 1;
  if (fit === FIT.unexpected) unexpected[kind]!++;
  if (++visits[kind]! < MOST) return;
  visits[kind] = visits[kind]! >> 1;
  unexpected[kind] = unexpected[kind]! >> 1;
}

/** Tick the temporal memory on the chain that the episode belongs to. */
function continueChain(
  region: EpisodeRegion,
  { fit, chain }: Fit,
  kind: number,
  beganMs: number,
  timeMs: number,
  learn: boolean,
): void {
  const { views, memory, contexts, transitions } = region;
  const joins = chain >= 0;
  const at = joins ? chain : freeChain(views);
  const last = joins ? views.chainKind[at]! : END;
  const before = joins ? views.chainBefore[at]! : END;
  if (joins) loadContext(memory, contexts, at);
  else beginContext(region);
  if (learn) {
    const pauseMs = joins ? Math.max(0, beganMs - views.chainMs[at]!) : Math.max(0, beganMs - views.lastMs[0]!);
    learnInterval(transitions, intervalKey(kind, before, last), pauseMs);
    if (joins && fit !== FIT.unexpected) countFollow(views, last, false);
  }
  const ticking = joins ? memory : { ...memory, params: BEGIN_PARAMS };
  stepTemporalMemory(ticking, views.columns, columnsOf(views, kind), learn);
  saveContext(memory, contexts, at);
  views.chainLive[at] = 1;
  views.chainBefore[at] = last;
  views.chainKind[at] = kind;
  views.chainMs[at] = timeMs;
}

/** Chains whose last episode is too long ago end: unusual where something was expected to follow. */
function endChains(region: EpisodeRegion, timeMs: number, learn: boolean, out: EpisodeStep): void {
  const { views, memory, contexts, pauses } = region;
  if (!views.chainLive.includes(1)) return;
  const most = contextEndMs(pauses);
  for (let chain = 0; chain < CHAINS; chain++) {
    if (views.chainLive[chain] === 0 || timeMs - views.chainMs[chain]! <= most) continue;
    if (mayBeContinued(region, chain, most)) continue;
    loadContext(memory, contexts, chain);
    const last = views.chainKind[chain]!;
    const broke = !isPredicted(region, END) && predictsAny(region);
    if (broke) {
      out.brokeOff = true;
      surprise(region, rarity(views.broke[last]!, views.follows[last]!), last, out);
    }
    if (learn) {
      countFollow(views, last, broke);
      stepTemporalMemory(memory, views.columns, columnsOf(views, END), true);
    }
    views.chainLive[chain] = 0;
  }
}

/** An episode under way that began in time may still turn out to be the chain's next. */
function mayBeContinued({ views, track }: EpisodeRegion, chain: number, mostMs: number): boolean {
  for (let episode = 0; episode < MAX_OPEN; episode++)
    if (track.isOpen[episode] === 1 && track.openedMs[episode]! - views.chainMs[chain]! <= mostMs) return true;
  return false;
}

function countFollow({ follows, broke }: EpisodeViews, kind: number, brokeOff: boolean): void {
  if (brokeOff) broke[kind]!++;
  if (++follows[kind]! < MOST) return;
  follows[kind] = follows[kind]! >> 1;
  broke[kind] = broke[kind]! >> 1;
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

/** What each chain that an episode begun at `beganMs` may continue expects, and what a new one would; to `expected`. */
function expectAll(region: EpisodeRegion, beganMs: number): void {
  const { views, memory, contexts, pauses } = region;
  const most = contextEndMs(pauses);
  views.expected.fill(0);
  for (let chain = 0; chain < CHAINS; chain++) {
    if (views.chainLive[chain] === 0 || beganMs - views.chainMs[chain]! > most) continue;
    loadContext(memory, contexts, chain);
    readExpected(region, chain);
  }
  beginContext(region);
  readExpected(region, CHAINS);
}

function readExpected(region: EpisodeRegion, row: number): void {
  const { expected } = region.views;
  for (let kind = 0; kind <= KINDS; kind++) expected[row * (KINDS + 1) + kind] = isPredicted(region, kind) ? 1 : 0;
}

/** The context in which anything may begin: END alone. */
export function beginContext({ views, memory }: EpisodeRegion): void {
  resetTemporalMemory(memory);
  stepTemporalMemory(memory, views.columns, columnsOf(views, END), false);
}

/** Whether the temporal memory in its present context predicts most columns of a kind, or of END. */
export function isPredicted({ memory }: EpisodeRegion, kind: number): boolean {
  const { predictedColumn } = memory.views;
  let predicted = 0;
  for (let i = 0; i < COLUMNS_PER_KIND; i++) predicted += predictedColumn[kind * COLUMNS_PER_KIND + i]!;
  return predicted > EXPECTED_SHARE * COLUMNS_PER_KIND;
}

function predictsAny(region: EpisodeRegion): boolean {
  for (let kind = 0; kind < KINDS; kind++) if (isPredicted(region, kind)) return true;
  return false;
}

function isExpected({ expected }: EpisodeViews, row: number, kind: number): boolean {
  return expected[row * (KINDS + 1) + kind] === 1;
}

function isExpectedAnywhere({ views }: EpisodeRegion, kind: number): boolean {
  for (let row = 0; row <= CHAINS; row++) if (isExpected(views, row, kind)) return true;
  return false;
}

/** Whether a chain expects something to follow and not to end here. */
function isMidway(views: EpisodeViews, chain: number): boolean {
  if (isExpected(views, chain, END)) return false;
  for (let kind = 0; kind < KINDS; kind++) if (isExpected(views, chain, kind)) return true;
  return false;
}

/** The chain of the last episode that ended since `sinceMs`, or -1. */
function recentChain({ chainLive, chainMs }: EpisodeViews, sinceMs: number): number {
  let recent = -1;
  for (let chain = 0; chain < CHAINS; chain++) {
    if (chainLive[chain] === 0 || chainMs[chain]! < sinceMs) continue;
    if (recent < 0 || chainMs[chain]! > chainMs[recent]!) recent = chain;
  }
  return recent;
}

/** A place for a new chain: a free one, else that of the chain which waits longest. */
function freeChain({ chainLive, chainMs }: EpisodeViews): number {
  let longest = 0;
  for (let chain = 0; chain < CHAINS; chain++) {
    if (chainLive[chain] === 0) return chain;
    if (chainMs[chain]! < chainMs[longest]!) longest = chain;
  }
  return longest;
}

function columnsOf({ columns }: EpisodeViews, kind: number): number {
  for (let i = 0; i < COLUMNS_PER_KIND; i++) columns[i] = kind * COLUMNS_PER_KIND + i;
  return COLUMNS_PER_KIND;
}
