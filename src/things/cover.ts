/**
 * cover.ts - where things are in the picture: boxes, what covers each pixel, and the foreground that belongs to things.
 */
import type { Box } from '../vision/box.ts';
import { type Geometry, SUBCELL } from '../vision/geometry.ts';
import { FREE, STILL, THING } from '../vision/noise.ts';
import { LIVE, MOST_THINGS, type Things } from './pool.ts';

/** A thing that has come so far from where it began (share of its own size, and heights) has come by itself. */
const CAME_SHARE = 0.5;
const CAME_LEAST = 0.06;

/** A box that is filled anew. */
export type MutableBox = [x: number, y: number, width: number, height: number];

/** Edges of a thing's box in px, inclusive, one pixel wider than the thing. */
type Edges = { left: number; top: number; right: number; bottom: number };
const edges: Edges = { left: 0, top: 0, right: 0, bottom: 0 };

function edgesOf(things: Things, slot: number, width: number, height: number): Edges {
  const x = things.x[slot]!;
  const y = things.y[slot]!;
  const w = things.width[slot]! / 2;
  const h = things.height[slot]! / 2;
  edges.left = Math.max(0, Math.floor((x - w) * height) - 1);
  edges.right = Math.min(width - 1, Math.ceil((x + w) * height) + 1);
  edges.top = Math.max(0, Math.floor((y - h) * height) - 1);
  edges.bottom = Math.min(height - 1, Math.ceil((y + h) * height) + 1);
  return edges;
}

/** A thing's box relative to the picture, cut off at its edges. */
export function boxOf(things: Things, slot: number, aspect: number): Box {
  const box: MutableBox = [0, 0, 0, 0];
  readBox(things, slot, aspect, box);
  return box;
}

/** The same to `out`. */
export function readBox(things: Things, slot: number, aspect: number, out: MutableBox): void {
  const left = clamp((things.x[slot]! - things.width[slot]! / 2) / aspect);
  const right = clamp((things.x[slot]! + things.width[slot]! / 2) / aspect);
  const top = clamp(things.y[slot]! - things.height[slot]! / 2);
  const bottom = clamp(things.y[slot]! + things.height[slot]! / 2);
  out[0] = left;
  out[1] = top;
  out[2] = right - left;
  out[3] = bottom - top;
}

/** What covers each pixel, to `cover` [height, width]: nothing, something that never travelled, or a thing that came. */
export function coverOf(
  things: Things,
  foreground: Uint8Array,
  width: number,
  height: number,
  cover: Uint8Array,
): void {
  for (let i = 0; i < foreground.length; i++) cover[i] = foreground[i] === 1 ? STILL : FREE;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE) continue;
    const size = Math.max(things.width[slot]!, things.height[slot]!);
    if (things.travelled[slot]! <= CAME_SHARE * size || things.travelled[slot]! <= CAME_LEAST) continue;
    const { left, top, right, bottom } = edgesOf(things, slot, width, height);
    for (let y = top; y <= bottom; y++)
      for (let i = y * width + left; i <= y * width + right; i++) if (foreground[i] === 1) cover[i] = THING;
  }
}

/**
 * The foreground that belongs to live things, to `counts` [subcells] (pixels of each subcell): what is inside the box of
 * none is nothing. `inside` [height, width] is scratch.
 */
export function foregroundOfThings(
  things: Things,
  foreground: Uint8Array,
  { width, height, subColumns }: Geometry,
  inside: Uint8Array,
  counts: Uint8Array,
): void {
  inside.fill(0);
  counts.fill(0);
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    if (things.status[slot] !== LIVE || things.blob[slot]! < 0) continue;
    const { left, top, right, bottom } = edgesOf(things, slot, width, height);
    for (let y = top; y <= bottom; y++) {
      for (let x = left, i = y * width + left; x <= right; x++, i++) {
        // Boxes may overlap: a pixel counts once.
        if (foreground[i] === 0 || inside[i] === 1) continue;
        inside[i] = 1;
        counts[Math.floor(y / SUBCELL) * subColumns + Math.floor(x / SUBCELL)]!++;
      }
    }
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
