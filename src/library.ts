/**
 * library.ts - the algorithms for programs of your own: `import { … } from 'cortexd/htm'`. See docs/htm.md.
 *
 * Everything here is synchronous, deterministic for a seed, and allocates nothing per step. It depends on nothing of the
 * daemon: no files, no network, no clock.
 */
export {
  type ApicalOptions,
  type CreateOptions,
  type Standalone,
  createConvolutionalPooler,
  createSdrClassifier,
  createSpatialPooler,
  createTemporalMemory,
} from './htm/create.ts';

export { type SpatialPoolerShape, flatShape } from './htm/sp-shape.ts';
export {
  SPATIAL_POOLER_DEFAULTS,
  type SpatialPooler,
  type SpatialPoolerParams,
  freezeBoost,
  restoreSpatialPooler,
} from './htm/spatial-pooler.ts';

export { type ConvolutionShape } from './htm/conv-shape.ts';
export {
  CONVOLUTION_DEFAULTS,
  type ConvolutionParams,
  type ConvolutionalPooler,
  NO_COLUMN,
  freezeConvolution,
} from './htm/convolutional-pooler.ts';
export { type UnionShape, listBits, unionLayout, unionPool } from './htm/union-pooling.ts';

export {
  TEMPORAL_MEMORY_DEFAULTS,
  TM_COUNT,
  type TemporalMemory,
  type TemporalMemoryParams,
  type TemporalMemoryShape,
  activateDendrites,
  rawAnomaly,
  resetTemporalMemory,
  restoreTemporalMemory,
} from './htm/temporal-memory.ts';
export {
  type ContextsShape,
  type TemporalContexts,
  copyContext,
  enterContext,
  heldContext,
  resetContext,
} from './htm/contexts.ts';
export {
  activateCells,
  convolve,
  inferClasses,
  learnClass,
  learnClasses,
  learnConvolution,
  poolSpatially,
  setApicalInput,
  setExternalInputs,
  stepContext,
  stepTemporalMemory,
} from './htm/checked.ts';
export { type ForwardRun, openForwardRun, runForward } from './htm/multi-step.ts';
export { checkPool } from './htm/check-pool.ts';
export { evictionsOf, segmentsInUse } from './htm/segment-pool.ts';

export {
  type Segment,
  type StepSummary,
  type Synapse,
  activeCellsOf,
  activeDutyCyclesOf,
  answerOf,
  boostFactorsOf,
  inhibitionRadiusOf,
  overlapsOf,
  predictedColumnsOf,
  predictiveCellsOf,
  probabilitiesOf,
  segmentsOf,
  summaryOf,
  winnerCellsOf,
  winnersOf,
} from './htm/results.ts';

export { type SdrClassifier, mostProbable } from './htm/sdr-classifier.ts';

export { type ScalarEncoder, decodeScalar, encodeScalar, scalarEncoder } from './htm/encoders/scalar.ts';
export { type CircularEncoder, circularEncoder, encodeCircular } from './htm/encoders/circular.ts';
export { type RdseEncoder, bucketOf, bucketValue, encodeBucket, rdseEncoder } from './htm/encoders/rdse.ts';
export { type DateEncoder, dateEncoder, dateSize, dateWidth, encodeDate } from './htm/encoders/date.ts';

export {
  type LikelihoodParams,
  NUPIC_LIKELIHOOD,
  createLikelihood,
  likelihoodFields,
  logLikelihood,
  updateLikelihood,
} from './anomaly/anomaly-likelihood.ts';

export { entropyOf, moveBits, noiseRobustness, overlapOf, sparsityOf, stabilityOf } from './htm/metrics.ts';
export { persistentImage } from './memory/model-memory.ts';
