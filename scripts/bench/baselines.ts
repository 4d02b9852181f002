/**
 * baselines.ts - what simple motion detectors would find with the same freedom: an alarm when their number exceeds the
 * second largest of the last 100 block maxima, learned without labels like the model's own thresholds.
 */

/** Judges one frame after the other; true = alarm. */
export type Baseline = (luma: Uint8Array) => boolean;

const BLOCK_FRAMES = 100;
const RING = 100;
const MIN_BLOCKS = 8;
/** While alarming, a block stores at most so much more than the threshold. */
const CAPPED_GROWTH = 1.02;

/** Mean absolute difference to the frame before, over the whole picture. */
export function frameDifference(): Baseline {
  const exceeds = secondLargest();
  let previous: Uint8Array | null = null;
  return (luma) => {
    let sum = 0;
    if (previous !== null) for (let i = 0; i < luma.length; i++) sum += Math.abs(luma[i]! - previous[i]!);
    previous = luma.slice();
    return exceeds(sum / luma.length);
  };
}

/** Largest mean absolute difference to the frame before among blocks of `size` x `size` px. */
export function blockDifference(width: number, height: number, size = 12): Baseline {
  const exceeds = secondLargest();
  const previous = new Uint8Array(width * height);
  return (luma) => {
    let largest = 0;
    for (let top = 0; top + size <= height; top += size) {
      for (let left = 0; left + size <= width; left += size) {
        let sum = 0;
        for (let y = top; y < top + size; y++) {
          for (let i = y * width + left, end = i + size; i < end; i++) sum += Math.abs(luma[i]! - previous[i]!);
        }
        largest = Math.max(largest, sum);
      }
    }
    previous.set(luma);
    return exceeds(largest);
  };
}

function secondLargest(): (value: number) => boolean {
  const maxima: number[] = [];
  let threshold = Infinity;
  let blockMaximum = 0;
  let frames = 0;
  return (value) => {
    const alarm = value > threshold;
    blockMaximum = Math.max(blockMaximum, value);
    if (++frames % BLOCK_FRAMES === 0) {
      maxima.push(Math.min(blockMaximum, threshold * CAPPED_GROWTH));
      if (maxima.length > RING) maxima.shift();
      if (maxima.length >= MIN_BLOCKS) threshold = maxima.toSorted((a, b) => b - a)[1]!;
      blockMaximum = 0;
    }
    return alarm;
  };
}
