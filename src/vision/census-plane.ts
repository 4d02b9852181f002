/**
 * census-plane.ts - where the texture is not the usual one, whatever the light.
 *
 * The blurred picture is scaled to a fixed mean; each pixel is compared with 8 neighbours at radius 2 under a margin
 * (local binary pattern / census code with margin), which survives gain, gamma, shadow and noise. Votes of the 16 pixels
 * of a subcell are compared with their slow mean: the distance, standardised by its own history, tells foreground.
 *
 *     vote b of a subcell = number of its pixels x with  I(x + o_b) > 1.04 I(x) + 3          0..16
 *     D = sum over b of |vote_b - slow_b| / 16,   z = (D - mean D) / sqrt(var D + .01),   on when z > 6
 */
import { type Views, field } from '../memory/layout.ts';
import type { Geometry } from './geometry.ts';

/** Bits of the code: the 8 neighbours at radius 2, [dx, dy]. */
const OFFSETS = [
  [2, 0],
  [2, 2],
  [0, 2],
  [-2, 2],
  [-2, 0],
  [-2, -2],
  [0, -2],
  [2, -2],
] as const;
export const CENSUS_BITS = OFFSETS.length;
const RADIUS = 2;
const MEAN_GREY = 110;
/** 1.04 in 1/256: integer arithmetic on 0..255. */
const MARGIN_FACTOR = 266;
const MARGIN = 3;
const RATE = 0.01;
const FIRST_RATE = 0.1;
const FIRST_FRAMES = 50;
const ON_ABOVE = 6;
/** Above this the usual texture adapts ten times slower, its spread a hundred times (see pixel-plane.ts). */
const SLOW_ABOVE = 4;
const SLOWDOWN = 0.1;
const VARIANCE_SLOWDOWN = 0.01;

export const censusPlaneFields = (geometry: Geometry) => {
  const subcells = geometry.subColumns * geometry.subRows;
  const pixels = geometry.width * geometry.height;
  return {
    // f32 for the same reason as in pixel-plane.ts
    slowVotes: field('f32', subcells * CENSUS_BITS, 'state'), // [subcells, 8] usual votes
    meanDistance: field('f32', subcells, 'state'), // [subcells]
    varianceDistance: field('f32', subcells, 'state'), // [subcells]
    censusFrames: field('u32', 1, 'state'),
    previousLevel: field('u8', pixels, 'state'), // [height, width] the levelled picture of the frame before
    level: field('u8', pixels, 'state'), // [height, width] blurred, mean 110
    votes: field('u8', subcells * CENSUS_BITS, 'scratch'), // [subcells, 8] 0..16
    textureChanged: field('u8', subcells, 'scratch'), // [subcells] 0|1
    rowSums: field('u16', pixels, 'scratch'), // horizontal sums of the blur
  };
};
export type CensusPlane = Views<ReturnType<typeof censusPlaneFields>>;

/** Level the picture, count votes, compare with the usual texture and adapt it; fills votes and textureChanged. */
export function updateCensusPlane(plane: CensusPlane, geometry: Geometry, luma: Uint8Array): void {
  levelPicture(plane, geometry, luma);
  countVotes(plane, geometry);
  compareWithUsual(plane);
}

/** 3 x 3 box blur, then scaled to a mean of 110; the border keeps its nearest inner value. */
function levelPicture(plane: CensusPlane, { width, height }: Geometry, luma: Uint8Array): void {
  const { level, previousLevel, rowSums } = plane;
  previousLevel.set(level);
  let total = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const left = x === 0 ? 0 : x - 1;
      const right = x === width - 1 ? x : x + 1;
      const value = luma[row + x]!;
      rowSums[row + x] = luma[row + left]! + value + luma[row + right]!;
      total += value;
    }
  }
  // Fixed point 1/4096: the same on every machine and cheaper than a division per pixel.
  const scale = total === 0 ? 0 : Math.round((MEAN_GREY * width * height * 4096) / (total * 9));
  for (let y = 0; y < height; y++) {
    const above = (y === 0 ? 0 : y - 1) * width;
    const row = y * width;
    const below = (y === height - 1 ? y : y + 1) * width;
    for (let x = 0; x < width; x++) {
      const value = ((rowSums[above + x]! + rowSums[row + x]! + rowSums[below + x]!) * scale + 2048) >> 12;
      level[row + x] = value > 255 ? 255 : value;
    }
  }
}

function countVotes(plane: CensusPlane, { width, height, subColumns }: Geometry): void {
  const { level, votes } = plane;
  votes.fill(0);
  const [d0, d1, d2, d3, d4, d5, d6, d7] = OFFSETS.map(([dx, dy]) => dy * width + dx) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let y = RADIUS; y < height - RADIUS; y++) {
    const subRow = (y >> 2) * subColumns;
    for (let x = RADIUS, i = y * width + RADIUS; x < width - RADIUS; x++, i++) {
      const bar = ((level[i]! * MARGIN_FACTOR) >> 8) + MARGIN;
      const at = (subRow + (x >> 2)) << 3;
      if (level[i + d0]! > bar) votes[at]!++;
      if (level[i + d1]! > bar) votes[at + 1]!++;
      if (level[i + d2]! > bar) votes[at + 2]!++;
      if (level[i + d3]! > bar) votes[at + 3]!++;
      if (level[i + d4]! > bar) votes[at + 4]!++;
      if (level[i + d5]! > bar) votes[at + 5]!++;
      if (level[i + d6]! > bar) votes[at + 6]!++;
      if (level[i + d7]! > bar) votes[at + 7]!++;
    }
  }
}

function compareWithUsual(plane: CensusPlane): void {
  const { slowVotes, votes, meanDistance, varianceDistance, textureChanged } = plane;
  const frames = plane.censusFrames[0]!++;
  if (frames === 0) slowVotes.set(votes);
  const rate = frames < FIRST_FRAMES ? FIRST_RATE : RATE;
  for (let subcell = 0; subcell < textureChanged.length; subcell++) {
    const at = subcell << 3;
    let distance = 0;
    for (let b = at; b < at + CENSUS_BITS; b++) {
      const difference = votes[b]! - slowVotes[b]!;
      distance += difference < 0 ? -difference : difference;
    }
    distance /= 16;
    const deviation = distance - meanDistance[subcell]!;
    const z = deviation / Math.sqrt(varianceDistance[subcell]! + 0.01);
    const settled = frames >= FIRST_FRAMES;
    textureChanged[subcell] = settled && z > ON_ABOVE ? 1 : 0;
    const isUnusual = settled && z > SLOW_ABOVE;
    const step = isUnusual ? rate * SLOWDOWN : rate;
    const varianceStep = isUnusual ? rate * VARIANCE_SLOWDOWN : rate;
    meanDistance[subcell]! += step * deviation;
    varianceDistance[subcell]! += varianceStep * (deviation * deviation - varianceDistance[subcell]!);
    for (let b = at; b < at + CENSUS_BITS; b++) slowVotes[b]! += step * (votes[b]! - slowVotes[b]!);
  }
}
