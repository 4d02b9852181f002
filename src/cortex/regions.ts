/**
 * regions.ts - what the regions over the whole scene say of a frame: the order of states (L2), of episodes (L3), what comes by
 * the clock, how fast the picture moves. Their input are the places that things hold.
 */
import type { Cortex } from './cortex.ts';
import type { Moment } from './detector.ts';
import { type EpisodeStep, stepEpisodeRegion } from './episode-region.ts';
import { weighRoutines } from './feedback/routines.ts';
import { stepFlowStream } from './flow-stream.ts';
import { type GlobalStep, stepGlobalRegion } from './global-region.ts';
import { type RecurrenceStep, stepRecurrence } from './recurrence.ts';
import type { Seen } from './sight.ts';

export type RegionStep = {
  readonly global: GlobalStep;
  readonly episode: EpisodeStep;
  readonly recurrence: RecurrenceStep;
  /** Spreads beyond the usual speed. */
  readonly flow: number;
  /** Something moves. */
  readonly moving: boolean;
};

export function stepRegions(cortex: Cortex, seen: Seen, now: Moment, elapsedMs: number, learn: boolean): RegionStep {
  const { occupied } = cortex.zones.global;
  const global: GlobalStep = { ticked: false, surprise: 0, wasIdle: false, expectedBefore: [] };
  stepGlobalRegion(cortex.global, occupied, seen.globalChanged, now.timeMs, learn, global);
  const episode: EpisodeStep = { surprise: 0, ended: 0 };
  stepEpisodeRegion(cortex.episodes, occupied, now.timeMs, elapsedMs, learn, episode);
  const recurrence: RecurrenceStep = { early: 0, overdue: 0, earlyZone: -1, overdueZone: -1, arrivals: 0 };
  stepRecurrence(cortex.recurrence, occupied, now.timeMs, learn, recurrence);
  const flow = stepFlowStream(cortex.flow, cortex.sight.flowPlane, cortex.geometry, learn);
  weighRoutines(cortex, episode, now.step + 1);
  return { global, episode, recurrence, flow, moving: seen.moving > 0 };
}
