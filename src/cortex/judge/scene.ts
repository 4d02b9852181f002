/**
 * scene.ts - evidence that belongs to no thing: orders, episodes, rhythm, absence, speeds in a crowd; each against its own past.
 *
 * Regions speak in -ln P / 3 and in spreads of log time; here all become bits, but for the flow, which keeps its spreads.
 */
import { normalTailBits } from '../../usual/bits.ts';
import type { Cortex } from '../cortex.ts';
import { weighAbsence } from '../feedback/orders.ts';
import type { RegionStep } from '../regions.ts';
import { endUnit, isReady, weigh } from './calibration.ts';
import { KINDS, type KindName, kindOf } from './kinds.ts';

/** Ratios of one frame by kind: 1 = alarm. */
export type SceneRatios = { [name in KindName]: number };

/** A block of speeds is so much time in which something moves (ms). */
const BLOCK_MS = 10_000;
const [ORDER, EPISODE, FLOW] = [kindOf('order'), kindOf('episode'), kindOf('flow')];
const [EARLY, OVERDUE, ABSENCE] = [kindOf('early'), kindOf('overdue'), kindOf('absence')];

/** Surprise in thirds of -ln P, in bits. */
const surpriseBits = (surprise: number): number => (3 * surprise) / Math.LN2;
/** Evidence of log times, (z - 3) / 3 + .3, in bits of what lies beyond z. */
const timeBits = (evidence: number): number => (evidence <= 0 ? 0 : normalTailBits(3 * (evidence - 0.3) + 3));

/** Judge the frame; units that ended with it are learned. */
export function judgeScene(
  cortex: Cortex,
  { global, episode, recurrence, flow, moving }: RegionStep,
  unsure: boolean,
  elapsedMs: number,
  learn: boolean,
): SceneRatios {
  const { calibration, ablated, flow: stream } = cortex;
  const ready = isReady(calibration);
  const ratio = (kind: number, isLeftOut: boolean, value: number): number =>
    isLeftOut || unsure ? 0 : weigh(calibration, kind, value, ready);
  if (global.ticked) endUnit(calibration, ORDER, learn);
  const absence = weighAbsence(cortex, cortex.clock.step[0]! + 1);
  const ratios: SceneRatios = {
    thing: 0,
    order: ratio(ORDER, ablated.has('l2'), surpriseBits(global.surprise)),
    episode: ratio(EPISODE, ablated.has('l3'), surpriseBits(episode.surprise)),
    flow: ratio(FLOW, ablated.has('flow'), flow),
    early: ratio(EARLY, ablated.has('timing'), timeBits(recurrence.early)),
    overdue: ratio(OVERDUE, ablated.has('timing'), timeBits(recurrence.overdue)),
    absence: ratio(ABSENCE, ablated.has('l2') || ablated.has('timing'), timeBits(absence)),
  };
  for (let i = 0; i < episode.ended; i++) endUnit(calibration, EPISODE, learn);
  for (let i = 0; i < recurrence.arrivals; i++) {
    endUnit(calibration, EARLY, learn);
    endUnit(calibration, OVERDUE, learn);
  }
  if (global.ticked && global.wasIdle) endUnit(calibration, ABSENCE, learn);
  if (moving && learn) stream.views.blockMs[0]! += elapsedMs;
  if (stream.views.blockMs[0]! >= BLOCK_MS) {
    stream.views.blockMs[0] = 0;
    endUnit(calibration, FLOW, learn);
  }
  return ratios;
}

/** The kinds that are told under a cause, strongest first. */
export function strongest(ratios: SceneRatios, cause: string): { readonly name: KindName; readonly ratio: number } {
  let [name, ratio]: [KindName, number] = ['order', 0];
  for (const kind of KINDS) {
    if (kind.name === 'thing' || kind.cause !== cause || ratios[kind.name] <= ratio) continue;
    [name, ratio] = [kind.name, ratios[kind.name]];
  }
  return { name, ratio };
}
