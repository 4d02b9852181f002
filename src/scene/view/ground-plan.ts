/**
 * ground-plan.ts - where in a view things may go: paths from one side of the picture to another at any angle, and places to
 * stand. All is dealt; what comes out must be seen well enough and lie apart from what there is already.
 */
import { between, pick } from '../dice.ts';
import { BODIES, type ThingKind } from '../thing.ts';
import { type Camera, type Point, groundAt, project } from './camera.ts';
import { type Path, curveThrough, distance, extended, poseAt } from './path.ts';

type Side = 'left' | 'right' | 'near' | 'far';
/** From where to where; the more often it stands here, the more often it is dealt. */
const WAYS: readonly (readonly [Side, Side])[] = [
  ['left', 'right'],
  ['right', 'left'],
  ['left', 'right'],
  ['right', 'left'],
  ['left', 'near'],
  ['near', 'right'],
  ['far', 'near'],
  ['near', 'far'],
  ['far', 'left'],
  ['right', 'far'],
];
const TRIES = 80;
/** Longest way (m) that a path is drawn on to be out of the picture at its ends. */
const FARTHEST_ON = 16;
/** Largest bend, relative to the length. */
const BEND = 0.16;

export type PathWish = {
  readonly kind: ThingKind;
  /** Height that the thing should have in the middle of its way: shares of the picture's width. */
  readonly least: number;
  /** Paths that it should keep away from, and how far on average (shares of the picture). */
  readonly apartFrom: readonly Path[];
  readonly apart: number;
};

/** The path that fulfils a wish best, out of many. Both ends are out of the picture, or far away. */
export function dealPath(camera: Camera, wish: PathWish, random: Uint32Array): Path {
  let best: Path | null = null;
  let least = Infinity;
  for (let attempt = 0; attempt < TRIES && least > 0; attempt++) {
    const path = onePath(camera, wish.kind, random);
    if (path === null) continue;
    const lack = lackOf(camera, path, wish);
    if (lack < least) [best, least] = [path, lack];
  }
  return (
    best ?? curveThrough([groundAt(camera, -0.1, 0.75)!, groundAt(camera, 0.5, 0.75)!, groundAt(camera, 1.1, 0.75)!])
  );
}

function onePath(camera: Camera, kind: ThingKind, random: Uint32Array): Path | null {
  const [from, to] = pick(random, WAYS);
  const first = sidePoint(camera, from, random);
  const last = sidePoint(camera, to, random);
  if (first === null || last === null) return null;
  const length = distance(first, last);
  const bend = between(random, -BEND, BEND);
  const middle: Point = [
    (first[0] + last[0]) / 2 - (last[1] - first[1]) * bend,
    (first[1] + last[1]) / 2 + (last[0] - first[0]) * bend,
  ];
  const seen = project(camera, middle[0], middle[1], 0);
  if (seen === null || seen.x < 0.06 || seen.x > 0.94 || seen.y < highest(camera) - 0.08 || seen.y > 0.96) return null;
  if (length < 2.5) return null;
  return outOfSight(camera, curveThrough([first, middle, last]), kind, from !== 'far', to !== 'far');
}

/** Highest share of the picture at which things are near enough to be worth seeing. */
function highest({ horizon }: Camera): number {
  return Math.max(0.22, horizon + 0.2);
}

export function sidePoint(camera: Camera, side: Side, random: Uint32Array): Point | null {
  const { horizon } = camera;
  switch (side) {
    case 'left':
    case 'right':
      return groundAt(camera, side === 'left' ? -0.05 : 1.05, between(random, highest(camera), 0.92));
    case 'near':
      return groundAt(camera, between(random, 0.1, 0.9), 1.04);
    case 'far':
      return groundAt(camera, between(random, 0.12, 0.88), Math.max(-0.04, horizon + 0.13));
  }
}

/** Straight on at its ends until a thing of this kind cannot be seen there. */
export function outOfSight(camera: Camera, path: Path, kind: ThingKind, atFirst: boolean, atLast: boolean): Path {
  const beyond = (isLast: boolean): number => {
    const from = isLast ? path.points.at(-2)! : path.points[1]!;
    const end = isLast ? path.points.at(-1)! : path.points[0]!;
    const length = Math.max(1e-9, distance(from, end));
    for (let on = 0; on < FARTHEST_ON; on += 0.5) {
      const x = end[0] + ((end[0] - from[0]) * on) / length;
      const y = end[1] + ((end[1] - from[1]) * on) / length;
      if (!isInSight(camera, x, y, kind)) return on + 0.5;
    }
    return FARTHEST_ON;
  };
  return extended(path, atFirst ? beyond(false) : 0.01, atLast ? beyond(true) : 0.01);
}

/** Whether any part of a thing that stands here may be in the picture. */
export function isInSight(camera: Camera, x: number, y: number, kind: ThingKind): boolean {
  const { length, height } = BODIES[kind];
  const foot = project(camera, x, y, 0);
  const head = project(camera, x, y, height);
  if (foot === null || head === null) return false;
  const half = 0.55 * length * foot.scale;
  return foot.x + half > 0 && foot.x - half < 1 && foot.y > 0 && head.y < 1;
}

/** Metres along a path at which the middle of a thing comes into the picture and goes out of it. */
export function sightOf(camera: Camera, path: Path): readonly [number, number] {
  let first = -1;
  let last = 0;
  for (let s = 0; s <= path.length; s += 0.25) {
    const { x, y } = poseAt(path, s, 0);
    const seen = project(camera, x, y, 0.5);
    if (seen === null || seen.x < 0.02 || seen.x > 0.98 || seen.y < 0.02 || seen.y > 0.98) continue;
    if (first < 0) first = s;
    last = s;
  }
  return first < 0 ? [0, path.length] : [first, Math.max(first + 0.5, last)];
}

/** Points of a path in the picture. */
export function shownPoints(camera: Camera, path: Path): Point[] {
  const [first, last] = sightOf(camera, path);
  const points: Point[] = [];
  for (let i = 0; i <= 8; i++) {
    const { x, y } = poseAt(path, first + ((last - first) * i) / 8, 0);
    const seen = project(camera, x, y, 0);
    if (seen !== null) points.push([seen.x, seen.y]);
  }
  return points;
}

/** Mean distance of the points of one line from another, in the picture. */
export function apartness(one: readonly Point[], other: readonly Point[]): number {
  const nearest = one.map((point) => Math.min(...other.map((from) => distance(point, from))));
  return nearest.reduce((sum, value) => sum + value, 0) / Math.max(1, nearest.length);
}

/** 0 when a wish is fulfilled, more the worse it is. */
function lackOf(camera: Camera, path: Path, { kind, least, apartFrom, apart }: PathWish): number {
  const shown = shownPoints(camera, path);
  const [first, last] = sightOf(camera, path);
  const { x, y } = poseAt(path, (first + last) / 2, 0);
  const middle = project(camera, x, y, 0);
  if (middle === null || shown.length < 5) return 10;
  const { height, length } = BODIES[kind];
  const tall = height * middle.scale;
  const wide = length * middle.scale;
  const reach = distance(shown[0]!, shown.at(-1)!);
  const near = apartFrom.map((other) =>
    Math.min(apartness(shown, shownPoints(camera, other)), apartness(shownPoints(camera, other), shown)),
  );
  return (
    Math.max(0, least / tall - 1) +
    Math.max(0, tall / (0.42 * camera.aspect) - 1) +
    Math.max(0, wide / 0.36 - 1) +
    Math.max(0, 0.6 / Math.max(0.01, reach) - 1) +
    near.reduce((sum, value) => sum + Math.max(0, apart / Math.max(0.005, value) - 1), 0)
  );
}

export type PlaceWish = {
  /** Height of a man there, shares of the picture's width. */
  readonly least: number;
  /** Points of the picture to keep away from, and how far (shares of the picture). */
  readonly apartFrom: readonly Point[];
  readonly apart: number;
};
export type Place = { readonly ground: Point; readonly shown: Point };

/** A place to stand: the one farthest from all others, if none is far enough. */
export function dealPlace(camera: Camera, { least, apartFrom, apart }: PlaceWish, random: Uint32Array): Place {
  let best: Place | null = null;
  let most = -Infinity;
  for (let attempt = 0; attempt < TRIES && most < 0; attempt++) {
    const shown: Point = [between(random, 0.09, 0.91), between(random, Math.max(0.24, camera.horizon + 0.22), 0.93)];
    const ground = groundAt(camera, ...shown);
    if (ground === null) continue;
    const scale = project(camera, ...ground, 0)?.scale ?? 0;
    const tall = BODIES.walker.height * scale;
    const isWhole = shown[1] - tall / camera.aspect > 0.01;
    const room = Math.min(0, ...apartFrom.map((other) => distance(shown, other) - apart));
    const value = room - Math.max(0, 1 - tall / least) - (isWhole ? 0 : 0.3);
    if (value > most) [best, most] = [{ ground, shown }, value];
  }
  return best ?? { ground: groundAt(camera, 0.5, 0.8)!, shown: [0.5, 0.8] };
}

/** A speed (m/s) at which the way through the picture takes neither too short nor too long. */
export function paceFor(camera: Camera, path: Path, kind: ThingKind, random: Uint32Array): number {
  const [first, last] = sightOf(camera, path);
  const usual = between(random, ...BODIES[kind].speed);
  return Math.min((last - first) / 3.6, Math.max((last - first) / 13, usual));
}
