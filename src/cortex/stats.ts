/**
 * stats.ts - how full a model is.
 */
import { evictionsOf, segmentsInUse } from '../htm/segment-pool.ts';
import { budgetFactor } from './alarm-budget.ts';
import type { Cortex } from './cortex.ts';

export type CortexStats = {
  readonly step: number;
  /** Segments in use and room for them, all regions. */
  readonly segments: number;
  readonly segmentCapacity: number;
  /** Segments replaced since birth because a pool was full. */
  readonly evictions: number;
  /** What the budget of alarms multiplies every threshold by, >= 1. */
  readonly thresholdFactor: number;
};

export function cortexStats({ clock, local, global, episodes, evidence }: Cortex): CortexStats {
  let segments = segmentsInUse(global.memory.pool);
  let evictions = evictionsOf(global.memory.pool);
  let segmentCapacity = global.memory.shape.segments;
  for (const memory of [...local.memories, ...episodes.sequences.map((sequence) => sequence.memory)]) {
    segments += segmentsInUse(memory.pool);
    evictions += evictionsOf(memory.pool);
    segmentCapacity += memory.shape.segments;
  }
  const thresholdFactor = budgetFactor(evidence.budget);
  return { step: clock.step[0]!, segments, segmentCapacity, evictions, thresholdFactor };
}
