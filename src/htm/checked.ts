/**
 * checked.ts - the entries of the library that are called for every step, with their arguments checked.
 *
 * A column that does not exist would be written behind the end of an array, a bit that does not exist would train another
 * horizon of a classifier: both unnoticed. Programs that step an engine come through here; our own models call what is
 * behind it. The checks cost one pass over the active bits.
 */
import { expectBits, expectNumber, expectRoom, expectWhole } from '../memory/expect.ts';
import * as apical from './apical.ts';
import * as contexts from './contexts.ts';
import * as convolution from './convolutional-pooler.ts';
import * as classifier from './sdr-classifier.ts';
import { inputsOf } from './sp-shape.ts';
import * as pooler from './spatial-pooler.ts';
import * as memory from './temporal-memory.ts';

type Bits = Uint16Array | Uint32Array;

function expectActivity(
  { shape }: memory.TemporalMemory,
  columns: Bits,
  count: number,
  external: Bits | undefined,
  externalCount: number,
): void {
  expectBits('active columns', columns, count, shape.columns);
  if (external === undefined) expectWhole('externalCount', externalCount, 0, 0);
  else expectBits('external inputs', external, externalCount, shape.externalInputs ?? 0);
}

export function stepTemporalMemory(
  tm: memory.TemporalMemory,
  activeColumns: Bits,
  count: number,
  learn: boolean,
  external?: Bits,
  externalCount = 0,
): void {
  expectActivity(tm, activeColumns, count, external, externalCount);
  memory.stepTemporalMemory(tm, activeColumns, count, learn, external, externalCount);
}
export const activateCells: typeof memory.activateCells = (tm, columns, count, learn) => {
  expectBits('active columns', columns, count, tm.shape.columns);
  memory.activateCells(tm, columns, count, learn);
};
export const setExternalInputs: typeof memory.setExternalInputs = (tm, bits, count) => {
  expectBits('external inputs', bits, count, tm.shape.externalInputs ?? 0);
  memory.setExternalInputs(tm, bits, count);
};
export const setApicalInput: typeof apical.setApicalInput = (dendrites, bits, count) => {
  expectBits('apical inputs', bits, count, dendrites.shape.apicalInputs);
  apical.setApicalInput(dendrites, bits, count);
};
export function stepContext(
  all: contexts.TemporalContexts,
  slot: number,
  activeColumns: Bits,
  count: number,
  learn: boolean,
  external?: Bits,
  externalCount = 0,
): void {
  expectActivity(all.tm, activeColumns, count, external, externalCount);
  contexts.stepContext(all, slot, activeColumns, count, learn, external, externalCount);
}
export const poolSpatially: typeof pooler.poolSpatially = (sp, active, count, learn) => {
  expectBits('active inputs', active, count, inputsOf(sp.shape));
  return pooler.poolSpatially(sp, active, count, learn);
};

function expectPicture({ shape, layout }: convolution.ConvolutionalPooler, pixels: Uint32Array): void {
  expectRoom('pixels', pixels, 0, shape.width * shape.height * layout.pixelWords);
}
export const convolve: typeof convolution.convolve = (cp, pixels) => {
  expectPicture(cp, pixels);
  convolution.convolve(cp, pixels);
};
export const learnConvolution: typeof convolution.learnConvolution = (cp, pixels, samples) => {
  expectPicture(cp, pixels);
  expectWhole('samples', samples, 0);
  convolution.learnConvolution(cp, pixels, samples);
};

function expectPattern({ shape }: classifier.SdrClassifier, horizon: number, active: Bits, count: number): void {
  expectWhole('horizon', horizon, 0, shape.horizons - 1);
  expectBits('active bits', active, count, shape.inputs);
}
export const inferClasses: typeof classifier.inferClasses = (one, horizon, active, count, probabilities) => {
  expectPattern(one, horizon, active, count);
  classifier.inferClasses(one, horizon, active, count, probabilities);
};
export const learnClass: typeof classifier.learnClass = (one, horizon, active, count, target, rate) => {
  expectPattern(one, horizon, active, count);
  expectNumber('rate', rate, 0, 1);
  return classifier.learnClass(one, horizon, active, count, target, rate);
};
export const learnClasses: typeof classifier.learnClasses = (one, horizon, active, count, targets, rate) => {
  expectPattern(one, horizon, active, count);
  expectNumber('rate', rate, 0, 1);
  return classifier.learnClasses(one, horizon, active, count, targets, rate);
};
