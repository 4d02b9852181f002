/**
 * scene.ts - evidence that belongs to no thing: the order of visits, rhythm, pauses, speeds in a crowd; each against its own
 * past. All is in bits, but for the flow, which keeps its spreads.
 */
import { OUT_OF_ORDER } from '../../visits/company.ts';
import type { Cortex } from '../cortex.ts';
import type { RegionStep } from '../regions.ts';
import { endUnit, isReady, takeUnit, thresholdOf, weigh } from './calibration.ts';
import { KINDS, type KindName, kindOf } from './kinds.ts';

/** Ratios of one frame by kind: 1 = alarm. */
export type SceneRatios = { [name in KindName]: number };

/** A block of speeds is so much time in which something moves (ms). */
const BLOCK_MS = 10_000;
const [ROUND, FLOW] = [kindOf('round'), kindOf('flow')];
const [EARLY, OVERDUE, ABSENCE] = [kindOf('early'), kindOf('overdue'), kindOf('absence')];

/** Judge the frame; units that ended with it are learned. */
export function judgeScene(
  cortex: Cortex,
  { visits, flow, moving }: RegionStep,
  unsure: boolean,
  elapsedMs: number,
  learn: boolean,
): SceneRatios {
  const { calibration, ablated, flow: stream } = cortex;
  const ready = isReady(calibration);
  const ratio = (kind: number, isLeftOut: boolean, value: number): number =>
    isLeftOut || unsure ? 0 : weigh(calibration, kind, value, ready);
  const { rhythm, pause } = visits;
  // What is shown of it and held against other budgets.
  calibration.views.highest[ROUND] = unsure ? 0 : visits.round;
  const noTiming = ablated.has('timing');
  const ratios: SceneRatios = {
    thing: 0,
    round: unsure || ablated.has('visits') ? 0 : visits.round / thresholdOf(calibration, ROUND),
    flow: ratio(FLOW, ablated.has('flow'), flow),
    early: ratio(EARLY, noTiming, rhythm.early),
    overdue: ratio(OVERDUE, noTiming, rhythm.overdue),
    absence: ratio(ABSENCE, noTiming, pause.bits),
  };
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

/** The kind that says most of those that are told under a cause; null when none says anything. */
export function strongest(ratios: SceneRatios, cause: string): KindName | null {
  let name: KindName | null = null;
  for (const kind of KINDS) {
    if (kind.name === 'thing' || kind.cause !== cause) continue;
    if (ratios[kind.name] > (name === null ? 0 : ratios[name])) name = kind.name;
  }
  return name;
}

/** What it says. */
export function ratioOf(ratios: SceneRatios, cause: string): number {
  const name = strongest(ratios, cause);
  return name === null ? 0 : ratios[name];
}
