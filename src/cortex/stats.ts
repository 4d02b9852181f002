/**
 * stats.ts - how full a model is.
 */
import { evictionsOf, segmentsInUse } from '../htm/segment-pool.ts';
import { FREE_SLOT, MOST_THINGS } from '../things/pool.ts';
import type { Cortex } from './cortex.ts';

export type CortexStats = {
  readonly step: number;
  /** Segments in use and room for them, all regions. */
  readonly segments: number;
  readonly segmentCapacity: number;
  /** Segments replaced since birth because a pool was full. */
  readonly evictions: number;
  /** Things that are followed now, and that found no place since birth because too many were there. */
  readonly things: number;
  readonly thingsLost: number;
};

export function cortexStats({ clock, global, episodes, judge }: Cortex): CortexStats {
  let segments = segmentsInUse(global.memory.pool);
  let evictions = evictionsOf(global.memory.pool);
  let segmentCapacity = global.memory.shape.segments;
  for (const { memory } of episodes.sequences) {
    segments += segmentsInUse(memory.pool);
    evictions += evictionsOf(memory.pool);
    segmentCapacity += memory.shape.segments;
  }
  let things = 0;
  for (let slot = 0; slot < MOST_THINGS; slot++) if (judge.things.status[slot] !== FREE_SLOT) things++;
  return { step: clock.step[0]!, segments, segmentCapacity, evictions, things, thingsLost: judge.things.lost[0]! };
}
