/**
 * feedback.ts - what someone has said: "that was normal" is not told again, "that matters" is told for ever.
 *
 *     of a thing     its attributes, at their places (signs.ts)
 *     of visits      their order, their clock, pauses (visits.ts)
 *     of a crowd     its speeds (speeds.ts)
 *
 * normal    the thing is learned several times over, and its attributes are allowed there up to a little beyond
 * matters   its most telling attributes raise an alarm from now on, and while they are seen nothing is learned
 */
import { type Views } from '../../memory/layout.ts';
import { LIVE, MOST_THINGS } from '../../things/pool.ts';
import { learnAmount } from '../../usual/amounts.ts';
import { learnDirection } from '../../usual/directions.ts';
import { ATTRIBUTES, readBits } from '../../usual/usual.ts';
import { learnVisit } from '../../usual/visits.ts';
import type { Cortex } from '../cortex.ts';
import { PARDONED_TIMES, type ThingJudge } from '../judge/things.ts';
import { THING_KEY } from '../observation.ts';
import type { VisitStep } from '../visit-region.ts';
import { type Sign, alarmsBetween, noteAlarm, signsOf, takeMatters, takeNormal, wayOf } from './signs.ts';
import { type SpeedFeedback, noteSpeeds, speedFeedbackFields, takeSpeedFeedback } from './speeds.ts';
import { type VisitFeedback, noteVisits, takeVisitFeedback, visitFeedbackFields } from './visits.ts';

export type Verdict = 'normal' | 'matters';

/** What happened so many steps before the start of an event belongs to it. */
const BEFORE_START = 20;
/** After something that matters nothing is learned for so long (ms). */
const HOLD_MS = 1500;
/** Besides the most telling attribute, those with so many bits matter. */
const MATTERS_BITS = 6;

export const feedbackFields = (zones: number) => ({ ...visitFeedbackFields(), ...speedFeedbackFields(zones) });
export type FeedbackViews = Views<ReturnType<typeof feedbackFields>> & VisitFeedback & SpeedFeedback;

/** Whether learning must wait, because something that matters is there. */
export function holdsLearning({ hold, lifeMs }: Cortex): boolean {
  return lifeMs[0]! < hold.untilMs[0]!;
}

/** After things were judged: keep what alarms, note what is unusual besides. Returns whether something matters now. */
export function stepFeedback(cortex: Cortex, visits: VisitStep, thingMatters: boolean): boolean {
  const { judge, clock, lifeMs, hold } = cortex;
  const step = clock.step[0]! + 1;
  for (let slot = 0; slot < MOST_THINGS; slot++)
    if (judge.things.status[slot] === LIVE && judge.views.ratio[slot]! >= 1) noteThing(judge, slot, step);
  noteVisits(cortex, visits, step);
  noteSpeeds(cortex, step);
  if (thingMatters || visits.mattering) hold.untilMs[0] = lifeMs[0]! + HOLD_MS;
  return visits.mattering;
}

const bits = new Float64Array(ATTRIBUTES.length);

function noteThing({ things, usual, views, signs }: ThingJudge, slot: number, step: number): void {
  readBits(usual, slot, bits);
  noteAlarm(signs, things.id[slot]!, step, slot, bits, views.peakCell, views.peakAmount, usual.path);
}

/**
 * Take in what was said of an event: of its key, and of what was unusual from step `fromStep` to `toStep` (of the model's
 * life). Returns how many signs were taken; 0 = nothing is known of it.
 */
export function takeFeedback(cortex: Cortex, said: Verdict, key: string, fromStep: number, toStep: number): number {
  const first = Math.max(1, fromStep - BEFORE_START + 1);
  const last = toStep + 1;
  const isNormal = said === 'normal';
  const id = key.startsWith(THING_KEY) ? Number(key.slice(THING_KEY.length)) : null;
  if (id !== null) return takeThings(cortex, isNormal, first, last, id);
  let taken = takeVisitFeedback(cortex, isNormal, first, last);
  if (isNormal) {
    taken += takeSpeedFeedback(cortex, first, last);
    dropEvidence(cortex);
  } else if (taken === 0) taken += takeThings(cortex, false, first, last, null);
  return taken;
}

/** What still lasts of it is dropped at once. */
function dropEvidence({ visits, flow }: Cortex): void {
  visits.views.roundBits.fill(0);
  visits.rhythm.earlyBits.fill(0);
  flow.views.running.fill(0);
  flow.views.flowSurprise.fill(0);
}

function takeThings({ judge }: Cortex, isNormal: boolean, first: number, last: number, id: number | null): number {
  const { signs, usual } = judge;
  let taken = 0;
  for (const entry of alarmsBetween(signs, first, last, id)) {
    const list = signsOf(signs, entry);
    for (const [i, sign] of list.entries()) {
      if (isNormal) {
        takeNormal(
          signs,
          usual.places,
          sign,
          isOfOnePlace(sign) ? [{ cell: sign.cell, way: -1 }] : wayOf(signs, entry),
        );
        learnSign(judge, sign);
      } else if (i === 0 || sign.bits >= MATTERS_BITS) {
        takeMatters(signs, usual.places, sign);
      } else continue;
      taken++;
    }
    if (!isNormal) continue;
    learnWay(judge, wayOf(signs, entry));
    pardon(judge, signs.recentId[entry]!);
  }

  return taken;
}

/** Where it began and where it stood are one place each; all else it was along its way. */
function isOfOnePlace({ attribute }: Sign): boolean {
  return ATTRIBUTES[attribute] === 'birth' || ATTRIBUTES[attribute] === 'stay';
}

/** What a thing was like where it was unusual becomes usual. */
function learnSign({ usual }: Cortex['judge'], { attribute, cell, amount }: Sign): void {
  const { places, births, stays, heights, shapes } = usual;
  for (let i = 0; i < PARDONED_TIMES; i++) {
    switch (ATTRIBUTES[attribute]!) {
      case 'birth':
        learnVisit(births, cell);
        break;
      case 'stay':
        learnAmount(stays, places, 0, cell, amount);
        break;
      case 'size':
        learnAmount(heights, places, 0, cell, amount);
        break;
      case 'shape':
        learnAmount(shapes, places, 0, cell, amount);
        break;
      case 'place':
      case 'direction':
      case 'speed':
        // Along its whole way: see `learnWay`.
        break;
    }
  }
}

/** Its way becomes one that things go. */
function learnWay({ usual }: Cortex['judge'], way: readonly { readonly cell: number; readonly way: number }[]): void {
  const { places, visits, directions } = usual;
  for (let i = 0; i < PARDONED_TIMES; i++) {
    for (const { cell, way: direction } of way) {
      learnVisit(visits, cell);
      if (direction >= 0) learnDirection(directions, places, cell, direction);
    }
  }
}

/** A thing that is still there and was said to be normal is no alarm any more, and is learned when it goes. */
function pardon({ things, usual, views }: Cortex['judge'], id: number): void {
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE || things.id[slot] !== id) continue;
    views.pardonedId[slot] = id;
    views.ratio[slot] = 0;
    usual.judged.told[slot] = 0;
  }
}
