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

export function cortexStats({ clock, global, judge }: Cortex): CortexStats {
  let things = 0;
  for (let slot = 0; slot < MOST_THINGS; slot++) if (judge.things.status[slot] !== FREE_SLOT) things++;
  const { pool, shape } = global.memory;
  return {
    step: clock.step[0]!,
    segments: segmentsInUse(pool),
    segmentCapacity: shape.segments,
    evictions: evictionsOf(pool),
    things,
    thingsLost: judge.things.lost[0]!,
  };
}
