/**
 * scene.ts - a rendered street with a routine, and the truth about every frame. It serves the demo, the tests and the
 * benchmarks; the model never sees the truth.
 *
 * Deterministic: equal options give equal pixels and labels on every machine.
 */
import { seedWord } from '../memory/random.ts';
import { type Backdrop, createBackdrop, paintBackdrop } from './backdrop.ts';
import { type Light, createLight, expose, gainAt } from './light.ts';
import { playBus } from './bus.ts';
import { LOCAL_KINDS, type SceneKind } from './kinds.ts';
import { playLanes } from './lanes.ts';
import type { Play, Shape, Truth } from './play.ts';
import { FIVE_PLACES, FOUR_PLACES, THREE_PLACES, TWO_AT_ONCE, playRoutines } from './routines.ts';
import { type Traffic, createTraffic } from './traffic.ts';

export type { Truth } from './play.ts';

/** What can happen in a scene. */
export const PLAYS = [
  'lanes',
  'two_lanes',
  'bus',
  'bus_and_traffic',
  'three_places',
  'four_places',
  'five_places',
  'two_rounds',
] as const;
export type PlayName = (typeof PLAYS)[number];

export type SceneOptions = {
  /** px */
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seed: number;
  readonly play: PlayName;
  /** Which breaks of the routine may happen; empty = none. Buses and rounds have their own kinds, all or none. */
  readonly kinds: readonly SceneKind[];
  /** First frame that may hold one. */
  readonly anomaliesFrom: number;
  /** Mean frames between two. */
  readonly anomalySpacing: number;
  /** Standard deviation of the sensor noise (grey levels). */
  readonly noise: number;
  /** From this frame on the lower of two lanes lies elsewhere; Infinity = never. */
  readonly shiftFrom: number;
};

export const SCENE_DEFAULTS: SceneOptions = {
  width: 128,
  height: 96,
  fps: 10,
  seed: 1,
  play: 'lanes',
  kinds: LOCAL_KINDS,
  anomaliesFrom: 3000,
  anomalySpacing: 350,
  noise: 3,
  shiftFrom: Infinity,
};

export type Scene = {
  readonly options: SceneOptions;
  readonly backdrop: Backdrop;
  readonly light: Light;
  /** Both lanes' traffic, or the upper one's; at rest in scenes without lanes. */
  readonly traffic: Traffic;
  readonly play: Play;
  readonly painted: Uint8Array;
  /** Number of the next frame. */
  frame: number;
};

export function createScene(options: Partial<SceneOptions> = {}): Scene {
  const full = { ...SCENE_DEFAULTS, ...options };
  const random = (stream: number): Uint32Array => new Uint32Array([seedWord(full.seed, stream)]);
  const onlyLane = full.play === 'two_lanes' ? { onlyLane: 0 as const } : {};
  const traffic = createTraffic({ ...full, ...onlyLane }, random(13));
  return {
    options: full,
    backdrop: createBackdrop(full.width, full.height, random(11)),
    light: createLight(random(12), full.noise),
    traffic,
    play: createPlay(full, traffic, random(14)),
    painted: new Uint8Array(full.width * full.height),
    frame: 0,
  };
}

function createPlay(options: SceneOptions, traffic: Traffic, random: Uint32Array): Play {
  const broken = options.kinds.length > 0 ? options : { ...options, anomaliesFrom: Infinity };
  const lower = (kinds: readonly SceneKind[]): Traffic => createTraffic({ ...options, kinds, onlyLane: 1 }, random);
  switch (options.play) {
    case 'lanes':
      return playLanes([traffic]);
    case 'two_lanes':
      return playLanes([traffic, lower(options.kinds)]);
    case 'bus':
      return playBus(broken, random, null);
    case 'bus_and_traffic':
      return playBus(broken, random, lower([]));
    case 'three_places':
      return playRoutines(broken, THREE_PLACES, random);
    case 'four_places':
      return playRoutines(broken, FOUR_PLACES, random);
    case 'five_places':
      return playRoutines(broken, FIVE_PLACES, random);
    case 'two_rounds':
      return playRoutines(broken, TWO_AT_ONCE, random);
  }
}

/** Render the next frame into `luma` [height, width] and say what is wrong in it. */
export function renderNext(scene: Scene, luma: Uint8Array): Truth {
  const { options, painted, play } = scene;
  const truth = play.advance(scene.frame);
  paintBackdrop(scene.backdrop, scene.frame, painted);
  for (const thing of play.things) paintThing(painted, options.width, options.height, thing);
  expose(scene.light, painted, gainAt(scene.light, scene.frame), options.width, luma);
  scene.frame++;
  return truth;
}

/** A body with a window band and a darker foot: enough texture to have a form and to be followed. */
function paintThing(plane: Uint8Array, width: number, height: number, thing: Shape): void {
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
