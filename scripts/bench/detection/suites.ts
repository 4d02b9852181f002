/**
 * suites.ts - what is measured: a scene by name, when its routine begins to be broken, and for how long it is watched.
 */
import type { SceneOptions } from '../../../src/scene/scene.ts';
import { SCENES, type SceneName } from '../../../src/scene/scenes.ts';

/** Frames are those of 10 a second; a bench at another rate watches for the same time. */
export type Suite = {
  readonly scene: SceneName;
  /** Frames before the first judged one. Nothing is broken in them. */
  readonly warmup: number;
  readonly frames: number;
  /** Mean frames between two breaks. */
  readonly spacing: number;
  readonly about: string;
  /** More options of the scene, once the warm-up is known. */
  readonly options?: (warmup: number) => Partial<SceneOptions>;
  /** A notice finds these anomalies as well as an alert does. */
  readonly areNoticesEnough?: boolean;
};

const WARMUP = 9000;
const FRAMES = 16_000;

export const SUITES = {
  local: {
    scene: 'lanes',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 330,
    about: 'wrong way, off lane, too fast, stopped, too big, popped up',
  },
  order: {
    scene: 'order',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 500,
    about: 'two lanes used in turn, one of them twice: everything is locally normal',
  },
  missing: {
    scene: 'missing',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 500,
    about: 'a pause of the traffic that lasts 25 s longer than it would have',
  },
  normal: {
    scene: 'normal',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 350,
    about: 'nothing wrong: every alert is false',
  },
  routines: {
    scene: 'routines',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 1000,
    about: 'places anywhere in the order A B C or D B E, broken at the third',
  },
  routines4: {
    scene: 'routines4',
    warmup: 12_000,
    frames: 22_000,
    spacing: 1200,
    about: 'A B C D or E B C F, broken at the fourth place',
  },
  routines5: {
    scene: 'routines5',
    warmup: 15_000,
    frames: 27_000,
    spacing: 1400,
    about: 'A B C D E or F B C D G, broken at the fifth place',
  },
  routines_two: {
    scene: 'routines_two',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 800,
    about: 'two things on rounds of three places at once, their places dealt anywhere',
  },
  routines_traffic: {
    scene: 'routines_traffic',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 1000,
    about: 'rounds of three places among unrelated traffic',
  },
  timing: {
    scene: 'timing',
    warmup: WARMUP,
    frames: 24_000,
    spacing: 1250,
    about: 'a bus every 300 frames +-5 %: missing, early, late',
  },
  timing_traffic: {
    scene: 'timing_traffic',
    warmup: WARMUP,
    frames: 24_000,
    spacing: 1250,
    about: 'the same with unrelated traffic on another way',
  },
  two_lanes: {
    scene: 'two_lanes',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 660, // in each of the two lanes
    about: 'two lanes that are busy independently of one another, the local kinds',
  },
  machine: {
    scene: 'machine',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 450,
    about: 'a belt with two presses: a stroke skipped, run backwards, frozen, a wrong part',
  },
  shift: {
    scene: 'normal',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 350,
    about: 'nothing wrong, but from the first judged frame on the second lane lies elsewhere',
    options: (warmup) => ({ shiftFrom: warmup }),
  },
  nuisance: {
    scene: 'nuisance',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 350,
    about:
      'nothing wrong in rain, clouds, headlights, gusts, flicker, infrared light, auto exposure, shake, with a clock: every alert is false',
  },
  first_nuisance: {
    scene: 'nuisance',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 350,
    about: 'the same, none of them ever seen before the first judged frame',
    options: (warmup) => ({ nuisancesFrom: warmup }),
  },
  nuisance_local: {
    scene: 'nuisance_local',
    warmup: WARMUP,
    frames: FRAMES,
    spacing: 330,
    about: 'the local kinds under all nuisances',
  },
  incidents: {
    scene: 'incidents',
    warmup: WARMUP,
    frames: 20_000,
    spacing: 700,
    about: 'lamp, infrared filter, knock, cover, no focus, frozen picture; told by an event of any kind',
    areNoticesEnough: true,
  },
} as const satisfies { readonly [name: string]: Suite };

export type SuiteName = keyof typeof SUITES;
export const SUITE_NAMES = Object.keys(SUITES) as readonly SuiteName[];

/** The rate that frames of suites are counted at. */
export const SUITE_FPS = 10;

/** What the scene of a suite is told at a rate. `warmup`: frames at that rate. */
export function sceneOptions(name: SuiteName, warmup: number, fps: number): Partial<SceneOptions> {
  const { scene, spacing, options }: Suite = SUITES[name];
  const anomalySpacing = (spacing * fps) / SUITE_FPS;
  return { ...SCENES[scene], anomaliesFrom: warmup, anomalySpacing, ...options?.(warmup) };
}
