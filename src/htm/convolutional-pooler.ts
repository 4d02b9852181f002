/**
 * convolutional-pooler.ts - a spatial pooler arranged like a layer of a CNN: the same few columns at every position of a
 * picture, each with the same potential synapses; k of them win at each position, and only there do they compete.
 *
 *     CNN                        here
 *     kernel weights             permanences; a weight is 1 where the permanence reaches the threshold, else 0
 *     convolution                overlap: AND and population count of a binary kernel and a binary patch
 *     ReLU, softmax over maps    stimulus threshold, k winners at each position
 *     max-pooling                union pooling (`union-pooling.ts`): on binary codes the maximum is the OR
 *     back-propagation           the Hebbian rule of the spatial pooler, on patches drawn at random
 *
 *     score = boost * overlap / sqrt(connected synapses) + a fixed random tie-break below .01
 *
 * The division keeps columns with many synapses from winning everywhere ("percent overlap" halfway); boosting is
 * logarithmic, belongs to the newborn phase and ends with `freezeConvolution`, after which the factors are 1 for ever.
 *
 * Floats    scores are single precision, made by * + / and the exact square root and logarithm: equal everywhere.
 */
import { ln } from '../memory/exact-math.ts';
import { expectPermanence, expectWhole } from '../memory/expect.ts';
import { type Views, field } from '../memory/layout.ts';
import { nextRandom, randomBelow, seedWord } from '../memory/random.ts';
import {
  type ConvolutionLayout,
  type ConvolutionShape,
  bitCount,
  convolutionLayout,
  gatherPatch,
} from './conv-shape.ts';
import type { Kernels } from './kernels/kernels.ts';

export type ConvolutionParams = {
  /** Winners at each position (k). */
  readonly activeColumns: number;
  readonly connectedPermanence: number;
  readonly permanenceIncrement: number;
  readonly permanenceDecrement: number;
  /** Active bits that a patch must have to be coded at all, and to be learned from. */
  readonly minActiveBits: number;
  readonly minLearnedBits: number;
  /** Overlap below which no column wins. */
  readonly stimulusThreshold: number;
  /** Learned patches over which the activity of a column is averaged, and between two updates of the boost factors. */
  readonly dutyCyclePeriod: number;
  readonly boostPeriod: number;
};

export const CONVOLUTION_DEFAULTS: ConvolutionParams = {
  activeColumns: 1,
  connectedPermanence: 128,
  permanenceIncrement: 4,
  permanenceDecrement: 1,
  minActiveBits: 3,
  minLearnedBits: 4,
  stimulusThreshold: 3,
  dutyCyclePeriod: 2000,
  boostPeriod: 64,
};

/** A winner that is none. */
export const NO_COLUMN = 0xffff;

/** Places in the `counters` field. */
const COUNTER = { random: 0, patches: 1, frozen: 2 } as const;
/** Newborn permanences lie up to this far above the connected threshold or below it. */
const NEWBORN_SPREAD = 64;
const TIE_UNIT = 0.01 / 65536;
/** A column that has never won counts as if it had won this share of its due. */
const LEAST_DUTY_SHARE = 0.001;

export const convolutionFields = (shape: ConvolutionShape, params: ConvolutionParams) => {
  const { banks, inputs, patchWords, positions } = convolutionLayout(shape);
  const columns = banks * shape.columns;
  return {
    convPermanence: field('u8', columns * inputs, 'learned'), // [banks, columns, inputs] 0..255 stands for 0..1
    connectedMask: field('u32', columns * patchWords, 'learned'), // [banks, columns, patchWords] one bit per synapse
    connectedCount: field('u16', columns, 'learned'), // [banks, columns]
    factor: field('f32', columns, 'learned'), // [banks, columns] boost / sqrt(connectedCount)
    activeDuty: field('f32', columns, 'learned'), // [banks, columns] share of learned patches won
    tieBreak: field('f32', shape.columns, 'learned'), // [columns] below .01
    convCounters: field('u32', 4, 'state'), // see COUNTER
    patch: field('u32', patchWords, 'scratch'), // the patch looked at
    winners: field('u16', positions * params.activeColumns, 'scratch'), // [positions, k] best first, or NO_COLUMN
    best: field('f32', params.activeColumns, 'scratch'), // scores of the winners of one position
  };
};
export type ConvolutionViews = Views<ReturnType<typeof convolutionFields>>;

export type ConvolutionalPooler = {
  readonly shape: ConvolutionShape;
  readonly params: ConvolutionParams;
  readonly layout: ConvolutionLayout;
  readonly views: ConvolutionViews;
  readonly kernels: Kernels | null;
};

/** A pooler over its views. Throws RangeError when shape and parameters contradict each other. */
export function openConvolutionalPooler(
  shape: ConvolutionShape,
  params: ConvolutionParams,
  views: ConvolutionViews,
  kernels: Kernels | null = null,
): ConvolutionalPooler {
  expectWhole('activeColumns', params.activeColumns, 1, shape.columns);
  expectPermanence('connectedPermanence', params.connectedPermanence, 1);
  expectPermanence('permanenceIncrement', params.permanenceIncrement);
  expectPermanence('permanenceDecrement', params.permanenceDecrement);
  for (const name of ['minActiveBits', 'minLearnedBits', 'stimulusThreshold'] as const)
    expectWhole(name, params[name], 0);
  for (const name of ['dutyCyclePeriod', 'boostPeriod'] as const) expectWhole(name, params[name], 1);
  return { shape, params, layout: convolutionLayout(shape), views, kernels };
}

/** Make a zero-filled block a newborn pooler: half of the synapses connected, all near the threshold. */
export function initConvolutionalPooler(cp: ConvolutionalPooler, seed: number): void {
  const { views, params, shape } = cp;
  const { convPermanence, tieBreak, convCounters, activeDuty } = views;
  convCounters[COUNTER.random] = seedWord(seed, 5);
  for (let i = 0; i < convPermanence.length; i++) {
    const random = nextRandom(convCounters, COUNTER.random);
    const distance = random % NEWBORN_SPREAD;
    convPermanence[i] =
      random >>> 31 === 1 ? params.connectedPermanence + distance : params.connectedPermanence - 1 - distance;
  }
  for (let i = 0; i < tieBreak.length; i++) tieBreak[i] = (nextRandom(convCounters, COUNTER.random) >>> 16) * TIE_UNIT;
  activeDuty.fill(1 / shape.columns);
  for (let column = 0; column < activeDuty.length; column++) connect(cp, column);
  updateFactors(cp);
}

/**
 * Code a whole picture: `pixels` [height, width, pixelWords] bits. Writes the winners of every position to
 * `views.winners` [positions, k]. Learns nothing.
 */
export function convolve(cp: ConvolutionalPooler, pixels: Uint32Array): void {
  const { shape, params, layout, views, kernels } = cp;
  const { winners, patch, best } = views;
  const k = params.activeColumns;
  if (kernels !== null && pixels.buffer === views.patch.buffer) {
    kernels.convolve(
      pixels.byteOffset,
      shape.width,
      shape.channels,
      shape.kernel,
      shape.stride,
      layout.positionsX,
      layout.positionsY,
      views.connectedMask.byteOffset,
      views.factor.byteOffset,
      views.tieBreak.byteOffset,
      shape.columns,
      shape.shared ? 0 : 1,
      patch.byteOffset,
      layout.patchWords,
      params.minActiveBits,
      params.stimulusThreshold,
      k,
      winners.byteOffset,
      best.byteOffset,
    );
    return;
  }
  for (let position = 0; position < layout.positions; position++) {
    const active = gatherPatch(shape, layout, pixels, position, patch);
    chooseWinners(cp, position, active >= params.minActiveBits);
  }
}

/** The k columns with the largest score on the current patch, the first of equals, to `winners` at `position`. */
function chooseWinners({ shape, params, layout, views }: ConvolutionalPooler, position: number, any: boolean): void {
  const { winners, best, patch, connectedMask, factor, tieBreak } = views;
  const { patchWords } = layout;
  const k = params.activeColumns;
  const first = position * k;
  best.fill(-1);
  winners.fill(NO_COLUMN, first, first + k);
  if (!any) return;
  const bank = shape.shared ? 0 : position * shape.columns;
  for (let column = 0; column < shape.columns; column++) {
    let overlap = 0;
    for (let word = 0, mask = (bank + column) * patchWords; word < patchWords; word++)
      overlap += bitCount(connectedMask[mask + word]! & patch[word]!);
    if (overlap < params.stimulusThreshold) continue;
    const score = Math.fround(Math.fround(overlap * factor[bank + column]!) + tieBreak[column]!);
    if (!(score > best[k - 1]!)) continue;
    let place = k - 1;
    for (; place > 0 && score > best[place - 1]!; place--) {
      best[place] = best[place - 1]!;
      winners[first + place] = winners[first + place - 1]!;
    }
    best[place] = score;
    winners[first + place] = column;
  }
}

/**
 * Learn from `samples` patches of a picture, at positions drawn at random: only the best column of each learns, also where
 * more than one wins. Patches with too few active bits are passed over.
 */
export function learnConvolution(cp: ConvolutionalPooler, pixels: Uint32Array, samples: number): void {
  const { shape, params, layout, views } = cp;
  const { convCounters, winners, patch } = views;
  for (let i = 0; i < samples; i++) {
    const position = randomBelow(convCounters, layout.positions, COUNTER.random);
    if (gatherPatch(shape, layout, pixels, position, patch) < params.minLearnedBits) continue;
    chooseWinners(cp, position, true);
    const winner = winners[position * params.activeColumns]!;
    const bank = shape.shared ? 0 : position * shape.columns;
    if (winner !== NO_COLUMN) adapt(cp, bank + winner);
    count(cp, bank, winner);
  }
}

/** End the newborn phase: every boost factor is 1 from now on. */
export function freezeConvolution(cp: ConvolutionalPooler): void {
  cp.views.convCounters[COUNTER.frozen] = 1;
  updateFactors(cp);
}

/** One column learns the current patch. */
function adapt(cp: ConvolutionalPooler, column: number): void {
  const { params, layout, views } = cp;
  const { convPermanence, patch } = views;
  for (let input = 0, at = column * layout.inputs; input < layout.inputs; input++, at++) {
    const permanence = convPermanence[at]!;
    const isOn = (patch[input >>> 5]! >>> (input & 31)) & 1;
    convPermanence[at] =
      isOn === 1
        ? Math.min(255, permanence + params.permanenceIncrement)
        : Math.max(0, permanence - params.permanenceDecrement);
  }
  const boost = boostOf(cp, column);
  connect(cp, column);
  views.factor[column] = boost / Math.sqrt(Math.max(1, views.connectedCount[column]!));
}

/** Derive the connected bits of a column from its permanences. */
function connect({ params, layout, views }: ConvolutionalPooler, column: number): void {
  const { convPermanence, connectedMask, connectedCount } = views;
  const words = column * layout.patchWords;
  connectedMask.fill(0, words, words + layout.patchWords);
  let connected = 0;
  for (let input = 0, at = column * layout.inputs; input < layout.inputs; input++, at++) {
    if (convPermanence[at]! < params.connectedPermanence) continue;
    connectedMask[words + (input >>> 5)]! |= 1 << (input & 31);
    connected++;
  }
  connectedCount[column] = connected;
}

/** The activity of a bank after one learned patch. */
function count(cp: ConvolutionalPooler, bank: number, winner: number): void {
  const { shape, params, views } = cp;
  const { activeDuty, convCounters } = views;
  for (let column = 0; column < shape.columns; column++) {
    const won = column === winner ? 1 : 0;
    activeDuty[bank + column]! += (won - activeDuty[bank + column]!) / params.dutyCyclePeriod;
  }
  const patches = (convCounters[COUNTER.patches]! + 1) >>> 0;
  convCounters[COUNTER.patches] = patches;
  if (convCounters[COUNTER.frozen] === 0 && patches % params.boostPeriod === 0) updateFactors(cp);
}

function updateFactors(cp: ConvolutionalPooler): void {
  const { factor, connectedCount } = cp.views;
  for (let column = 0; column < factor.length; column++)
    factor[column] = boostOf(cp, column) / Math.sqrt(Math.max(1, connectedCount[column]!));
}

/** ln(duty) / ln(target): 1 for a column that wins its due, more for one that wins less. */
function boostOf({ shape, views }: ConvolutionalPooler, column: number): number {
  if (views.convCounters[COUNTER.frozen] === 1 || shape.columns === 1) return 1;
  const target = 1 / shape.columns;
  return ln(Math.max(views.activeDuty[column]!, target * LEAST_DUTY_SHARE)) / ln(target);
}
