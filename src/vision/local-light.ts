/**
 * local-light.ts - how bright each part of the picture is now, compared with the background: clouds, lamps, exposure.
 *
 * The picture is cut into blocks of about a thirteenth of its height. The light of a block is the sum of the picture over the sum
 * of the background, over pixels that fit the light assumed so far: a thing in the block does not count. Light is followed
 * from picture to picture, and taken from its neighbours where a block is covered. light-plane.ts reads it between the centres
 * of blocks.
 */
import { type Views, field } from '../memory/layout.ts';

/** Blocks over the height of a picture: small enough for the edge of a cloud, large enough for a man to leave some of it free. */
const BLOCK_ROWS = 13;
/** A pixel fits when its residual stays within so many spreads of its noise. */
const FITS = 3;
/** And in any case within this share of its level: a cloud that comes may be quicker than the light is known. */
const FITS_SHARE = 0.08;
/** A change from one picture to the next counts as light up to this many levels and this share of the level. */
const STEP_LEVELS = 4;
const STEP_SHARE = 0.06;
/** The whole picture brighter or darker by this share at once: a lamp. */
const JUMP = 0.04;
/** Smaller steps are grain. */
const STILL = 0.003;
/** How far (share) the light of a block goes towards what is seen of it in one picture, when all of it fits. */
const MOST_GAIN = 0.6;
/** Fewer fitting pixels than this share: covered; it drifts towards its neighbours by this share a picture. */
const COVERED = 0.2;
const DRIFT = 0.05;
/** The light around is tried where fewer fit than this share; another light is taken when it fits better by this factor. */
export const FITS_ENOUGH = 0.5;
const BETTER = 0.95;
/** More covered blocks than this share: the light is lost, and measured anew everywhere. */
const LOST = 0.4;
/** Texture that shows through: variance of the background (grey levels squared) and correlation with the picture. */
const TEXTURE = 20;
const SAME = 0.8;
/** Light stays within these factors of the background: beyond them there is nothing to be seen by. */
export const LEAST_LIGHT = 0.1;
const MOST_LIGHT = 8;
/** Darkest background level that light is measured on: below it the ratio is all noise. */
const DARKEST = 4;

export type BlockGrid = {
  readonly columns: number;
  readonly rows: number;
  /** px */
  readonly size: number;
};

export function blockGrid(width: number, height: number): BlockGrid {
  const size = Math.max(4, Math.round(height / BLOCK_ROWS));
  // What is left over at the right and at the bottom belongs to the last blocks.
  return { size, columns: Math.max(1, Math.round(width / size)), rows: Math.max(1, Math.round(height / size)) };
}

export const localLightFields = (width: number, height: number) => {
  const { columns, rows } = blockGrid(width, height);
  const blocks = columns * rows;
  return {
    // f32: ratios, made by exact arithmetic
    light: field('f32', blocks, 'state'), // [rows, columns] 0 = not known yet
    whole: field('f32', 1, 'state'), // light of the whole picture
    stepped: field('f32', blocks, 'scratch'), // light if the block went along with the step of this picture
    sumPicture: field('f32', blocks, 'scratch'), // over pixels that fit
    sumBackground: field('f32', blocks, 'scratch'),
    fitting: field('f32', blocks, 'scratch'), // how many pixels fit
    sumNow: field('f32', blocks, 'scratch'), // sums of the pixels that changed by little, in this picture and the one before
    sumBefore: field('f32', blocks, 'scratch'),
    columnLight: field('f32', columns + 1, 'scratch'), // of one row of pixels, at the block centres
    rowLight: field('f32', width, 'scratch'), // of one row of pixels
    settled: field('f32', blocks, 'scratch'), // light before it settled
    sinceMs: field('f64', 1, 'state'), // since light has settled
  };
};
export type LocalLight = Views<ReturnType<typeof localLightFields>>;

/**
 * Measure the light of `luma` over `background`, both [height, width]; `before` is the picture before, `noise` the spread
 * (grey levels) of each pixel.
 *
 * A block tries the light it had, that light with the step of the last picture, and, where little fits, the light around it,
 * and takes the one that its pixels lie nearest to. So a cloud is followed however quick it is, and what a large dark thing or its soft
 * shadow did to the light of a block is undone when it has passed.
 */
export function measureLight(
  plane: LocalLight,
  grid: BlockGrid,
  luma: Uint8Array,
  before: Uint8Array,
  background: Float32Array,
  noise: Float32Array,
  width: number,
  height: number,
): void {
  const { light, stepped, whole, fitting, sumPicture, sumBackground } = plane;
  const most = (grid.size * grid.size) / 4;
  const look: Look = { plane, grid, luma, background, noise, width, height };
  stepLight(plane, grid, luma, before, width, height);
  let covered = 0;
  for (let row = 0, block = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++, block++) {
      take(plane, block, light[block]!, tryLight(look, row, column, light[block]!, own));
      if (stepped[block] !== light[block] && own.cost > 0) {
        tryLight(look, row, column, stepped[block]!, other);
        if (other.cost < BETTER * own.cost) take(plane, block, stepped[block]!, other);
      }
      if (fitting[block]! < COVERED * most) covered++;
    }
  }
  const lost = covered > LOST * light.length;
  for (let row = 0, block = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++, block++)
      if (fitting[block]! < FITS_ENOUGH * most) findAgain(look, row, column, most, lost);
  }
  let picture = 0;
  let back = 0;
  for (let block = 0; block < light.length; block++) {
    if (fitting[block]! > 0) {
      picture += sumPicture[block]!;
      back += sumBackground[block]!;
      const seen = sumPicture[block]! / sumBackground[block]!;
      light[block]! += Math.min(1, fitting[block]! / most) * MOST_GAIN * (seen - light[block]!);
    }
    light[block] = Math.min(MOST_LIGHT, Math.max(LEAST_LIGHT, light[block]!));
  }
  if (back > 0) whole[0] = picture / back;
}

/** What light is measured on. */
type Look = {
  readonly plane: LocalLight;
  readonly grid: BlockGrid;
  readonly luma: Uint8Array;
  readonly background: Float32Array;
  readonly noise: Float32Array;
  readonly width: number;
  readonly height: number;
};

/** A block under an assumed light: sums over the pixels that fit, how many, and how far all are from it (grey levels). */
type Trial = { picture: number; back: number; fits: number; cost: number };
const own: Trial = { picture: 0, back: 0, fits: 0, cost: 0 };
const other: Trial = { picture: 0, back: 0, fits: 0, cost: 0 };

function take(
  { light, sumPicture, sumBackground, fitting }: LocalLight,
  block: number,
  ratio: number,
  trial: Trial,
): void {
  light[block] = ratio;
  sumPicture[block] = trial.picture;
  sumBackground[block] = trial.back;
  fitting[block] = trial.fits;
}

/**
 * A block in which little fits: is it covered, or is its light not what was thought? Where the light around it fits better,
 * that is its light; where the scene's texture shows through, or where most blocks are lost at once, it is measured anew; else
 * it drifts towards the light around it.
 */
function findAgain(look: Look, row: number, column: number, most: number, lost: boolean): void {
  const { plane, grid } = look;
  const { light, fitting } = plane;
  const block = row * grid.columns + column;
  const around = lightAround(plane, grid, row, column);
  tryLight(look, row, column, light[block]!, own);
  tryLight(look, row, column, around, other);
  if (other.cost < BETTER * own.cost) {
    take(plane, block, around, other);
    return;
  }
  if (fitting[block]! >= COVERED * most) return;
  const ratio = shownThrough(look, row, column, lost);
  light[block] = ratio > 0 ? ratio : light[block]! + DRIFT * (around - light[block]!);
}

/** The light around a block, weighted by how much fits there; that of the whole picture where nothing does. */
function lightAround(
  { light, fitting, whole }: LocalLight,
  { columns, rows }: BlockGrid,
  row: number,
  column: number,
): number {
  let sum = 0;
  let weights = 0;
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
      if (x === column && y === row) continue;
      const weight = fitting[y * columns + x]!;
      sum += weight * light[y * columns + x]!;
      weights += weight;
    }
  }
  return weights > 0 ? sum / weights : whole[0]!;
}

/** The light of a block through which the texture of the scene is seen, or of any block if `lost`; 0 = covered. */
function shownThrough(
  { grid: { size, columns, rows }, luma, background, width, height }: Look,
  row: number,
  column: number,
  lost: boolean,
): number {
  const bottom = row === rows - 1 ? height : (row + 1) * size;
  const right = column === columns - 1 ? width : (column + 1) * size;
  let f = 0;
  let b = 0;
  let ff = 0;
  let bb = 0;
  let fb = 0;
  let n = 0;
  for (let y = row * size; y < bottom; y++) {
    for (let x = column * size, i = y * width + x; x < right; x++, i++) {
      const seen = luma[i]!;
      const known = background[i]!;
      f += seen;
      b += known;
      ff += seen * seen;
      bb += known * known;
      fb += seen * known;
      n++;
    }
  }
  const ratio = b > 0 ? f / b : 1;
  if (lost) return ratio;
  const varF = ff / n - (f / n) * (f / n);
  const varB = bb / n - (b / n) * (b / n);
  const both = fb / n - (f / n) * (b / n);
  return varB > TEXTURE && varF > 0 && both > SAME * Math.sqrt(varB * varF) ? ratio : 0;
}

/**
 * Light goes on from the picture before: clouds come within a second or so, things from one picture to the next. What changed
 * by little, thing or scene, changed with the light; what changed by much is the edge of something that moves. The step of each
 * block is tried (`stepped`); that of a lamp, which the whole picture takes at once, is a fact.
 */
function stepLight(
  plane: LocalLight,
  { columns, rows, size }: BlockGrid,
  luma: Uint8Array,
  before: Uint8Array,
  width: number,
  height: number,
): void {
  const { light, stepped } = plane;
  let allNow = 0;
  let allBefore = 0;
  for (let i = 0; i < luma.length; i += 7) {
    allNow += luma[i]!;
    allBefore += before[i]!;
  }
  // A lamp that is switched changes all at once: then that is the step, and the rest is counted from there.
  const whole = allBefore > 0 ? allNow / allBefore : 1;
  const jump = whole > 1 + JUMP || whole < 1 - JUMP ? whole : 1;
  for (let row = 0, block = 0; row < rows; row++) {
    const bottom = row === rows - 1 ? height : (row + 1) * size;
    for (let column = 0; column < columns; column++, block++) {
      const left = column * size;
      const right = column === columns - 1 ? width : left + size;
      let now = 0;
      let then = 0;
      for (let y = row * size; y < bottom; y += 2) {
        for (let i = y * width + left + ((y >> 1) & 1), end = y * width + right; i < end; i += 2) {
          const known = before[i]! * jump;
          const seen = luma[i]!;
          const change = seen > known ? seen - known : known - seen;
          if (change > STEP_LEVELS + STEP_SHARE * known) continue;
          now += seen;
          then += known;
        }
      }
      plane.sumNow[block] = now;
      plane.sumBefore[block] = then;
    }
  }
  for (let row = 0, block = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, block++) {
      let now = 0;
      let then = 0;
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
          now += plane.sumNow[y * columns + x]!;
          then += plane.sumBefore[y * columns + x]!;
        }
      }
      const step = then > 0 ? now / then : 1;
      light[block]! *= jump;
      // Grain alone makes steps of some tenths of a per cent.
      stepped[block] = light[block]! * (step > 1 - STILL && step < 1 + STILL ? 1 : step);
    }
  }
}

/**
 * One block under the light `ratio`, to `out`. Every other pixel of every other row is enough to know the light of a block; what
 * does not fit counts as just not fitting, however far out it is.
 */
function tryLight(
  { grid: { size, columns, rows }, luma, background, noise, width, height }: Look,
  row: number,
  column: number,
  ratio: number,
  out: Trial,
): Trial {
  const bottom = row === rows - 1 ? height : (row + 1) * size;
  const left = column * size;
  const right = column === columns - 1 ? width : left + size;
  let picture = 0;
  let back = 0;
  let fits = 0;
  let cost = 0;
  for (let y = row * size; y < bottom; y += 2) {
    for (let i = y * width + left + ((y >> 1) & 1), end = y * width + right; i < end; i += 2) {
      const known = background[i]!;
      if (known < DARKEST) continue;
      const seen = luma[i]!;
      const stray = seen - known * ratio;
      const byLevel = FITS_SHARE * seen;
      const byNoise = FITS * noise[i]!;
      const limit = byNoise > byLevel ? byNoise : byLevel;
      const distance = stray < 0 ? -stray : stray;
      if (distance > limit) {
        cost += limit;
        continue;
      }
      cost += distance;
      picture += seen;
      back += known;
      fits++;
    }
  }
  out.picture = picture;
  out.back = back;
  out.fits = fits;
  out.cost = cost;
  return out;
}
