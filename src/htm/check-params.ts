/**
 * check-params.ts - what a temporal memory and a spatial pooler may be made of. Called whenever one is opened.
 */
import { expectBoolean, expectNumber, expectOneOf, expectPermanence, expectWhole } from '../memory/expect.ts';
import { BOOST_MODES } from './boosting.ts';
import { type SpatialPoolerShape, columnsOf, inputsOf, poolOf } from './sp-shape.ts';
import type { SpatialPoolerParams } from './spatial-pooler.ts';
import { MOST_INDEXED } from './synapse-index.ts';
import type { TemporalMemoryParams, TemporalMemoryShape } from './memory-params.ts';

/** Cells, inputs and columns that indices have room for. */
const MOST_CELLS = 2 ** 24;
const MOST_INPUTS = 65535;
const MOST_COLUMNS = 65536;

/** Throws RangeError when the shape makes no memory. */
export function checkMemoryShape(shape: TemporalMemoryShape): void {
  expectWhole('columns', shape.columns, 1, MOST_CELLS);
  expectWhole('cellsPerColumn', shape.cellsPerColumn, 1, Math.floor(MOST_CELLS / shape.columns));
  expectWhole('segments', shape.segments, 1, MOST_INDEXED);
  expectWhole('synapsesPerSegment', shape.synapsesPerSegment, 1, 255);
  if (shape.externalInputs !== undefined) expectWhole('externalInputs', shape.externalInputs, 0, MOST_CELLS);
  if (shape.indexed !== undefined) expectBoolean('indexed', shape.indexed);
}

/** Throws RangeError for parameters with which a memory of this many synapses per segment could not learn as they say. */
export function checkMemoryParams(params: TemporalMemoryParams, synapsesPerSegment: number): void {
  expectWhole('activationThreshold', params.activationThreshold, 1, synapsesPerSegment, `, the synapses of a segment`);
  expectWhole('minThreshold', params.minThreshold, 1, params.activationThreshold, `, above the activationThreshold`);
  expectWhole('maxNewSynapseCount', params.maxNewSynapseCount, 1, 255);
  expectPermanence('permanenceIncrement', params.permanenceIncrement);
  expectPermanence('permanenceDecrement', params.permanenceDecrement);
  expectPermanence('initialPermanence', params.initialPermanence, 1);
  expectPermanence('connectedPermanence', params.connectedPermanence, 1);
  expectPermanence('predictedSegmentDecrement', params.predictedSegmentDecrement);
  if (params.maxSegmentsPerCell !== undefined) expectWhole('maxSegmentsPerCell', params.maxSegmentsPerCell, 1, 65535);
}

/** Throws RangeError when the shape makes no pooler; how windows must fit is for `windowLayout` to say. */
export function checkPoolerShape(shape: SpatialPoolerShape): void {
  for (const name of ['inputWidth', 'inputHeight', 'columnWidth', 'columnHeight'] as const)
    expectWhole(name, shape[name], 1);
  expectWhole('the number of inputs', inputsOf(shape), 1, MOST_INPUTS);
  expectWhole('the number of columns', columnsOf(shape), 1, MOST_COLUMNS);
  if (shape.potentialRadius !== null) expectWhole('potentialRadius', shape.potentialRadius, 0, MOST_INPUTS);
  if (shape.inhibitionRadius !== null) expectWhole('inhibitionRadius', shape.inhibitionRadius, 1, MOST_COLUMNS);
  expectBoolean('wrapAround', shape.wrapAround);
}

/** Throws RangeError for parameters that a pooler of this shape cannot have. */
export function checkPoolerParams(params: SpatialPoolerParams, shape: SpatialPoolerShape): void {
  expectNumber('potentialPct', params.potentialPct, Number.MIN_VALUE, 1);
  if (shape.potentialInputs !== undefined) {
    const pool = shape.potentialRadius === null ? poolOf(params.potentialPct, inputsOf(shape)) : NaN;
    expectWhole('potentialInputs', shape.potentialInputs, pool, pool, ', what potentialPct makes of the whole input');
  }
  expectNumber('initConnectedPct', params.initConnectedPct, 0, 1);
  expectNumber('initSpread', params.initSpread, 0, 1);
  expectWhole('activeColumns', params.activeColumns, 1, columnsOf(shape));
  expectPermanence('connectedPermanence', params.connectedPermanence, 2);
  expectPermanence('permanenceIncrement', params.permanenceIncrement);
  expectPermanence('permanenceDecrement', params.permanenceDecrement);
  expectWhole('stimulusThreshold', params.stimulusThreshold, 0, MOST_INPUTS);
  expectWhole('dutyCyclePeriod', params.dutyCyclePeriod, 1);
  expectOneOf('boostMode', params.boostMode, BOOST_MODES);
  expectNumber('boostStrength', params.boostStrength, 0, Infinity);
  expectWhole('boostPeriod', params.boostPeriod, 1);
  expectNumber('minPctOverlapDutyCycle', params.minPctOverlapDutyCycle, 0, 1);
  expectBoolean('adaptInhibitionRadius', params.adaptInhibitionRadius);
  if (params.updatePeriod !== undefined) expectWhole('updatePeriod', params.updatePeriod, 1);
  if (params.localTies !== undefined) expectOneOf('localTies', params.localTies, ['order', 'ranking']);
  if (params.globalTies !== undefined) expectOneOf('globalTies', params.globalTies, ['ranking', 'index']);
}
