/**
 * planted.ts - temporal memories whose segments are set by hand, so that one rule at a time can be looked at.
 */
import { allocateSegment, growSynapses, rebuildIndex } from '../../../src/htm/segment-pool.ts';
import {
  type TemporalMemory,
  type TemporalMemoryParams,
  activateDendrites,
  stepTemporalMemory,
} from '../../../src/htm/temporal-memory.ts';
import { newMemory } from '../../support/memories.ts';

/** 32 columns of 4 cells; thresholds 3 and 2, all permanences and changes far from the limits. */
export const PARAMS: TemporalMemoryParams = {
  activationThreshold: 3,
  minThreshold: 2,
  maxNewSynapseCount: 3,
  permanenceIncrement: 20,
  permanenceDecrement: 10,
  initialPermanence: 54,
  connectedPermanence: 128,
  predictedSegmentDecrement: 5,
};

export function memory(params: Partial<TemporalMemoryParams> = {}, cellsPerColumn = 4, segments = 64): TemporalMemory {
  const shape = { columns: 32, cellsPerColumn, segments, synapsesPerSegment: 8 };
  return newMemory(shape, { ...PARAMS, ...params }, 1, true).tm;
}

/** A segment on `cell` with synapses [cell, permanence]; returns its number. */
export function plant(tm: TemporalMemory, cell: number, synapses: readonly (readonly [number, number])[]): number {
  const segment = allocateSegment(tm.pool, cell);
  const candidates = tm.views.candidates;
  synapses.forEach(([source], i) => (candidates[i] = source));
  growSynapses(tm.pool, segment, synapses.length, candidates, synapses.length, tm.views.previousActiveCell, 100);
  for (const [source, permanence] of synapses) tm.views.permanence[slotOf(tm, segment, source)] = permanence;
  rebuildIndex(tm.pool);
  activateDendrites(tm);
  return segment;
}

function slotOf(tm: TemporalMemory, segment: number, source: number): number {
  const start = segment * tm.shape.synapsesPerSegment;
  for (let slot = start; slot < start + tm.views.synapseCount[segment]!; slot++)
    if (tm.views.presynapticCell[slot] === source) return slot;
  return -1;
}

/** The permanence of a synapse, or null when there is none. */
export function permanenceOf(tm: TemporalMemory, segment: number, source: number): number | null {
  const slot = slotOf(tm, segment, source);
  return slot < 0 ? null : tm.views.permanence[slot]!;
}

/** What a segment watches, ascending. */
export function sourcesOf(tm: TemporalMemory, segment: number): number[] {
  const start = segment * tm.shape.synapsesPerSegment;
  return [...tm.views.presynapticCell.subarray(start, start + tm.views.synapseCount[segment]!)].toSorted(
    (a, b) => a - b,
  );
}

export function step(tm: TemporalMemory, columns: readonly number[], learn = true): void {
  stepTemporalMemory(tm, Uint32Array.from(columns), columns.length, learn);
}

/** The same permanence for several cells. */
export const all = (cells: readonly number[], permanence: number): [number, number][] =>
  cells.map((cell) => [cell, permanence]);
