/**
 * explain.ts - where and why, for what belongs to the scene as a whole, from the same numbers that raised the alarm.
 */
import { zoneBox } from '../../vision/geometry.ts';
import type { SceneChange } from '../../vision/scene-gate.ts';
import type { Cortex } from '../cortex.ts';
import type { Account, DetectedCause } from '../detector.ts';
import { KINDS } from '../judge/kinds.ts';
import { strongest } from '../judge/scene.ts';
import type { FrameEvidence } from './detect-all.ts';
import { explainEarly, explainOverdue, explainPause, explainRound } from './explain-visits.ts';

/** The account of an event of `cause` in the present frame. */
export function explainScene(cortex: Cortex, cause: DetectedCause, evidence: FrameEvidence): Account {
  if (cause === 'scene_change' || cause === 'camera_blocked') {
    return { position: null, box: null, explanation: SCENE_SENTENCES[evidence.verdict.change], expected: [] };
  }
  if (evidence.orderMatters && cause === 'sequence') {
    return { position: null, box: null, explanation: 'what was said to matter is there again', expected: [] };
  }
  const kind = strongest(evidence.ratios, cause);
  const name = kind < 0 ? null : KINDS[kind]!.name;
  const { rhythm, pause } = evidence.regions.visits;
  if (name === 'flow') return explainSpeed(cortex);
  if (name === 'early' && rhythm.earlyKind >= 0) return explainEarly(cortex, rhythm.earlyKind);
  if (name === 'overdue' && rhythm.overdueKind >= 0) return explainOverdue(cortex, rhythm.overdueKind);
  if (name === 'absence') return explainPause(cortex, pause);
  return explainRound(cortex);
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
