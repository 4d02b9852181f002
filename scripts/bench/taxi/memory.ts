/**
 * memory.ts - encoders -> spatial pooler -> temporal memory -> SDR classifier over buckets of the count, `ahead` steps on.
 */
import { encodeCircular } from '../../../src/htm/encoders/circular.ts';
import { encodeScalar } from '../../../src/htm/encoders/scalar.ts';
import { createSdrClassifier, createSpatialPooler, createTemporalMemory } from '../../../src/htm/create.ts';
import { inferClasses, learnClass } from '../../../src/htm/sdr-classifier.ts';
import { flatShape } from '../../../src/htm/sp-shape.ts';
import { poolSpatially } from '../../../src/htm/spatial-pooler.ts';
import { TM_COUNT, stepTemporalMemory } from '../../../src/htm/temporal-memory.ts';
import type { Passengers } from './data.ts';

export type Variant = {
  /** What the classifier reads: active cells, winners of the pooler, the encoders' bits, the time of the week. */
  readonly reads: readonly ('cells' | 'columns' | 'bits' | 'week')[];
  readonly classes: number;
  readonly rate: number;
};

const PUBLISHED = { classes: 50, rate: 0.005 };
export const VARIANTS: { readonly [name: string]: Variant } = {
  'encoders, no region': { ...PUBLISHED, reads: ['bits'] },
  'encoders and time of week, no region': { ...PUBLISHED, reads: ['bits', 'week'] },
  'spatial pooler only': { ...PUBLISHED, reads: ['columns'] },
  'temporal memory, read as published': { ...PUBLISHED, reads: ['cells'] },
  'cells, columns and bits': { ...PUBLISHED, reads: ['cells', 'columns', 'bits'] },
  'columns, bits and time of week, no temporal memory': { ...PUBLISHED, reads: ['columns', 'bits', 'week'] },
  '**cells, columns, bits and time of week**': { ...PUBLISHED, reads: ['cells', 'columns', 'bits', 'week'] },
};

const COUNT = { minimum: 0, maximum: 40_000, size: 109, width: 29 };
const TIME = { period: 24 * 60, size: 600, width: 29 };
const DAY = { period: 7, size: 100, width: 14 };
const WEEK = { period: 7, size: 1008, width: 21 };
const BITS = COUNT.size + TIME.size + DAY.size;

const COLUMNS = 2048;
const CELLS = 32;
const MOST = 40_000;

/** [records] the forecast made at each record for `ahead` records later. */
export function forecastAll(passengers: Passengers, ahead: number, variant: Variant, seed: number): Float64Array {
  const { counts, minutes, days } = passengers;
  const sp = createSpatialPooler(
    flatShape(BITS, COLUMNS),
    {
      activeColumns: 40,
      potentialPct: 0.8,
      permanenceIncrement: 1,
      permanenceDecrement: 1,
      stimulusThreshold: 1,
      boostMode: 'none',
    },
    { seed },
  );
  const tm = createTemporalMemory(
    { columns: COLUMNS, cellsPerColumn: CELLS, segments: 131_072, synapsesPerSegment: 64 },
    {
      activationThreshold: 15,
      minThreshold: 15,
      maxNewSynapseCount: 32,
      initialPermanence: 54,
      predictedSegmentDecrement: 3,
    },
    { seed },
  );
  const offsets = {
    cells: 0,
    columns: COLUMNS * CELLS,
    bits: COLUMNS * CELLS + COLUMNS,
    week: COLUMNS * CELLS + COLUMNS + BITS,
  };
  const { classes } = variant;
  const classifier = createSdrClassifier({ inputs: offsets.week + WEEK.size, classes, horizons: 1 });
  const { probability } = classifier.views;
  const width = MOST / classes;
  /** What the classifier read at the last `ahead` + 1 records. */
  const reading = Array.from({ length: ahead + 1 }, () => ({ bits: new Uint32Array(COLUMNS * CELLS), count: 0 }));
  const bits = new Uint32Array(BITS);
  const week = new Uint32Array(WEEK.width);
  return counts.map((count, record) => {
    let used = encodeScalar(COUNT, count, bits);
    used += encodeCircular(TIME, minutes[record]!, bits, used, COUNT.size);
    used += encodeCircular(DAY, days[record]! + minutes[record]! / (24 * 60), bits, used, COUNT.size + TIME.size);
    encodeCircular(WEEK, days[record]! + minutes[record]! / (24 * 60), week);
    const winners = poolSpatially(sp, bits, used, true);
    const columns = sp.views.winners;
    stepTemporalMemory(tm, columns.subarray(0, winners), winners, true);

    const past = reading[(record + 1) % (ahead + 1)]!;
    if (record >= ahead)
      learnClass(classifier, 0, past.bits, past.count, Math.min(classes - 1, Math.floor(count / width)), variant.rate);
    const now = reading[record % (ahead + 1)]!;
    now.count = 0;
    const read = (list: ArrayLike<number>, length: number, offset: number): void => {
      for (let i = 0; i < length; i++) now.bits[now.count++] = offset + list[i]!;
    };
    if (variant.reads.includes('cells')) read(tm.views.activeCells, tm.views.counts[TM_COUNT.active]!, offsets.cells);
    if (variant.reads.includes('columns')) read(columns, winners, offsets.columns);
    if (variant.reads.includes('bits')) read(bits, used, offsets.bits);
    if (variant.reads.includes('week')) read(week, WEEK.width, offsets.week);
    inferClasses(classifier, 0, now.bits, now.count);
    return median(probability, width);
  });
}

/** The value below and above which half of the probability lies: the best guess when absolute errors count. */
function median(probability: Float64Array, width: number): number {
  let below = 0;
  for (let j = 0; j < probability.length; j++) {
    if (below + probability[j]! >= 0.5) return (j + (0.5 - below) / probability[j]!) * width;
    below += probability[j]!;
  }
  return probability.length * width;
}
