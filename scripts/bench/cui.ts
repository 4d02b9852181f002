/**
 * cui.ts - the artificial high-order sequences of Cui, Ahmad and Hawkins 2016 ("Continuous online sequence learning with an
 * unsupervised neural network model"): how soon the last element of each sequence is predicted, how soon again after the
 * endings were exchanged, with several endings, and with a part of the cells dead.
 *
 *     npm run bench:cui -- [--seeds 1,...,10] [--elements 20000] [--verbose]
 *
 * The memory learns from a continuous stream without any reset; symbols are random SDRs straight into it. A symbol is
 * predicted when it is among the n whose SDRs overlap most with the predicted columns, n = number of possible endings;
 * equals count as a miss. "Elements to learn": elements until the first time the last 100 endings were all predicted (those
 * 100 included). Cells die at random after all elements, and learning stops with them.
 */
import { parseArgs } from 'node:util';
import { createTemporalMemory } from '../../src/htm/create.ts';
import { releaseSegment, rebuildIndex } from '../../src/htm/segment-pool.ts';
import {
  type TemporalMemory,
  type TemporalMemoryParams,
  activateDendrites,
  restoreTemporalMemory,
  stepTemporalMemory,
} from '../../src/htm/temporal-memory.ts';
import { randomBelow } from '../../src/memory/random.ts';
import { SuffixPredictor } from './cui/baselines.ts';
import { type Element, SYMBOLS, createStream } from './cui/stream.ts';
import { wholeNumber } from '../whole-number.ts';
import { numbersOf } from './worlds/options.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3,4,5,6,7,8,9,10' },
    elements: { type: 'string', default: '20000' },
    verbose: { type: 'boolean', default: false },
  },
});
const ELEMENTS = wholeNumber('elements', args.elements, 2);
const SWAP_AT = ELEMENTS / 2;
const COLUMNS = 2048;
const ACTIVE = 40;
const SHAPE = { columns: COLUMNS, cellsPerColumn: 32, segments: 65536, synapsesPerSegment: 64 };
const WINDOW = 100;
const DEATHS = [0, 0.1, 0.2, 0.3, 0.4, 0.5];

const PARAMS: { readonly [name: string]: TemporalMemoryParams } = {
  'as published': {
    activationThreshold: 15,
    minThreshold: 15,
    maxNewSynapseCount: 32,
    permanenceIncrement: 26,
    permanenceDecrement: 26,
    initialPermanence: 54,
    connectedPermanence: 128,
    predictedSegmentDecrement: 5,
  },
  // Synapses are born connected, so that one presentation is enough; chosen on seeds 101 and 102.
  'born connected': {
    activationThreshold: 15,
    minThreshold: 15,
    maxNewSynapseCount: 32,
    permanenceIncrement: 30,
    permanenceDecrement: 30,
    initialPermanence: 140,
    connectedPermanence: 128,
    predictedSegmentDecrement: 6,
  },
};

/** What predicts the next symbol: told each element, asked before it. */
type Predictor = {
  /** The `count` symbols expected most, fewer when they are not clear. */
  readonly expect: (count: number) => readonly number[];
  readonly learn: (element: Element) => void;
};

type Curve = { readonly hits: { readonly at: number; readonly hit: boolean }[] };

/** Feed `elements`; note at every ending whether it was expected. */
function follow(predictor: Predictor, elements: readonly Element[]): Curve {
  const hits: Curve['hits'] = [];
  for (const [at, element] of elements.entries()) {
    if (element.endings !== null)
      hits.push({ at, hit: predictor.expect(element.endings.length).includes(element.symbol!) });
    predictor.learn(element);
  }
  return { hits };
}

/** Elements from `from` until the last 100 endings were all expected (`share` of them), or null. */
function elementsToLearn({ hits }: Curve, from: number, share: number): number | null {
  const counted = hits.filter(({ at }) => at >= from);
  for (let end = WINDOW; end <= counted.length; end++)
    if (accuracy(counted.slice(end - WINDOW, end)) >= share) return counted[end - 1]!.at + 1 - from;
  return null;
}

const accuracy = (hits: Curve['hits']): number => hits.filter(({ hit }) => hit).length / hits.length;
const lastBefore = ({ hits }: Curve, at: number): Curve['hits'] => hits.filter((entry) => entry.at < at).slice(-WINDOW);

/** A temporal memory with random SDRs for the symbols. */
function memoryPredictor(
  params: TemporalMemoryParams,
  seed: number,
): Predictor & { readonly tm: TemporalMemory; learning: boolean } {
  const tm = createTemporalMemory(SHAPE, params, { seed });
  const random = Uint32Array.of(seed * 7919);
  const symbols = Array.from({ length: SYMBOLS }, () => randomBits(random));
  return {
    tm,
    learning: true,
    expect(count) {
      const overlaps = symbols.map((bits) => bits.reduce((sum, column) => sum + tm.views.predictedColumn[column]!, 0));
      const order = overlaps.map((_, symbol) => symbol).toSorted((a, b) => overlaps[b]! - overlaps[a]!);
      // A tie over the last place means that the choice is not clear.
      const least = overlaps[order[count]!]!;
      return order.slice(0, count).filter((symbol) => overlaps[symbol]! > least);
    },
    learn({ symbol }) {
      const bits = symbol === null ? randomBits(random) : symbols[symbol]!;
      stepTemporalMemory(tm, bits, bits.length, this.learning);
    },
  };
}

function randomBits(random: Uint32Array): Uint16Array {
  const bits = new Set<number>();
  while (bits.size < ACTIVE) bits.add(randomBelow(random, COLUMNS));
  return Uint16Array.from(bits).toSorted();
}

/** No segment of a dead cell predicts any more and no synapse from one carries anything. */
function killCells(tm: TemporalMemory, share: number, seed: number): void {
  const random = Uint32Array.of(seed * 104729 + 1);
  const { views, pool } = tm;
  const dead = Uint8Array.from({ length: views.activeCell.length }, () =>
    randomBelow(random, 1_000_000) < share * 1_000_000 ? 1 : 0,
  );
  for (let segment = 0; segment < SHAPE.segments; segment++) {
    const count = views.synapseCount[segment]!;
    if (count === 0) continue;
    if (dead[views.segmentCell[segment]!] === 1) {
      releaseSegment(pool, segment);
      continue;
    }
    const start = segment * SHAPE.synapsesPerSegment;
    for (let slot = start; slot < start + count; slot++)
      if (dead[views.presynapticCell[slot]!] === 1) views.permanence[slot] = 0;
  }
  rebuildIndex(pool);
  activateDendrites(tm);
}

type Result = { [name: string]: (number | null)[] };
function add(result: Result, name: string, value: number | null): void {
  (result[name] ??= []).push(value);
}

function swapTask(result: Result, predictor: Predictor, seed: number): void {
  const curve = follow(predictor, createStream(seed, ELEMENTS, 1, SWAP_AT));
  add(result, 'elements to learn', elementsToLearn(curve, 0, 1));
  add(result, 'to .95', elementsToLearn(curve, 0, 0.95));
  add(result, 'accuracy before', accuracy(lastBefore(curve, SWAP_AT)));
  add(result, 'to relearn', elementsToLearn(curve, SWAP_AT, 1));
  add(result, 'to .95 again', elementsToLearn(curve, SWAP_AT, 0.95));
  add(result, 'accuracy after', accuracy(lastBefore(curve, ELEMENTS)));
}

function endingsTask(result: Result, makePredictor: () => Predictor, seed: number): void {
  for (const endings of [2, 4]) {
    const curve = follow(makePredictor(), createStream(seed, ELEMENTS, endings));
    add(result, `${endings} endings: to .95`, elementsToLearn(curve, 0, 0.95));
    add(result, `${endings} endings: accuracy`, accuracy(lastBefore(curve, ELEMENTS)));
  }
}

/** The memory as it was, with ever more of its cells dead; each share from the same trained state. */
function deathTask(result: Result, params: TemporalMemoryParams, seed: number): void {
  const trained = memoryPredictor(params, seed);
  follow(trained, createStream(seed, SWAP_AT));
  const image = snapshotOf(trained.tm);
  for (const share of DEATHS) {
    image.restore();
    killCells(trained.tm, share, seed);
    trained.learning = false;
    const { hits } = follow(trained, createStream(seed + 1000, ELEMENTS / 4));
    add(result, `${share * 100} % dead`, accuracy(hits));
  }
}

function snapshotOf(tm: TemporalMemory): { readonly restore: () => void } {
  const fields = Object.entries(tm.views).map(([name, view]) => [name, view.slice()] as const);
  return {
    restore() {
      for (const [name, saved] of fields)
        (tm.views as unknown as { [name: string]: { set: (from: unknown) => void } })[name]!.set(saved);
      restoreTemporalMemory(tm);
    },
  };
}

function cell(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return 'never';
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
  const text = mean > 1 ? `${mean.toFixed(0)} ± ${deviation.toFixed(0)}` : mean.toFixed(3);
  return known.length === values.length ? text : `${text} (${known.length} of ${values.length})`;
}

const results = new Map<string, Result>();
for (const seed of numbersOf('seeds', args.seeds)) {
  for (const [name, params] of Object.entries(PARAMS)) {
    const result = results.get(name) ?? {};
    results.set(name, result);
    swapTask(result, memoryPredictor(params, seed), seed);
    endingsTask(result, () => memoryPredictor(params, seed), seed);
    deathTask(result, params, seed);
  }
  for (const order of [1, 3, 8]) {
    const name = `longest known suffix, up to ${order}`;
    const result = results.get(name) ?? {};
    results.set(name, result);
    swapTask(result, new SuffixPredictor(order), seed);
    endingsTask(result, () => new SuffixPredictor(order), seed);
  }
  if (args.verbose) console.error(`seed ${seed} done`);
}
const columns = Object.keys([...results.values()][0]!);
console.log(`| | ${columns.join(' | ')} |`);
console.log(`|---|${columns.map(() => '---|').join('')}`);
for (const [name, result] of results)
  console.log(`| ${name} | ${columns.map((column) => (result[column] ? cell(result[column]) : '')).join(' | ')} |`);
