/**
 * scene.ts - a rendered place with a routine, and the truth about every frame. It serves the demo, the tests and the
 * benchmarks; the model never sees the truth.
 *
 * The seed deals everything: the camera, the ways through the picture, who goes there and when. Equal options give equal
 * pixels and labels on every machine; another size or frame rate shows the same world.
 */
import { seedWord } from '../memory/random.ts';
import type { Box } from '../vision/box.ts';
import { between } from './dice.ts';
import { DISTURBANCES, type Disturbance, dealDisturbance } from './disturb.ts';
import {
  type Incidents,
  advanceIncidents,
  createIncidents,
  exposeIncidents,
  freezeIncidents,
  paintIncidents,
} from './incidents.ts';
import { INCIDENT_KINDS, LOCAL_KINDS, type SceneKind } from './kinds.ts';
import { type Light, createLight, expose, gainAt } from './light.ts';
import type { NuisanceName } from './nuisance/nuisance.ts';
import {
  type Nuisances,
  createNuisances,
  exposeNuisances,
  overlayNuisances,
  paintNuisances,
} from './nuisance/nuisances.ts';
import { type Backdrop, createBackdrop, paintBackdrop } from './paint/backdrop.ts';
import { type Canvas, createCanvas } from './paint/canvas.ts';
import { type Sun, paintThing } from './paint/figures.ts';
import { paintShape } from './paint/shapes.ts';
import type { Happening, Play, SeenThing, Truth } from './play.ts';
import { type PlayName, type Staged, createPlay } from './plays/create-play.ts';
import { isThere, poseOf } from './thing.ts';

export type { Truth } from './play.ts';

export type SceneOptions = {
  /** px */
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seed: number;
  readonly play: PlayName;
  /**
   * Which breaks of the routine may happen; empty = none. Traffic has those that fit it, one by one; buses, rounds and machines
   * have their own, all or none. Incidents of the camera (INCIDENT_KINDS) go with any play.
   */
  readonly kinds: readonly SceneKind[];
  /** First frame that may hold one. */
  readonly anomaliesFrom: number;
  /** Mean frames between two. */
  readonly anomalySpacing: number;
  /** First frame that may hold an incident of the camera; null = as with all others. */
  readonly incidentsFrom: number | null;
  /** Standard deviation of the sensor noise (grey levels). */
  readonly noise: number;
  /** From this frame on the second of two lanes lies elsewhere; Infinity = never. */
  readonly shiftFrom: number;
  /** From this frame on nothing new comes; Infinity = never. */
  readonly silentFrom: number;
  /** What changes the picture and means nothing, in spells, and the first frame of it. */
  readonly nuisances: readonly NuisanceName[];
  readonly nuisancesFrom: number;
  /** How much disturbs the picture all the time beside these (disturb.ts). */
  readonly disturbance: Disturbance;
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
  incidentsFrom: null,
  noise: 3,
  shiftFrom: Infinity,
  silentFrom: Infinity,
  nuisances: [],
  nuisancesFrom: 0,
  disturbance: 0,
};

export type Scene = {
  readonly options: SceneOptions;
  readonly staged: Staged;
  readonly play: Play;
  readonly sun: Sun;
  readonly backdrop: Backdrop;
  readonly light: Light;
  readonly nuisances: Nuisances;
  readonly incidents: Incidents | null;
  readonly canvas: Canvas;
  readonly noiseRandom: Uint32Array;
  /** Number of the next frame. */
  frame: number;
};

/** Share of a thing that must be in the picture to be judged. */
const ENOUGH = 0.4;
/** How far the light drifts, each way. */
const DRIFT = 0.2;

export function createScene(options: Partial<SceneOptions> = {}): Scene {
  const full = { ...SCENE_DEFAULTS, ...options };
  const { width, height, fps, seed, kinds } = full;
  if (!DISTURBANCES.includes(full.disturbance))
    throw new RangeError(`Expected a disturbance of ${DISTURBANCES.join(', ')} but received ${full.disturbance}`);
  const random = (stream: number): Uint32Array => new Uint32Array([seedWord(seed, stream)]);
  const breaksFrom = full.anomaliesFrom / fps;
  const breakSpacing = full.anomalySpacing / fps;
  const incidentKinds = INCIDENT_KINDS.filter((kind) => kinds.includes(kind));
  const hasIncidents = incidentKinds.length > 0;
  const incidentsFrom = (full.incidentsFrom ?? full.anomaliesFrom) / fps;
  const own = kinds.filter((kind) => !isIncident(kind));
  const silentFrom = full.silentFrom / fps;
  const breaks = { kinds: own, breaksFrom, breakSpacing, silentFrom, shiftFrom: full.shiftFrom / fps };
  const staged = createPlay(full.play, height / width, breaks, seed);
  const light = createLight(random(12), full.noise, DRIFT);
  // Lamps that switch are incidents there, and the only ones; by daylight there are none.
  if (hasIncidents || !staged.isIndoor) light.nextLamp = Infinity;
  const around = random(11);
  const trees = staged.isIndoor ? 0 : Math.floor(between(around, 0, 3));
  const disturbed = dealDisturbance(full.disturbance, staged.isIndoor, around);
  return {
    options: full,
    staged,
    play: staged.play,
    sun: {
      dx: between(around, -1.2, 1.2),
      dy: between(around, -0.3, 0.9),
      depth: staged.isIndoor ? 0.12 : between(around, 0.1, 0.42),
    },
    backdrop: createBackdrop(width, height, staged.camera, { ...staged, trees }, around),
    light,
    nuisances: createNuisances({
      names: [...full.nuisances, ...disturbed.nuisances],
      standing: disturbed.standing,
      from: full.nuisancesFrom / fps,
      width,
      height,
      seed,
    }),
    incidents: hasIncidents
      ? createIncidents(incidentKinds, incidentsFrom, breakSpacing, width * height, random(16))
      : null,
    canvas: createCanvas(width, height),
    noiseRandom: random(17),
    frame: 0,
  };
}

function isIncident(kind: SceneKind): boolean {
  return (INCIDENT_KINDS as readonly SceneKind[]).includes(kind);
}

/** Render the next frame into `luma` [height, width] and say what is wrong in it. */
export function renderNext(scene: Scene, luma: Uint8Array): Truth {
  const { options, canvas, play, nuisances, incidents, light } = scene;
  const { plane } = canvas;
  const { width } = options;
  const time = scene.frame++ / options.fps;
  const happening = play.advance(time);
  paintBackdrop(scene.backdrop, time, canvas);
  const boxes = paintPlay(scene, time);
  paintNuisances(nuisances, time, plane);
  const exposure = { gain: gainAt(light, time), grain: 1 };
  exposeNuisances(nuisances, plane, exposure);
  const incident = incidents === null ? null : advanceIncidents(incidents, time);
  if (incidents !== null) {
    paintIncidents(incidents, time, plane, width);
    exposeIncidents(incidents, time, exposure);
  }
  expose(light, plane, exposure, width, scene.noiseRandom, luma);
  overlayNuisances(nuisances, luma);
  if (incidents !== null) freezeIncidents(incidents, time, luma);
  return truthOf(incident ?? happening, boxes);
}

/** What was painted, with the whole box of each. */
type Painted = { readonly id: number; readonly kind: SeenThing['kind']; readonly whole: Box };

/** What is there at a time, the farther ones first. */
export function paintPlay({ canvas, play, staged, sun }: Scene, time: number): Painted[] {
  const painted: Painted[] = [];
  const present = play.things
    .filter((thing) => isThere(thing, time))
    .map((thing) => ({ thing, far: poseOf(thing, time).y }))
    .toSorted((a, b) => b.far - a.far || a.thing.id - b.thing.id);
  for (const { thing } of present) {
    const whole = paintThing(canvas, staged.camera, sun, thing, time);
    if (whole !== null) painted.push({ id: thing.id, kind: thing.kind, whole });
  }
  for (const shape of play.shapes) {
    paintShape(canvas, shape);
    painted.push({ id: shape.id, kind: 'part', whole: [shape.x, shape.y, shape.width, shape.height] });
  }
  return painted;
}

function truthOf(happening: Happening | null, painted: readonly Painted[]): Truth {
  const things: SeenThing[] = [];
  for (const { id, kind, whole } of painted) {
    const box = visiblePart(whole);
    if (box !== null) things.push({ id, kind, box });
  }
  if (happening === null) return { kind: null, id: 0, box: null, things };
  const { kind, id, thing, onlyInSight, box = null } = happening;
  const shown = painted.find((one) => one.id === thing);
  // A thing that shows only its edge tells nobody what it is.
  const isInSight = shown !== undefined && visibleShare(shown.whole) > ENOUGH;
  if (onlyInSight && !isInSight) return { kind: null, id: 0, box: null, things };
  return { kind, id, box: box ?? (shown === undefined ? null : visiblePart(shown.whole)), things };
}

function visibleShare(whole: Box): number {
  const seen = visiblePart(whole);
  return seen === null ? 0 : (seen[2] * seen[3]) / (whole[2] * whole[3]);
}

/** The part of a box that is in the picture, or null when it is out of it. */
function visiblePart([x, y, width, height]: Box): Box | null {
  const left = Math.max(0, x);
  const top = Math.max(0, y);
  const right = Math.min(1, x + width);
  const bottom = Math.min(1, y + height);
  return right <= left || bottom <= top ? null : [left, top, right - left, bottom - top];
}
