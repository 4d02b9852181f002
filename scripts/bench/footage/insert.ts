/**
 * insert.ts - what is done to frames of real footage: breaks whose truth is known, and disturbances that mean nothing. All in
 * place, on a plane of grey levels [height, width].
 */
import { normal, uniform } from '../../../src/scene/dice.ts';
import { blob, clearSeen, createCanvas, limb } from '../../../src/scene/paint/canvas.ts';
import { sine } from '../../../src/scene/view/trigonometry.ts';
import type { Box } from '../../../src/vision/box.ts';

export type Picture = { readonly plane: Uint8Array; readonly width: number; readonly height: number };

/** A figure of this height (share of the picture's height), its foot at `x`, `y` (shares). `stride` is where it is in its step (rad). */
export type Figure = {
  readonly x: number;
  readonly y: number;
  readonly tall: number;
  readonly stride: number;
  readonly isDark: boolean;
};

/** Paint a figure on foot; returns its box, cut at the border, or null when it is outside. */
export function addFigure({ plane, width, height }: Picture, { x, y, tall, stride, isDark }: Figure): Box | null {
  const canvas = { ...createCanvas(0, 0), plane, width, height };
  const aspect = height / width;
  const m = tall * aspect;
  const foot = y * aspect;
  const body = isDark ? 28 : 225;
  const legs = isDark ? 60 : 170;
  const swing = 0.2 * m * sine(stride);
  clearSeen(canvas);
  limb(canvas, x, foot - 0.48 * m, x + swing, foot - 0.04 * m, 0.045 * m, legs);
  limb(canvas, x, foot - 0.48 * m, x - swing, foot - 0.04 * m, 0.045 * m, legs);
  blob(canvas, x, foot - 0.66 * m, 0.14 * m, 0.2 * m, body);
  blob(canvas, x, foot - 0.92 * m, 0.07 * m, 0.08 * m, isDark ? 190 : 90);
  const { left, top, right, bottom } = canvas.seen;
  const box = [Math.max(0, left), Math.max(0, top / aspect), Math.min(1, right), Math.min(1, bottom / aspect)] as const;
  return box[2] <= box[0] || box[3] <= box[1] ? null : [box[0], box[1], box[2] - box[0], box[3] - box[1]];
}

/** Cloth over the lens: dark, a little lighter on one side. */
export function cover({ plane, width }: Picture): void {
  for (let i = 0; i < plane.length; i++) plane[i] = 12 + Math.floor((9 * (i % width)) / width);
}

/** Mean over a square of `2 radius + 1` pixels, twice. */
export function defocus({ plane, width, height }: Picture, radius: number): void {
  const scratch = new Uint8Array(plane.length);
  for (let pass = 0; pass < 2; pass++) {
    smooth(plane, scratch, height, width, 1, width, radius);
    smooth(scratch, plane, width, height, width, 1, radius);
  }
}

function smooth(
  from: Uint8Array,
  to: Uint8Array,
  lines: number,
  length: number,
  step: number,
  lineStep: number,
  radius: number,
): void {
  for (let line = 0; line < lines; line++) {
    const base = line * lineStep;
    const at = (index: number): number => from[base + Math.min(length - 1, Math.max(0, index)) * step]!;
    let sum = 0;
    for (let index = -radius - 1; index < radius; index++) sum += at(index);
    for (let index = 0; index < length; index++) {
      sum += at(index + radius) - at(index - radius - 1);
      to[base + index * step] = Math.round(sum / (2 * radius + 1));
    }
  }
}

/** The picture moves by whole pixels; its border is drawn out. */
export function shift({ plane, width, height }: Picture, dx: number, dy: number): void {
  const from = plane.slice();
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.min(height - 1, Math.max(0, y + dy)) * width;
    for (let x = 0; x < width; x++, i++) plane[i] = from[row + Math.min(width - 1, Math.max(0, x + dx))]!;
  }
}

export function addNoise({ plane }: Picture, sigma: number, random: Uint32Array): void {
  for (let i = 0; i < plane.length; i++) plane[i] = byte(plane[i]! + sigma * normal(random));
}

/** Blocks of 8 pixels keep their mean and only coarse steps around it. */
export function compress({ plane, width, height }: Picture, step: number): void {
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      const bottom = Math.min(height, top + 8);
      const right = Math.min(width, left + 8);
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += plane[y * width + x]!;
      const mean = sum / ((bottom - top) * (right - left));
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) {
          const at = y * width + x;
          plane[at] = byte(mean + step * Math.round((plane[at]! - mean) / step));
        }
    }
  }
}

export function dim({ plane }: Picture, gain: number): void {
  for (let i = 0; i < plane.length; i++) plane[i] = byte(plane[i]! * gain);
}

/** Something small and dark close to the lens, not sharp, at shares of the picture. */
export function addInsect({ plane, width, height }: Picture, x: number, y: number): void {
  const canvas = { ...createCanvas(0, 0), plane, width, height };
  for (const [size, opacity] of [
    [0.022, 0.35],
    [0.014, 0.6],
  ] as const)
    blob(canvas, x, (y * height) / width, size, 0.8 * size, 25, opacity);
}

/** A restless way through the picture. */
export function insectAt(seconds: number, phase: number): readonly [number, number] {
  return [
    0.5 + 0.42 * sine(1.9 * seconds + phase) + 0.06 * sine(9 * seconds),
    0.5 + 0.36 * sine(2.7 * seconds + 2 * phase) + 0.06 * sine(11 * seconds),
  ];
}

/** Grid on which it is told how much goes on where. */
export const COLUMNS = 16;
export const ROWS = 9;

/** [rows * columns] mean difference from frame to frame. */
export function activityOf(frames: readonly Uint8Array[], width: number, height: number): Float64Array {
  const activity = new Float64Array(COLUMNS * ROWS);
  for (let i = 1; i < frames.length; i++) {
    for (let y = 0; y < height; y += 2) {
      const row = Math.floor((y * ROWS) / height) * COLUMNS;
      for (let x = 0; x < width; x += 2) {
        const at = y * width + x;
        activity[row + Math.floor((x * COLUMNS) / width)]! += Math.abs(frames[i]![at]! - frames[i - 1]![at]!);
      }
    }
  }
  const pixels = (Math.max(1, frames.length - 1) * width * height) / 4 / activity.length;
  return activity.map((sum) => sum / pixels);
}

function activityAt(activity: Float64Array, x: number, y: number): number {
  const column = Math.min(COLUMNS - 1, Math.max(0, Math.floor(x * COLUMNS)));
  return activity[Math.min(ROWS - 1, Math.max(0, Math.floor(y * ROWS))) * COLUMNS + column]!;
}

export type Line = readonly [x0: number, y0: number, x1: number, y1: number];
const LINES = 30;

/** Of many straight ways through the picture the one where least goes on. */
export function quietestLine(activity: Float64Array, random: Uint32Array): Line {
  let best: Line = [-0.05, 0.7, 1.05, 0.7];
  let least = Infinity;
  for (let i = 0; i < LINES; i++) {
    const isForth = uniform(random) < 0.5;
    const [y0, y1] = [0.35 + 0.6 * uniform(random), 0.35 + 0.6 * uniform(random)];
    const line: Line = isForth ? [-0.06, y0, 1.06, y1] : [1.06, y0, -0.06, y1];
    let sum = 0;
    for (let step = 1; step < 20; step++) {
      const share = step / 20;
      sum += activityAt(activity, line[0] + (line[2] - line[0]) * share, line[1] + (line[3] - line[1]) * share);
    }
    if (sum < least) [best, least] = [line, sum];
  }
  return best;
}

/** A place where much goes on, not too near to the border. */
export function busiestPlace(activity: Float64Array, random: Uint32Array): readonly [number, number] {
  let best: readonly [number, number] = [0.5, 0.7];
  let most = -1;
  for (let i = 0; i < LINES; i++) {
    const place = [0.15 + 0.7 * uniform(random), 0.4 + 0.5 * uniform(random)] as const;
    const value = activityAt(activity, place[0], place[1]);
    if (value > most) [best, most] = [place, value];
  }
  return best;
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}
