/**
 * texture.ts - uneven surfaces: noise that is smooth between the points of a lattice, and a sum of octaves of it (Perlin 1985).
 */
import { uniform } from '../dice.ts';

const SIDE = 256;

export type Texture = Float32Array;

export function createTexture(random: Uint32Array): Texture {
  const lattice = new Float32Array(SIDE * SIDE);
  for (let i = 0; i < lattice.length; i++) lattice[i] = uniform(random);
  return lattice;
}

/** 0..1, changing within about one unit; repeats after 256. */
export function smoothNoise(lattice: Texture, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const u = x - column;
  const v = y - row;
  const su = u * u * (3 - 2 * u);
  const sv = v * v * (3 - 2 * v);
  const left = column & (SIDE - 1);
  const right = (column + 1) & (SIDE - 1);
  const top = (row & (SIDE - 1)) * SIDE;
  const bottom = ((row + 1) & (SIDE - 1)) * SIDE;
  const above = lattice[top + left]! + (lattice[top + right]! - lattice[top + left]!) * su;
  const below = lattice[bottom + left]! + (lattice[bottom + right]! - lattice[bottom + left]!) * su;
  return above + (below - above) * sv;
}

/** 0..1 with finer and finer detail. */
export function roughNoise(lattice: Texture, x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 0;
  let size = 1;
  for (let octave = 0; octave < octaves; octave++) {
    sum += size * smoothNoise(lattice, x + 31 * octave, y + 17 * octave);
    weight += size;
    size *= 0.55;
    x *= 2.03;
    y *= 2.03;
  }
  return sum / weight;
}
