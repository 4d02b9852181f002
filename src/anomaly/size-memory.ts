/**
 * size-memory.ts - how large things usually are at each place: mean and variance of the log area per zone, drawn towards
 * the whole picture's where a zone has seen little.
 */
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';

export const sizeMemoryFields = (zones: number) => ({
  sizeCount: field('u16', zones + 1, 'learned'), // [zones, then the whole picture] saturating
  // f32: logarithms of areas in px
  sizeMean: field('f32', zones + 1, 'learned'),
  sizeVariance: field('f32', zones + 1, 'learned'),
});
export type SizeMemory = Views<ReturnType<typeof sizeMemoryFields>>;

const MIN_COUNT = 20;
const MIN_RATE = 0.005;
/** A zone's own experience counts as much as the picture's after so many things. */
const SHRINK = 10;
const MIN_VARIANCE = 0.04;

/** Standard deviations by which a thing of `area` px at `zone` is larger than usual (>= 0); 0 while unknown. */
export function judgeSize(memory: SizeMemory, zone: number, area: number): number {
  const { sizeCount, sizeMean, sizeVariance } = memory;
  const whole = sizeCount.length - 1;
  if (sizeCount[whole]! < MIN_COUNT) return 0;
  const own = sizeCount[zone]! / (sizeCount[zone]! + SHRINK);
  const mean = own * sizeMean[zone]! + (1 - own) * sizeMean[whole]!;
  const variance = Math.max(MIN_VARIANCE, own * sizeVariance[zone]! + (1 - own) * sizeVariance[whole]!);
  return Math.max(0, (ln(area) - mean) / Math.sqrt(variance));
}

/** Learn the size of a thing at `zone`. */
export function learnSize(memory: SizeMemory, zone: number, area: number): void {
  const { sizeCount, sizeMean, sizeVariance } = memory;
  const log = ln(area);
  for (const at of [zone, sizeCount.length - 1]) {
    const count = Math.min(65535, sizeCount[at]! + 1);
    sizeCount[at] = count;
    const rate = Math.max(1 / count, MIN_RATE);
    const deviation = log - sizeMean[at]!;
    sizeMean[at]! += rate * deviation;
    if (count > 1) sizeVariance[at]! += rate * (deviation * deviation * (1 - rate) - sizeVariance[at]!);
  }
}
