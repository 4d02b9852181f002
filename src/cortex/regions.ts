/**
 * regions.ts - what the regions over the whole scene say of a frame: which state it is in, what visits things pay, how fast the
 * picture moves.
 */
import type { Cortex } from './cortex.ts';
import type { Moment } from './detector.ts';
import { stepFlowStream } from './flow-stream.ts';
import { type GlobalStep, stepGlobalRegion } from './global-region.ts';
import type { Seen } from './sight.ts';
import { type VisitStep, stepVisits, visitStep } from './visit-region.ts';

export type RegionStep = {
  readonly global: GlobalStep;
  readonly visits: VisitStep;
  /** Spreads beyond the usual speed. */
  flow: number;
  /** Something moves. */
  moving: boolean;
};

export const newRegionStep = (): RegionStep => ({
  global: { ticked: false },
  visits: visitStep,
  flow: 0,
  moving: false,
});

export function stepRegions(
  cortex: Cortex,
  seen: Seen,
  now: Moment,
  elapsedMs: number,
  learn: boolean,
  out: RegionStep,
): void {
  const { occupied } = cortex.zones.global;
  stepGlobalRegion(cortex.global, occupied, seen.globalChanged, now.timeMs, learn, out.global);
  stepVisits(cortex.visits, cortex.judge.things, now.timeMs, learn);
  out.flow = stepFlowStream(cortex.flow, cortex.sight.flowPlane, cortex.geometry, elapsedMs, learn);
  out.moving = seen.moving > 0;
}
