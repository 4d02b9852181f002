/**
 * visit-region.ts - what happens in the scene, visit by visit: the order in which places and ways are used, what comes by the
 * clock, and pauses. It ticks when something stops somewhere or has passed (visits/follow.ts), not by frames.
 */
import { LIVE, MOST_THINGS, type Things } from '../things/pool.ts';
import type { Box } from '../vision/box.ts';
import { type Views, SHARE, below, field, upTo } from '../memory/layout.ts';
import type { ZoneGrid } from '../vision/geometry.ts';
import {
  type Company,
  type CompanyWord,
  companyFields,
  forgetCompany,
  resetCompany,
  sampleCompany,
  takeVisit,
} from '../visits/company.ts';
import { type Visitors, beginFrame, followFields, followVisitors, forgetVisitors } from '../visits/follow.ts';
import { VISIT_KINDS, type VisitKinds, visitKindFields } from '../visits/kinds.ts';
import {
  type NextVisit,
  type NextVisits,
  followWith,
  newRankedVisits,
  nextVisitFields,
  rankNextVisits,
  resetNextVisits,
} from '../visits/next.ts';
import { type PauseWord, type Pauses, endPause, pauseFields, readPause, resetPause } from '../visits/pause.ts';
import {
  type Rhythm,
  type RhythmStep,
  arrive,
  forgetRhythm,
  readRhythm,
  resetRhythm,
  rhythmFields,
} from '../visits/rhythm.ts';
import { WAY_POINTS } from '../visits/ways.ts';
import type { ExpectedState } from './observation.ts';

/** A visit out of order is one moment: it stays evidence for so long (ms), so that it can be confirmed. */
const TOLD_MS = 1500;
/** Expectations kept of the moment before a visit out of order. */
const KEPT = 3;
/** What is seen is about this wide for its height. */
const WIDTH_SHARE = 0.4;
const MIN_PROBABILITY = 0.05;

export const visitFields = () => ({
  roundBits: field('f32', 1, 'state'), // of the last visit out of order
  roundMs: field('f64', 1, 'state'), // when it was told
  oddKind: field('u8', 1, 'state', below(VISIT_KINDS)),
  oddCompanion: field('u8', 1, 'state', below(VISIT_KINDS)), // the kind that should have come before it
  keptKind: field('u8', KEPT, 'state', below(VISIT_KINDS)), // what was expected in its place
  keptProbability: field('f32', KEPT, 'state', SHARE),
  kept: field('u8', 1, 'state', upTo(KEPT)),
  lastKind: field('u8', 1, 'state', below(VISIT_KINDS)), // of the last visit
  mattersMs: field('f64', 1, 'state'), // when something came that someone said matters
});

/** Field tables of the blocks, by block name. */
export const visitTables = () => ({
  visits: visitFields(),
  'visits.follow': followFields(),
  'visits.kinds': visitKindFields(),
  'visits.company': companyFields(),
  'visits.rhythm': rhythmFields(),
  'visits.pauses': pauseFields(),
  'visits.next': nextVisitFields(),
});

export type VisitRegion = {
  readonly views: Views<ReturnType<typeof visitFields>>;
  readonly visitors: Visitors;
  readonly company: Company;
  readonly rhythm: Rhythm;
  readonly pauses: Pauses;
  readonly next: NextVisits;
  /** The coarse grid that predictions are told on, and the width of the picture in heights. */
  readonly grid: ZoneGrid;
  readonly aspect: number;
};

/** What the frame says. `oddMissing`: set of companions missing at a visit of this frame, 0 = none was out of order. */
export type VisitStep = {
  visits: number;
  /** Evidence that lasts, and that of the visits of this frame (bits). */
  round: number;
  fresh: number;
  oddKind: number;
  oddMissing: number;
  mattering: boolean;
  readonly rhythm: RhythmStep;
  readonly pause: PauseWord;
};

const word: CompanyWord = { bits: 0, companion: -1, missing: 0, mattering: false };
const rhythmStep: RhythmStep = { early: 0, overdue: 0, earlyKind: -1, overdueKind: -1, arrivals: 0 };
const pauseWord: PauseWord = { bits: 0, kind: 0, pauseMs: 0, usualMs: 0, mattering: false };
/** Of the frame under way; filled anew by each. */
export const visitStep: VisitStep = {
  visits: 0,
  round: 0,
  fresh: 0,
  oddKind: 0,
  oddMissing: 0,
  mattering: false,
  rhythm: rhythmStep,
  pause: pauseWord,
};

/** One frame, to `visitStep`. Things that have gone in it were told to `endVisitor` before. */
export function stepVisits(region: VisitRegion, things: Things, timeMs: number, learn: boolean): void {
  const { views, visitors, company, rhythm, pauses, next } = region;
  const { follow } = visitors;
  followVisitors(visitors, things, timeMs, learn);
  sampleCompany(company, timeMs, learn);
  visitStep.visits = follow.told[0]!;
  visitStep.oddMissing = 0;
  visitStep.fresh = 0;
  visitStep.mattering = false;
  rhythmStep.arrivals = 0;
  for (let i = 0; i < visitStep.visits; i++) {
    const kind = follow.toldKind[i]!;
    if (follow.toldFresh[i] === 1) {
      forgetCompany(company, kind);
      forgetRhythm(rhythm, kind);
    }
    takeVisit(company, kind, timeMs, learn, word, follow.toldOwn[i]);
    if (word.mattering) views.mattersMs[0] = timeMs;
    if (word.bits > visitStep.fresh) visitStep.fresh = word.bits;
    if (word.bits > 0) noteOdd(region, kind, timeMs);
    followWith(next, kind, timeMs, learn);
    arrive(rhythm, kind, timeMs, learn, rhythmStep);
    endPause(pauses, kind, follow.toldBegan[i]!, timeMs, learn);
    views.lastKind[0] = kind;
  }
  beginFrame(visitors);
  readRhythm(rhythm, timeMs, rhythmStep);
  readPause(pauses, isIdle(things), timeMs, pauseWord);
  if (timeMs - views.roundMs[0]! > TOLD_MS) views.roundBits[0] = 0;
  visitStep.round = views.roundBits[0]!;
  visitStep.mattering = pauseWord.mattering || (views.mattersMs[0]! > 0 && timeMs - views.mattersMs[0]! <= TOLD_MS);
}

/** A new clip begins: forget what was going on, keep what was learned. */
export function resetVisits({ views, visitors, company, rhythm, pauses, next }: VisitRegion): void {
  views.roundBits.fill(0);
  views.mattersMs.fill(0);
  forgetVisitors(visitors);
  beginFrame(visitors);
  resetCompany(company);
  resetRhythm(rhythm);
  resetPause(pauses);
  resetNextVisits(next);
}

/** Nothing is followed. */
export function isIdle(things: Things): boolean {
  for (let slot = 0; slot < MOST_THINGS; slot++) if (things.status[slot] === LIVE) return false;
  return true;
}

/** What is expected next, for people: most likely first. */
export function expectedVisits(region: VisitRegion, list: readonly NextVisit[]): ExpectedState[] {
  return list
    .filter(({ probability }) => probability >= MIN_PROBABILITY)
    .slice(0, KEPT)
    .map(({ kind, probability }) => describeVisit(region, kind, probability));
}

/** What was expected when the last visit out of order came. */
export function expectedThen(region: VisitRegion): ExpectedState[] {
  const { keptKind, keptProbability, kept } = region.views;
  return Array.from({ length: kept[0]! }, (_, i) => describeVisit(region, keptKind[i]!, keptProbability[i]!));
}

/** A kind of visit as places of the coarse grid. */
export function describeVisit(region: VisitRegion, kind: number, probability: number): ExpectedState {
  const { grid } = region;
  const positions: Box[] = [];
  let name = '';
  for (let zone = 0; zone < grid.columns * grid.rows; zone++) {
    if (!visitHolds(region, kind, zone)) continue;
    positions.push(grid.boxes[zone]!);
    name += name === '' ? grid.names[zone]! : `+${grid.names[zone]!}`;
  }
  return { state: name, positions, probability };
}

/** Whether what comes on a visit of `kind` covers the middle of a zone of the coarse grid, or is in it. */
export function visitHolds({ grid, aspect, visitors: { kinds } }: VisitRegion, kind: number, zone: number): boolean {
  const column = zone % grid.columns;
  const row = (zone - column) / grid.columns;
  const halfWidth = aspect / grid.columns / 2;
  const halfHeight = 1 / grid.rows / 2;
  const x = (2 * column + 1) * halfWidth;
  const y = (2 * row + 1) * halfHeight;
  const high = kinds.high[kind]!;
  const reachX = Math.max(halfWidth, (WIDTH_SHARE * high) / 2);
  const reachY = Math.max(halfHeight, high / 2);
  const base = kind * 2 * WAY_POINTS;
  for (let i = 0; i < WAY_POINTS; i++) {
    const far = Math.abs(kinds.line[base + i]! - x) <= reachX;
    if (far && Math.abs(kinds.line[base + WAY_POINTS + i]! - y) <= reachY) return true;
  }
  return false;
}

const expected = newRankedVisits();

function noteOdd(region: VisitRegion, kind: number, timeMs: number): void {
  const { views, next } = region;
  visitStep.oddKind = kind;
  visitStep.oddMissing = word.missing;
  if (word.bits < views.roundBits[0]! && timeMs - views.roundMs[0]! <= TOLD_MS) return;
  views.roundBits[0] = word.bits;
  views.roundMs[0] = timeMs;
  views.oddKind[0] = kind;
  views.oddCompanion[0] = word.companion;
  rankNextVisits(next, timeMs, expected);
  let kept = 0;
  for (; kept < Math.min(KEPT, expected.count) && expected.weights[kept]! >= MIN_PROBABILITY; kept++) {
    views.keptKind[kept] = expected.things[kept]!;
    views.keptProbability[kept] = expected.weights[kept]!;
  }
  views.kept[0] = kept;
}

/** The region over the views of its blocks. */
export function openVisits(
  viewsOf: <N extends keyof ReturnType<typeof visitTables>>(name: N) => Views<ReturnType<typeof visitTables>[N]>,
  grid: ZoneGrid,
  aspect: number,
): VisitRegion {
  const kinds: VisitKinds = viewsOf('visits.kinds');
  return {
    views: viewsOf('visits'),
    visitors: { follow: viewsOf('visits.follow'), kinds },
    company: viewsOf('visits.company'),
    rhythm: viewsOf('visits.rhythm'),
    pauses: viewsOf('visits.pauses'),
    next: viewsOf('visits.next'),
    grid,
    aspect,
  };
}
