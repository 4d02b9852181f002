/**
 * eye.ts - one picture becomes: what of it differs from the scene as it usually is, under the light of this moment.
 *
 *     shake taken out -> light by blocks -> residual -> noise -> foreground -> background follows
 *
 * The background follows what is free within seconds, what is covered hardly; what covers a pixel without a break for
 * FURNITURE_MS becomes background.
 */
import { type Views, field } from '../memory/layout.ts';
import { type BlockGrid, type LocalLight, blockGrid, localLightFields, measureLight } from './local-light.ts';
import { residuals, settleLight } from './light-plane.ts';
import { FREE, type Noise, initNoise, learnOwn, learnSensor, noiseFields, spreadNow } from './noise.ts';
import { type Shake, shakeFields, undoFineShift, undoWholeShift } from './shake.ts';

/** A pixel stands out beyond so many spreads: clearly, or a little with its neighbours. */
const CLEAR = 3.6;
const FAINT = 2.6;
/** Of the 3 x 3 pixels around one, so many must stand out clearly and faintly for it to be foreground. */
const MIN_CLEAR = 2;
const MIN_FAINT = 4;
/** How fast the background follows, per second: what is free, and what is covered. */
const FOLLOW_RATE = 0.06;
const COVERED_RATE = 0.002;
/** The first seconds are learned quickly: then pictures weigh alike. */
const FIRST_MS = 5000;
/** Something that has covered a pixel for so long is part of the scene. */
const FURNITURE_MS = 120_000;
/** A pixel that was free for so long begins anew to be covered. */
const FREE_AGAIN_MS = 1000;
/** More foreground than this for so long: the scene is another one. */
const FLOODED_SHARE = 0.35;
const FLOODED_MS = 1500;

/** Background levels stay within these (grey levels at the light the background was begun in). */
const DARKEST_LEVEL = 1;
const BRIGHTEST_LEVEL = 600;

export type EyeShape = { readonly width: number; readonly height: number };

export const eyeFields = ({ width, height }: EyeShape) => ({
  // f32: grey levels, made by exact arithmetic
  background: field('f32', width * height, 'state'), // [height, width]
  before: field('u8', width * height, 'state'), // [height, width] the picture before
  coveredMs: field('u32', width * height, 'state'), // [height, width] for how long a pixel has been foreground
  freeMs: field('u16', width * height, 'state'), // [height, width] and free since, up to FREE_AGAIN_MS
  seenMs: field('f64', 1, 'state'), // time looked at since the background was begun
  floodedMs: field('f64', 1, 'state'),
  residual: field('f32', width * height, 'scratch'),
  marks: field('u8', width * height, 'scratch'), // 1 = faint, 17 = clear as well
  rowMarks: field('u8', width * height, 'scratch'),
  foreground: field('u8', width * height, 'scratch'), // [height, width] 0|1
});
export type EyeViews = Views<ReturnType<typeof eyeFields>>;

export type Eye = {
  readonly shape: EyeShape;
  readonly blocks: BlockGrid;
  readonly views: EyeViews;
  readonly light: LocalLight;
  readonly noise: Noise;
  readonly shake: Shake;
};

/** Field tables of the blocks of an eye, by block name. */
export const eyeTables = (shape: EyeShape) => ({
  eye: eyeFields(shape),
  'eye.light': localLightFields(shape.width, shape.height),
  'eye.noise': noiseFields(shape.width, shape.height),
  'eye.shake': shakeFields(shape.width, shape.height),
});

export function initEye({ noise }: Eye): void {
  initNoise(noise);
}

export { type BlockGrid, blockGrid };

/** What an eye says of a picture. */
export type Sight = {
  /** Share of the picture that is foreground. */
  foregroundShare: number;
  /** The background was begun anew with this picture. */
  begun: boolean;
};

/** See one picture [height, width], `elapsedMs` (> 0) after the one before. */
export function see(eye: Eye, luma: Uint8Array, elapsedMs: number, out: Sight): void {
  const { views, light, noise, shake, blocks, shape } = eye;
  const { width, height } = shape;
  const { background, residual, before } = views;
  out.begun = views.seenMs[0] === 0;
  if (out.begun) begin(eye, luma);
  learnSensor(noise, luma, before, elapsedMs);
  spreadNow(noise, luma);
  const whole = light.whole[0]! > 0 ? light.whole[0]! : 1;
  const steady = undoWholeShift(shake, luma, background, whole, width, height);
  measureLight(light, blocks, steady, before, background, noise.noise, width, height);
  before.set(steady);
  residuals(light, blocks, steady, background, residual, width, height);
  undoFineShift(shake, residual, background, noise.noise, width, height);
  const count = findForeground(views, noise.noise, width, height);
  out.foregroundShare = count / (width * height);
  views.seenMs[0]! += elapsedMs;
}

/** After what was seen was taken for things: `cover` [height, width] is FREE, STILL or THING (noise.ts). */
export function follow(eye: Eye, cover: Uint8Array, elapsedMs: number): void {
  const { views, noise, light, shape, blocks } = eye;
  learnOwn(noise, views.residual, cover, elapsedMs);
  followBackground(views, light.light, blocks, cover, shape.width, elapsedMs);
  settleLight(light, blocks, views.background, shape.width, shape.height, elapsedMs);
  const share = countOnes(views.foreground) / views.foreground.length;
  views.floodedMs[0] = share > FLOODED_SHARE ? views.floodedMs[0]! + elapsedMs : 0;
  if (views.floodedMs[0] > FLOODED_MS) beginAnew(eye);
}

/** The next picture is the first of another scene, or of the same in another light. */
export function beginAnew({ views }: Eye): void {
  views.seenMs[0] = 0;
  views.floodedMs[0] = 0;
}

function begin({ views, noise, light }: Eye, luma: Uint8Array): void {
  const { background, before, coveredMs, freeMs } = views;
  for (let i = 0; i < luma.length; i++) background[i] = luma[i]!;
  before.set(luma);
  coveredMs.fill(0);
  freeMs.fill(0);
  light.light.fill(1);
  light.whole[0] = 1;
  initNoise(noise);
}

function findForeground(views: EyeViews, noise: Float32Array, width: number, height: number): number {
  const { residual, marks, rowMarks, foreground } = views;
  for (let i = 0; i < residual.length; i++) {
    const d = residual[i]! < 0 ? -residual[i]! : residual[i]!;
    const spread = noise[i]!;
    marks[i] = d > FAINT * spread ? (d > CLEAR * spread ? 17 : 1) : 0;
  }
  for (let y = 0; y < height; y++) {
    const start = y * width;
    rowMarks[start] = marks[start]! + marks[start + 1]!;
    for (let i = start + 1, end = start + width - 1; i < end; i++)
      rowMarks[i] = marks[i - 1]! + marks[i]! + marks[i + 1]!;
    rowMarks[start + width - 1] = marks[start + width - 2]! + marks[start + width - 1]!;
  }
  let count = 0;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (marks[i] === 0) {
        foreground[i] = 0;
        continue;
      }
      const sum = rowMarks[i]! + (y > 0 ? rowMarks[i - width]! : 0) + (y < height - 1 ? rowMarks[i + width]! : 0);
      const isOn = sum >> 4 >= MIN_CLEAR && (sum & 15) >= MIN_FAINT ? 1 : 0;
      foreground[i] = isOn;
      count += isOn;
    }
  }
  return count;
}

function followBackground(
  views: EyeViews,
  light: Float32Array,
  { columns, rows: blockRows, size }: BlockGrid,
  cover: Uint8Array,
  width: number,
  elapsedMs: number,
): void {
  const { background, residual, coveredMs, freeMs } = views;
  const seconds = elapsedMs / 1000;
  const first = views.seenMs[0]! < FIRST_MS ? elapsedMs / Math.max(elapsedMs, views.seenMs[0]!) : 0;
  const free = Math.max(first, Math.min(0.3, FOLLOW_RATE * seconds));
  const covered = Math.max(first, Math.min(0.3, COVERED_RATE * seconds));
  const rows = background.length / width;
  for (let y = 0, i = 0; y < rows; y++) {
    const blockRow = Math.min(blockRows - 1, Math.floor(y / size)) * columns;
    for (let x = 0; x < width; x++, i++) {
      const here = light[blockRow + Math.min(columns - 1, Math.floor(x / size))]!;
      if (cover[i] === FREE) {
        if (freeMs[i]! < FREE_AGAIN_MS) freeMs[i]! += elapsedMs;
        else coveredMs[i] = 0;
        background[i] = level(background[i]! + (free * residual[i]!) / here);
      } else {
        freeMs[i] = 0;
        coveredMs[i]! += elapsedMs;
        if (coveredMs[i]! > FURNITURE_MS) {
          background[i] = level(background[i]! + residual[i]! / here);
          coveredMs[i] = 0;
        } else background[i] = level(background[i]! + (covered * residual[i]!) / here);
      }
    }
  }
}

/** A background level is one that can be seen, in the brightest light as well. */
function level(value: number): number {
  return value < DARKEST_LEVEL ? DARKEST_LEVEL : value > BRIGHTEST_LEVEL ? BRIGHTEST_LEVEL : value;
}

function countOnes(bits: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bits.length; i++) count += bits[i]!;
  return count;
}
