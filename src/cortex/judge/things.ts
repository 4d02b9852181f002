/**
 * things.ts - every thing that is followed, judged by what is usual of things here, in units of what an alarm takes.
 *
 * What someone said was normal gives no evidence, what someone said matters always does (feedback/signs.ts). Of each attribute
 * the moment of its highest evidence is kept, so that what is told is what was measured then.
 */
import { ln } from '../../memory/exact-math.ts';
import { type Views, below, field } from '../../memory/layout.ts';
import { LIVE, MOST_THINGS, type Motion, type Things, motionOf } from '../../things/pool.ts';
import { directionOf } from '../../usual/directions.ts';
import { type Places, cellAt } from '../../usual/places.ts';
import {
  ATTRIBUTES,
  type Attribute,
  STAY_FLOOR_MS,
  type Usual,
  beginThing,
  judgeThing,
  learnFullPath,
  learnThing,
  readBits,
  sumBits,
} from '../../usual/usual.ts';
import { type ThingSigns, mattersHere, wasNormal } from '../feedback/signs.ts';
import type { DetectedCause } from '../detector.ts';
import { type Again, cameAgain } from './again.ts';
import { type Calibration, countUnit, isReady, thresholdOf } from './calibration.ts';

const COUNT = ATTRIBUTES.length;
const THING = 0;
/** The cause under which a thing is told, by the attribute that says most of it. */
export const CAUSE_OF: { readonly [name in Attribute]: DetectedCause } = {
  place: 'sequence',
  birth: 'sequence',
  direction: 'motion',
  speed: 'motion',
  size: 'form',
  shape: 'form',
  stay: 'timing',
};
/** Ratio of something that matters. */
export const MATTERS_RATIO = 1.5;
/** It must show that for so long (ms): one picture of a wrong direction is noise. */
const MATTERS_MS = 300;
/** What was said to be normal is learned as if it had come so often. */
export const PARDONED_TIMES = 5;
/** Movement is measured over so long (ms). */
const MOTION_MS = 700;

export const judgeFields = ({ columns, rows }: Places) => ({
  begunId: field('u32', MOST_THINGS, 'state'), // the thing whose path was begun in this slot
  pardonedId: field('u32', MOST_THINGS, 'state'), // the thing of which someone said that it is normal, while it is there
  mattersMs: field('f32', MOST_THINGS, 'state'), // for how long it has shown something that matters
  // of the moment of the highest evidence of each attribute
  peakBits: field('f32', MOST_THINGS * COUNT, 'state'), // [things, attributes]
  peakCell: field('u16', MOST_THINGS * COUNT, 'state', below(columns * rows)),
  peakAmount: field('f32', MOST_THINGS * COUNT, 'state'), // logarithm, or the direction; as in usual/
  ratio: field('f32', MOST_THINGS, 'scratch'), // [things] 1 = alarm; 0 where there is none
  amountNow: field('f32', COUNT, 'scratch'),
});
export type JudgeViews = Views<ReturnType<typeof judgeFields>>;

export type ThingJudge = {
  readonly views: JudgeViews;
  readonly again: Again;
  readonly things: Things;
  readonly usual: Usual;
  readonly signs: ThingSigns;
  readonly calibration: Calibration;
  /** Attributes that are left out. */
  readonly ablated: ReadonlySet<string>;
};

const motion: Motion = { dx: 0, dy: 0, ms: 0 };
/** [attributes] of the thing that is looked at */
const bits = new Float64Array(COUNT);
const cells = new Uint16Array(COUNT);

/**
 * Judge all live things; their ratios are `views.ratio`. `unsure`: what is seen cannot be trusted. Returns whether one shows
 * something that matters.
 */
export function judgeThings(
  judge: ThingJudge,
  timeMs: number,
  elapsedMs: number,
  unsure: boolean,
  learn: boolean,
): boolean {
  const { views, things, usual, calibration } = judge;
  const watchedMs = calibration.views.watchedMs[0]!;
  const threshold = thresholdOf(calibration, THING);
  const ready = isReady(calibration);
  let matters = false;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    views.ratio[slot] = 0;
    if (things.status[slot] !== LIVE) continue;
    if (unsure) {
      // Where it came from nobody saw.
      things.parted[slot] = 1;
      continue;
    }
    if (views.begunId[slot] !== things.id[slot]) begin(judge, slot);
    judgeThing(usual, things, slot, timeMs, elapsedMs, watchedMs);
    readAmounts(judge, slot, timeMs);
    takeBack(judge, slot);
    notePeaks(judge, slot);
    const total = usual.judged.total[slot]!;
    views.ratio[slot] = total / threshold;
    views.mattersMs[slot] = showsSign(judge, slot)
      ? views.mattersMs[slot]! + elapsedMs
      : Math.max(0, views.mattersMs[slot]! - elapsedMs);
    if (views.mattersMs[slot]! >= MATTERS_MS) {
      views.ratio[slot] = Math.max(views.ratio[slot]!, MATTERS_RATIO);
      matters = true;
    }
    if (views.pardonedId[slot] === things.id[slot]) views.ratio[slot] = 0;
    if (ready && views.ratio[slot]! >= 1) usual.judged.told[slot] = 1;
    if (learn && usual.judged.told[slot] === 0 && views.mattersMs[slot]! < MATTERS_MS) learnFullPath(usual, slot);
  }
  return matters;
}

/** Whether a thing shows what someone said matters. */
function showsSign(judge: ThingJudge, slot: number): boolean {
  readCells(judge, slot);
  return mattersHere(judge.signs, judge.usual.places, judge.views.amountNow, cells);
}

/**
 * A thing is gone (before its slot is free): what it was like becomes usual, unless it was a break of the usual that is not
 * known yet.
 */
export function learnGone(judge: ThingJudge, slot: number, learn: boolean): void {
  const { views, things, usual, calibration } = judge;
  if (!learn || views.begunId[slot] !== things.id[slot]) return;
  const wasTold = usual.judged.told[slot] === 1;
  // What flickers with the scene is none of the things that come by.
  const isOrdinary = (things.flickers[slot] === 1 && !wasTold) || countUnit(calibration, THING, wasTold);
  const isKnown = wasTold && hasComeAgain(judge, slot);
  const isPardoned = views.pardonedId[slot] === things.id[slot];
  if (!isPardoned && ((!isOrdinary && !isKnown) || views.mattersMs[slot]! >= MATTERS_MS)) return;
  for (let i = 0; i < (isPardoned ? PARDONED_TIMES : 1); i++)
    learnThing(usual, things, slot, calibration.views.watchedMs[0]!);
}

/** Whether a thing that alarmed is like others that did. */
function hasComeAgain(judge: ThingJudge, slot: number): boolean {
  const attribute = ATTRIBUTES.indexOf(foremostOf(judge, slot));
  const at = slot * COUNT + attribute;
  return cameAgain(judge.again, judge.usual.places, attribute, judge.views.peakCell[at]!, judge.views.peakAmount[at]!);
}

/** Whether a thing has alarmed. */
export function hasAlarmed({ usual }: ThingJudge, slot: number): boolean {
  return usual.judged.told[slot] === 1;
}

/** Whether a thing shows something that someone said matters. */
export function isMarked({ views }: ThingJudge, slot: number): boolean {
  return views.mattersMs[slot]! >= MATTERS_MS;
}

/** The cause under which a thing is told: that of the attribute which says most. */
export function causeOf(judge: ThingJudge, slot: number): DetectedCause {
  return CAUSE_OF[foremostOf(judge, slot)];
}

/** The attribute that says most of a thing. */
export function foremostOf({ usual }: ThingJudge, slot: number): Attribute {
  readBits(usual, slot, bits);
  let best = 0;
  for (let attribute = 1; attribute < COUNT; attribute++) if (bits[attribute]! > bits[best]!) best = attribute;
  return ATTRIBUTES[best]!;
}

function begin({ views, usual, things }: ThingJudge, slot: number): void {
  beginThing(usual, slot);
  views.begunId[slot] = things.id[slot]!;
  views.mattersMs[slot] = 0;
  views.peakBits.fill(0, slot * COUNT, (slot + 1) * COUNT);
}

/** What each attribute of a thing measures now, to `amountNow`; NaN where it measures nothing. */
function readAmounts({ views, things }: ThingJudge, slot: number, timeMs: number): void {
  const { amountNow } = views;
  motionOf(things, slot, timeMs, MOTION_MS, motion);
  const way = Math.sqrt(motion.dx * motion.dx + motion.dy * motion.dy);
  const moves = way >= 0.02 && motion.ms > 0;
  for (let attribute = 0; attribute < COUNT; attribute++) {
    switch (ATTRIBUTES[attribute]!) {
      case 'direction':
        amountNow[attribute] = moves ? directionOf(motion.dx, motion.dy) : NaN;
        break;
      case 'speed':
        amountNow[attribute] = moves ? ln((way * 1000) / motion.ms) : NaN;
        break;
      case 'stay':
        amountNow[attribute] = ln(timeMs - things.anchorMs[slot]! + STAY_FLOOR_MS);
        break;
      case 'size':
        amountNow[attribute] = things.atBorder[slot] === 0 ? ln(things.height[slot]!) : NaN;
        break;
      case 'shape':
        amountNow[attribute] = things.atBorder[slot] === 0 ? ln(things.width[slot]! / things.height[slot]!) : NaN;
        break;
      case 'place':
      case 'birth':
        amountNow[attribute] = 0;
    }
  }
}

/** Evidence that is left out, or was said to be normal, is none. */
function takeBack(judge: ThingJudge, slot: number): void {
  const { usual, ablated, signs, views } = judge;
  const { best } = usual.judged;
  let isChanged = false;
  for (let attribute = 0; attribute < COUNT; attribute++) {
    const at = slot * COUNT + attribute;
    if (best[at] === 0) continue;
    const isNormal =
      best[at]! > views.peakBits[at]! &&
      wasNormal(signs, usual.places, attribute, cellOf(judge, slot, attribute), views.amountNow[attribute]!);
    if (!isNormal && !ablated.has(ATTRIBUTES[attribute]!)) continue;
    best[at] = ablated.has(ATTRIBUTES[attribute]!) ? 0 : views.peakBits[at]!;
    isChanged = true;
  }
  if (isChanged) usual.judged.total[slot] = sumBits(usual, slot);
}

function notePeaks(judge: ThingJudge, slot: number): void {
  const { views, usual } = judge;
  for (let attribute = 0; attribute < COUNT; attribute++) {
    const at = slot * COUNT + attribute;
    if (usual.judged.best[at]! <= views.peakBits[at]!) continue;
    views.peakBits[at] = usual.judged.best[at]!;
    views.peakCell[at] = cellOf(judge, slot, attribute);
    const amount = views.amountNow[attribute]!;
    if (amount === amount) views.peakAmount[at] = amount;
  }
}

/** The cell that each attribute of a thing is about, to `cells`. */
function readCells(judge: ThingJudge, slot: number): void {
  for (let attribute = 0; attribute < COUNT; attribute++) cells[attribute] = cellOf(judge, slot, attribute);
}

/** The cell that an attribute of a thing is about: where it began, or where it is. */
function cellOf({ things, usual: { places } }: ThingJudge, slot: number, attribute: number): number {
  return ATTRIBUTES[attribute] === 'birth'
    ? cellAt(places, things.birthX[slot]!, things.birthY[slot]!)
    : cellAt(places, things.x[slot]!, things.y[slot]!);
}
