/**
 * bus.ts - something that comes by the clock: one bus every 30 s, give or take 5 %, until it fails to, comes too soon or
 * too late. Other traffic may go by in its own lane, at its own times.
 *
 *     missing  one bus does not come: labelled from when it was due until the next one
 *     early    it comes after 55 to 75 % of the time: labelled while it is seen
 *     late     it comes after 125 to 145 %: labelled from when it was due until it has passed
 */
import { randomBelow } from '../memory/random.ts';
import { TIMING_KINDS, type TimingKind } from './kinds.ts';
import { NOTHING, type Play, type Shape, type Truth, between, claimBreak, createSchedule, visibleBox } from './play.ts';
import { type Traffic, moveTraffic } from './traffic.ts';

const PERIOD_S = 30;
/** Relative to the period, each way. */
const JITTER = 0.05;
const EARLY = [0.55, 0.75] as const;
const LATE = [1.25, 1.45] as const;
const CROSSING_S = 5;
const BUS = { y: 0.34, width: 0.26, height: 0.16, shade: 225 } as const;

export type BusOptions = {
  readonly anomaliesFrom: number;
  readonly anomalySpacing: number;
  readonly fps: number;
};

type Break = { readonly kind: TimingKind; readonly id: number; readonly first: number };

/** `others`: traffic that has nothing to do with the bus, or null. */
export function playBus(options: BusOptions, random: Uint32Array, others: Traffic | null): Play {
  const { fps } = options;
  const period = PERIOD_S * fps;
  const schedule = createSchedule(options.anomaliesFrom, options.anomalySpacing, 3 * period, random);
  const things: Shape[] = [];
  let bus: Shape | null = null;
  let arrival = Math.round(period / 3);
  let broken: Break | null = null;
  // The kinds take turns, so that each comes up equally often.
  const firstKind = randomBelow(random, TIMING_KINDS.length);

  const usual = (): number => Math.round(between(random, period * (1 - JITTER), period * (1 + JITTER)));
  /** A bus has passed: when does the next one come? */
  const planNext = (frame: number): void => {
    const due = arrival + usual();
    const id = claimBreak(schedule, frame);
    broken = null;
    if (id === 0) {
      arrival = due;
      return;
    }
    const kind = TIMING_KINDS[(firstKind + id) % TIMING_KINDS.length]!;
    const [low, high] = kind === 'early' ? EARLY : LATE;
    arrival = kind === 'missing' ? due + usual() : arrival + Math.round(between(random, period * low, period * high));
    broken = { kind, id, first: Math.min(due, arrival) };
  };
  const truth = (frame: number): Truth => {
    if (broken === null || frame < broken.first) return NOTHING;
    if (broken.kind === 'missing' && frame >= arrival) return NOTHING;
    return { kind: broken.kind, id: broken.id, box: bus === null ? null : visibleBox(bus) };
  };

  return {
    things,
    advance(frame) {
      things.length = 0;
      if (frame === arrival) bus = { ...BUS, x: -BUS.width };
      if (bus !== null) {
        bus = { ...bus, x: bus.x + 1 / (CROSSING_S * fps) };
        if (bus.x > 1) {
          bus = null;
          planNext(frame);
        } else things.push(bus);
      }
      if (others !== null) {
        moveTraffic(others, frame);
        if (others.thing !== null) things.push(others.thing);
      }
      return truth(frame);
    },
  };
}
