/**
 * local-light.ts - how bright each part of the picture is now, compared with the background: clouds, lamps, exposure.
 *
 * The picture is cut into blocks of about a thirteenth of its height. The light of a block is the sum of the picture over the sum
 * of the background, over pixels that fit the light assumed so far: a thing in the block does not count. Light is followed
 * from picture to picture, drifts towards its neighbours where a block is covered, and is read between block centres by bilinear
 * interpolation.
 *
 *     residual d = f - B L      f picture, B background, L light; grey levels
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
const MOST_GAIN = 0.35;
/** Fewer fitting pixels than this share: covered; it drifts towards its neighbours by this share a picture. */
const COVERED = 0.2;
const DRIFT = 0.05;
/** More covered blocks than this share: the light is lost, and measured anew everywhere. */
const LOST = 0.4;
/** Texture that shows through: variance of the background (grey levels squared) and correlation with the picture. */
const TEXTURE = 20;
const SAME = 0.8;
/** How far (in blocks from the first of two centres) light is read beyond them. */
const BEYOND = 1.3;
/** Light stays within these factors of the background: beyond them there is nothing to be seen by. */
const LEAST_LIGHT = 0.1;
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
  return { size, columns: Math.ceil(width / size), rows: Math.ceil(height / size) };
}

export const localLightFields = (width: number, height: number) => {
  const { columns, rows } = blockGrid(width, height);
  const blocks = columns * rows;
  return {
    // f32: ratios, made by exact arithmetic
    light: field('f32', blocks, 'state'), // [rows, columns] 0 = not known yet
    whole: field('f32', 1, 'state'), // light of the whole picture
    sumPicture: field('f32', blocks, 'scratch'), // over pixels that fit
    sumBackground: field('f32', blocks, 'scratch'),
    fitting: field('f32', blocks, 'scratch'), // how many pixels fit
    sumNow: field('f32', blocks, 'scratch'), // sums of the pixels that changed by little, in this picture and the one before
    sumBefore: field('f32', blocks, 'scratch'),
    columnLight: field('f32', columns + 1, 'scratch'), // of one row of pixels, at the block centres
  };
};
export type LocalLight = Views<ReturnType<typeof localLightFields>>;

/**
 * Measure the light of `luma` over `background`, both [height, width]; `before` is the picture before, `noise` the spread
 * (grey levels) of each pixel.
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
  const { light, whole, sumPicture, sumBackground, fitting } = plane;
  stepLight(plane, grid, luma, before, width, height);
  sumBlocks(plane, grid, luma, background, noise, width, height);
  let picture = 0;
  let back = 0;
  const half = (grid.size * grid.size) / 4;
  for (let block = 0; block < light.length; block++) {
    picture += sumPicture[block]!;
    back += sumBackground[block]!;
    if (!(fitting[block]! > 0)) continue;
    const seen = sumPicture[block]! / sumBackground[block]!;
    light[block]! += Math.min(MOST_GAIN, (fitting[block]! / half) * MOST_GAIN) * (seen - light[block]!);
  }
  if (back > 0) whole[0] = picture / back;
  let covered = 0;
  for (let block = 0; block < light.length; block++) if (fitting[block]! < COVERED * half) covered++;
  const lost = covered > LOST * light.length;
  for (let row = 0, block = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++, block++) {
      if (fitting[block]! < COVERED * half) findAgain(plane, grid, luma, background, width, height, row, column, lost);
      light[block] = Math.min(MOST_LIGHT, Math.max(LEAST_LIGHT, light[block]!));
    }
  }
}

/**
 * A block in which little fits: is it covered, or is its light not what was thought? Where the scene's texture shows through,
 * or where most blocks are lost at once, its light is measured anew; else it drifts towards the light around it.
 */
function findAgain(
  { light, fitting }: LocalLight,
  { columns, rows, size }: BlockGrid,
  luma: Uint8Array,
  background: Float32Array,
  width: number,
  height: number,
  row: number,
  column: number,
  lost: boolean,
): void {
  const block = row * columns + column;
  const bottom = Math.min(height, (row + 1) * size);
  const right = Math.min(width, (column + 1) * size);
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
  const varF = ff / n - (f / n) * (f / n);
  const varB = bb / n - (b / n) * (b / n);
  const both = fb / n - (f / n) * (b / n);
  const same = varB > TEXTURE && varF > 0 && both > SAME * Math.sqrt(varB * varF);
  if (lost || same) {
    light[block] = ratio;
    return;
  }
  let sum = 0;
  let weights = 0;
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
      const weight = fitting[y * columns + x]!;
      sum += weight * light[y * columns + x]!;
      weights += weight;
    }
  }
  if (weights > 0) light[block]! += DRIFT * (sum / weights - light[block]!);
}

/**
 * Light goes on from the picture before: clouds come within a second or so, things from one picture to the next. What changed
 * by little, thing or scene, changed with the light; what changed by much is the edge of something that moves.
 */
function stepLight(
  plane: LocalLight,
  { columns, rows, size }: BlockGrid,
  luma: Uint8Array,
  before: Uint8Array,
  width: number,
  height: number,
): void {
  const { light } = plane;
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
    const bottom = Math.min(height, (row + 1) * size);
    for (let column = 0; column < columns; column++, block++) {
      const left = column * size;
      const right = Math.min(width, left + size);
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
      // Grain alone makes steps of some tenths of a per cent.
      light[block]! *= jump * (step > 1 - STILL && step < 1 + STILL ? 1 : step);
    }
  }
}

/** Sums per block over the pixels that fit the light known so far. */
function sumBlocks(
  { light, sumPicture, sumBackground, fitting }: LocalLight,
  { columns, rows, size }: BlockGrid,
  luma: Uint8Array,
  background: Float32Array,
  noise: Float32Array,
  width: number,
  height: number,
): void {
  for (let row = 0, block = 0; row < rows; row++) {
    const bottom = Math.min(height, (row + 1) * size);
    for (let column = 0; column < columns; column++, block++) {
      const left = column * size;
      const right = Math.min(width, left + size);
      const ratio = light[block]!;
      let picture = 0;
      let back = 0;
      let count = 0;
      // Every other pixel of every other row is enough to know the light of a block.
      for (let y = row * size; y < bottom; y += 2) {
        for (let i = y * width + left + ((y >> 1) & 1), end = y * width + right; i < end; i += 2) {
          const known = background[i]!;
          if (known < DARKEST) continue;
          const seen = luma[i]!;
          const residual = seen - known * ratio;
          const byLevel = FITS_SHARE * known * ratio;
          const byNoise = FITS * noise[i]!;
          const limit = byNoise > byLevel ? byNoise : byLevel;
          if (residual > limit || residual < -limit) continue;
          picture += seen;
          back += known;
          count++;
        }
      }
      sumPicture[block] = picture;
      sumBackground[block] = back;
      fitting[block] = count;
    }
  }
}

/** The residual of every pixel under the light measured last, to `out` [height, width] (grey levels). */
export function residuals(
  { light, columnLight }: LocalLight,
  { columns, rows, size }: BlockGrid,
  luma: Uint8Array,
  background: Float32Array,
  out: Float32Array,
  width: number,
  height: number,
): void {
  const half = (size - 1) / 2;
  for (let y = 0, i = 0; y < height; y++) {
    // Beyond the outermost centres the slope goes on: at the border there is no next block to tell of a cloud.
    const at = (y - half) / size;
    const above = Math.min(Math.max(0, rows - 2), Math.max(0, Math.floor(at)));
    const below = Math.min(rows - 1, above + 1);
    const share = Math.min(BEYOND, Math.max(1 - BEYOND, at - above));
    for (let column = 0; column < columns; column++) {
      const upper = light[above * columns + column]!;
      columnLight[column] = upper + share * (light[below * columns + column]! - upper);
    }
    const last = Math.max(0, columns - 2);
    for (let x = 0; x < width; x++, i++) {
      const across = (x - half) / size;
      const left = across < 0 ? 0 : across > last ? last : Math.floor(across);
      const part = Math.min(BEYOND, Math.max(1 - BEYOND, across - left));
      const here = columnLight[left]! + part * (columnLight[Math.min(columns - 1, left + 1)]! - columnLight[left]!);
      out[i] = luma[i]! - background[i]! * here;
    }
  }
}

/** The light at a pixel, by its nearest block. */
export function lightAt({ light }: LocalLight, { columns, size }: BlockGrid, x: number, y: number): number {
  return light[Math.floor(y / size) * columns + Math.floor(x / size)]!;
}
