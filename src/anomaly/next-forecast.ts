/**
 * next-forecast.ts - which of many things comes next: what was told of it, and how good that was against two simple
 * forecasters.
 *
 *     base_rate    how often each thing comes at all
 *     persistence  what followed the present thing last time follows again, as sure as that was right before
 *
 * What none of them named has the probability that they left over, shared by base rate.
 */
import { type Views, SHARE, field, upTo } from '../memory/layout.ts';
import type { Ranked } from './ranked.ts';
import { type ForecastScore, MOST_COUNT, clip, countQuestion, scoreForecast } from './forecast-score.ts';

const BASE_RATE = 0.01;
const HIT_RATE = 0.02;
const NOTHING = 0xffff;

export const nextForecastFields = (things: number) => ({
  // f32: probabilities, made by + - * / only
  baseShare: field('f32', things, 'learned', SHARE), // [things] running share of all that came
  lastFollower: field('u16', things, 'learned', upTo(things)), // [things] what followed it last, or 0 before anything did
  hits: field('f32', 1, 'learned', SHARE), // running share of `lastFollower` being right
  came: field('f64', 1, 'learned', upTo(MOST_COUNT)), // things that came
  toldNext: field('f32', things, 'state', SHARE), // [things] what was told when the present thing came
  present: field('u16', 1, 'state', upTo(things)), // the present thing + 1; 0 = nothing yet
});
export type NextForecast = Views<ReturnType<typeof nextForecastFields>>;

/** `thing` came: score what was told, and learn. Nothing is scored before there was a forecast. */
export function settleNext(forecast: NextForecast, score: ForecastScore, thing: number, learn: boolean): void {
  const { baseShare, lastFollower, hits, toldNext, present, came } = forecast;
  if (thing >= baseShare.length) return;
  const now = present[0]! - 1;
  if (now >= 0) {
    let named = 0;
    let likely = 0;
    let common = 0;
    for (let other = 0; other < toldNext.length; other++) {
      named += toldNext[other]!;
      if (toldNext[other]! > toldNext[likely]!) likely = other;
      if (baseShare[other]! > baseShare[common]!) common = other;
    }
    const base = Math.max(baseShare[thing]!, 1 / (toldNext.length * 4));
    const last = lastFollower[now] === 0 ? NOTHING : lastFollower[now]! - 1;
    const sure = hits[0]!;
    const isLikely = likely === thing ? 1 : 0;
    scoreForecast(score, 0, toldNext[thing]! + Math.max(0, 1 - named) * base, toldNext[likely]!, isLikely);
    scoreForecast(score, 1, base, baseShare[common]!, common === thing ? 1 : 0);
    scoreForecast(score, 2, (last === thing ? sure : 0) + (1 - sure) * base, sure, last === thing ? 1 : 0);
    countQuestion(score, clip(toldNext[likely]!), isLikely);
    if (learn) {
      hits[0]! += HIT_RATE * ((last === thing ? 1 : 0) - sure);
      lastFollower[now] = thing + 1;
    }
  }
  if (learn) {
    const rate = Math.max(1 / ++came[0]!, BASE_RATE);
    for (let other = 0; other < baseShare.length; other++)
      baseShare[other]! += rate * ((other === thing ? 1 : 0) - baseShare[other]!);
  }
  present[0] = thing + 1;
}

/** Keep what is told of the next thing: weights are probabilities whose sum is at most 1. */
export function tellNext({ toldNext }: NextForecast, { count, things, weights }: Ranked): void {
  toldNext.fill(0);
  for (let i = 0; i < count; i++) toldNext[things[i]!] = weights[i]!;
}

/** A new clip begins. */
export function resetNext({ present }: NextForecast): void {
  present[0] = 0;
}
