/**
 * memory-params.ts - what a temporal memory is made of: its shape, and the numbers by which it learns.
 */

/** Fixed when the model is made; decides the bytes. */
export type TemporalMemoryShape = {
  readonly columns: number;
  readonly cellsPerColumn: number;
  readonly segments: number;
  readonly synapsesPerSegment: number;
  /** Bits from outside that segments may watch besides the cells: neighbours, a region above, a clock. Default 0. */
  readonly externalInputs?: number;
  /** Keep the reverse index; by default when the pool has more than INDEXED_FROM segments. */
  readonly indexed?: boolean;
};

/** Tunable; spelled as in NuPIC. Permanences in units of 1/255. */
export type TemporalMemoryParams = {
  /** Active connected synapses that make a segment active: its cell is predicted. */
  readonly activationThreshold: number;
  /** Active synapses, connected or not, that make a segment matching: the best one learns in a bursting column. */
  readonly minThreshold: number;
  /** Synapses a segment should have to the cells that won in the last step. */
  readonly maxNewSynapseCount: number;
  readonly permanenceIncrement: number;
  readonly permanenceDecrement: number;
  readonly initialPermanence: number;
  readonly connectedPermanence: number;
  /** Taken from synapses of segments that predicted a column that did not become active. */
  readonly predictedSegmentDecrement: number;
  /** A cell that has as many gives up its least useful one for a new one. Without limit when not given. */
  readonly maxSegmentsPerCell?: number;
};

/** The parameters of NuPIC and BAMI in u8 units (.21, .5, .1). */
export const TEMPORAL_MEMORY_DEFAULTS: TemporalMemoryParams = {
  activationThreshold: 13,
  minThreshold: 10,
  maxNewSynapseCount: 20,
  permanenceIncrement: 26,
  permanenceDecrement: 26,
  initialPermanence: 54,
  connectedPermanence: 128,
  predictedSegmentDecrement: 0,
};
