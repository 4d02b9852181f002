/**
 * explain.ts - where and why, for what belongs to the scene as a whole, from the same numbers that raised the alarm.
 */
import { zoneBox } from '../../vision/geometry.ts';
import type { SceneChange } from '../../vision/scene-gate.ts';
import { idleTimes } from '../absence.ts';
import type { Cortex } from '../cortex.ts';
import type { Account, DetectedCause } from '../detector.ts';
import { expectedStates } from '../global-region.ts';
import { strongest } from '../judge/scene.ts';
import type { FrameEvidence } from './detect-all.ts';
import { explainEarly, explainEpisode, explainOverdue } from './explain-routine.ts';
import { QUIET, describePlace, seconds } from './words.ts';

/** The account of an event of `cause` in the present frame. */
export function explainScene(cortex: Cortex, cause: DetectedCause, evidence: FrameEvidence): Account {
  if (cause === 'scene_change' || cause === 'camera_blocked') {
    return { position: null, box: null, explanation: SCENE_SENTENCES[evidence.verdict.change], expected: [] };
  }
  if (evidence.orderMatters && cause === 'sequence') {
    return { position: null, box: null, explanation: 'what was said to matter is there again', expected: [] };
  }
  const { name } = strongest(evidence.ratios, cause);
  const { earlyZone, overdueZone } = evidence.regions.recurrence;
  if (name === 'flow') return explainSpeed(cortex);
  if (name === 'episode') return explainEpisode(cortex);
  if (name === 'early' && earlyZone >= 0) return explainEarly(cortex, earlyZone);
  if (name === 'overdue' && overdueZone >= 0) return explainOverdue(cortex, overdueZone);
  if (name === 'absence') return explainAbsence(cortex);
  return explainOrder(cortex, evidence);
}

const SCENE_SENTENCES: { readonly [change in SceneChange]: string } = {
  none: 'the picture is as usual again',
  light: 'the light of the whole scene changed at once',
  moved: 'the camera was moved: the same scene is seen from elsewhere',
  look: 'the whole picture looks different at once, as when the infrared filter or another lamp switches',
  covered: 'the view is covered or dark: nothing can be seen',
  unsharp: 'the picture has lost its sharpness',
  frozen: 'the picture is frozen: the very same frame comes again and again',
};

function explainSpeed({ flow, geometry: { local } }: Cortex): Account {
  const { flowSurprise } = flow.views;
  let zone = 0;
  for (let i = 1; i < flowSurprise.length; i++) if (flowSurprise[i]! > flowSurprise[zone]!) zone = i;
  return {
    position: { row: Math.floor(zone / local.columns), column: zone % local.columns },
    box: zoneBox(local, zone),
    explanation: 'the picture moves faster here than it usually does',
    expected: [],
  };
}

function explainAbsence({ global, lifeMs }: Cortex): Account {
  const { idleMs, usualMs } = idleTimes(global, lifeMs[0]!);
  const expected = expectedStates(global);
  const [likely] = expected;
  const what = likely === undefined || likely.positions.length === 0 ? 'something' : describePlace(likely.positions);
  return {
    position: null,
    box: likely?.positions[0] ?? null,
    explanation: `nothing has come for ${seconds(idleMs)}; usually ${what} comes after about ${seconds(usualMs)}`,
    expected,
  };
}

function explainOrder({ global, zones }: Cortex, { regions }: FrameEvidence): Account {
  const { occupied } = zones.global;
  const { expectedBefore } = regions.global;
  const boxes = [...occupied.keys()].filter((zone) => occupied[zone] === 1).map((zone) => zoneBox(global.grid, zone));
  const came = describePlace(boxes);
  const [likely] = expectedBefore;
  const other = likely === undefined ? came : describePlace(likely.positions);
  const now = came === QUIET ? 'it becomes quiet now' : `${came} comes now`;
  return {
    position: null,
    box: boxes[0] ?? null,
    explanation:
      other === came || likely === undefined
        ? `${now}, in an order not seen before`
        : `${now}; usually ${other === QUIET ? 'it becomes quiet' : `${other} comes`} next (${Math.round(likely.probability * 100)} %)`,
    expected: expectedBefore,
  };
}
