/**
 * explain-visits.ts - where and why, for visits out of order, early or overdue: what usually comes, and when.
 */
import { PASS } from '../../visits/kinds.ts';
import { shareOfCompany } from '../../visits/company.ts';
import { nextVisits } from '../../visits/next.ts';
import type { PauseWord } from '../../visits/pause.ts';
import { usualPeriodMs } from '../../visits/rhythm.ts';
import { WAY_POINTS } from '../../visits/ways.ts';
import type { Box } from '../../vision/box.ts';
import type { Cortex } from '../cortex.ts';
import type { Account } from '../detector.ts';
import { describeVisit, expectedThen, expectedVisits } from '../visit-region.ts';
import { placeInWords, seconds } from './words.ts';

/** A visit came whose companion has not come before it, as it usually does. */
export function explainRound({ visits }: Cortex): Account {
  const odd = visits.views.oddKind[0]!;
  const companion = visits.views.oddCompanion[0]!;
  const expected = expectedThen(visits);
  const share = Math.round(100 * shareOfCompany(visits.company, odd, companion));
  const [likely] = expected;
  const next =
    likely === undefined
      ? ''
      : `; usually something ${placeInWords(likely.positions)} comes next (${Math.round(likely.probability * 100)} %)`;
  const instead = `without ${inWords(visits, companion)} before it, which usually comes first (${share} %)`;
  return {
    position: null,
    box: boxOfVisit(visits, odd),
    explanation: `${inWords(visits, odd)} comes now${next}${next === '' ? ', ' : ', '}${instead}`,
    expected,
  };
}

/** Something came sooner than it usually does. */
export function explainEarly({ visits }: Cortex, kind: number): Account {
  const { rhythm } = visits;
  const sinceMs = rhythm.arrivedMs[kind]! - rhythm.previousMs[kind]!;
  const explanation = `${inWords(visits, kind)} came again after ${seconds(sinceMs)}; usually it comes after about ${seconds(usualPeriodMs(rhythm, kind))}`;
  return { position: null, box: boxOfVisit(visits, kind), explanation, expected: [] };
}

/** Nothing has come yet where something comes by the clock. */
export function explainOverdue({ visits, lifeMs }: Cortex, kind: number): Account {
  const { rhythm } = visits;
  const sinceMs = lifeMs[0]! - rhythm.arrivedMs[kind]!;
  const explanation = `${inWords(visits, kind)} has not come for ${seconds(sinceMs)}; usually it comes after about ${seconds(usualPeriodMs(rhythm, kind))}`;
  return { position: null, box: boxOfVisit(visits, kind), explanation, expected: [describeVisit(visits, kind, 1)] };
}

/** Nothing comes for longer than nothing ever does. */
export function explainPause({ visits, lifeMs }: Cortex, { pauseMs, usualMs }: PauseWord): Account {
  const expected = expectedVisits(visits, nextVisits(visits.next, lifeMs[0]!));
  const [likely] = expected;
  const what = likely === undefined ? 'something' : `something ${placeInWords(likely.positions)}`;
  return {
    position: null,
    box: likely?.positions[0] ?? null,
    explanation: `nothing has come for ${seconds(pauseMs)}; usually ${what} comes after about ${seconds(usualMs)}`,
    expected,
  };
}

type Region = Cortex['visits'];

/** "something at the top left", "something from the top left to the middle right". */
function inWords(visits: Region, kind: number): string {
  const last = placeInWords([pointOf(visits, kind, WAY_POINTS - 1)]);
  if (visits.visitors.kinds.sort[kind] !== PASS) return `something ${last}`;
  const first = placeInWords([pointOf(visits, kind, 0)]);
  return first === last
    ? `something that passes ${first}`
    : `something ${first.replace('at', 'from')} ${last.replace('at', 'to')}`;
}

/** Where a visit of a kind ends, as a box as large as what comes there. */
function boxOfVisit(visits: Region, kind: number): Box {
  const [x, y] = pointOf(visits, kind, WAY_POINTS - 1);
  const high = Math.min(1, visits.visitors.kinds.high[kind]!);
  const wide = Math.min(1, high / 2 / visits.aspect);
  const [left, top] = [Math.min(1 - wide, Math.max(0, x - wide / 2)), Math.min(1 - high, Math.max(0, y - high / 2))];
  return [left, top, wide, high];
}

function pointOf({ visitors: { kinds }, aspect }: Region, kind: number, point: number): Box {
  const at = kind * 2 * WAY_POINTS + point;
  return [kinds.line[at]! / aspect, kinds.line[at + WAY_POINTS]!, 0, 0];
}
