/**
 * activity-forecast.ts - how likely is it that something is at each zone within 1, 5 and 10 s?
 *
 * Four experts, mixed by weights that are learned online (logistic mixing, as in context-mixing compressors):
 *
 *     base         how often something is there within the horizon at all
 *     persistence  the same, given that something is there now or not
 *     state        the same, given the state of the global region, the one before and how long it has lasted
 *     visit        the next visits, with the time in which they come
 *
 * Once a second forecasts are made; when their time is over they are scored, and experts and weights learn from them.
 */
import {
  type ForecastScore,
  clip,
  countQuestion,
  forecastScoreFields,
  scoreChance,
} from '../anomaly/forecast-score.ts';
import { exp, ln } from '../memory/exact-math.ts';
import { type Views, FLAG, SHARE, below, field } from '../memory/layout.ts';
import { type RankedVisits, newRankedVisits, rankNextVisits } from '../visits/next.ts';
import type { GlobalRegion } from './global-region.ts';
import { type VisitRegion, visitHolds } from './visit-region.ts';

export const HORIZONS_S = [1, 5, 10] as const;
const HORIZONS = HORIZONS_S.length;
const EXPERTS = 4;
/** Expert by place in the fields. */
const BASE = 0;
const PERSISTENCE = 1;
const STATE = 2;
const VISIT = 3;
/** Forecasts are made so often, and the longest waits for so many of them. */
const SAMPLE_MS = 1000;
const WAITING = HORIZONS_S[2];
/** Contexts of the state expert, found by a hash; two that share a place share what they learn. */
const CONTEXTS = 1024;
const BASE_RATE = 0.002;
const PERSISTENCE_RATE = 0.005;
const STATE_RATE = 0.03;
const WEIGHT_RATE = 0.002;
/** How many visits of its own a context's estimate must have to count as much as persistence. */
const PRIOR = 2;
/** Surest that one expert may be. */
const SUREST = 0.005;
/** Forecasters that are scored: the mix, then base and persistence. */
export const SCORED = ['model', 'base_rate', 'persistence'] as const;

export const activityFields = (zones: number) => ({
  // f32 and f64: probabilities, weights and times (ms), made by + - * / and exact exponentials only
  base: field('f32', zones * HORIZONS, 'learned', SHARE), // [zones, HORIZONS]
  persistence: field('f32', zones * HORIZONS * 2, 'learned', SHARE), // [zones, HORIZONS, free or occupied]
  state: field('f32', CONTEXTS * zones * HORIZONS, 'learned', SHARE), // [CONTEXTS, zones, HORIZONS]
  contextCount: field('u16', CONTEXTS, 'learned'), // [CONTEXTS] times learned, saturating
  weights: field('f32', HORIZONS * 2 * EXPERTS, 'learned'), // [HORIZONS, free or occupied, EXPERTS]
  samples: field('f64', 1, 'learned'), // forecasts learned
  activeMs: field('f64', zones, 'state'), // [zones] when something was there last
  sampledMs: field('f64', WAITING, 'state'), // ring of the times of the forecasts that wait
  waiting: field('u32', 1, 'state'), // forecasts ever made
  toldExperts: field('f32', WAITING * zones * HORIZONS * EXPERTS, 'state', SHARE), // ring, by the experts
  toldMix: field('f32', WAITING * zones * HORIZONS, 'state', SHARE), // ring, mixed
  toldContext: field('u16', WAITING, 'state', below(CONTEXTS)), // ring
  toldOccupied: field('u8', WAITING * zones, 'state', FLAG), // ring
});
export type ActivityViews = Views<ReturnType<typeof activityFields>>;

export type ActivityForecast = {
  readonly views: ActivityViews;
  /** [HORIZONS] */
  readonly scores: readonly ForecastScore[];
};
export const activityScoreFields = () => forecastScoreFields(SCORED.length);

/** A newborn forecast trusts all experts a little. */
export function initActivity({ views }: ActivityForecast): void {
  views.weights.fill(1 / EXPERTS);
  views.activeMs.fill(-1);
}

/** One frame: note what is there, and once a second score, learn and forecast. `occupied` [zones] 0|1. */
export function stepActivity(
  forecast: ActivityForecast,
  occupied: Uint8Array,
  global: GlobalRegion,
  visits: VisitRegion,
  timeMs: number,
  learn: boolean,
): void {
  const { activeMs, sampledMs, waiting } = forecast.views;
  for (let zone = 0; zone < occupied.length; zone++) if (occupied[zone] === 1) activeMs[zone] = timeMs;
  const made = waiting[0]!;
  if (made > 0 && timeMs - sampledMs[(made - 1) % WAITING]! < SAMPLE_MS) return;
  for (let horizon = 0; horizon < HORIZONS; horizon++) settle(forecast, horizon, timeMs, learn);
  tell(forecast, occupied, global, visits, timeMs);
}

/** A new clip begins: what waits will never be known. */
export function resetActivity({ views }: ActivityForecast): void {
  views.waiting.fill(0);
  views.activeMs.fill(-1);
}

/** Latest forecast for a zone (0..1). */
export function activityOf({ views }: ActivityForecast, zone: number, horizon: number): number {
  const made = views.waiting[0]!;
  const zones = views.activeMs.length;
  return made === 0 ? 0 : views.toldMix[(((made - 1) % WAITING) * zones + zone) * HORIZONS + horizon]!;
}

/** The time of a waiting forecast is over: score it, and learn. */
function settle(forecast: ActivityForecast, horizon: number, timeMs: number, learn: boolean): void {
  const { views, scores } = forecast;
  const back = HORIZONS_S[horizon]!;
  const made = views.waiting[0]!;
  if (made < back) return;
  const slot = (made - back) % WAITING;
  const toldMs = views.sampledMs[slot]!;
  const zones = views.activeMs.length;
  for (let zone = 0; zone < zones; zone++) {
    const at = (slot * zones + zone) * HORIZONS + horizon;
    const came = views.activeMs[zone]! > toldMs && views.activeMs[zone]! <= timeMs ? 1 : 0;
    const score = scores[horizon]!;
    scoreChance(score, 0, views.toldMix, at, came);
    scoreChance(score, 1, views.toldExperts, at * EXPERTS + BASE, came);
    scoreChance(score, 2, views.toldExperts, at * EXPERTS + PERSISTENCE, came);
    countQuestion(score, views.toldMix[at]!, came);
    if (learn) learnFrom(views, slot, zone, horizon, came);
  }
  if (!learn) return;
  if (horizon === HORIZONS - 1) {
    const context = views.toldContext[slot]!;
    views.contextCount[context] = Math.min(65535, views.contextCount[context]! + 1);
    views.samples[0]!++;
  }
}

function learnFrom(views: ActivityViews, slot: number, zone: number, horizon: number, came: 0 | 1): void {
  const zones = views.activeMs.length;
  const at = (slot * zones + zone) * HORIZONS + horizon;
  const isOccupied = views.toldOccupied[slot * zones + zone]!;
  const place = zone * HORIZONS + horizon;
  const samples = views.samples[0]! + 1;
  views.base[place]! += Math.max(1 / (samples + 1), BASE_RATE) * (came - views.base[place]!);
  views.persistence[place * 2 + isOccupied]! +=
    Math.max(1 / (samples + 1), PERSISTENCE_RATE) * (came - views.persistence[place * 2 + isOccupied]!);
  const context = views.toldContext[slot]!;
  const known = (context * zones + zone) * HORIZONS + horizon;
  const rate = Math.max(1 / (views.contextCount[context]! + 1), STATE_RATE);
  views.state[known]! += rate * (came - views.state[known]!);
  const error = came - views.toldMix[at]!;
  const weights = (horizon * 2 + isOccupied) * EXPERTS;
  for (let expert = 0; expert < EXPERTS; expert++)
    views.weights[weights + expert]! += WEIGHT_RATE * error * stretch(clip(views.toldExperts[at * EXPERTS + expert]!));
}

const next = newRankedVisits();

function tell(
  { views }: ActivityForecast,
  occupied: Uint8Array,
  global: GlobalRegion,
  visits: VisitRegion,
  timeMs: number,
): void {
  const zones = occupied.length;
  const slot = views.waiting[0]! % WAITING;
  const context = contextOf(global, timeMs);
  rankNextVisits(visits.next, timeMs, next);
  views.toldContext[slot] = context;
  views.sampledMs[slot] = timeMs;
  views.toldOccupied.set(occupied, slot * zones);
  for (let zone = 0; zone < zones; zone++) {
    const isOccupied = occupied[zone]!;
    for (let horizon = 0; horizon < HORIZONS; horizon++) {
      const at = (slot * zones + zone) * HORIZONS + horizon;
      const place = zone * HORIZONS + horizon;
      const persistence = views.persistence[place * 2 + isOccupied]!;
      const base = views.base[place]!;
      const seen = views.contextCount[context]!;
      const known = views.state[(context * zones + zone) * HORIZONS + horizon]!;
      // What no kind tells is as likely as ever.
      let comes = base;
      for (let i = 0; i < next.count; i++)
        if (visitHolds(visits, next.things[i]!, zone))
          comes += next.weights[i]! * (arrivedBy(HORIZONS_S[horizon]! * 1000, next, i) - base);
        else comes -= next.weights[i]! * base;
      const told = views.toldExperts;
      told[at * EXPERTS + BASE] = careful(base);
      told[at * EXPERTS + PERSISTENCE] = careful(persistence);
      told[at * EXPERTS + STATE] = careful((seen * known + PRIOR * persistence) / (seen + PRIOR));
      told[at * EXPERTS + VISIT] = careful(isOccupied === 1 || next.count === 0 ? persistence : comes);
    }
  }
  for (let zone = 0; zone < zones; zone++) mix(views, slot, zone, zones);
  views.waiting[0]!++;
}

const stretched = new Float64Array(EXPERTS);
/** [HORIZONS] */
const odds = new Float64Array(HORIZONS);

/** The experts of a forecast become one, for all horizons of a zone. */
function mix(views: ActivityViews, slot: number, zone: number, zones: number): void {
  const { toldMix } = views;
  const first = (slot * zones + zone) * HORIZONS;
  readOdds(views, first, views.toldOccupied[slot * zones + zone]!);
  for (let horizon = 0; horizon < HORIZONS; horizon++) {
    const at = first + horizon;
    toldMix[at] = clip(1 / (1 + exp(-odds[horizon]!)));
    // What comes within a second comes within five.
    if (horizon > 0 && toldMix[at] < toldMix[at - 1]!) toldMix[at] = toldMix[at - 1]!;
  }
}

/** The logarithm of the odds by what the experts say, weighed, to `odds`. */
function readOdds({ weights, toldExperts }: ActivityViews, first: number, isOccupied: number): void {
  for (let horizon = 0; horizon < HORIZONS; horizon++) {
    stretchAll(toldExperts, (first + horizon) * EXPERTS);
    let sum = 0;
    for (let expert = 0; expert < EXPERTS; expert++)
      sum += weights[(horizon * 2 + isOccupied) * EXPERTS + expert]! * stretched[expert]!;
    odds[horizon] = sum;
  }
}

/** What the experts say from `first` on, to `stretched`. */
function stretchAll(toldExperts: Float32Array, first: number): void {
  for (let expert = 0; expert < EXPERTS; expert++) stretched[expert] = stretch(toldExperts[first + expert]!);
}

function careful(probability: number): number {
  return Math.min(1 - SUREST, Math.max(SUREST, probability));
}

function stretch(probability: number): number {
  return ln(probability / (1 - probability));
}

/** Place of the present state, the one before and the logarithm of the seconds it has lasted. */
function contextOf({ views }: GlobalRegion, timeMs: number): number {
  let lasted = 0;
  for (let ms = timeMs - views.enteredMs[0]!; ms > 1000 && lasted < 7; ms /= 1.6) lasted++;
  const mixed = Math.imul((views.current[0]! * 512 + views.current[1]!) * 8 + lasted + 1, 0x2c1b3c6d);
  return (mixed >>> 16) % CONTEXTS;
}

/** Chance that a delay is over whose 10 and 90 % points are known: a straight line through the two. */
function arrivedBy(ms: number, { lowMs, highMs }: RankedVisits, place: number): number {
  const early = lowMs[place]!;
  const late = highMs[place]!;
  if (late <= early) return ms >= late ? 1 : 0;
  return Math.min(1, Math.max(0, 0.1 + (0.8 * (ms - early)) / (late - early)));
}
