/**
 * usual.ts - what things are usually like, place by place, and what a thing is worth as evidence.
 *
 *     attribute    question                                    table
 *     place        do things come by here?                     visits
 *     direction    do they go this way here?                   directions
 *     speed        this fast, going this way here?             speeds (by eight directions)
 *     stay         do they stay this long here?                stays
 *     size         are they this high here?                    heights
 *     shape        are they this wide for their height here?   shapes
 *     birth        do things begin here?                       births
 *
 * A thing is judged while it is there and learned when it is gone, one sample per thing and place.
 */
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';
import { LIVE, MOST_THINGS, type Motion, PATH, type Things, hasCome, motionOf } from '../things/pool.ts';
import { type Amounts, amountBits, isBelow, amountFields, learnAmount } from './amounts.ts';
import { type Directions, directionBits, directionFields, directionOf, learnDirection } from './directions.ts';
import { type Path, beginPath, enter, isFull, isStillAt, meanNovelty, newestEntry, pathFields } from './path.ts';
import { type Places, cellAt } from './places.ts';
import { OF_SUMS, type Tail, learnTail, tailBits, tailFields } from './tail.ts';
import { type Visits, countThing, learnVisit, visitBits, visitFields } from './visits.ts';

/** The kinds of evidence a thing gives, in the order of the numbers in the state. */
export const ATTRIBUTES = ['place', 'direction', 'speed', 'stay', 'size', 'shape', 'birth'] as const;
export type Attribute = (typeof ATTRIBUTES)[number];
const COUNT = ATTRIBUTES.length;
const PLACE = 0;
const DIRECTION = 1;
const SPEED = 2;
const STAY = 3;
const SIZE = 4;
const SHAPE = 5;
const BIRTH = 6;

/** Directions by which speeds are kept apart. */
const SPEED_WAYS = 8;
/** Movement is measured over so long (ms), and must have lasted so long and led so far (heights). */
const MOTION_MS = 700;
const LEAST_MOTION_MS = 300;
const LEAST_WAY = 0.025;
/** Slower than this (heights per second) is standing, which `stay` judges. */
const STANDING = 0.02;
/**
 * Evidence counts as far as it lasts: it falls at once and takes so long (ms) to rise to its full height. Sizes and shapes of
 * things that are half hidden or fall apart come and go; how long a thing has stayed lasts by itself.
 */
const HOLD_MS = [400, 1200, 1000, 100, 2400, 2400, 1200];
/** One attribute alone adds at most so many bits: that a thing begins where none began is odd, but things are lost and found. */
const MOST = [24, 24, 24, 24, 16, 16, 8];
/** Of an attribute's bits this many are given away: the best of many measurements of an ordinary thing come to about that. */
const ORDINARY_BITS = 3;
/** Fewer places than this are no way that a thing goes. */
const FEW_PLACES = 3;
/** Visits of so many places in a row make up where a thing goes. */
const NOVEL_PLACES = 5;
/** How unusual ordinary things are is learned after so long. */
const NEWBORN_MS = 300_000;
/** Things nearer to each other than this (heights) are beside each other. */
const BESIDE = 0.03;
/** A thing this young (ms) has no size yet: it is still coming in. */
const SIZED_MS = 500;

export const judgedFields = () => ({
  // f32: bits
  now: field('f32', MOST_THINGS * COUNT, 'state'), // [things, attributes] what has lasted
  best: field('f32', MOST_THINGS * COUNT, 'state'), // highest so far
  total: field('f32', MOST_THINGS, 'state'), // evidence of the thing: the sum of its attributes' bits beyond the ordinary
  told: field('u8', MOST_THINGS, 'state'), // 0|1 it has alarmed
});
export type Judged = Views<ReturnType<typeof judgedFields>>;

export type Usual = {
  readonly places: Places;
  readonly path: Path;
  readonly visits: Visits;
  readonly births: Visits;
  readonly directions: Directions;
  readonly speeds: Amounts;
  readonly stays: Amounts;
  readonly heights: Amounts;
  readonly shapes: Amounts;
  readonly judged: Judged;
  /** One tail per attribute, and that of the sum. */
  readonly tails: readonly Tail[];
  readonly totals: Tail;
};

/** Field tables of the blocks, by block name. */
export const usualTables = (places: Places) => ({
  path: pathFields(places),
  'usual.visits': visitFields(places),
  'usual.births': visitFields(places),
  'usual.directions': directionFields(places),
  'usual.speeds': amountFields(places, SPEED_WAYS),
  'usual.stays': amountFields(places, 1),
  'usual.heights': amountFields(places, 1),
  'usual.shapes': amountFields(places, 1),
  'usual.judged': judgedFields(),
  'usual.totals': tailFields(),
  ...(Object.fromEntries(ATTRIBUTES.map((name) => [`usual.tail.${name}`, tailFields()])) as {
    [name in `usual.tail.${Attribute}`]: ReturnType<typeof tailFields>;
  }),
});

const motion: Motion = { dx: 0, dy: 0, ms: 0 };
const measured = new Float64Array(COUNT);
const excess = new Float64Array(COUNT);

/** A thing has begun to be followed. */
export function beginThing({ path, judged }: Usual, slot: number): void {
  beginPath(path, slot);
  judged.now.fill(0, slot * COUNT, (slot + 1) * COUNT);
  judged.best.fill(0, slot * COUNT, (slot + 1) * COUNT);
  judged.total[slot] = 0;
  judged.told[slot] = 0;
}

/** Judge one live thing in one picture. */
export function judgeThing(
  usual: Usual,
  things: Things,
  slot: number,
  timeMs: number,
  elapsedMs: number,
  watchedMs: number,
): void {
  const { judged } = usual;
  measured.fill(-1);
  if (things.blob[slot]! >= 0 && things.together[slot] === 0) measure(usual, things, slot, timeMs, watchedMs);
  // What flickers with the scene is learned, and is no evidence.
  if (things.flickers[slot] === 1) measured.fill(-1);
  for (let attribute = 0; attribute < COUNT; attribute++) {
    const at = slot * COUNT + attribute;
    const value = measured[attribute]!;
    if (value >= 0) {
      const risen = judged.now[at]! + (value * elapsedMs) / HOLD_MS[attribute]!;
      const now = value < risen ? value : risen;
      judged.now[at] = now;
      if (now > judged.best[at]!) judged.best[at] = now;
    }
  }
  judged.total[slot] = sumBits(usual, slot);
}

/** Bits of one attribute of a thing: how rare its highest so far is among those of past things. */
export function attributeBits({ judged, tails }: Usual, slot: number, attribute: number): number {
  return tailBits(tails[attribute]!, judged.best[slot * COUNT + attribute]!, ORDINARY_BITS, OF_SUMS);
}

/** Those of all, to `out` [attributes]. */
export function readBits(usual: Usual, slot: number, out: Float64Array): void {
  for (let attribute = 0; attribute < COUNT; attribute++) out[attribute] = attributeBits(usual, slot, attribute);
}

/**
 * Evidence of a thing: its attributes' bits beyond the ordinary, the highest first, each further one counting half of the one
 * before: a thing that has lost a piece is odd in size, shape and place at once.
 */
export function sumBits(usual: Usual, slot: number): number {
  readBits(usual, slot, excess);
  for (let attribute = 0; attribute < COUNT; attribute++)
    excess[attribute] = Math.min(MOST[attribute]!, excess[attribute]! - ORDINARY_BITS);
  excess.sort();
  let total = 0;
  for (let rank = COUNT - 1, weight = 1; rank >= 0 && excess[rank]! > 0; rank--, weight /= 1.5)
    total += weight * excess[rank]!;
  return total;
}

/** What can be said of each attribute in this picture, in bits, to `measured`; -1 = nothing. */
function measure(usual: Usual, things: Things, slot: number, timeMs: number, watchedMs: number): void {
  const { places, path } = usual;
  const x = things.x[slot]!;
  const y = things.y[slot]!;
  const cell = cellAt(places, x, y);
  if (!isStillAt(path, slot, cell))
    path.novelty[enter(path, slot, cell)] = visitBits(usual.visits, places, cell, watchedMs);
  const entry = newestEntry(path, slot);
  // What has been in one place or two only may be a reflection as well as a thing.
  const been = path.pathLength[slot]!;
  measured[PLACE] = meanNovelty(path, slot, NOVEL_PLACES) * (been >= FEW_PLACES ? 1 : (been + 1) / (FEW_PLACES + 1));
  const age = timeMs - things.bornMs[slot]!;

  motionOf(things, slot, timeMs, MOTION_MS, motion);
  const beside = isBeside(things, slot);
  if (motion.ms >= LEAST_MOTION_MS && !beside) {
    const way = Math.sqrt(motion.dx * motion.dx + motion.dy * motion.dy);
    const speed = (way * 1000) / motion.ms;
    const direction = directionOf(motion.dx, motion.dy);
    if (way >= LEAST_WAY) {
      measured[DIRECTION] = directionBits(usual.directions, places, cell, direction);
      path.alongX[entry]! += motion.dx;
      path.alongY[entry]! += motion.dy;
    }
    if (way >= LEAST_WAY && speed > STANDING) {
      const logarithm = ln(speed);
      measured[SPEED] = amountBits(usual.speeds, places, direction >> 1, cell, logarithm, 1);
      path.speeds[entry]! += logarithm;
      path.speedCount[entry]! += 1;
    }
  }
  const stay = timeMs - things.anchorMs[slot]!;
  measured[STAY] = amountBits(usual.stays, places, 0, cell, ln(stay + STAY_FLOOR_MS), 1);
  if (stay > path.stayMs[entry]!) path.stayMs[entry] = stay;
  if (things.atBorder[slot] === 0 && things.steady[slot] === 3 && age >= SIZED_MS && !beside && hasCome(things, slot)) {
    const height = ln(things.height[slot]!);
    const shape = ln(things.width[slot]! / things.height[slot]!);
    // Smaller than usual is half hidden far more often than small.
    measured[SIZE] = isBelow(usual.heights, places, 0, cell, height)
      ? 0
      : amountBits(usual.heights, places, 0, cell, height, 0);
    measured[SHAPE] = amountBits(usual.shapes, places, 0, cell, shape, 0);
    path.heights[entry]! += height;
    path.shapes[entry]! += shape;
    path.sizeCount[entry]! += 1;
  }
  if (things.parted[slot] === 0) {
    measured[BIRTH] = visitBits(
      usual.births,
      places,
      cellAt(places, things.birthX[slot]!, things.birthY[slot]!),
      watchedMs,
    );
  }
}

/** Whether another thing is so near that one may have lent the other a piece. */
function isBeside(things: Things, slot: number): boolean {
  for (let other = 0; other < MOST_THINGS; other++) {
    if (other === slot || things.status[other] !== LIVE) continue;
    const gapX = Math.abs(things.x[other]! - things.x[slot]!) - (things.width[other]! + things.width[slot]!) / 2;
    const gapY = Math.abs(things.y[other]! - things.y[slot]!) - (things.height[other]! + things.height[slot]!) / 2;
    if (gapX < BESIDE && gapY < BESIDE) return true;
  }
  return false;
}

/** Added to a stay before its logarithm is taken: shorter ones are alike. */
export const STAY_FLOOR_MS = 300;

/** A thing is gone: what it was like becomes usual, and how unusual it was is what ordinary things are. */
export function learnThing(usual: Usual, things: Things, slot: number, watchedMs: number): void {
  const { places, path, judged } = usual;
  if (path.pathLength[slot] === 0) return;
  learnPath(usual, slot);
  if (things.parted[slot] === 0) {
    learnVisit(usual.births, cellAt(places, things.birthX[slot]!, things.birthY[slot]!));
    countThing(usual.births);
  }
  // While nothing is known everything is news: that says nothing of what ordinary things will be worth later. Nor does
  // what flickers: where little comes, the digits of a clock would be what is ordinary.
  if (watchedMs < NEWBORN_MS || things.flickers[slot] === 1) return;
  for (let attribute = 0; attribute < COUNT; attribute++)
    learnTail(usual.tails[attribute]!, judged.best[slot * COUNT + attribute]!);
  learnTail(usual.totals, judged.total[slot]!);
}

/** A thing that is still there has come by so many places that its path is full: what it was like on it becomes usual. */
export function learnFullPath(usual: Usual, slot: number): void {
  if (!isFull(usual.path, slot)) return;
  learnPath(usual, slot);
  beginPath(usual.path, slot);
}

/** What a thing was like at each place of its path: one sample a place. */
function learnPath(usual: Usual, slot: number): void {
  const { places, path } = usual;
  const base = slot * PATH;
  const length = path.pathLength[slot]!;
  for (let i = 0; i < length; i++) {
    const entry = base + ((path.pathAt[slot]! + PATH - i) % PATH);
    const cell = path.cell[entry]!;
    let isFirst = true;
    for (let j = 0; j < i && isFirst; j++) {
      if (path.cell[base + ((path.pathAt[slot]! + PATH - j) % PATH)] === cell) isFirst = false;
    }
    if (isFirst) learnVisit(usual.visits, cell);
    const dx = path.alongX[entry]!;
    const dy = path.alongY[entry]!;
    if (dx !== 0 || dy !== 0) {
      const direction = directionOf(dx, dy);
      learnDirection(usual.directions, places, cell, direction);
      if (path.speedCount[entry]! > 0)
        learnAmount(usual.speeds, places, direction >> 1, cell, path.speeds[entry]! / path.speedCount[entry]!);
    }
    learnAmount(usual.stays, places, 0, cell, ln(path.stayMs[entry]! + STAY_FLOOR_MS));
    if (path.sizeCount[entry]! > 0) {
      learnAmount(usual.heights, places, 0, cell, path.heights[entry]! / path.sizeCount[entry]!);
      learnAmount(usual.shapes, places, 0, cell, path.shapes[entry]! / path.sizeCount[entry]!);
    }
  }
  countThing(usual.visits);
}
