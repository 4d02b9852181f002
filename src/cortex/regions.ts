/**
 * regions.ts - what the regions over the whole scene say of a frame: which state it is in, what visits things pay, how fast the
 * picture moves.
 */
import type { Cortex } from './cortex.ts';
import type { Moment } from './detector.ts';
import { stepFlowStream } from './flow-stream.ts';
import { type GlobalStep, stepGlobalRegion } from './global-region.ts';
import type { Seen } from './sight.ts';
import { type VisitStep, stepVisits } from './visit-region.ts';

export type RegionStep = {
  readonly global: GlobalStep;
  readonly visits: VisitStep;
  /** Spreads beyond the usual speed. */
  readonly flow: number;
  /** Something moves. */
  readonly moving: boolean;
};

export function stepRegions(cortex: Cortex, seen: Seen, now: Moment, elapsedMs: number, learn: boolean): RegionStep {
  const { occupied } = cortex.zones.global;
  const global: GlobalStep = { ticked: false };
  stepGlobalRegion(cortex.global, occupied, seen.globalChanged, now.timeMs, learn, global);
  const visits = stepVisits(cortex.visits, cortex.judge.things, now.timeMs, learn);
  const flow = stepFlowStream(cortex.flow, cortex.sight.flowPlane, cortex.geometry, elapsedMs, learn);
  return { global, visits, flow, moving: seen.moving > 0 };
}
