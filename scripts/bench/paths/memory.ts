/**
 * memory.ts - the next place by one temporal memory: a context per thing, segments for all (htm/contexts.ts).
 *
 * A place is a few columns, its own or those of several coarser tilings that are shifted against each other. What is predicted
 * becomes a probability by counts: of the places that were predicted to such a degree, while the best one was predicted to such
 * a degree, how many came?
 */
import {
  type TemporalContexts,
  contextFields,
  enterContext,
  openContexts,
  resetContext,
  stepContext,
} from '../../../src/htm/contexts.ts';
import {
  type TemporalMemory,
  type TemporalMemoryParams,
  initTemporalMemory,
  openTemporalMemory,
  temporalMemoryFields,
} from '../../../src/htm/temporal-memory.ts';
import { layOut, viewsOf } from '../../../src/memory/layout.ts';
import { MOST_THINGS } from '../../../src/things/pool.ts';
import type { Forecaster } from './forecaster.ts';
import { type Grid, STEPS, placeAfter, stepBetween } from './grid.ts';
import { countTable } from './table.ts';

export type Encoding = {
  /** 1: a place has columns of its own; more: of so many tilings. */
  readonly tilings: number;
  /** Side of a tile in places. */
  readonly tile: number;
  readonly columnsPerTile: number;
};

/** The columns of each place. */
export function columnsOf(grid: Grid, { tilings, tile, columnsPerTile }: Encoding) {
  const across = Math.ceil(grid.columns / tile) + 1;
  const tiles = across * (Math.ceil(grid.rows / tile) + 1);
  const codes = Array.from({ length: grid.places }, (_, place) => {
    const code: number[] = [];
    for (let tiling = 0; tiling < tilings; tiling++) {
      // Shifted along and across by different shares, so that no two tilings share their edges.
      const [right, down] = [(tiling * tile) / tilings, (((tiling * 2 + 1) % tilings) * tile) / tilings];
      const column = Math.floor(((place % grid.columns) + 0.5 + right) / tile);
      const row = Math.floor((Math.floor(place / grid.columns) + 0.5 + down) / tile);
      const first = (tiling * tiles + row * across + column) * columnsPerTile;
      for (let i = 0; i < columnsPerTile; i++) code.push(first + i);
    }
    return Uint16Array.from(code);
  });
  return { columns: tilings * tiles * columnsPerTile, codes };
}

export type MemoryOptions = {
  readonly name: string;
  readonly encoding: Encoding;
  readonly cellsPerColumn: number;
  readonly segments: number;
  readonly seed: number;
  /** What is expected where the memory predicts nothing: counts after so many last places; 0 = steps wherever they are taken. */
  readonly backOff: number;
  readonly params?: Partial<TemporalMemoryParams>;
};

/** Degrees to which a place is predicted: none of its columns, up to a quarter, a half, three quarters, more. */
const DEGREES = 5;
/** Weight of what is believed of a degree before it was ever seen: that it says nothing. */
const BELIEF = 2;
/** The context in which things that are gone are learned. */
const LEARNER = MOST_THINGS;

export function pathMemory(grid: Grid, options: MemoryOptions): Forecaster {
  const { name, encoding, cellsPerColumn, segments, seed } = options;
  const { columns, codes } = columnsOf(grid, encoding);
  const active = encoding.tilings * encoding.columnsPerTile;
  const shape = { columns, cellsPerColumn, segments, synapsesPerSegment: Math.ceil(active * 1.5) };
  const params: TemporalMemoryParams = {
    activationThreshold: Math.ceil(active * 0.6),
    minThreshold: Math.ceil(active * 0.5),
    maxNewSynapseCount: active,
    permanenceIncrement: 25,
    permanenceDecrement: 8,
    initialPermanence: 140,
    connectedPermanence: 128,
    predictedSegmentDecrement: 3,
    ...options.params,
  };
  const table = temporalMemoryFields(shape);
  const contextShape = { contexts: MOST_THINGS + 1, activeColumns: active };
  const contextTable = contextFields(shape, contextShape);
  const [own, beside] = [layOut(table).totalBytes, layOut(contextTable).totalBytes];
  const tm: TemporalMemory = openTemporalMemory(shape, params, viewsOf(table, new ArrayBuffer(own)));
  initTemporalMemory(tm, seed);
  const contexts: TemporalContexts = openContexts(tm, contextShape, viewsOf(contextTable, new ArrayBuffer(beside)));
  const backOff = countTable(grid, options.backOff, Infinity);
  // [degree of the best, degree] places that came, and the chances that they had without the memory
  const came = new Float64Array(DEGREES * DEGREES);
  const might = new Float64Array(DEGREES * DEGREES);
  const last = new Int32Array(MOST_THINGS + 1).fill(-1);
  const degrees = new Uint8Array(STEPS);
  const prior = new Float64Array(STEPS);

  /** Chances without the memory, to `prior`, and to what degree each place is predicted; returns the highest degree. */
  const readPredictions = (slot: number): number => {
    enterContext(contexts, slot);
    backOff.forecast(slot, prior);
    const { predictedColumn } = tm.views;
    let best = 0;
    for (let step = 0; step < STEPS; step++) {
      degrees[step] = 0;
      const place = prior[step]! > 0 ? placeAfter(grid, last[slot]!, step) : -1;
      if (place < 0) continue;
      let predicted = 0;
      for (const column of codes[place]!) predicted += predictedColumn[column]!;
      degrees[step] = Math.ceil((predicted / active) * (DEGREES - 1));
      if (degrees[step]! > best) best = degrees[step]!;
    }
    return best;
  };
  const take = (slot: number, place: number, learn: boolean): void => {
    stepContext(contexts, slot, codes[place]!, active, learn);
    backOff.enter(slot, place);
    last[slot] = place;
  };
  const begin = (slot: number): void => {
    resetContext(contexts, slot);
    backOff.begin(slot);
    last[slot] = -1;
  };
  return {
    name,
    bytes: () => own + beside + backOff.bytes(),
    begin,
    enter: (slot, place) => take(slot, place, false),
    forecast(slot, chances) {
      const best = readPredictions(slot);
      let all = 0;
      for (let step = 0; step < STEPS; step++) {
        const at = best * DEGREES + degrees[step]!;
        chances[step] = (prior[step]! * (came[at]! + BELIEF)) / (might[at]! + BELIEF);
        all += chances[step]!;
      }
      for (let step = 0; step < STEPS; step++) chances[step]! /= all;
    },
    learn(places) {
      begin(LEARNER);
      for (const place of places) {
        const before = last[LEARNER]!;
        if (before >= 0) {
          const best = readPredictions(LEARNER);
          const step = stepBetween(grid, before, place);
          for (let other = 0; other < STEPS; other++) might[best * DEGREES + degrees[other]!]! += prior[other]!;
          came[best * DEGREES + degrees[step]!]! += 1;
        }
        take(LEARNER, place, true);
      }
      backOff.learn(places);
    },
  };
}
