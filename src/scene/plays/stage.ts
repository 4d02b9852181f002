/**
 * stage.ts - what every play on the ground is given: the view, the routes that are in use, and how things come to be on them,
 * as usual or broken.
 */
import { between, chance, pick } from '../dice.ts';
import type { AnomalyKind, PlaceKind } from '../kinds.ts';
import { type Label, type Thing, type ThingKind, dealAside, dealLook, itinerary } from '../thing.ts';
import { type Camera, type Point, project } from '../view/camera.ts';
import { dealPath, dealPlace, paceFor, shownPoints, sightOf } from '../view/ground-plan.ts';
import { type Path, pathOf, poseAt, reversed } from '../view/path.ts';

/** A way that things of one kind go at their times. */
export type Route = {
  readonly path: Path;
  readonly kind: ThingKind;
  /** m/s */
  readonly speed: number;
  /** Mean pause between two (s) when they come on their own; 0 = one at a time. */
  readonly gap: number;
};

export type Stage = {
  readonly camera: Camera;
  readonly random: Uint32Array;
  readonly nextNumber: () => number;
  readonly routes: readonly Route[];
  /** Widths of the picture that a metre should have where something happens. */
  readonly least: number;
  /** How long things stand that should not (s). */
  readonly standS: readonly [number, number];
  /** Whatever leaves the ways is a walker; else it is what goes on them. */
  readonly strayWalks: boolean;
};

/** How far paths lie from one another on average, and places from paths (shares of the picture). */
export const APART = 0.15;
const PLACE_APART = 0.13;
const FASTER = 2.6;
/** Each thing keeps its own pace within this. */
const PACE = [0.93, 1.07] as const;
const POPUP_S = [3, 6] as const;
const BAG_S = [6, 14] as const;
const FALL_S = 10;
const HALT_TRIES = 8;

export type RouteWish = { readonly kind: ThingKind; readonly gap: number; readonly apartFrom: readonly Path[] };

export function dealRoute(
  camera: Camera,
  least: number,
  { kind, gap, apartFrom }: RouteWish,
  random: Uint32Array,
): Route {
  const path = dealPath(camera, { kind, least, apartFrom, apart: APART }, random);
  return { path, kind, gap, speed: paceFor(camera, path, kind, random) };
}

/** Something goes its usual way. */
export function usualThing(stage: Stage, route: Route, start: number, label: Label | null = null): Thing {
  const { random } = stage;
  const speed = route.speed * between(random, ...PACE);
  return thingOn(stage, route.kind, route.path, itinerary(route.path, start, speed), label);
}

export function thingOn(
  { random, nextNumber }: Stage,
  kind: ThingKind,
  path: Path,
  { times, metres }: Pick<Thing, 'times' | 'metres'>,
  label: Label | null,
): Thing {
  return {
    id: nextNumber(),
    kind,
    path,
    times,
    metres,
    aside: dealAside(kind, random),
    lies: null,
    look: dealLook(random),
    label,
  };
}

/** Something that stands at a place and does nothing. */
export function standingThing(
  stage: Stage,
  kind: ThingKind,
  [x, y]: Point,
  from: number,
  to: number,
  label: Label | null,
): Thing {
  const path = pathOf([
    [x, y],
    [x + 0.01, y],
  ]);
  return thingOn(stage, kind, path, { times: [from, to], metres: [0, 0] }, label);
}

/** What can be wrong with a thing of its own. */
export type ThingBreak = AnomalyKind | PlaceKind;

/** A break of the routine that a thing shows. */
export function brokenThing(stage: Stage, route: Route, kind: ThingBreak, id: number, start: number): Thing {
  const { random, camera } = stage;
  const whole: Label = { kind, id, from: start, to: Infinity };
  switch (kind) {
    case 'reverse':
      return usualThing(stage, { ...route, path: reversed(route.path) }, start, whole);
    case 'fast':
      return usualThing(stage, { ...route, speed: route.speed * FASTER }, start, whole);
    case 'big': {
      const isSmall = route.kind === 'walker' || route.kind === 'dog' || route.kind === 'bike';
      const larger = isSmall ? 'car' : pick(random, ['lorry', 'bus'] as const);
      return usualThing(stage, { ...route, kind: larger, speed: route.speed * (isSmall ? 1.3 : 0.85) }, start, whole);
    }
    case 'bike_on_path':
      return usualThing(stage, { ...route, kind: 'bike', speed: Math.max(3, 2 * route.speed) }, start, whole);
    case 'off_lane':
    case 'visitor':
      return usualThing(stage, strayRoute(stage, route), start, whole);
    case 'stop':
    case 'fall':
      return haltedThing(stage, route, kind, id, start);
    case 'popup':
      return standingThing(stage, 'walker', freePlace(stage), start, start + between(random, ...POPUP_S), whole);
    case 'bag':
      return standingThing(
        stage,
        'bag',
        dealPlace(camera, placeWish(stage, 0), random).ground,
        start,
        start + between(random, ...BAG_S),
        whole,
      );
    // Nothing is wrong with it but that it comes now.
    case 'order':
      return usualThing(stage, route, start, whole);
  }
}

/** A way that nothing goes. */
function strayRoute({ camera, random, routes, least, strayWalks }: Stage, route: Route): Route {
  const kind = strayWalks ? 'walker' : route.kind;
  return dealRoute(camera, least, { kind, gap: 0, apartFrom: routes.map(({ path }) => path) }, random);
}

/** A place beside all ways. */
function freePlace(stage: Stage): Point {
  return dealPlace(stage.camera, placeWish(stage, PLACE_APART), stage.random).ground;
}

function placeWish({ camera, routes, least }: Stage, apart: number) {
  return { least: 1.8 * least, apartFrom: routes.flatMap(({ path }) => shownPoints(camera, path)), apart };
}

/** It goes its way, stands or lies in the middle of it, and goes on; labelled while it does not move. */
function haltedThing(stage: Stage, route: Route, kind: 'stop' | 'fall', id: number, start: number): Thing {
  const { random, standS } = stage;
  const at = dealHalt(stage, route);
  const stand = kind === 'fall' ? FALL_S : between(random, ...standS);
  const speed = route.speed * between(random, ...PACE);
  const way = itinerary(route.path, start, speed, at, stand);
  const [from, to] = [way.times[1]!, way.times[2]!];
  const thing = thingOn(stage, route.kind, route.path, way, { kind, id, from, to });
  return kind === 'fall' ? { ...thing, lies: [from, to] } : thing;
}

/** Metres along a route, in the middle of it and near enough to be seen well. */
function dealHalt({ random, camera, least }: Stage, { path }: Route): number {
  const [first, last] = sightOf(camera, path);
  let best = (first + last) / 2;
  let widest = 0;
  for (let attempt = 0; attempt < HALT_TRIES && widest < least; attempt++) {
    const at = first + (last - first) * between(random, 0.3, 0.7);
    const { x, y } = poseAt(path, at, 0);
    const scale = project(camera, x, y, 0)?.scale ?? 0;
    if (scale > widest) [best, widest] = [at, scale];
  }
  return best;
}

/** How long after its beginning a thing on a route comes into the picture (s). */
export function untilSeen(camera: Camera, { path, speed }: Route): number {
  return sightOf(camera, path)[0] / speed;
}

/** A second lane beside a first one, the other way round. */
export function besides(route: Route, metres: number): Route {
  const { points } = route.path;
  const moved = points.map(([x, y], i): Point => {
    const [ax, ay] = points[Math.max(0, i - 1)]!;
    const [bx, by] = points[Math.min(points.length - 1, i + 1)]!;
    const length = Math.max(1e-9, Math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay)));
    return [x - ((by - ay) * metres) / length, y + ((bx - ax) * metres) / length];
  });
  return { ...route, path: reversed(pathOf(moved)) };
}

/** Whether a route is one for those on foot. */
export const isOnFoot = ({ kind }: Route): boolean => kind === 'walker' || kind === 'dog';

export function dealKinds(random: Uint32Array): readonly [ThingKind, ThingKind] {
  const pairs: readonly (readonly [ThingKind, ThingKind])[] = [
    ['car', 'car'],
    ['walker', 'walker'],
    ['car', 'walker'],
    ['bike', 'car'],
    ['walker', 'bike'],
    ['walker', 'dog'],
  ];
  const [one, other] = pick(random, pairs);
  return chance(random, 0.5) ? [one, other] : [other, one];
}
