/**
 * episode-predict.ts - which episode comes next, with what probability and when.
 *
 * Probability: how often each kind followed the last two, those counting less that the temporal memory does not expect now.
 * Time: the learned pause from the end of the last episode.
 */
import { intervalKey, usualInterval, visitsOf } from '../anomaly/interval-memory.ts';
import type { Box } from '../vision/box.ts';
import { zoneBox } from '../vision/geometry.ts';
import { KINDS, kindHolds } from './episode-kinds.ts';
import { type EpisodeRegion, judgeOfNext } from './episode-region.ts';
import { type EpisodeSequence, END, expectNext, kindBefore, lastKind } from './episode-sequence.ts';
import type { ExpectedState, ModelPrediction } from './observation.ts';

const MAX_EXPECTED = 3;
const MIN_PROBABILITY = 0.05;
/** Successors seen before a prediction is worth saying. */
const MIN_SUCCESSORS = 3;
/** What a kind counts that the temporal memory does not expect, although it has followed before. */
const UNEXPECTED_FACTOR = 0.2;
/** Standard deviations to the 10 and 90 % points of a normal distribution. */
const SPREAD_10_90 = 1.28;

export type NextKind = {
  readonly kind: number;
  readonly probability: number;
  readonly inMs: readonly [number, number];
};

/** Kinds that may come next, most likely first; what is left to 1 is "something else". Times from `timeMs` on. */
export function nextKinds(sequence: EpisodeSequence, timeMs: number): NextKind[] {
  expectNext(sequence, timeMs);
  return followers(sequence, timeMs);
}

/** The kinds that the sequence which judged last expected at that time. */
export function expectedEpisodes(region: EpisodeRegion): ExpectedState[] {
  const sequence = region.sequences[region.views.judge[0]!]!;
  const kinds: ExpectedState[] = [];
  let expected = 0;
  for (let kind = 0; kind < KINDS; kind++) expected += sequence.views.expected[kind]!;
  for (let kind = 0; kind < KINDS && kinds.length < MAX_EXPECTED; kind++) {
    if (sequence.views.expected[kind] === 1) kinds.push(describeKind(region, kind, 1 / (expected + 0.1)));
  }
  return kinds;
}

/** The next episodes as a prediction. */
export function predictEpisodes(region: EpisodeRegion, timeMs: number): Pick<ModelPrediction, 'next' | 'confidence'> {
  const next = nextKinds(region.sequences[judgeOfNext(region)]!, timeMs)
    .slice(0, MAX_EXPECTED)
    .filter(({ probability }) => probability >= MIN_PROBABILITY)
    .map(({ kind, probability, inMs }) => ({ ...describeKind(region, kind, probability), inMs }));
  return { next, confidence: next[0]?.probability ?? 0 };
}

/** A kind of episodes by the zones that it usually holds. */
export function describeKind({ kinds, grid }: EpisodeRegion, kind: number, probability: number): ExpectedState {
  const zones = grid.columns * grid.rows;
  const positions: Box[] = [];
  const names: string[] = [];
  for (let zone = 0; zone < zones; zone++) {
    if (!kindHolds(kinds, zones, kind, zone)) continue;
    positions.push(zoneBox(grid, zone));
    names.push(`r${Math.floor(zone / grid.columns)}c${zone % grid.columns}`);
  }
  return { state: names.join('+'), positions, probability };
}

function followers(sequence: EpisodeSequence, timeMs: number): NextKind[] {
  const { views, transitions } = sequence;
  const isGoing = views.expected.includes(1);
  const [before, last] = isGoing ? [kindBefore(views), lastKind(views)] : [END, END];
  const sinceMs = views.lastMs[0] === 0 ? 0 : timeMs - views.lastMs[0]!;
  const list: { kind: number; weight: number; inMs: [number, number] }[] = [];
  let total = 1;
  let seen = 0;
  for (let kind = 0; kind < KINDS; kind++) {
    if (views.visits[kind] === 0) continue;
    const key = intervalKey(kind, before, last);
    const count = visitsOf(transitions, key);
    if (count === 0) continue;
    seen += count;
    const weight = count * (!isGoing || views.expected[kind] === 1 ? 1 : UNEXPECTED_FACTOR);
    total += weight;
    const usual = usualInterval(transitions, key, SPREAD_10_90);
    const from = (ms: number): number => Math.max(0, ms - sinceMs);
    list.push({ kind, weight, inMs: usual === null ? [0, 0] : [from(usual.lowMs), from(usual.highMs)] });
  }
  if (seen < MIN_SUCCESSORS) return [];
  return list
    .toSorted((a, b) => b.weight - a.weight || a.kind - b.kind)
    .map(({ kind, weight, inMs }) => ({ kind, probability: weight / total, inMs }));
}
