/**
 * create-play.ts - what can happen in a scene: a view is dealt for it, the ways through it, and the play that uses them.
 */
import { seedWord } from '../../memory/random.ts';
import { chance, pick } from '../dice.ts';
import { type BreakOptions, type Play, createNumbers } from '../play.ts';
import { type Camera, type CameraRange, dealCamera } from '../view/camera.ts';
import type { Way } from '../paint/backdrop.ts';
import { playBus } from './bus.ts';
import { playMachine } from './machine.ts';
import { type Family, dealFamilyRoutes } from './places.ts';
import { type ORDERS, type Round, dealRound, playRounds } from './rounds.ts';
import { type Route, type Stage, dealKinds, dealRoute } from './stage.ts';
import { playTraffic } from './traffic.ts';

export const PLAYS = [
  'lanes',
  'two_lanes',
  'bus',
  'bus_and_traffic',
  'three_places',
  'four_places',
  'five_places',
  'two_rounds',
  'rounds_and_traffic',
  'machine',
  'street',
  'yard',
  'hall',
  'quiet',
] as const;
export type PlayName = (typeof PLAYS)[number];

/** A play with all it needs to be painted. */
export type Staged = {
  readonly play: Play;
  readonly camera: Camera;
  readonly isIndoor: boolean;
  /** Ways that show on the ground. */
  readonly ways: readonly Way[];
};

export type PlayOptions = BreakOptions & {
  /** From this moment (s) on the last of the lanes lies elsewhere. */
  readonly shiftFrom: number;
};

/** One or two things are watched closely; or a whole place from farther away. */
const CLOSE: CameraRange = { height: [2.4, 4.6], horizon: [-0.5, 0.12] };
const WIDE: CameraRange = { height: [2.6, 6.5], horizon: [-0.35, 0.2] };
const ROOM: CameraRange = { height: [2.3, 3.2], horizon: [-0.3, 0.14] };
/** Widths of the picture that a metre has at least. */
const LEAST_CLOSE = 0.05;
const LEAST_WIDE = 0.03;

const ROOMS: readonly PlayName[] = ['hall', 'quiet', 'machine'];
const FAMILIES: readonly PlayName[] = ['street', 'yard', 'hall', 'quiet'];

/** `aspect`: height over width of the picture. Equal seeds deal equal views and ways at every size and rate. */
export function createPlay(name: PlayName, aspect: number, options: PlayOptions, seed: number): Staged {
  const random = (stream: number): Uint32Array => new Uint32Array([seedWord(seed, stream)]);
  const plan = random(13);
  const isFamily = FAMILIES.includes(name);
  const isIndoor = ROOMS.includes(name) || (!isFamily && chance(plan, 0.25));
  const camera = dealCamera(aspect, isIndoor ? ROOM : isFamily ? WIDE : CLOSE, plan);
  const least = isFamily ? LEAST_WIDE : LEAST_CLOSE;
  const stage: Stage = {
    camera,
    random: random(14),
    nextNumber: createNumbers(),
    routes: [],
    least,
    standS: isFamily ? [15, 15] : [5, 9],
    strayWalks: isFamily,
  };
  return { camera, isIndoor, ...fill(name, stage, options, plan) };
}

function fill(name: PlayName, stage: Stage, options: PlayOptions, plan: Uint32Array): Pick<Staged, 'play' | 'ways'> {
  const { camera, least } = stage;
  switch (name) {
    case 'lanes':
    case 'two_lanes': {
      const routes = dealLanes(stage, plan);
      const isInTurn = name === 'lanes';
      // Dealt in any case, so that a shift changes nothing before it.
      const apartFrom = routes.map(({ path }) => path);
      const route = dealRoute(camera, least, { kind: routes[1]!.kind, gap: 0, apartFrom }, plan);
      const shift = options.shiftFrom === Infinity ? null : { from: options.shiftFrom, route };
      const play = playTraffic({ ...stage, routes }, { ...options, isInTurn, areExtra: false, shift });
      return { play, ways: waysOf(shift === null ? routes : [...routes, route]) };
    }
    case 'bus':
    case 'bus_and_traffic': {
      const kind = pick(plan, ['bus', 'car', 'walker', 'bus'] as const);
      const bus = dealRoute(camera, kind === 'bus' ? 0.035 : least, { kind, gap: 0, apartFrom: [] }, plan);
      const beside = name === 'bus' ? [] : [otherRoute(stage, [bus], plan)];
      const others = beside.length === 0 ? null : unbroken(stage, beside);
      return { play: playBus(stage, bus, options, others), ways: waysOf([bus, ...beside]) };
    }
    case 'three_places':
      return rounds(stage, 3, 1, [], options, plan);
    case 'four_places':
      return rounds(stage, 4, 1, [], options, plan);
    case 'five_places':
      return rounds(stage, 5, 1, [], options, plan);
    case 'two_rounds':
      return rounds(stage, 3, 2, [], options, plan);
    case 'rounds_and_traffic':
      return rounds(stage, 3, 1, [otherRoute(stage, [], plan)], options, plan);
    case 'machine':
      return { play: playMachine(options, stage.random), ways: [] };
    case 'street':
    case 'yard':
    case 'hall':
    case 'quiet': {
      const routes = dealFamilyRoutes(camera, name satisfies Family, least, plan);
      const visited =
        routes.length > 0 ? routes : [dealRoute(camera, least, { kind: 'walker', gap: Infinity, apartFrom: [] }, plan)];
      const play = playTraffic(
        { ...stage, routes: visited },
        { ...options, isInTurn: false, areExtra: true, shift: null },
      );
      return { play, ways: waysOf(routes) };
    }
  }
}

function dealLanes({ camera, least }: Stage, plan: Uint32Array): readonly Route[] {
  const [one, other] = dealKinds(plan);
  const first = dealRoute(camera, least, { kind: one, gap: 0, apartFrom: [] }, plan);
  const second = dealRoute(camera, least, { kind: other, gap: 0, apartFrom: [first.path] }, plan);
  return [first, second];
}

/** Unrelated traffic on a way of its own. */
function otherRoute({ camera, least }: Stage, beside: readonly Route[], plan: Uint32Array): Route {
  const kind = pick(plan, ['walker', 'car', 'bike', 'dog'] as const);
  return dealRoute(camera, least, { kind, gap: 0, apartFrom: beside.map(({ path }) => path) }, plan);
}

function unbroken(stage: Stage, routes: readonly Route[]): Play {
  const never = { kinds: [], breaksFrom: Infinity, breakSpacing: 1, silentFrom: Infinity };
  return playTraffic({ ...stage, routes }, { ...never, isInTurn: false, areExtra: false, shift: null });
}

function rounds(
  stage: Stage,
  size: keyof typeof ORDERS,
  count: number,
  beside: readonly Route[],
  options: PlayOptions,
  plan: Uint32Array,
): Pick<Staged, 'play' | 'ways'> {
  const dealt: Round[] = [];
  for (let i = 0; i < count; i++) {
    const taken = dealt.flatMap(({ places }) => Object.values(places).map(({ shown }) => shown));
    dealt.push(dealRound(stage.camera, size, taken, 0.75 * stage.least, plan));
  }
  const others = beside.length === 0 ? null : unbroken(stage, beside);
  return { play: playRounds(stage, dealt, options, others), ways: waysOf(beside) };
}

function waysOf(routes: readonly Route[]): Way[] {
  return routes.map(({ path, kind }) => ({
    path,
    half: kind === 'walker' || kind === 'dog' ? 0.8 : kind === 'bike' ? 1 : 1.6,
  }));
}
