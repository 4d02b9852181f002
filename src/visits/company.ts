/**
 * company.ts - what always comes before what: a round that ends at another round's place, a lane that is used twice in turn.
 *
 * For each pair of kinds it is counted how long ago the one had come when the other does, or that it had not come since the
 * other did last (ABSENT). The same is sampled once a second, whatever comes. Where the two counts differ beyond doubt,
 * the one keeps company with the other:
 *
 *     link(k, j) = n KL(P(age of j | k comes) || P(age of j | any second)) - ln(n) (ages seen - 1) / 2        nats
 *
 * What comes between them, from whatever else goes on, is not even looked at: so rounds are found among other traffic, two
 * rounds at once, and rounds of any number of places. When k comes and its companion has not come since k did last,
 *
 *     evidence = -log2 (absences of j at k + w p) / (n + w)        bits, p = how often any companion is missing at all
 *              + log2 of how much too rare what came instead is    (cameInstead)
 *
 * p is learned from all pairs, so a few rounds are enough where things are followed well, and where they are lost now and
 * then nothing is said. What follows from a break is no break: all that keeps company with it is not asked once, nor is
 * anything after a thing that alarmed.
 */
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';
import { VISIT_KINDS } from './kinds.ts';

const K = VISIT_KINDS;
/** Ages: 0 = ABSENT, then from FIRST_MS on by RATIO, the last without end. */
const AGES = 14;
const ABSENT = 0;
const FIRST_MS = 700;
const RATIO = 1.5;
const SAMPLE_MS = 1000;
/** A link that is beyond doubt (nats), what of it ABSENT itself must tell, and what the age must at each visit. */
const LINKED = 20;
const LINKED_ABSENT = 3;
const LINKED_BY_AGE = 0.5;
/** Visits before a kind is asked, and the share of them in which its companion may have been missing. */
const FEWEST = 5;
const MOST_ABSENT = 0.1;
/** Weight of what all pairs know in what one does (visits). */
const SHARED_WEIGHT = 6;
/** Where companions were missing in a larger share of the times a kind was asked it says nothing: things are lost there. */
const MOST_MISSING = 0.2;
/** Before anything was asked companions are missing once in so many times. */
const ASKED_FIRST = 50;
/** Counts are halved here: old habits fade. */
const MOST_VISITS = 128;
const MOST_SAMPLES = 50_000;
const MOST_ASKED = 512;
/** Evidence (bits) from which a visit is not learned as one in order. */
export const OUT_OF_ORDER = 5.5;

export const companyFields = () => ({
  // f32: counts that are halved
  ageAt: field('f32', K * K * AGES, 'learned'), // [kinds, companions, AGES] when the kind came
  ageEver: field('f32', K * K * AGES, 'learned'), // [kinds, companions, AGES] by the second
  visits: field('f32', K, 'learned'), // [kinds] that were in order
  samples: field('f32', 1, 'learned'),
  asked: field('f32', 1, 'learned'),
  missing: field('f32', 1, 'learned'), // of those, in how many a companion was missing
  askedOf: field('f32', K, 'learned'), // [kinds] the same of each
  missingOf: field('f32', K, 'learned'),
  accepted: field('u32', K, 'learned'), // [kinds] set of companions that may be missing: someone said so
  matters: field('u32', K, 'learned'), // [kinds] set of companions that someone said matter when they are missing
  lastMs: field('f64', K, 'state'), // [kinds] when it came last, 0 = not in this context
  unasked: field('u32', K, 'state'), // [kinds] set of companions that are not asked at its next visit
  sampledMs: field('f64', 1, 'state'),
  linked: field('u8', K, 'scratch'), // [kinds] 0|1
});
export type Company = Views<ReturnType<typeof companyFields>>;

/** What one visit says. `companion`: the one that is missing most tellingly, or -1; `missing`: set of all that are. */
export type CompanyWord = { bits: number; companion: number; missing: number; mattering: boolean };

/** Time goes by. */
export function sampleCompany(company: Company, timeMs: number, learn: boolean): void {
  const { lastMs, ageEver, samples, sampledMs } = company;
  if (!learn || timeMs - sampledMs[0]! < SAMPLE_MS) return;
  sampledMs[0] = timeMs;
  for (let kind = 0; kind < K; kind++) {
    if (lastMs[kind] === 0) continue;
    for (let other = 0; other < K; other++)
      if (lastMs[other] !== 0) ageEver[(kind * K + other) * AGES + ageOf(lastMs, kind, other, timeMs)]! += 1;
  }
  samples[0]! += 1;
  if (samples[0]! < MOST_SAMPLES) return;
  samples[0]! /= 2;
  for (let i = 0; i < ageEver.length; i++) ageEver[i]! /= 2;
}

/**
 * A visit of `kind`: judge it, then learn it. `own`: set of kinds on which the same thing came before. It may seem to stand for a moment
 * where its way begins, far away, or not: that is no order of things.
 */
export function takeVisit(
  company: Company,
  kind: number,
  timeMs: number,
  learn: boolean,
  out: CompanyWord,
  own = 0,
): void {
  const { visits, unasked, lastMs } = company;
  unasked[kind] = (unasked[kind]! | own) >>> 0;
  const isAsked = judge(company, kind, timeMs, out);
  const isMissing = out.bits > 0;
  if (company.missingOf[kind]! > MOST_MISSING * (company.askedOf[kind]! + SHARED_WEIGHT)) sayNothing(out);
  if (learn && isAsked) countAsked(company, kind, isMissing);
  const isOdd = out.bits >= OUT_OF_ORDER;
  if (learn && !isOdd) note(company, kind, timeMs);
  let none = 0;
  for (let other = 0; other < K; other++) if (visits[other]! < 1 || lastMs[other] === 0) none |= 1 << other;
  unasked[kind] = none >>> 0;
  lastMs[kind] = timeMs;
  if (isOdd) excuse(company, kind);
}

/** The number of a kind was given to another. */
export function forgetCompany(company: Company, kind: number): void {
  const { ageAt, ageEver, visits, accepted, matters, lastMs, unasked } = company;
  for (let other = 0; other < K; other++) {
    for (const at of [(kind * K + other) * AGES, (other * K + kind) * AGES]) {
      ageAt.fill(0, at, at + AGES);
      ageEver.fill(0, at, at + AGES);
    }
    const rest = ~(1 << kind) >>> 0;
    accepted[other] = (accepted[other]! & rest) >>> 0;
    matters[other] = (matters[other]! & rest) >>> 0;
    unasked[other] = (unasked[other]! | (1 << kind)) >>> 0;
  }
  visits[kind] = 0;
  company.askedOf[kind] = 0;
  company.missingOf[kind] = 0;
  accepted[kind] = 0;
  matters[kind] = 0;
  lastMs[kind] = 0;
  unasked[kind] = 0xffffffff;
}

/** A new clip begins: nobody knows what came before. */
export function resetCompany({ lastMs, unasked, sampledMs }: Company): void {
  lastMs.fill(0);
  unasked.fill(0xffffffff);
  sampledMs.fill(0);
}

/** A thing has alarmed: what has not come since may have been that thing. */
export function excuseAll({ unasked }: Company): void {
  unasked.fill(0xffffffff);
}

/** Whether a companion is not expected to be missing when `kind` comes. */
export function keepsCompany(company: Company, kind: number, other: number): boolean {
  return (
    company.visits[kind]! >= FEWEST &&
    company.visits[other]! >= FEWEST &&
    isLinked(company, kind, other) &&
    linkOfAbsence(company, kind, other) >= LINKED_ABSENT
  );
}

/** How often a companion had come when `kind` did, 0..1. */
export function shareOfCompany({ ageAt }: Company, kind: number, other: number): number {
  const at = (kind * K + other) * AGES;
  const all = sumOf(ageAt, at);
  return all > 0 ? 1 - ageAt[at + ABSENT]! / all : 0;
}

function judge(company: Company, kind: number, timeMs: number, out: CompanyWord): boolean {
  const { visits, ageAt, unasked, accepted, matters, lastMs, asked, missing } = company;
  sayNothing(out);
  out.mattering = false;
  if (visits[kind]! < FEWEST) return false;
  const ever = (missing[0]! + 1) / (asked[0]! + ASKED_FIRST);
  let isAsked = false;
  for (let other = 0; other < K; other++) {
    if (other === kind || ((unasked[kind]! >>> other) & 1) === 1) continue;
    const isAbsent = ageOf(lastMs, kind, other, timeMs) === ABSENT;
    if (isAbsent && ((matters[kind]! >>> other) & 1) === 1) out.mattering = true;
    if (((accepted[kind]! >>> other) & 1) === 1 || !keepsCompany(company, kind, other)) continue;
    isAsked = true;
    if (!isAbsent) continue;
    const at = (kind * K + other) * AGES;
    const all = sumOf(ageAt, at);
    if (ageAt[at + ABSENT]! > MOST_ABSENT * all) continue;
    out.missing = (out.missing | (1 << other)) >>> 0;
    const bits = -ln((ageAt[at + ABSENT]! + SHARED_WEIGHT * ever) / (all + SHARED_WEIGHT)) / Math.LN2;
    if (bits > out.bits) [out.bits, out.companion] = [bits, other];
  }
  if (out.bits > 0) out.bits += cameInstead(company, kind, timeMs);
  return isAsked;
}

/**
 * What came in place of what is missing (bits): a kind that was here as shortly before this one as it hardly ever is, though at any
 * other time it often is. Where a companion was only lost from sight, or nothing came for long, there is none.
 */
function cameInstead({ visits, ageAt, ageEver, unasked, lastMs }: Company, kind: number, timeMs: number): number {
  let most = 1;
  for (let other = 0; other < K; other++) {
    if (other === kind || visits[other]! < FEWEST || ((unasked[kind]! >>> other) & 1) === 1) continue;
    const age = ageOf(lastMs, kind, other, timeMs);
    if (age === ABSENT) continue;
    const at = (kind * K + other) * AGES;
    const expected = (sumOf(ageAt, at) * upTo(ageEver, at, age)) / Math.max(1, sumOf(ageEver, at));
    most = Math.max(most, (expected + 1) / (upTo(ageAt, at, age) + 1));
  }
  return ln(most) / Math.LN2;
}

/** How often it had come no longer ago, or hardly longer. */
function upTo(counts: Float32Array, at: number, age: number): number {
  let sum = 0;
  for (let i = ABSENT + 1; i <= Math.min(AGES - 1, age + 1); i++) sum += counts[at + i]!;
  return sum;
}

function sayNothing(out: CompanyWord): void {
  out.bits = 0;
  out.companion = -1;
  out.missing = 0;
}

function countAsked({ asked, missing, askedOf, missingOf }: Company, kind: number, isMissing: boolean): void {
  asked[0]! += 1;
  askedOf[kind]! += 1;
  if (isMissing) {
    missing[0]! += 1;
    missingOf[kind]! += 1;
  }
  if (asked[0]! >= MOST_ASKED) {
    asked[0]! /= 2;
    missing[0]! /= 2;
  }
  if (askedOf[kind]! < MOST_VISITS) return;
  askedOf[kind]! /= 2;
  missingOf[kind]! /= 2;
}

function note({ visits, ageAt, unasked, lastMs }: Company, kind: number, timeMs: number): void {
  visits[kind]! += 1;
  for (let other = 0; other < K; other++) {
    if (visits[other]! < 1 || other === kind || ((unasked[kind]! >>> other) & 1) === 1) continue;
    ageAt[(kind * K + other) * AGES + ageOf(lastMs, kind, other, timeMs)]! += 1;
  }
  if (visits[kind]! < MOST_VISITS) return;
  visits[kind]! /= 2;
  for (let i = kind * K * AGES; i < (kind + 1) * K * AGES; i++) ageAt[i]! /= 2;
}

/** How long ago `other` came when `kind` comes at `timeMs`. */
function ageOf(lastMs: Float64Array, kind: number, other: number, timeMs: number): number {
  if (lastMs[other] === 0 || lastMs[kind]! > lastMs[other]!) return ABSENT;
  let age = 1;
  for (let ms = FIRST_MS; timeMs - lastMs[other]! > ms && age < AGES - 1; ms *= RATIO) age++;
  return age;
}

/**
 * Whether the age of `other` tells when `kind` comes: beyond doubt in all, and by itself at each visit. Of two things that come
 * again and again at their own times one mostly comes between two of the other, but at any age.
 */
function isLinked(company: Company, kind: number, other: number): boolean {
  const link = linkOf(company, kind, other);
  if (link < LINKED) return false;
  const n = sumOf(company.ageAt, (kind * K + other) * AGES);
  return link - linkOfAbsence(company, kind, other) >= LINKED_BY_AGE * n;
}

/** How surely the age of `other` tells when `kind` comes (nats). */
function linkOf({ ageAt, ageEver }: Company, kind: number, other: number): number {
  const at = (kind * K + other) * AGES;
  const n = sumOf(ageAt, at);
  const m = sumOf(ageEver, at);
  if (n < FEWEST || m < ASKED_FIRST) return 0;
  let gain = 0;
  let seen = 0;
  for (let age = 0; age < AGES; age++) {
    const count = ageAt[at + age]!;
    if (count <= 0) continue;
    seen++;
    gain += count * ln(count / n / ((ageEver[at + age]! + 0.5) / (m + 0.5 * AGES)));
  }
  return gain - 0.5 * (seen - 1) * ln(n);
}

/** The part of it that lies in whether `other` came at all (nats); 0 where it is missing more often than not. */
function linkOfAbsence({ ageAt, ageEver }: Company, kind: number, other: number): number {
  const at = (kind * K + other) * AGES;
  const n = sumOf(ageAt, at);
  const share = ageAt[at + ABSENT]! / n;
  const usual = (ageEver[at + ABSENT]! + 0.5) / (sumOf(ageEver, at) + 1);
  if (share >= usual) return 0;
  const gain = (1 - share) * ln((1 - share) / (1 - usual)) + (share > 0 ? share * ln(share / usual) : 0);
  return n * gain;
}

function sumOf(counts: Float32Array, at: number): number {
  let sum = 0;
  for (let age = 0; age < AGES; age++) sum += counts[at + age]!;
  return sum;
}

/** What keeps company with a kind that was out of order, over however many links, is not asked at its next visit. */
function excuse(company: Company, kind: number): void {
  const { linked, unasked } = company;
  linked.fill(0);
  linked[kind] = 1;
  for (let grown = true; grown;) {
    grown = false;
    for (let one = 0; one < K; one++) {
      if (linked[one] === 0) continue;
      for (let other = 0; other < K; other++) {
        if (linked[other] === 1) continue;
        if (!isLinked(company, one, other) && !isLinked(company, other, one)) continue;
        linked[other] = 1;
        grown = true;
      }
    }
  }
  for (let one = 0; one < K; one++) if (linked[one] === 1) unasked[one] = 0xffffffff;
}
