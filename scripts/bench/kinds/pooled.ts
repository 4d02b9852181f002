/**
 * pooled.ts - kinds by competition: a spatial pooler on a thing's own picture, how often each column won over its life, and a
 * second pooler on the columns that won most, of whose columns one wins: that is the kind. The second may be shown the classes
 * of shape and speed as well.
 */
import { type SpatialPoolerShape, flatShape } from '../../../src/htm/sp-shape.ts';
import {
  SPATIAL_POOLER_DEFAULTS,
  type SpatialPooler,
  type SpatialPoolerParams,
  freezeBoost,
  initSpatialPooler,
  learnedSteps,
  openSpatialPooler,
  poolSpatially,
  spatialPoolerFields,
} from '../../../src/htm/spatial-pooler.ts';
import { INPUTS } from '../../../src/cortex/kind-columns.ts';
import { layOut, viewsOf } from '../../../src/memory/layout.ts';
import { MOST_THINGS } from '../../../src/things/pool.ts';
import { CROP_BYTES, type RecordedThing } from '../things/record.ts';
import { CLASSES, type Measures } from './binned.ts';
import { FEWEST_LOOKS, KINDS, type Sorter } from './sorter.ts';

/** As in the model (cortex/settings.ts), and when its boost factors are frozen. */
const COLUMNS = 64;
const NEWBORN_LOOKS = 4000;
const NEWBORN_THINGS = 150;
/** Columns that stand for a thing: those that won most often. */
const OF_A_LIFE = 10;
/** Inputs that stand for a class of shape or speed: as much as half of the looks. */
const PER_CLASS = 5;

type Open = { readonly pooler: SpatialPooler; readonly bytes: number };

function open(shape: SpatialPoolerShape, params: SpatialPoolerParams, seed: number): Open {
  const table = spatialPoolerFields(shape);
  const bytes = layOut(table).totalBytes;
  const pooler = openSpatialPooler(shape, params, viewsOf(table, new ArrayBuffer(bytes)));
  initSpatialPooler(pooler, seed);
  return { pooler, bytes };
}

export function pooledKinds(seed: number, measures: Measures | null): Sorter {
  const looks = open(flatShape(INPUTS, COLUMNS), SPATIAL_POOLER_DEFAULTS, seed);
  const second = { ...SPATIAL_POOLER_DEFAULTS, activeColumns: 1, potentialPct: 1, permanenceIncrement: 6 };
  const kinds = open(flatShape(COLUMNS + (measures === null ? 0 : 2 * CLASSES * PER_CLASS), KINDS), second, seed + 1);
  const won = new Uint16Array(MOST_THINGS * COLUMNS);
  const seen = new Uint16Array(MOST_THINGS);
  const input = new Uint16Array(INPUTS);
  const life = new Uint16Array(OF_A_LIFE + 2 * PER_CLASS);

  const readCrop = ({ crops }: RecordedThing, at: number): number => {
    let count = 0;
    for (let bit = 0; bit < INPUTS; bit++)
      if ((crops[at * CROP_BYTES + (bit >> 3)]! >> (bit & 7)) & 1) input[count++] = bit;
    return count;
  };
  /** What stands for a thing, ascending, to `life`. */
  const readLife = (thing: RecordedThing): number => {
    const { slot } = thing;
    const counts = won.subarray(slot * COLUMNS, (slot + 1) * COLUMNS);
    const order = Array.from({ length: COLUMNS }, (_, column) => column)
      .filter((column) => counts[column]! > 0)
      .toSorted((a, b) => counts[b]! - counts[a]! || a - b)
      .slice(0, OF_A_LIFE)
      .toSorted((a, b) => a - b);
    life.set(order);
    let count = order.length;
    measures?.classesOf(thing)?.forEach((own, which) => {
      const first = COLUMNS + (which * CLASSES + own) * PER_CLASS;
      for (let i = 0; i < PER_CLASS; i++) life[count++] = first + i;
    });
    return count;
  };
  const compete = (thing: RecordedThing, learn: boolean): number => {
    const winners = poolSpatially(kinds.pooler, life, readLife(thing), learn);
    return winners === 0 ? -1 : kinds.pooler.views.winners[0]!;
  };
  return {
    name: measures === null ? 'pooled looks' : 'pooled looks, shape and speed',
    bytes: looks.bytes + kinds.bytes + won.byteLength + (measures?.bytes ?? 0),
    begin(slot) {
      won.fill(0, slot * COLUMNS, (slot + 1) * COLUMNS);
      seen[slot] = 0;
      measures?.begin(slot);
    },
    look(thing, at) {
      measures?.look(thing, at);
      const count = readCrop(thing, at);
      if (count === 0) return;
      const winners = poolSpatially(looks.pooler, input, count, true);
      if (learnedSteps(looks.pooler) === NEWBORN_LOOKS) freezeBoost(looks.pooler);
      for (let i = 0; i < winners; i++) won[thing.slot * COLUMNS + looks.pooler.views.winners[i]!]! += 1;
      seen[thing.slot]! += 1;
    },
    kindOf: (thing) => (seen[thing.slot]! < FEWEST_LOOKS ? -1 : compete(thing, false)),
    learn(thing) {
      measures?.learn(thing);
      if (seen[thing.slot]! < FEWEST_LOOKS) return;
      compete(thing, true);
      if (learnedSteps(kinds.pooler) === NEWBORN_THINGS) freezeBoost(kinds.pooler);
    },
  };
}
