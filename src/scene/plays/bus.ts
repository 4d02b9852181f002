/**
 * bus.ts - something that comes by the clock: every 30 s, give or take 5 %, until it fails to, comes too soon or too late.
 * Other traffic may go by elsewhere, at its own times.
 *
 *     missing  one does not come: labelled from when it was due until the next one
 *     early    it comes after 55 to 75 % of the time: labelled while it is seen
 *     late     it comes after 125 to 145 %: labelled from when it was due until it has passed
 */
import { between } from '../dice.ts';
import { TIMING_KINDS, type TimingKind } from '../kinds.ts';
import { type BreakOptions, type Happening, type Play, claimBreak, createSchedule, keepThings } from '../play.ts';
import { type Thing, itinerary } from '../thing.ts';
import { type Route, type Stage, thingOn, untilSeen } from './stage.ts';

export const PERIOD_S = 30;
/** Relative to the period, each way. */
const JITTER = 0.05;
const EARLY = [0.55, 0.75] as const;
const LATE = [1.25, 1.45] as const;

type Break = {
  readonly kind: TimingKind;
  readonly id: number;
  readonly first: number;
  readonly last: number;
  readonly thing: number;
};

/** `others`: traffic that has nothing to do with it, or null. */
export function playBus(stage: Stage, route: Route, options: BreakOptions, others: Play | null): Play {
  const { random, camera } = stage;
  const schedule = createSchedule(
    options.kinds.length === 0 ? Infinity : options.breaksFrom,
    options.breakSpacing,
    3 * PERIOD_S,
    random,
  );
  // It is due when it would be seen, which is a little after it sets out.
  const ahead = untilSeen(camera, route);
  const passes = route.path.length / route.speed;
  const things: Thing[] = [];
  const buses: Thing[] = [];
  let arrival = PERIOD_S / 3;
  let broken: Break | null = null;
  // The kinds take turns, so that each comes up equally often.
  const firstKind = Math.floor(between(random, 0, TIMING_KINDS.length));
  const usual = (): number => between(random, PERIOD_S * (1 - JITTER), PERIOD_S * (1 + JITTER));
  /** One sets out; returns when the next one does. */
  const addNext = (): number => {
    const bus = thingOn(stage, route.kind, route.path, itinerary(route.path, arrival, route.speed), null);
    buses.push(bus);
    if (broken !== null && broken.thing === 0) broken = { ...broken, thing: bus.id };
    const due = arrival + usual();
    const id = claimBreak(schedule, arrival);
    if (id === 0) {
      arrival = due;
      return arrival;
    }
    const kind = TIMING_KINDS[(firstKind + id) % TIMING_KINDS.length]!;
    const [low, high] = kind === 'early' ? EARLY : LATE;
    arrival = kind === 'missing' ? due + usual() : arrival + between(random, PERIOD_S * low, PERIOD_S * high);
    const first = Math.min(due, arrival) + ahead;
    broken = { kind, id, first, last: kind === 'missing' ? arrival + ahead : arrival + passes, thing: 0 };
    return arrival;
  };
  const happening = (time: number): Happening | null => {
    if (broken === null || time < broken.first || time >= broken.last) return null;
    const { kind, id, thing } = broken;
    const isComing = kind !== 'missing' && thing !== 0;
    return {
      kind,
      id,
      thing: isComing ? thing : null,
      onlyInSight: kind === 'early' || (isComing && time > arrivalOf(thing)),
    };
  };
  const arrivalOf = (id: number): number => (buses.find((bus) => bus.id === id)?.times[0] ?? 0) + ahead;
  return {
    things,
    shapes: [],
    advance(time) {
      for (let next = arrival; next <= time && next < options.silentFrom; next = addNext()) continue;
      keepThings(buses, time);
      const beside = others?.advance(time) ?? null;
      things.length = 0;
      things.push(...buses, ...(others?.things ?? []));
      return happening(time) ?? beside;
    },
  };
}
