/**
 * speed-memory.ts - how fast things usually are at each place: mean and variance of a speed per place, drawn towards the
 * whole picture's where a place has seen little.
 *
 * The deviation in units of the spread extrapolates: a speed never seen before is the more unusual the further out it is,
 * which counts of speeds cannot say. Learning clips what it takes in, so that one cart does not widen what is usual.
 */
import { type Views, field, upTo } from '../memory/layout.ts';

/** No picture moves faster (px per 100 ms). */
const FASTEST = 1e5;

export const speedMemoryFields = (places: number) => ({
  count: field('u16', places, 'learned'), // [places] saturating
  // f32: px per 100 ms
  mean: field('f32', places, 'learned', upTo(FASTEST)),
  variance: field('f32', places, 'learned', upTo(FASTEST * FASTEST)),
});
export type SpeedMemory = Views<ReturnType<typeof speedMemoryFields>>;

/** A place's own experience counts as much as the picture's after so many movements. */
const SHRINK = 300;
const MIN_RATE = 0.0005;
const MIN_VARIANCE = 0.0025;
/** What is learned of a deviation, at most (spreads). */
const CLIP = 4;
/** Movements in the whole picture before any can be unusual. */
const MIN_TOTAL = 3000;

/** What is usual in the whole picture; `total` movements were seen. */
export type UsualSpeed = { total: number; mean: number; variance: number };

/** Pool all places into `out`. */
export function poolSpeeds({ count, mean, variance }: SpeedMemory, out: UsualSpeed): void {
  let total = 0;
  let sum = 0;
  let squares = 0;
  for (let place = 0; place < count.length; place++) {
    const n = count[place]!;
    if (n === 0) continue;
    const m = mean[place]!;
    total += n;
    sum += n * m;
    squares += n * (variance[place]! + m * m);
  }
  out.total = total;
  out.mean = total === 0 ? 0 : sum / total;
  out.variance = total === 0 ? 0 : squares / total - out.mean * out.mean;
}

/**
 * Judge what moves, and learn it if asked to: to each `deviation` [places] is added by how many spreads `speed` [places] lies
 * above (or below: negative) what is usual there; nothing while that is unknown. `moving` [places] 0|1.
 *
 * One loop over arrays: numbers handed from function to function would be boxed, two thousand a frame.
 */
export function takeSpeeds(
  memory: SpeedMemory,
  usual: UsualSpeed,
  moving: Uint8Array,
  speed: Float64Array,
  learn: boolean,
  deviation: Float64Array,
): void {
  const { count, mean, variance } = memory;
  const isKnown = usual.total >= MIN_TOTAL;
  const usualMean = usual.mean;
  const usualSquares = usual.variance + usualMean * usualMean;
  for (let place = 0; place < moving.length; place++) {
    if (moving[place] === 0) continue;
    const seen = count[place]!;
    const m = mean[place]!;
    let spreads = 0;
    if (isKnown) {
      const own = seen / (seen + SHRINK);
      const expected = own * m + (1 - own) * usualMean;
      const squares = own * (variance[place]! + m * m) + (1 - own) * usualSquares;
      spreads = (speed[place]! - expected) / Math.sqrt(Math.max(MIN_VARIANCE, squares - expected * expected));
      deviation[place]! += spreads;
    }
    if (!learn) continue;
    const n = Math.min(65535, seen + 1);
    count[place] = n;
    const rate = Math.max(1 / n, MIN_RATE);
    const off = (speed[place]! - m) * (spreads > CLIP ? CLIP / spreads : 1);
    mean[place] = m + rate * off;
    if (n > 1) variance[place]! += rate * (off * off * (1 - rate) - variance[place]!);
  }
}
