/**
 * episode-chains.ts - the sequences of episodes that are under way, each with a context of its own over one temporal
 * memory.
 *
 * A context is what the temporal memory makes of the last DEPTH kinds, shown to it anew whenever it is asked: no deeper, or
 * a routine that never ends would be unrolled into ever new contexts, each to be learned from the beginning. A pause after
 * which the past no longer matters (`episode-pause.ts`) ends a chain. END, a symbol of its own, is learned there, and is
 * where the next chain begins.
 */
import { intervalKey, learnInterval } from '../anomaly/interval-memory.ts';
import {
  type TemporalMemoryParams,
  type TemporalMemoryShape,
  resetTemporalMemory,
  stepTemporalMemory,
} from '../htm/temporal-memory.ts';
import { type Views, field } from '../memory/layout.ts';
import { KINDS } from './episode-kinds.ts';
import { contextEndMs } from './episode-pause.ts';
import type { EpisodeRegion } from './episode-region.ts';
import { MAX_OPEN } from './episode-track.ts';
import { EVENT_TM_PARAMS } from './local-regions.ts';
import { type CortexSettings, effectiveCells } from './settings.ts';

/** Sequences followed at once. */
export const CHAINS = 6;
const DEPTH = 6;
/** The symbol behind the kinds: a chain is over. */
export const END = KINDS;
const COLUMNS_PER_KIND = 6;
/** Share of a kind's columns that must be predicted. */
const EXPECTED_SHARE = 0.5;
const SEGMENTS = 2048;
const SYNAPSES = 16;

/**
 * All columns of a kind win together, so a segment sees all six winners of the kind before and no more: with room for more
 * it would also grow to those of another context while the kind bursts, and the two contexts would become one.
 */
export const EPISODE_TM_PARAMS: TemporalMemoryParams = {
  ...EVENT_TM_PARAMS,
  activationThreshold: 4,
  maxNewSynapseCount: COLUMNS_PER_KIND,
  initialPermanence: 100,
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

export const chainFields = () => ({
  chainLive: field('u8', CHAINS, 'state'), // [CHAINS] 0|1
  chainLength: field('u8', CHAINS, 'state'), // [CHAINS] kinds remembered, at most DEPTH
  chainKinds: field('u16', CHAINS * DEPTH, 'state'), // [CHAINS, DEPTH] the last kinds, oldest first
  chainKind: field('u16', CHAINS, 'state'), // [CHAINS] the last of them
  chainMs: field('f64', CHAINS, 'state'), // [CHAINS] when that episode ended (ms)
  expected: field('u8', CHAINS * (KINDS + 1), 'scratch'), // [CHAINS, KINDS + END] 0|1 predicted
  columns: field('u16', COLUMNS_PER_KIND, 'scratch'),
});
export type ChainViews = Views<ReturnType<typeof chainFields>>;

/** Whether a chain is alive and its last episode lay at most `endMs` before `timeMs`. */
export function isWithin({ chainLive, chainMs }: ChainViews, chain: number, timeMs: number, endMs: number): boolean {
  return chainLive[chain] === 1 && timeMs - chainMs[chain]! <= endMs;
}

/** What each chain that an episode begun at `beganMs` may continue expects, to `expected`. */
export function expectAll(region: EpisodeRegion, beganMs: number): void {
  const { chains, pauses } = region;
  const endMs = contextEndMs(pauses);
  chains.expected.fill(0);
  for (let chain = 0; chain < CHAINS; chain++) {
    if (!isWithin(chains, chain, beganMs, endMs)) continue;
    recall(region, chain);
    readExpected(region, chain);
  }
}

export function isExpected({ expected }: ChainViews, chain: number, kind: number): boolean {
  return expected[chain * (KINDS + 1) + kind] === 1;
}

/** Whether a chain expects something to follow and not to end here. */
export function isMidway(chains: ChainViews, chain: number): boolean {
  if (isExpected(chains, chain, END)) return false;
  for (let kind = 0; kind < KINDS; kind++) if (isExpected(chains, chain, kind)) return true;
  return false;
}

/** The chain of the last episode, of those within reach, or -1. */
export function recentChain(chains: ChainViews, timeMs: number, endMs: number): number {
  let recent = -1;
  for (let chain = 0; chain < CHAINS; chain++) {
    if (!isWithin(chains, chain, timeMs, endMs)) continue;
    if (recent < 0 || chains.chainMs[chain]! > chains.chainMs[recent]!) recent = chain;
  }
  return recent;
}

/** Tick the temporal memory on an episode that continues `chain`, or begins one (-1); returns the chain. */
export function continueChain(
  region: EpisodeRegion,
  chain: number,
  kind: number,
  beganMs: number,
  learn: boolean,
): number {
  const { chains, memory, transitions, views } = region;
  const at = chain >= 0 ? chain : freeChain(chains);
  if (chain < 0) chains.chainLength[at] = 0;
  const length = chains.chainLength[at]!;
  if (learn) {
    recall(region, chain);
    stepTemporalMemory(memory, chains.columns, columnsOf(chains, kind), true);
    const since = chain >= 0 ? chains.chainMs[at]! : views.lastMs[0]!;
    const last = length > 0 ? chains.chainKind[at]! : END;
    learnInterval(transitions, intervalKey(kind, kindBefore(chains, at), last), Math.max(0, beganMs - since));
  }
  if (length === DEPTH) chains.chainKinds.copyWithin(at * DEPTH, at * DEPTH + 1, (at + 1) * DEPTH);
  chains.chainLength[at] = Math.min(DEPTH, length + 1);
  chains.chainKinds[at * DEPTH + chains.chainLength[at]! - 1] = kind;
  chains.chainKind[at] = kind;
  chains.chainLive[at] = 1;
  return at;
}

/** The kind before the last of a chain, or END. */
export function kindBefore({ chainKinds, chainLength }: ChainViews, chain: number): number {
  const length = chainLength[chain]!;
  return length < 2 ? END : chainKinds[chain * DEPTH + length - 2]!;
}

/** Chains whose last episode is too long ago end. */
export function endChains(region: EpisodeRegion, timeMs: number, learn: boolean): void {
  const { chains, memory, pauses } = region;
  if (!chains.chainLive.includes(1)) return;
  const endMs = contextEndMs(pauses);
  for (let chain = 0; chain < CHAINS; chain++) {
    if (chains.chainLive[chain] === 0 || isWithin(chains, chain, timeMs, endMs)) continue;
    if (mayBeContinued(region, chain, endMs)) continue;
    if (learn) {
      recall(region, chain);
      stepTemporalMemory(memory, chains.columns, columnsOf(chains, END), true);
    }
    chains.chainLive[chain] = 0;
  }
}

/** An episode under way that began in time may still turn out to be the chain's next. */
function mayBeContinued({ chains, track }: EpisodeRegion, chain: number, endMs: number): boolean {
  for (let episode = 0; episode < MAX_OPEN; episode++)
    if (track.isOpen[episode] === 1 && isWithin(chains, chain, track.openedMs[episode]!, endMs)) return true;
  return false;
}

/** Put the temporal memory into the context of a chain; -1: where anything may begin. */
export function recall({ chains, memory }: EpisodeRegion, chain: number): void {
  const length = chain < 0 ? 0 : chains.chainLength[chain]!;
  resetTemporalMemory(memory);
  if (length < DEPTH) stepTemporalMemory(memory, chains.columns, columnsOf(chains, END), false);
  for (let i = 0; i < length; i++)
    stepTemporalMemory(memory, chains.columns, columnsOf(chains, chains.chainKinds[chain * DEPTH + i]!), false);
}

function readExpected({ chains, memory }: EpisodeRegion, chain: number): void {
  const { predictedColumn } = memory.views;
  for (let kind = 0; kind <= KINDS; kind++) {
    let predicted = 0;
    for (let i = 0; i < COLUMNS_PER_KIND; i++) predicted += predictedColumn[kind * COLUMNS_PER_KIND + i]!;
    chains.expected[chain * (KINDS + 1) + kind] = predicted > EXPECTED_SHARE * COLUMNS_PER_KIND ? 1 : 0;
  }
}

/** A place for a new chain: a free one, else that of the chain which waits longest. */
function freeChain({ chainLive, chainMs }: ChainViews): number {
  let longest = 0;
  for (let chain = 0; chain < CHAINS; chain++) {
    if (chainLive[chain] === 0) return chain;
    if (chainMs[chain]! < chainMs[longest]!) longest = chain;
  }
  return longest;
}

function columnsOf({ columns }: ChainViews, kind: number): number {
  for (let i = 0; i < COLUMNS_PER_KIND; i++) columns[i] = kind * COLUMNS_PER_KIND + i;
  return COLUMNS_PER_KIND;
}
