/**
 * measures.ts - what detection is measured by: pure functions of scores, labels and alerts.
 */
import type { Box } from '../../../src/vision/box.ts';

/** One anomaly: frames `first`..`last`, both inclusive. */
export type Label = { readonly id: string; readonly kind: string; readonly first: number; last: number };
/** `cause`: which evidence; `what`: the same in words, for people who look for the reason. */
export type Alert = { readonly frame: number; readonly cause: string; readonly what: string };

/** An alert from so long before an anomaly to so long after it belongs to it (s). */
const BEFORE_S = 0.2;
export const AFTER_S = 4;
/** False alerts closer together than this (s) count once. */
const REFRACTORY_S = 5;
/** Frames a second, where nothing else is said. */
export const USUAL_FPS = 10;

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, ties counting half.
 * NaN when there are no positives or no negatives.
 */
export function auc(positives: readonly number[], negatives: readonly number[]): number {
  const above = Float64Array.from(positives).toSorted();
  const below = Float64Array.from(negatives).toSorted();
  if (above.length === 0 || below.length === 0) return Number.NaN;
  let wins = 0;
  let less = 0;
  let notMore = 0;
  for (const value of above) {
    while (less < below.length && below[less]! < value) less++;
    while (notMore < below.length && below[notMore]! <= value) notMore++;
    wins += (less + notMore) / 2;
  }
  return wins / (above.length * below.length);
}

/** Whether a frame belongs to an anomaly, its rim included. */
export function labelAt(labels: readonly Label[], frame: number, fps = USUAL_FPS): Label | undefined {
  const before = Math.round(BEFORE_S * fps);
  const after = Math.round(AFTER_S * fps);
  return labels.find(({ first, last }) => frame >= first - before && frame <= last + after);
}

export type Outcome = {
  /** Delay (frames from the first labelled one; negative = before it) of each anomaly that was found. */
  readonly found: ReadonlyMap<Label, number>;
  readonly wrong: readonly Alert[];
};

/** Which anomalies were found, and which alerts were false. `alerts` ascend by frame; those before `from` do not count. */
export function judgeAlerts(
  labels: readonly Label[],
  alerts: readonly Alert[],
  from: number,
  fps = USUAL_FPS,
): Outcome {
  const found = new Map<Label, number>();
  const wrong: Alert[] = [];
  let lastWrong = -Infinity;
  for (const alert of alerts) {
    if (alert.frame < from) continue;
    const label = labelAt(labels, alert.frame, fps);
    if (label === undefined) {
      if (alert.frame - lastWrong > Math.round(REFRACTORY_S * fps)) wrong.push(alert);
      lastWrong = alert.frame;
    } else if (!found.has(label)) {
      found.set(label, alert.frame - label.first);
    }
  }
  return { found, wrong };
}

/** The value that a share of `values` lies above: `exceededBy(values, .002)` is exceeded by one in 500. */
export function exceededBy(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.max(0, sorted.length - 1 - Math.floor(share * sorted.length))]!;
}

/** Middle value, the upper of two; NaN of nothing. */
export function median(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** NaN of nothing; values that are NaN do not count. */
export function mean(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Share of a position that must be covered to count as the anomaly's; positions covered less, but not free, are left out. */
export const COVERED = 0.25;

/** Share (0..1) of each position [rows * columns] that a relative box covers. */
export function coverage(box: Box, columns: number, rows: number): Float64Array {
  const [x, y, width, height] = box;
  const span = (from: number, to: number, index: number): number =>
    Math.max(0, Math.min(to, index + 1) - Math.max(from, index));
  const shares = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      shares[row * columns + column] =
        span(x * columns, (x + width) * columns, column) * span(y * rows, (y + height) * rows, row);
    }
  }
  return shares;
}

/** Values of covered and of free positions; `isMoving`, if given, says which positions count. */
export function splitByCover(
  values: ArrayLike<number>,
  covered: ArrayLike<number>,
  share = COVERED,
  isMoving?: (position: number) => boolean,
): { readonly inside: number[]; readonly outside: number[] } {
  const inside: number[] = [];
  const outside: number[] = [];
  for (let position = 0; position < values.length; position++) {
    if (isMoving !== undefined && !isMoving(position)) continue;
    if (covered[position]! >= share) inside.push(values[position]!);
    else if (covered[position] === 0) outside.push(values[position]!);
  }
  return { inside, outside };
}
