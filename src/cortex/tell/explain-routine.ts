/**
 * explain-routine.ts - where and why, for episodes out of order and for what recurs: what usually comes, and when.
 */
import { zoneBox } from '../../vision/geometry.ts';
import type { Cortex } from '../cortex.ts';
import type { Account } from '../detector.ts';
import { describeKind, expectedEpisodes } from '../episode-predict.ts';
import { usualRecurrenceMs } from '../recurrence.ts';
import { describePlace, placeInWords, seconds } from './words.ts';

/** An episode came that is not expected after those before it. */
export function explainEpisode({ episodes }: Cortex): Account {
  const expected = expectedEpisodes(episodes);
  const { positions } = describeKind(episodes, episodes.views.oddKind[0]!, 0);
  const [likely] = expected;
  const came = describePlace(positions);
  const other = likely === undefined ? null : describePlace(likely.positions);
  const explanation =
    other === null || other === came
      ? `${came} comes at a moment when it never came before`
      : `${came} comes now; usually ${other} comes next (${Math.round(likely!.probability * 100)} %)`;
  return { position: null, box: positions[0] ?? null, explanation, expected };
}

/** Something came to a place sooner than it usually does. */
export function explainEarly({ recurrence, episodes, lifeMs }: Cortex, zone: number): Account {
  const box = zoneBox(episodes.grid, zone);
  const sinceMs = lifeMs[0]! - recurrence.previousMs[zone]!;
  const explanation = `${describePlace([box])} came again after ${seconds(sinceMs)}; usually it comes after about ${seconds(usualRecurrenceMs(recurrence, zone))}`;
  return { position: null, box, explanation, expected: [] };
}

/** Nothing has come yet to a place where something comes by the clock. */
export function explainOverdue({ recurrence, episodes, lifeMs }: Cortex, zone: number): Account {
  const box = zoneBox(episodes.grid, zone);
  const sinceMs = lifeMs[0]! - recurrence.arrivedMs[zone]!;
  const explanation = `nothing has come ${placeInWords([box])} for ${seconds(sinceMs)}; usually something comes there after about ${seconds(usualRecurrenceMs(recurrence, zone))}`;
  return { position: null, box, explanation, expected: [] };
}
