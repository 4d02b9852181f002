/**
 * scene.ts - a rendered street with a routine, and the truth about every frame. It serves the demo, the tests and the
 * benchmarks; the model never sees the truth.
 *
 * Deterministic: equal options give equal pixels and labels on every machine.
 */
import { seedWord } from '../memory/random.ts';
import { type Backdrop, createBackdrop, paintBackdrop } from './backdrop.ts';
import { type Light, createLight, expose, gainAt } from './light.ts';
import { type AnomalyKind, type Thing, type Traffic, createTraffic, isAnomalous, moveTraffic } from './traffic.ts';

export type SceneOptions = {
  /** px */
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seed: number;
  /** Which breaks of the routine may happen; empty = none. */
  readonly kinds: readonly AnomalyKind[];
  /** First frame that may hold one. */
  readonly anomaliesFrom: number;
  /** Mean frames between two. */
  readonly anomalySpacing: number;
  /** Standard deviation of the sensor noise (grey levels). */
  readonly noise: number;
};

export const SCENE_DEFAULTS: SceneOptions = {
  width: 128,
  height: 96,
  fps: 10,
  seed: 1,
  kinds: ['reverse', 'off_lane', 'fast', 'stop', 'big', 'popup'],
  anomaliesFrom: 3000,
  anomalySpacing: 350,
  noise: 3,
};

/** The label of one frame. `box` is [x, y, width, height] relative, clipped to the picture. */
export type Truth = {
  readonly kind: AnomalyKind | null;
  /** Number of the anomaly from 1, 0 when there is none. */
  readonly id: number;
  readonly box: readonly [number, number, number, number] | null;
};

export type Scene = {
  readonly options: SceneOptions;
  readonly backdrop: Backdrop;
  readonly light: Light;
  readonly traffic: Traffic;
  readonly painted: Uint8Array;
  /** Number of the next frame. */
  frame: number;
};

export function createScene(options: Partial<SceneOptions> = {}): Scene {
  const full = { ...SCENE_DEFAULTS, ...options };
  const random = (stream: number): Uint32Array => new Uint32Array([seedWord(full.seed, stream)]);
  return {
    options: full,
    backdrop: createBackdrop(full.width, full.height, random(11)),
    light: createLight(random(12), full.noise),
    traffic: createTraffic(full, random(13)),
    painted: new Uint8Array(full.width * full.height),
    frame: 0,
  };
}

/** Render the next frame into `luma` [height, width] and say what is wrong in it. */
export function renderNext(scene: Scene, luma: Uint8Array): Truth {
  const { options, painted, traffic } = scene;
  moveTraffic(traffic, scene.frame);
  paintBackdrop(scene.backdrop, scene.frame, painted);
  if (traffic.thing !== null) paintThing(painted, options.width, options.height, traffic.thing);
  expose(scene.light, painted, gainAt(scene.light, scene.frame), options.width, luma);
  scene.frame++;
  return truthOf(traffic.thing);
}

function truthOf(thing: Thing | null): Truth {
  if (thing === null || !isAnomalous(thing)) return { kind: null, id: 0, box: null };
  const left = Math.max(0, thing.x);
  const right = Math.min(1, thing.x + thing.width);
  if (right <= left) return { kind: null, id: 0, box: null };
  return { kind: thing.anomaly, id: thing.anomalyId, box: [left, thing.y, right - left, thing.height] };
}

/** A body with a window band and a darker foot: enough texture to have a form and to be followed. */
function paintThing(plane: Uint8Array, width: number, height: number, thing: Thing): void {
  const left = Math.round(thing.x * width);
  const right = Math.round((thing.x + thing.width) * width);
  const top = Math.round(thing.y * height);
  const bottom = Math.min(height, Math.round((thing.y + thing.height) * height));
  const window = thing.shade > 128 ? thing.shade - 90 : thing.shade + 70;
  const foot = Math.max(0, thing.shade - 15);
  for (let y = Math.max(0, top); y < bottom; y++) {
    const depth = (y - top) / (bottom - top);
    for (let x = Math.max(0, left); x < Math.min(width, right); x++) {
      const along = (x - left) / (right - left);
      const isWindow = depth > 0.2 && depth < 0.5 && along > 0.2 && along < 0.8;
      plane[y * width + x] = isWindow ? window : depth > 0.8 ? foot : thing.shade;
    }
  }
}
