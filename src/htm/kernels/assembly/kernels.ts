/**
 * kernels.ts - the loops that cost most, in AssemblyScript for WebAssembly SIMD. `npm run build` compiles it.
 *
 * Every function has a twin in plain TypeScript, named in its comment, and gives the same bytes: tests compare both on
 * random input. All work on the model's own buffer; arguments ending in `At` are byte offsets, others are numbers.
 */

export { followIndex, listSegments, scanSegments } from './temporal';
export { unlinkSegment, adaptSynapses, growSynapses } from './pool';
export { activateCells, predictColumns } from './memory';
export {
  countRows,
  adaptColumnRows,
  adaptColumnSparse,
  adaptColumnMask,
  spreadInput,
  gatherWindows,
  countWindows,
} from './spatial';
export { boostOverlaps, inhibitGlobally, padKeys, inhibitWindows } from './inhibition';
export { averageDuty, boostNearby, boostAll } from './boosting';
export { convolve } from './convolution';
