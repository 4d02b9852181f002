/**
 * scene.ts - evidence that belongs to no thing: the order of visits, rhythm, pauses, speeds in a crowd; each against its own
 * past. All is in bits, but for the flow, which keeps its spreads.
 */
import { OUT_OF_ORDER } from '../../visits/company.ts';
import type { Cortex } from '../cortex.ts';
import type { ModelCause } from '../observation.ts';
import type { RegionStep } from '../regions.ts';
import { endUnit, isReady, takeUnit, thresholdOf, weigh } from './calibration.ts';
import { KINDS, kindOf } from './kinds.ts';

/** [kinds] ratios of one frame: 1 = alarm. */
export type SceneRatios = Float64Array;

/** A block of speeds is so much time in which something moves (ms). */
const BLOCK_MS = 10_000;
/** The kind before these is that of things. */
const FIRST_OF_SCENE = 1;
const [ROUND, FLOW] = [kindOf('round'), kindOf('flow')];
const [EARLY, OVERDUE, ABSENCE] = [kindOf('early'), kindOf('overdue'), kindOf('absence')];

const ratios = new Float64Array(KINDS.length);

/** Judge the frame; units that ended with it are learned. The result is valid until the next call. */
export function judgeScene(
  cortex: Cortex,
  { visits, flow, moving }: RegionStep,
  unsure: boolean,
  elapsedMs: number,
  learn: boolean,
): SceneRatios {
  const { calibration, ablated, flow: stream } = cortex;
  const ready = isReady(calibration);
  const { rhythm, pause } = visits;
  // What is shown of it and held against other budgets.
  calibration.views.highest[ROUND] = unsure ? 0 : visits.round;
  const noTiming = unsure || ablated.has('timing');
  const isOutOfOrder = visits.round > 0 && !unsure && !ablated.has('visits');
  ratios[ROUND] = isOutOfOrder ? visits.round / thresholdOf(calibration, ROUND) : 0;
  ratios[FLOW] = weigh(calibration, FLOW, unsure || ablated.has('flow') ? 0 : flow, ready);
  ratios[EARLY] = weigh(calibration, EARLY, noTiming ? 0 : rhythm.early, ready);
  ratios[OVERDUE] = weigh(calibration, OVERDUE, noTiming ? 0 : rhythm.overdue, ready);
  ratios[ABSENCE] = weigh(calibration, ABSENCE, noTiming ? 0 : pause.bits, ready);
  if (learn)
    for (let i = 0; i < visits.visits; i++)
      takeUnit(calibration, ROUND, i === 0 ? visits.fresh : 0, i === 0 && visits.fresh >= OUT_OF_ORDER);
  for (let i = 0; i < visits.visits; i++) {
    endUnit(calibration, ABSENCE, learn);
  }
  for (let i = 0; i < rhythm.arrivals; i++) {
    endUnit(calibration, EARLY, learn);
    endUnit(calibration, OVERDUE, learn);
  }
  if (moving && learn) stream.views.blockMs[0]! += elapsedMs;
  if (stream.views.blockMs[0]! >= BLOCK_MS) {
    stream.views.blockMs[0] = 0;
    endUnit(calibration, FLOW, learn);
  }
  return ratios;
}

/** The kind that says most of those that are told under a cause; -1 when none says anything. */
export function strongest(all: SceneRatios, cause: ModelCause): number {
  let best = -1;
  for (let kind = FIRST_OF_SCENE; kind < KINDS.length; kind++)
    if (KINDS[kind]!.cause === cause && all[kind]! > (best < 0 ? 0 : all[best]!)) best = kind;
  return best;
}

/** What it says. */
export function ratioOf(all: SceneRatios, cause: ModelCause): number {
  const kind = strongest(all, cause);
  return kind < 0 ? 0 : all[kind]!;
}
