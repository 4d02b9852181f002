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
import {
  type Incidents,
  advanceIncidents,
  createIncidents,
  exposeIncidents,
  freezeIncidents,
  paintIncidents,
} from './incidents.ts';
import { INCIDENT_KINDS, LOCAL_KINDS, type SceneKind } from './kinds.ts';
import { playLanes } from './lanes.ts';
import type { NuisanceName } from './nuisance/nuisance.ts';
import { type Nuisances, createNuisances, exposeNuisances, paintNuisances } from './nuisance/nuisances.ts';
import { playMachine } from './machine.ts';
import { NOTHING, type Play, type Shape, type Truth } from './play.ts';
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
  'machine',
] as const;
export type PlayName = (typeof PLAYS)[number];

export type SceneOptions = {
  /** px */
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seed: number;
  readonly play: PlayName;
  /**
   * Which breaks of the routine may happen; empty = none. Lanes have those of ANOMALY_KINDS and `missing`, one by one; buses,
   * rounds and machines have their own, all or none. Incidents of the camera (INCIDENT_KINDS) go with any play, all or none.
   */
  readonly kinds: readonly SceneKind[];
  /** First frame that may hold one. */
  readonly anomaliesFrom: number;
  /** Mean frames between two. */
  readonly anomalySpacing: number;
  /** Standard deviation of the sensor noise (grey levels). */
  readonly noise: number;
  /** From this frame on the lower of two lanes lies elsewhere; Infinity = never. */
  readonly shiftFrom: number;
  /** What changes the picture and means nothing, and the first frame of it. */
  readonly nuisances: readonly NuisanceName[];
  readonly nuisancesFrom: number;
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
  nuisances: [],
  nuisancesFrom: 0,
};

export type Scene = {
  readonly options: SceneOptions;
  readonly backdrop: Backdrop;
  readonly light: Light;
  /** Both lanes' traffic, or the upper one's; at rest in scenes without lanes. */
  readonly traffic: Traffic;
  readonly play: Play;
  readonly nuisances: Nuisances;
  readonly incidents: Incidents | null;
  readonly painted: Uint8Array;
  /** Number of the next frame. */
  frame: number;
};

export function createScene(options: Partial<SceneOptions> = {}): Scene {
  const full = { ...SCENE_DEFAULTS, ...options };
  const random = (stream: number): Uint32Array => new Uint32Array([seedWord(full.seed, stream)]);
  const onlyLane = full.play === 'two_lanes' ? { onlyLane: 0 as const } : {};
  const traffic = createTraffic({ ...full, ...onlyLane }, random(13));
  const { width, height, fps } = full;
  const light = createLight(random(12), full.noise);
  const hasIncidents = full.kinds.some((kind) => (INCIDENT_KINDS as readonly SceneKind[]).includes(kind));
  // Lamps that switch are incidents there, and the only ones.
  if (hasIncidents) light.nextLampFrame = Infinity;
  return {
    options: full,
    backdrop: createBackdrop(width, height, random(11)),
    light,
    traffic,
    play: createPlay(full, traffic, random(14)),
    nuisances: createNuisances(full.nuisances, full.nuisancesFrom, { width, height, fps, random: random(15) }),
    incidents: hasIncidents ? createIncidents(full, width * height, random(16)) : null,
    painted: new Uint8Array(width * height),
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
    case 'machine':
      return playMachine(broken, random);
  }
}

/** Render the next frame into `luma` [height, width] and say what is wrong in it. */
export function renderNext(scene: Scene, luma: Uint8Array): Truth {
  const { options, painted, play, nuisances, incidents, light } = scene;
  const { width, height } = options;
  const frame = scene.frame++;
  const happening = play.advance(frame);
  paintBackdrop(scene.backdrop, frame, painted);
  for (const thing of play.things) paintThing(painted, width, height, thing);
  paintNuisances(nuisances, frame, painted);
  const exposure = { gain: gainAt(light, frame), grain: 1 };
  exposeNuisances(nuisances, painted, exposure);
  const incident = incidents === null ? NOTHING : advanceIncidents(incidents, frame, height);
  if (incidents !== null) {
    paintIncidents(incidents, frame, painted, width);
    exposeIncidents(incidents, frame, exposure);
  }
  expose(light, painted, exposure, width, luma);
  if (incidents !== null) freezeIncidents(incidents, frame, luma);
  return incident.kind === null ? happening : incident;
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
      const isWindow = thing.isPlain !== true && depth > 0.2 && depth < 0.5 && along > 0.2 && along < 0.8;
      plane[y * width + x] = isWindow ? window : depth > 0.8 ? foot : thing.shade;
    }
  }
}
