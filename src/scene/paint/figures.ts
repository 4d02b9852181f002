/**
 * figures.ts - what things look like: walkers with legs, dogs, bikes, cars, lorries, buses, bags; each with its shadow.
 */
import type { Box } from '../../vision/box.ts';
import { type PoseNow, type Thing, poseOf } from '../thing.ts';
import { type Camera, project } from '../view/camera.ts';
import { cosine, sine } from '../view/trigonometry.ts';
import { type Canvas, blob, clearSeen, darken, limb, slab } from './canvas.ts';

/** Where the light comes from: how far a shadow reaches per metre of height (m), and how dark it is. */
export type Sun = { readonly dx: number; readonly dy: number; readonly depth: number };

/** Everything a figure is drawn with: its foot in the picture (widths), and how many widths a metre is there. */
type Stand = {
  readonly canvas: Canvas;
  readonly thing: Thing;
  readonly pose: PoseNow;
  readonly x: number;
  readonly y: number;
  readonly m: number;
  /** Which way it looks in the picture: 1 right, -1 left; and how much from the side it is seen, 0..1. */
  readonly facing: number;
  readonly side: number;
};

/** Farther out of the picture than this (widths) nothing is painted. */
const MARGIN = 0.6;
const SKIN = 165;

/** Paint a thing as it is at a time (s). Returns the whole of its box in shares of the picture, also where it is cut off. */
export function paintThing(canvas: Canvas, camera: Camera, sun: Sun, thing: Thing, time: number): Box | null {
  const pose = poseOf(thing, time);
  const seen = project(camera, pose.x, pose.y, 0);
  if (seen === null) return null;
  const x = seen.x;
  const y = seen.y * camera.aspect;
  const m = seen.scale;
  if (x < -MARGIN || x > 1 + MARGIN || y > camera.aspect + 3 * m || m > 2) return null;
  const facing = pose.dx >= 0 ? 1 : -1;
  const stand: Stand = { canvas, thing, pose, x, y, m, facing, side: Math.abs(pose.dx) };
  castShadow(stand, camera, sun);
  clearSeen(canvas);
  draw(stand);
  const { left, top, right, bottom } = canvas.seen;
  return [left, top / camera.aspect, right - left, (bottom - top) / camera.aspect];
}

function draw(stand: Stand): void {
  switch (stand.thing.kind) {
    case 'walker':
      return stand.pose.isLying ? drawLying(stand) : drawWalker(stand);
    case 'dog':
      return drawDog(stand);
    case 'bike':
      return drawBike(stand);
    case 'bag':
      return drawBag(stand);
    case 'car':
      return drawCar(stand);
    case 'lorry':
    case 'bus':
      return drawLorry(stand);
  }
}

function castShadow({ canvas, thing, pose, x, y, m }: Stand, camera: Camera, sun: Sun): void {
  const isLow = thing.kind === 'bag' || thing.kind === 'dog' || pose.isLying;
  const isLong = thing.kind === 'car' || thing.kind === 'lorry' || thing.kind === 'bus';
  const half = isLong ? 1.6 : isLow ? 0.4 : 0.28;
  darken(canvas, x, y, half * m, 0.12 * m + 0.1 * half * m, 0.32);
  const tall = isLow ? 0.5 : 1.6;
  const tip = project(camera, pose.x + sun.dx * tall * 0.5, pose.y + sun.dy * tall * 0.5, 0);
  if (tip === null || sun.depth === 0) return;
  const tx = tip.x;
  const ty = tip.y * camera.aspect;
  darken(canvas, tx, ty, Math.abs(tx - x) * 0.6 + half * m, Math.abs(ty - y) * 0.6 + 0.1 * m, sun.depth);
}

function drawWalker({ canvas, thing, pose, x, y, m, facing, side }: Stand): void {
  const { look } = thing;
  const tall = 1.78 * look.tall * m;
  const hip = y - 0.48 * tall;
  // From the front the legs swing towards the camera: they seem shorter in turn.
  const swing = pose.isMoving ? sine(look.phase + pose.metres * 4.4) : 0.12;
  const stride = swing * 0.2 * tall * (0.35 + 0.65 * side);
  const lift = pose.isMoving ? 0.05 * tall * (1 - side) * cosine(look.phase + pose.metres * 4.4) : 0;
  const thick = 0.075 * m * look.wide;
  limb(canvas, x - 0.03 * m, hip, x + stride, y - thick - Math.max(0, lift), thick, look.second);
  limb(canvas, x + 0.03 * m, hip, x - stride, y - thick - Math.max(0, -lift), thick, look.second * 0.85);
  blob(canvas, x, y - 0.66 * tall, 0.21 * m * look.wide, 0.2 * tall, look.shade);
  const hand = 0.75 * stride;
  limb(canvas, x + 0.14 * m, y - 0.79 * tall, x + 0.15 * m - hand, y - 0.5 * tall, 0.05 * m, look.shade * 0.92);
  limb(canvas, x - 0.14 * m, y - 0.79 * tall, x - 0.15 * m + hand, y - 0.5 * tall, 0.05 * m, look.shade * 0.92);
  blob(canvas, x + 0.03 * m * facing, y - 0.92 * tall, 0.11 * m, 0.08 * tall, SKIN);
  blob(canvas, x, y - 0.96 * tall, 0.11 * m, 0.045 * tall, look.second * 0.7);
}

function drawLying({ canvas, thing, x, y, m, facing }: Stand): void {
  const { look } = thing;
  limb(canvas, x - 0.85 * m * facing, y - 0.1 * m, x - 0.1 * m * facing, y - 0.13 * m, 0.1 * m, look.second);
  blob(canvas, x + 0.25 * m * facing, y - 0.17 * m, 0.42 * m, 0.17 * m, look.shade);
  blob(canvas, x + 0.8 * m * facing, y - 0.13 * m, 0.13 * m, 0.12 * m, SKIN);
}

function drawDog({ canvas, thing, pose, x, y, m, facing, side }: Stand): void {
  const { look } = thing;
  const swing = pose.isMoving ? sine(look.phase + pose.metres * 9) : 0;
  const long = 0.25 + 0.2 * side;
  for (const at of [-0.3, -0.22, 0.22, 0.3]) {
    const step = swing * 0.13 * (at * 100 === Math.round(at * 100) && Math.abs(at) > 0.25 ? 1 : -1);
    limb(
      canvas,
      x + at * 1.1 * long * 2 * m,
      y - 0.34 * m,
      x + (at * 1.1 * long * 2 + step) * m,
      y - 0.04 * m,
      0.045 * m,
      look.shade * 0.85,
    );
  }
  blob(canvas, x, y - 0.42 * m, long * m, 0.15 * m * look.wide, look.shade);
  blob(canvas, x + (long + 0.06) * m * facing, y - 0.58 * m, 0.14 * m, 0.12 * m, look.shade);
  limb(canvas, x - long * m * facing, y - 0.5 * m, x - (long + 0.18) * m * facing, y - 0.68 * m, 0.035 * m, look.shade);
}

function drawBike({ canvas, thing, pose, x, y, m, facing, side }: Stand): void {
  const { look } = thing;
  const base = 0.18 + 0.36 * side;
  const turn = pose.isMoving ? sine(look.phase + pose.metres * 2) : 0;
  for (const at of [-base, base]) {
    blob(canvas, x + at * m, y - 0.33 * m, 0.33 * m * (0.3 + 0.7 * side), 0.33 * m, 38);
    blob(canvas, x + at * m, y - 0.33 * m, 0.22 * m * (0.2 + 0.8 * side), 0.23 * m, 120, 0.6);
  }
  limb(canvas, x - base * m, y - 0.4 * m, x + base * 0.8 * m, y - 0.75 * m, 0.045 * m, look.second);
  limb(canvas, x - 0.1 * m * facing, y - 0.9 * m, x + 0.08 * m * turn, y - 0.3 * m, 0.07 * m, look.second);
  limb(canvas, x - 0.1 * m * facing, y - 0.9 * m, x - 0.08 * m * turn, y - 0.34 * m, 0.07 * m, look.second * 0.8);
  blob(canvas, x, y - 1.18 * m, 0.2 * m * look.wide, 0.36 * m, look.shade);
  limb(
    canvas,
    x + 0.05 * m * facing,
    y - 1.35 * m,
    x + base * 0.8 * m * facing,
    y - 0.98 * m,
    0.05 * m,
    look.shade * 0.9,
  );
  blob(canvas, x + 0.1 * m * facing, y - 1.65 * m, 0.12 * m, 0.14 * m, SKIN);
}

function drawBag({ canvas, thing, x, y, m }: Stand): void {
  const { look } = thing;
  const half = 0.32 * m * look.wide;
  slab(canvas, x - half, y - 0.5 * m, x + half, y, look.shade);
  slab(canvas, x - half, y - 0.32 * m, x + half, y - 0.26 * m, look.second);
}

/** Half the length that is seen of a vehicle: from the front or back only its width. */
const halfSeen = (length: number, side: number): number => (length * side + 1.8 * (1 - side)) / 2;

function drawCar({ canvas, thing, x, y, m, facing, side }: Stand): void {
  const { look } = thing;
  const half = halfSeen(4.2, side) * m;
  const tall = 1.45 * look.tall * m;
  const glass = look.shade > 110 ? 42 : 125;
  slab(canvas, x - half, y - 0.62 * tall, x + half, y - 0.2 * m, look.shade);
  const back = x - 0.56 * half * facing;
  const front = x + 0.42 * half * facing;
  slab(canvas, Math.min(back, front), y - tall, Math.max(back, front), y - 0.58 * tall, look.shade * 0.92);
  const inset = 0.08 * half * facing;
  slab(
    canvas,
    Math.min(back + inset, front - inset),
    y - 0.93 * tall,
    Math.max(back + inset, front - inset),
    y - 0.64 * tall,
    glass,
  );
  slab(canvas, x - half, y - 0.3 * tall, x + half, y - 0.2 * tall, look.shade * 0.75);
  for (const at of [-0.62, 0.62]) blob(canvas, x + at * half, y - 0.3 * m, 0.31 * m, 0.3 * m, 25);
  blob(canvas, x + 0.93 * half * facing, y - 0.45 * tall, 0.08 * m, 0.07 * m, 235);
}

function drawLorry({ canvas, thing, x, y, m, facing, side }: Stand): void {
  const { look, kind } = thing;
  const half = halfSeen(kind === 'bus' ? 8 : 7.5, side) * m;
  const tall = 3 * look.tall * m;
  slab(canvas, x - half, y - tall, x + half, y - 0.3 * m, look.shade);
  const glass = look.shade > 110 ? 50 : 135;
  if (kind === 'bus') {
    for (let at = -0.88; at < 0.85; at += 0.25)
      slab(canvas, x + at * half, y - 0.86 * tall, x + (at + 0.18) * half, y - 0.55 * tall, glass);
  } else {
    const cab = x + 0.72 * half * facing;
    slab(
      canvas,
      Math.min(cab, cab + 0.28 * half * facing),
      y - 0.8 * tall,
      Math.max(cab, cab + 0.28 * half * facing),
      y - 0.3 * m,
      look.second,
    );
    slab(
      canvas,
      cab + 0.08 * half * facing - 0.06 * half,
      y - 0.74 * tall,
      cab + 0.08 * half * facing + 0.16 * half,
      y - 0.5 * tall,
      glass,
    );
  }
  slab(canvas, x - half, y - 0.42 * m, x + half, y - 0.3 * m, look.shade * 0.6);
  for (const at of [-0.65, 0.65]) blob(canvas, x + at * half, y - 0.4 * m, 0.4 * m, 0.4 * m, 25);
}
