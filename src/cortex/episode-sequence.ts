/**
 * episode-sequence.ts - in which order episodes come: one temporal memory over kinds, ticking once per episode.
 *
 * Its context is what it makes of the last DEPTH kinds, shown to it anew at every tick: no deeper, or a routine that never
 * ends would be unrolled into ever new contexts, each to be learned from the beginning. In a context never seen before a
 * shorter one is asked. A pause after which the past no longer matters (`episode-pause.ts`) ends the sequence; END, a
 * symbol of its own, is learned there, and is where the next one begins.
 *
 *     evidence of an episode that is not expected = -ln P / 3, P the running share of how often its kind is not
 */
import { type IntervalMemory, intervalKey, intervalMemoryFields, learnInterval } from '../anomaly/interval-memory.ts';
import {
  type TemporalMemory,
  type TemporalMemoryParams,
  type TemporalMemoryShape,
  resetTemporalMemory,
  stepTemporalMemory,
} from '../htm/temporal-memory.ts';
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';
import { KINDS } from './episode-kinds.ts';
import { type PauseMemory, contextEndMs, contextHoldsMs, learnPause } from './episode-pause.ts';
import { EVENT_TM_PARAMS } from './event-memory.ts';
import { type CortexSettings, effectiveCells } from './settings.ts';

const DEPTH = 6;
/** The symbol behind the kinds: the sequence is over. */
export const END = KINDS;
const COLUMNS_PER_KIND = 6;
/** Share of a kind's columns that must be predicted. */
const EXPECTED_SHARE = 0.5;
const SEGMENTS = 1024;
const SYNAPSES = 12;
const TRANSITIONS = 1024;
/** The slowest rate of the running shares: what was new when the region was young must not count for long. */
const SHARE_RATE = 0.12;
/** Share of its visits that were not expected which makes a kind a stranger, where fewer than KNOWN_TO of all are not. */
const STRANGE_FROM = 0.4;
const KNOWN_TO = 0.3;
/** The rate of the share over all kinds, by which sequences are compared. */
const MISSED_RATE = 0.02;
/** Share of its visits that must have begun a sequence for a kind to be one that does. */
const BEGINS_FROM = 0.05;
/** Evidence from which an episode is not learned as something that follows: P about 1 / 4. */
const HELD_FROM = 0.45;

/**
 * All columns of a kind win together, so a segment sees all six winners of the kind before and no more: with room for more
 * it would also grow to those of another context while the kind bursts, and the two contexts would become one.
 */
export const EPISODE_TM_PARAMS: TemporalMemoryParams = {
  ...EVENT_TM_PARAMS,
  activationThreshold: 4,
  maxNewSynapseCount: COLUMNS_PER_KIND,
  predictedSegmentDecrement: 4,
};

export function episodeShape(settings: CortexSettings): TemporalMemoryShape {
  return {
    columns: (KINDS + 1) * COLUMNS_PER_KIND,
    cellsPerColumn: effectiveCells(settings),
    segments: SEGMENTS,
    synapsesPerSegment: SYNAPSES,
  };
}

export const sequenceFields = () => ({
  visits: field('u16', KINDS, 'learned'), // [KINDS] saturating
  // f32: running shares, made by + - * / only; f64: times in ms
  unexpected: field('f32', KINDS, 'learned'), // [KINDS] of a kind's visits, those that were not expected
  began: field('f32', KINDS, 'learned'), // [KINDS] of a kind's visits, those that began a sequence
  missed: field('f32', 1, 'learned'), // of all episodes, those that were not expected
  episodes: field('u16', 1, 'learned'), // saturating
  going: field('u8', 1, 'state'), // 0|1 a sequence is under way
  length: field('u8', 1, 'state'), // kinds remembered, at most DEPTH
  history: field('u16', DEPTH, 'state'), // the last kinds, oldest first
  held: field('u8', DEPTH, 'state'), // [DEPTH] 0|1 not to be learned
  lastMs: field('f64', 1, 'state'), // when the last episode ended, 0 before the first
  afterOdd: field('u8', 1, 'state'), // 0|1 the last episode was not expected
  lastOfAll: field('u16', 1, 'state'), // its kind, also after its sequence ended
  expected: field('u8', KINDS + 1, 'scratch'), // [KINDS + END] 0|1 predicted
  columns: field('u16', COLUMNS_PER_KIND, 'scratch'),
});
export type SequenceViews = Views<ReturnType<typeof sequenceFields>>;
export const sequenceTransitionFields = () => intervalMemoryFields(TRANSITIONS);

export type EpisodeSequence = {
  readonly views: SequenceViews;
  readonly pauses: PauseMemory;
  /** How often and how soon one kind follows another after a third. */
  readonly transitions: IntervalMemory;
  readonly memory: TemporalMemory;
};

/** An episode of `kind` lasted from `beganMs` to `endedMs`: judge it, then learn it. Returns the evidence against it. */
export function takeEpisode(
  sequence: EpisodeSequence,
  kind: number,
  beganMs: number,
  endedMs: number,
  learn: boolean,
): number {
  const { views, pauses, memory, transitions } = sequence;
  expectNext(sequence, beganMs);
  const fits = isExpected(sequence, kind, beganMs);
  const evidence = fits ? 0 : rarityOf(sequence, kind);
  const follows = views.going[0] === 1 && !(beginsAnew(sequence, beganMs) && views.expected[kind] === 0);
  const held = evidence >= HELD_FROM;
  if (learn) {
    if (views.lastMs[0]! > 0) learnPause(pauses, Math.max(0, beganMs - views.lastMs[0]!), views.lastOfAll[0]!, kind);
    countEpisode(views, kind, fits, follows);
  }
  if (!follows) views.length[0] = 0;
  if (learn && !held) {
    recall(sequence, true, 0);
    stepTemporalMemory(memory, views.columns, columnsOf(views, kind), true);
    const [before, last] = follows ? [kindBefore(views), lastKind(views)] : [END, END];
    if (views.lastMs[0]! > 0)
      learnInterval(transitions, intervalKey(kind, before, last), Math.max(0, beganMs - views.lastMs[0]!));
  }
  views.afterOdd[0] = fits ? 0 : 1;
  views.lastMs[0] = endedMs;
  if (!fits && isStranger(views, kind)) return evidence;
  remember(views, kind, held);
  views.going[0] = 1;
  views.lastOfAll[0] = kind;
  return evidence;
}

/** What the sequence expects next, to `expected`, for an episode that begins at `timeMs`. */
export function expectNext(sequence: EpisodeSequence, timeMs: number): void {
  const { views } = sequence;
  views.expected.fill(0);
  if (views.going[0] === 0 || timeMs - views.lastMs[0]! > contextEndMs(sequence.pauses)) return;
  // In a context never seen before, a shorter one may still tell.
  for (let from = 0; from < views.length[0]!; from++) {
    recall(sequence, false, from);
    if (readExpected(sequence)) return;
  }
}

/** After `expectNext`: whether an episode of `kind` that begins at `timeMs` is in order. */
export function isExpected(sequence: EpisodeSequence, kind: number, timeMs: number): boolean {
  const { views } = sequence;
  if (views.expected[kind] === 1) return true;
  return beginsAnew(sequence, timeMs) && views.began[kind]! >= BEGINS_FROM;
}

/**
 * Evidence that an unexpected episode of `kind` is out of order. None where nothing at all is expected, and none right after
 * another one: what follows from a break is not a break of its own.
 */
export function rarityOf({ views }: EpisodeSequence, kind: number): number {
  if (views.visits[kind] === 0 || views.afterOdd[0] === 1 || !views.expected.includes(1)) return 0;
  return -ln(Math.min(1, views.unexpected[kind]! + 1 / (views.visits[kind]! + 2))) / 3;
}

/** The sequence ends when its last episode is too long ago; not while an episode that may continue it is under way. */
export function endSequence(sequence: EpisodeSequence, sinceMs: number, learn: boolean): void {
  const { views, memory, pauses } = sequence;
  if (views.going[0] === 0 || sinceMs - views.lastMs[0]! <= contextEndMs(pauses)) return;
  if (learn) {
    recall(sequence, true, 0);
    stepTemporalMemory(memory, views.columns, columnsOf(views, END), true);
  }
  views.going[0] = 0;
  views.length[0] = 0;
}

/** A number that stood for a forgotten kind is given to another. */
export function forgetKind({ views }: EpisodeSequence, kind: number): void {
  views.visits[kind] = 0;
  views.unexpected[kind] = 0;
  views.began[kind] = 0;
}

/** A new clip begins. */
export function resetSequence({ views, memory }: EpisodeSequence): void {
  views.going[0] = 0;
  views.length[0] = 0;
  views.afterOdd[0] = 0;
  views.lastMs[0] = 0;
  resetTemporalMemory(memory);
}

/** The last kind of the sequence under way, or END. */
export function lastKind({ history, length }: SequenceViews): number {
  return length[0] === 0 ? END : history[length[0]! - 1]!;
}

/** The kind before the last, or END. */
export function kindBefore({ history, length }: SequenceViews): number {
  return length[0]! < 2 ? END : history[length[0]! - 2]!;
}

/** Whether an episode that begins at `timeMs` may begin a sequence. */
function beginsAnew({ views, pauses }: EpisodeSequence, timeMs: number): boolean {
  return views.going[0] === 0 || timeMs - views.lastMs[0]! > contextHoldsMs(pauses);
}

/** Whether a kind comes at no particular moment, in a sequence that is known: what it interrupts goes on after it. */
function isStranger({ unexpected, missed }: SequenceViews, kind: number): boolean {
  return unexpected[kind]! > STRANGE_FROM && missed[0]! < KNOWN_TO;
}

function countEpisode(views: SequenceViews, kind: number, fits: boolean, follows: boolean): void {
  const visits = Math.min(65535, views.visits[kind]! + 1);
  views.visits[kind] = visits;
  moveShare(views.unexpected, kind, visits, fits ? 0 : 1);
  moveShare(views.began, kind, visits, follows ? 0 : 1);
  const episodes = Math.min(65535, views.episodes[0]! + 1);
  views.episodes[0] = episodes;
  views.missed[0]! += Math.max(1 / episodes, MISSED_RATE) * ((fits ? 0 : 1) - views.missed[0]!);
}

/** Move a running share whose `count`th visit was (1) or was not (0) what it tells the share of. */
function moveShare(shares: Float32Array, at: number, count: number, was: 0 | 1): void {
  shares[at]! += Math.max(1 / count, SHARE_RATE) * (was - shares[at]!);
}

function remember({ history, held, length }: SequenceViews, kind: number, isHeld: boolean): void {
  const at = Math.min(DEPTH - 1, length[0]!);
  if (length[0] === DEPTH) {
    history.copyWithin(0, 1);
    held.copyWithin(0, 1);
  }
  history[at] = kind;
  held[at] = isHeld ? 1 : 0;
  length[0] = at + 1;
}

/** Show the temporal memory the sequence so far, from its `from`th kind on; END first where it is whole. */
function recall({ views, memory }: EpisodeSequence, learn: boolean, from: number): void {
  const { history, held, columns } = views;
  const length = views.length[0]!;
  resetTemporalMemory(memory);
  if (length < DEPTH && from === 0) stepTemporalMemory(memory, columns, columnsOf(views, END), false);
  for (let i = from; i < length; i++)
    stepTemporalMemory(memory, columns, columnsOf(views, history[i]!), learn && held[i] === 0);
}

/** What the temporal memory predicts, to `expected`; false when that is nothing. */
function readExpected({ views, memory }: EpisodeSequence): boolean {
  const { predictedColumn } = memory.views;
  let some = false;
  for (let kind = 0; kind <= KINDS; kind++) {
    let predicted = 0;
    for (let i = 0; i < COLUMNS_PER_KIND; i++) predicted += predictedColumn[kind * COLUMNS_PER_KIND + i]!;
    const isPredicted = predicted > EXPECTED_SHARE * COLUMNS_PER_KIND;
    views.expected[kind] = isPredicted ? 1 : 0;
    some ||= isPredicted;
  }
  return some;
}

function columnsOf({ columns }: SequenceViews, kind: number): number {
  for (let i = 0; i < COLUMNS_PER_KIND; i++) columns[i] = kind * COLUMNS_PER_KIND + i;
  return COLUMNS_PER_KIND;
}
