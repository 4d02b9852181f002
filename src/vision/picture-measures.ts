/**
 * picture-measures.ts - numbers about a picture as a whole, from which changes of the scene itself are told.
 */
import { type Views, field } from '../memory/layout.ts';

/** The picture is cut into TILES x TILES tiles. */
export const TILES = 4;

export const measureFields = () => ({
  // f32: grey levels
  mean: field('f32', 1, 'scratch'),
  contrast: field('f32', 1, 'scratch'), // standard deviation over all pixels
  sharpness: field('f32', 1, 'scratch'), // root mean square difference of neighbouring blocks of 2 x 2 px: grain hardly counts
  tileMeans: field('f32', TILES * TILES, 'scratch'), // [TILES, TILES]
  hash: field('u32', 1, 'scratch'), // equal pictures have equal hashes
});
export type PictureMeasures = Views<ReturnType<typeof measureFields>>;

/** Measure `luma` [height, width] into `out`. */
export function measurePicture(out: PictureMeasures, luma: Uint8Array, width: number, height: number): void {
  const { tileMeans } = out;
  tileMeans.fill(0);
  let sum = 0;
  let squares = 0;
  let hash = 0x811c9dc5;
  for (let y = 0; y < height; y++) {
    const tileRow = Math.floor((y * TILES) / height) * TILES;
    for (let tile = 0; tile < TILES; tile++) {
      let tileSum = 0;
      const end = y * width + Math.floor(((tile + 1) * width) / TILES);
      for (let i = y * width + Math.floor((tile * width) / TILES); i < end; i++) {
        const value = luma[i]!;
        tileSum += value;
        squares += value * value;
        hash = Math.imul(hash ^ value, 0x01000193);
      }
      tileMeans[tileRow + tile]! += tileSum;
      sum += tileSum;
    }
  }
  const pixels = width * height;
  for (let tile = 0; tile < tileMeans.length; tile++) tileMeans[tile]! *= (TILES * TILES) / pixels;
  const mean = sum / pixels;
  out.mean[0] = mean;
  out.contrast[0] = Math.sqrt(Math.max(0, squares / pixels - mean * mean));
  out.sharpness[0] = sharpnessOf(luma, width, height);
  out.hash[0] = hash;
}

function sharpnessOf(luma: Uint8Array, width: number, height: number): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y + 3 < height; y += 2) {
    for (let x = 0, i = y * width; x + 3 < width; x += 2, i += 2) {
      const here = luma[i]! + luma[i + 1]! + luma[i + width]! + luma[i + width + 1]!;
      const right = luma[i + 2]! + luma[i + 3]! + luma[i + width + 2]! + luma[i + width + 3]!;
      const low = i + 2 * width;
      const below = luma[low]! + luma[low + 1]! + luma[low + width]! + luma[low + width + 1]!;
      sum += (here - right) * (here - right) + (here - below) * (here - below);
      count += 2;
    }
  }
  return Math.sqrt(sum / count) / 4;
}

/** Every 7th pixel is enough to measure the gain; 7 is prime to most widths, so columns are not favoured. */
const GAIN_STEP = 7;

/** Mean brightness of the frame relative to the background, sampled; 1 for black pictures. */
export function gainOf(luma: Uint8Array, background: Float32Array): number {
  let seen = 0;
  let known = 0;
  for (let i = 0; i < luma.length; i += GAIN_STEP) {
    seen += luma[i]!;
    known += background[i]!;
  }
  return seen > 0 && known > 0 ? seen / known : 1;
}
