/**
 * event-memory.ts - the temporal memory's numbers where it ticks on events rather than on frames.
 */
import type { TemporalMemoryParams } from '../htm/temporal-memory.ts';

/** For event-ticked states: few bits, so few synapses per segment and low thresholds. */
export const EVENT_TM_PARAMS: TemporalMemoryParams = {
  activationThreshold: 5,
  minThreshold: 4,
  maxNewSynapseCount: 12,
  permanenceIncrement: 25,
  permanenceDecrement: 8,
  initialPermanence: 100,
  connectedPermanence: 128,
  predictedSegmentDecrement: 1,
};
