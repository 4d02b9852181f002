/**
 * camera.ts - a fixed camera above level ground. The ground is measured in metres: x to the right, y away from the camera,
 * z upwards; the picture in shares: 0..1 from left to right and from top to bottom. Pixels are square.
 *
 * Nothing here knows how many pixels there are, so the same camera shows the same view at every size.
 */
import { between } from '../dice.ts';

export type Camera = {
  /** Height over width of the picture. */
  readonly aspect: number;
  /** m above the ground */
  readonly height: number;
  /** Focal length in widths of the picture. */
  readonly focal: number;
  /** Sine and cosine of how far it looks down, and of how far it leans. */
  readonly sinPitch: number;
  readonly cosPitch: number;
  readonly sinRoll: number;
  readonly cosRoll: number;
  /** Share of the picture's height where the horizon lies, in its middle; negative = above it. */
  readonly horizon: number;
};

export type Point = readonly [x: number, y: number];
/** Where something is seen: share of width, share of height, and how many widths a metre is long there. */
export type Seen = { readonly x: number; readonly y: number; readonly scale: number; readonly distance: number };

/** Nearer than this (m) nothing is seen. */
const NEAREST = 0.35;
/** Rays that fall less than this per metre do not meet the ground. */
const LEVEL = 0.015;

export type CameraRange = { readonly height: readonly [number, number]; readonly horizon: readonly [number, number] };

export function dealCamera(aspect: number, range: CameraRange, random: Uint32Array): Camera {
  const height = between(random, ...range.height);
  const focal = between(random, 0.5, 0.8);
  const horizon = between(random, ...range.horizon);
  const down = (aspect * (0.5 - horizon)) / focal;
  const lean = between(random, -0.04, 0.04);
  const cosPitch = 1 / Math.sqrt(1 + down * down);
  const cosRoll = 1 / Math.sqrt(1 + lean * lean);
  return { aspect, height, focal, horizon, cosPitch, sinPitch: down * cosPitch, cosRoll, sinRoll: lean * cosRoll };
}

/** Where a point `z` above the ground is seen; null behind the camera. */
export function project(camera: Camera, x: number, y: number, z: number): Seen | null {
  const { aspect, height, focal, sinPitch, cosPitch, sinRoll, cosRoll } = camera;
  const above = z - height;
  const distance = y * cosPitch - above * sinPitch;
  if (distance < NEAREST) return null;
  const across = (focal * x) / distance;
  const down = (-focal * (y * sinPitch + above * cosPitch)) / distance;
  return {
    x: 0.5 + across * cosRoll - down * sinRoll,
    y: 0.5 + (down * cosRoll + across * sinRoll) / aspect,
    scale: focal / distance,
    distance,
  };
}

/** The ground that is seen at a point of the picture; null above the horizon. Points outside of the picture may be asked. */
export function groundAt(camera: Camera, x: number, y: number): Point | null {
  const { aspect, height, focal, sinPitch, cosPitch, sinRoll, cosRoll } = camera;
  const right = x - 0.5;
  const below = (y - 0.5) * aspect;
  const across = (right * cosRoll + below * sinRoll) / focal;
  const down = (below * cosRoll - right * sinRoll) / focal;
  const fall = sinPitch + down * cosPitch;
  if (fall < LEVEL) return null;
  const reach = height / fall;
  return [across * reach, (cosPitch - down * sinPitch) * reach];
}
