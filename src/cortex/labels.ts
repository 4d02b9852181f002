/**
 * labels.ts - names that someone gives to what is seen, told back with a probability (htm/sdr-classifier.ts).
 *
 * What is seen is an SDR: the kind columns of the largest thing, its size, shape and direction, and the zones of the scene
 * state. While something is there a sample is kept now and then; a name is learned from the samples of the newest
 * thing, and everything kept from before stands for "something else" (class 0).
 */
import { type SdrClassifier, inferClasses, learnClass, sdrClassifierFields } from '../htm/sdr-classifier.ts';
import { ln } from '../memory/exact-math.ts';
import { type Views, field, upTo } from '../memory/layout.ts';
import type { Cortex } from './cortex.ts';
import { columnsOfThing } from './kind-columns.ts';
import { LIVE, MOST_THINGS, type Motion, type Things, motionOf } from '../things/pool.ts';
import { directionOf } from '../usual/directions.ts';

const MOST_LABELS = 15;
export const LABEL_CLASSES = MOST_LABELS + 1;
const NAME_LENGTH = 24;
const SIZES = 16;
const SHAPES = 8;
/** Eight directions, and standing. */
const DIRECTIONS = 9;
/** Movement is measured over so long (ms); less than this far (heights) is standing. */
const MOTION_MS = 700;
const LEAST_WAY = 0.025;
/** Samples kept: of the newest thing, and of what was before. */
export const SAMPLES = 16;
const OTHERS = 48;
const SAMPLE_BITS = 24;
/** Time between two samples (ms). */
const EVERY_MS = 300;
const RATE = 0.25;
const PASSES = 12;
/** Nothing seen for so long (ms) is the end of a thing. */
const END_MS = 1000;
/** A probability that has changed by this much is told again, at most once in TELL_EVERY_MS. */
const NEWS = 0.2;
const TELL_EVERY_MS = 1000;

export type LabelOutcome = 'learned' | 'nothing_seen' | 'no_room';

const inputs = (kindColumns: number, globalZones: number): number =>
  kindColumns + SIZES + SHAPES + DIRECTIONS + globalZones;
export const labelShape = (kindColumns: number, globalZones: number) => ({
  inputs: inputs(kindColumns, globalZones),
  classes: LABEL_CLASSES,
  horizons: 1,
});
export const labelClassifierFields = (kindColumns: number, globalZones: number) =>
  sdrClassifierFields(labelShape(kindColumns, globalZones));

export const labelFields = (kindColumns: number, globalZones: number) => ({
  names: field('u16', MOST_LABELS * NAME_LENGTH, 'learned'), // [MOST_LABELS, NAME_LENGTH] character codes; 0 ends
  samples: field('u16', SAMPLES * SAMPLE_BITS, 'state', upTo(inputs(kindColumns, globalZones))), // [SAMPLES, SAMPLE_BITS] bit + 1, ascending; 0 ends
  sampleCount: field('u32', 1, 'state'), // of the newest thing, ever
  others: field('u16', OTHERS * SAMPLE_BITS, 'state', upTo(inputs(kindColumns, globalZones))), // the same of what was before
  otherCount: field('u32', 1, 'state'),
  lastSeenMs: field('f64', 1, 'state'),
  sampledMs: field('f64', 1, 'state'), // when the last sample was kept
  now: field('f64', 2, 'state', upTo(LABEL_CLASSES)), // label + 1 and probability at the last sample
  told: field('f64', 3, 'state'), // class, probability and time (ms) of the label told last
  bits: field('u16', SAMPLE_BITS, 'scratch'), // what is seen now
});
export type LabelViews = Views<ReturnType<typeof labelFields>>;
export type Labels = { readonly views: LabelViews; readonly classifier: SdrClassifier };

/** A name with its probability, or null when nothing named is seen. */
export type Label = { readonly name: string; readonly probability: number } | null;

/** `changed`: worth telling. */
export type LabelStep = { label: Label; changed: boolean };

/** Look at a frame. */
export function stepLabels(cortex: Cortex, learn: boolean, out: LabelStep): void {
  const { told } = cortex.labels.views;
  const label = look(cortex, learn);
  const probability = label?.probability ?? 0;
  const named = label === null ? 0 : indexOf(cortex.labels.views, label.name) + 1;
  const isNews = named !== told[0] || Math.abs(probability - told[1]!) >= NEWS;
  out.label = label;
  out.changed = isNews && cortex.lifeMs[0]! - told[2]! >= TELL_EVERY_MS;
  if (!out.changed) return;
  told[0] = named;
  told[1] = probability;
  told[2] = cortex.lifeMs[0]!;
}

function look(cortex: Cortex, learn: boolean): Label {
  const { labels, lifeMs } = cortex;
  const { views, classifier } = labels;
  const slot = largestThing(cortex.judge.things);
  if (slot < 0 || lifeMs[0]! - views.sampledMs[0]! < EVERY_MS) return slot < 0 ? null : toldLast(views);
  const count = readBits(cortex, slot, learn);
  if (count === 0) return null;
  if (lifeMs[0]! - views.lastSeenMs[0]! > END_MS) newThing(views);
  views.lastSeenMs[0] = lifeMs[0]!;
  views.sampledMs[0] = lifeMs[0]!;
  keep(views.samples, SAMPLES, views.sampleCount, views.bits, count);
  views.now.fill(0);
  if (views.names[0] === 0) return null;
  inferClasses(classifier, 0, views.bits, count);
  let best = 0;
  for (let j = 1; j < LABEL_CLASSES; j++)
    if (classifier.views.probability[j]! > classifier.views.probability[best]!) best = j;
  if (best === 0) return null;
  views.now[0] = best;
  views.now[1] = classifier.views.probability[best]!;
  return toldLast(views);
}

/** Give the newest thing a name. */
export function learnLabel({ views, classifier }: Labels, name: string): LabelOutcome {
  if (views.sampleCount[0] === 0) return 'nothing_seen';
  const label = indexOf(views, name);
  if (label < 0) return 'no_room';
  const active = new Uint16Array(SAMPLE_BITS);
  for (let pass = 0; pass < PASSES; pass++) {
    learnAll(classifier, views.samples, Math.min(SAMPLES, views.sampleCount[0]!), active, label + 1);
    learnAll(classifier, views.others, Math.min(OTHERS, views.otherCount[0]!), active, -1);
  }
  return 'learned';
}

/** Target -1: what is not known by a name already is something else. */
function learnAll(
  classifier: SdrClassifier,
  from: Uint16Array,
  count: number,
  active: Uint16Array,
  target: number,
): void {
  for (let sample = 0; sample < count; sample++) {
    let length = 0;
    for (let i = sample * SAMPLE_BITS; i < (sample + 1) * SAMPLE_BITS && from[i] !== 0; i++)
      active[length++] = from[i]! - 1;
    if (target < 0) {
      inferClasses(classifier, 0, active, length);
      let named = 0;
      for (let j = 1; j < LABEL_CLASSES; j++) named = Math.max(named, classifier.views.probability[j]!);
      if (named > 0.8) continue;
    }
    learnClass(classifier, 0, active, length, Math.max(0, target), RATE);
  }
}

/** What was the newest thing is one of the others from now on: every other sample of it, newest last. */
function newThing(views: LabelViews): void {
  const kept = Math.min(SAMPLES, views.sampleCount[0]!);
  for (let sample = 0; sample < kept; sample += 4) {
    const start = sample * SAMPLE_BITS;
    const at = (views.otherCount[0]!++ % OTHERS) * SAMPLE_BITS;
    views.others.set(views.samples.subarray(start, start + SAMPLE_BITS), at);
  }
  views.samples.fill(0);
  views.sampleCount[0] = 0;
}

function keep(into: Uint16Array, room: number, counter: Uint32Array, bits: Uint16Array, count: number): void {
  const at = (counter[0]!++ % room) * SAMPLE_BITS;
  for (let i = 0; i < SAMPLE_BITS; i++) into[at + i] = i < count ? bits[i]! + 1 : 0;
}

/** The label told last: it holds until the next sample. */
function toldLast(views: LabelViews): Label {
  const [named, probability] = [views.now[0]!, views.now[1]!];
  return named === 0 ? null : { name: nameOf(views, named - 1), probability };
}

/** The largest thing that is wholly in the picture; -1 = none. */
function largestThing(things: Things): number {
  let [largest, most] = [-1, 0];
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE || things.blob[slot]! < 0 || things.atBorder[slot] === 1) continue;
    const area = things.width[slot]! * things.height[slot]!;
    if (area > most) [largest, most] = [slot, area];
  }
  return largest;
}

const motion: Motion = { dx: 0, dy: 0, ms: 0 };

/** The SDR of a thing, ascending; returns its length. */
function readBits(
  { labels, judge, eye, kinds, zones, settings, lifeMs }: Cortex,
  slot: number,
  learn: boolean,
): number {
  const { bits } = labels.views;
  const { things } = judge;
  const { occupied } = zones.global;
  const winners = columnsOfThing(kinds, eye, things, slot, learn);
  let count = 0;
  for (; count < Math.min(winners, SAMPLE_BITS - 10); count++) bits[count] = kinds.pooler.views.winners[count]!;
  const size = Math.floor(4 * ln(40 * things.height[slot]!));
  bits[count++] = settings.kindColumns + Math.min(SIZES - 1, Math.max(0, size));
  const shape = Math.floor(SHAPES / 2 + 3 * ln(things.width[slot]! / things.height[slot]!));
  bits[count++] = settings.kindColumns + SIZES + Math.min(SHAPES - 1, Math.max(0, shape));
  motionOf(things, slot, lifeMs[0]!, MOTION_MS, motion);
  const way = Math.sqrt(motion.dx * motion.dx + motion.dy * motion.dy);
  const direction = way < LEAST_WAY ? DIRECTIONS - 1 : directionOf(motion.dx, motion.dy) >> 1;
  bits[count++] = settings.kindColumns + SIZES + SHAPES + direction;
  const first = settings.kindColumns + SIZES + SHAPES + DIRECTIONS;
  for (let place = 0; place < occupied.length && count < SAMPLE_BITS; place++)
    if (occupied[place] === 1) bits[count++] = first + place;
  return count;
}

function nameOf({ names }: LabelViews, label: number): string {
  let name = '';
  for (let i = label * NAME_LENGTH; i < (label + 1) * NAME_LENGTH && names[i] !== 0; i++)
    name += String.fromCharCode(names[i]!);
  return name;
}

/** Number of a name, taking a free one for a new name; -1 when all are taken. */
function indexOf(views: LabelViews, name: string): number {
  for (let label = 0; label < MOST_LABELS; label++) {
    if (views.names[label * NAME_LENGTH] === 0) {
      for (let i = 0; i < Math.min(NAME_LENGTH, name.length); i++)
        views.names[label * NAME_LENGTH + i] = name.charCodeAt(i);
      return label;
    }
    if (nameOf(views, label) === name.slice(0, NAME_LENGTH)) return label;
  }
  return -1;
}
