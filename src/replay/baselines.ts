/**
 * baselines.ts - what simple motion and background detectors would find with the same freedom: an alarm when their number
 * exceeds the second largest of the last 100 block maxima, learned without labels. The rule stands here by itself, so that
 * the yardstick stays where it is when the model's own calibration changes.
 */

/** What a detector says about one frame: a number, higher = more unusual, and the same per position if it can tell. */
export type Baseline = {
  readonly name: string;
  readonly judge: (luma: Uint8Array) => number;
  /** [rows * columns] as of the last frame, or null when the detector only knows the whole picture. */
  readonly grid: Float64Array | null;
};

/** The position grid that localisation is measured on, and the pixels of a picture. */
export type Grid = {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
};

const MAKERS = {
  'frame-difference': frameDifference,
  'block-difference': blockDifference,
  'pixel-gaussian': pixelGaussian,
  'pixel-mixture': pixelMixture,
} as const;
export type BaselineName = keyof typeof MAKERS;
export const BASELINES = Object.keys(MAKERS) as readonly BaselineName[];

/** One of them, newborn. */
export function createBaseline(name: BaselineName, grid: Grid): Baseline {
  return MAKERS[name](grid);
}

/** All of them, newborn. */
export function createBaselines(grid: Grid): Baseline[] {
  return BASELINES.map((name) => createBaseline(name, grid));
}

/** Mean absolute difference to the frame before, over the whole picture. */
function frameDifference(): Baseline {
  let previous: Uint8Array | null = null;
  return {
    name: 'frame difference',
    grid: null,
    judge(luma) {
      let sum = 0;
      if (previous !== null) for (let i = 0; i < luma.length; i++) sum += Math.abs(luma[i]! - previous[i]!);
      previous = luma.slice();
      return sum / luma.length;
    },
  };
}

/** Largest mean absolute difference to the frame before among the positions of the grid. */
function blockDifference(shape: Grid): Baseline {
  const grid = new Float64Array(shape.columns * shape.rows);
  const positions = positionOfPixel(shape);
  const previous = new Uint8Array(positions.length);
  let isFirst = true;
  return {
    name: 'block difference',
    grid,
    judge(luma) {
      grid.fill(0);
      if (!isFirst) for (let i = 0; i < luma.length; i++) grid[positions[i]!]! += Math.abs(luma[i]! - previous[i]!);
      isFirst = false;
      previous.set(luma);
      return (Math.max(...grid) * grid.length) / luma.length;
    },
  };
}

const LEARNING_RATE = 0.01;
const FIRST_FRAMES = 50;
const FIRST_RATE = 0.1;
const MIN_VARIANCE = 9;
/** Squared deviations beyond which a pixel is foreground: four standard deviations. */
const FAR = 16;

/** One Gaussian per pixel (Wren et al. 1997, "Pfinder"); the number is the share of pixels beyond four deviations. */
function pixelGaussian(shape: Grid): Baseline {
  const grid = new Float64Array(shape.columns * shape.rows);
  const positions = positionOfPixel(shape);
  const means = new Float32Array(positions.length);
  const variances = new Float32Array(positions.length).fill(100);
  let frames = 0;
  return {
    name: 'pixel Gaussian',
    grid,
    judge(luma) {
      if (frames === 0) means.set(luma);
      const rate = frames++ < FIRST_FRAMES ? FIRST_RATE : LEARNING_RATE;
      let count = 0;
      grid.fill(0);
      for (let i = 0; i < luma.length; i++) {
        const distance = luma[i]! - means[i]!;
        const square = distance * distance;
        if (square > FAR * variances[i]!) {
          count++;
          grid[positions[i]!]!++;
        }
        means[i]! += rate * distance;
        variances[i] = Math.max(MIN_VARIANCE, variances[i]! + rate * (square - variances[i]!));
      }
      return count / luma.length;
    },
  };
}

const MIXTURE = 3;
const MIXTURE_RATE = 0.005;
const NEW_VARIANCE = 225;
/** A pixel is background when the heavier ones before its Gaussian hold less than this share. */
const BACKGROUND_SHARE = 0.9;

/** Three Gaussians per pixel (Stauffer and Grimson 1999; Zivkovic 2004, "MOG2"); the number is the foreground share. */
function pixelMixture(shape: Grid): Baseline {
  const grid = new Float64Array(shape.columns * shape.rows);
  const positions = positionOfPixel(shape);
  const means = new Float32Array(positions.length * MIXTURE);
  const variances = new Float32Array(means.length).fill(NEW_VARIANCE);
  const weights = new Float32Array(means.length);
  return {
    name: 'pixel mixture',
    grid,
    judge(luma) {
      let count = 0;
      grid.fill(0);
      for (let i = 0; i < luma.length; i++) {
        if (isForeground(means, variances, weights, i * MIXTURE, luma[i]!)) {
          count++;
          grid[positions[i]!]!++;
        }
      }
      return count / luma.length;
    },
  };
}

/** Update the mixture of one pixel, whose Gaussians stand heaviest first from `base`. */
function isForeground(
  means: Float32Array,
  variances: Float32Array,
  weights: Float32Array,
  base: number,
  value: number,
): boolean {
  let match = -1;
  let heavier = 0;
  for (let k = base; k < base + MIXTURE && match < 0; k++) {
    const distance = value - means[k]!;
    if (weights[k]! > 0 && distance * distance < FAR * variances[k]!) match = k;
    else heavier += weights[k]!;
  }
  for (let k = base; k < base + MIXTURE; k++) weights[k]! *= 1 - MIXTURE_RATE;
  if (match < 0) {
    const last = base + MIXTURE - 1;
    means[last] = value;
    variances[last] = NEW_VARIANCE;
    weights[last] = MIXTURE_RATE;
    return true;
  }
  const rate = MIXTURE_RATE / (weights[match]! + MIXTURE_RATE);
  const distance = value - means[match]!;
  weights[match]! += MIXTURE_RATE;
  means[match]! += rate * distance;
  variances[match] = Math.max(MIN_VARIANCE, variances[match]! + rate * (distance * distance - variances[match]!));
  for (let k = match; k > base && weights[k]! > weights[k - 1]!; k--) {
    for (const field of [means, variances, weights]) [field[k], field[k - 1]] = [field[k - 1]!, field[k]!];
  }
  return heavier > BACKGROUND_SHARE;
}

function positionOfPixel({ width, height, columns, rows }: Grid): Uint16Array {
  const positions = new Uint16Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height);
    for (let x = 0; x < width; x++, i++) positions[i] = row * columns + Math.floor((x * columns) / width);
  }
  return positions;
}

const BLOCK_FRAMES = 100;
const RING = 100;
const MIN_BLOCKS = 8;
/** While alarming, a block stores at most so much more than the threshold. */
const CAPPED_GROWTH = 1.02;

/** A threshold of nothing at all is far exceeded by anything. */
const MOST_RATIO = 1000;

/** The rule without labels: true = alarm. One per detector, asked once a frame. */
export function secondLargest(): (value: number) => boolean {
  const ratioOf = againstSecondLargest();
  return (value) => ratioOf(value) > 1;
}

/** The same as a ratio to the threshold, 0 while there is none yet. */
export function againstSecondLargest(): (value: number) => number {
  const maxima: number[] = [];
  let threshold = Infinity;
  let blockMaximum = 0;
  let frames = 0;
  return (value) => {
    const ratio = threshold === Infinity || value <= 0 ? 0 : value / Math.max(threshold, Number.MIN_VALUE);
    blockMaximum = Math.max(blockMaximum, value);
    if (++frames % BLOCK_FRAMES === 0) {
      maxima.push(Math.min(blockMaximum, threshold * CAPPED_GROWTH));
      if (maxima.length > RING) maxima.shift();
      if (maxima.length >= MIN_BLOCKS) threshold = maxima.toSorted((a, b) => b - a)[1]!;
      blockMaximum = 0;
    }
    return Math.min(ratio, MOST_RATIO);
  };
}
