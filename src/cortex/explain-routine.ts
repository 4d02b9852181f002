/**
 * explain-routine.ts - where and why, for episodes out of order and for what recurs: which was expected, when it was due.
 */
import type { Cortex } from './cortex.ts';
import type { Account } from './detector.ts';
import { describeKind, expectedEpisodes } from './episode-predict.ts';
import { describePlace, seconds } from './explain-words.ts';
import { usualRecurrenceMs } from './recurrence.ts';
import { zoneBox } from '../vision/geometry.ts';

/** An episode came that is not expected after those before it. */
export function explainEpisode({ episodes }: Cortex): Account {
  const expected = expectedEpisodes(episodes);
  const { positions } = describeKind(episodes, episodes.views.oddKind[0]!, 0);
  const [likely] = expected;
  const came = describePlace(positions);
  const instead =
    likely === undefined
      ? 'at a moment when it never came before'
      : `where ${describePlace(likely.positions)} was expected (${Math.round(likely.probability * 100)} %)`;
  return { position: null, box: positions[0] ?? null, explanation: `there is ${came} ${instead}`, expected };
}

/** Something came to a place sooner than it usually does. */
export function explainEarly({ recurrence, episodes, lifeMs }: Cortex, zone: number): Account {
  const box = zoneBox(episodes.grid, zone);
  const sinceMs = lifeMs[0]! - recurrence.previousMs[zone]!;
  const explanation = `${describePlace([box])} came again after ${seconds(sinceMs)}, it was expected after about ${seconds(usualRecurrenceMs(recurrence, zone))}`;
  return { position: null, box, explanation, expected: [] };
}

/** Nothing has come yet to a place where something comes by the clock. */
export function explainOverdue({ recurrence, episodes, lifeMs }: Cortex, zone: number): Account {
  const box = zoneBox(episodes.grid, zone);
  const sinceMs = lifeMs[0]! - recurrence.arrivedMs[zone]!;
  const explanation = `${describePlace([box])} was expected after about ${seconds(usualRecurrenceMs(recurrence, zone))}, but has not come for ${seconds(sinceMs)}`;
  const expected = [{ state: 'due', positions: [box], probability: 1 }];
  return { position: null, box, explanation, expected };
}
