/**
 * scenes.ts - the scenes that can be asked for by name.
 */
import { INCIDENT_KINDS, LOCAL_KINDS, MACHINE_KINDS, TIMING_KINDS } from './kinds.ts';
import type { NuisanceName } from './nuisance/nuisance.ts';
import { FAMILY_KINDS } from './plays/places.ts';
import type { SceneOptions } from './scene.ts';

const PLACES = ['wrong_place'] as const;
/** What comes in spells. */
const WEATHER: readonly NuisanceName[] = [
  'gusts',
  'clouds',
  'headlights',
  'flicker',
  'rain',
  'infrared',
  'shake',
  'exposure',
  'clock',
];

export const SCENES = {
  /** Two lanes in strict turn; anything may go wrong locally. */
  lanes: { kinds: LOCAL_KINDS },
  /** The same, and the turn itself may be broken. */
  street: { kinds: [...LOCAL_KINDS, 'order'] },
  /** Only the turn may be broken: locally everything is normal. */
  order: { kinds: ['order'] },
  /** Only idle times may go on for too long. */
  missing: { kinds: ['missing'] },
  /** Nothing ever goes wrong. */
  normal: { kinds: [] },
  /** The lanes are independent of one another; anything may go wrong locally. */
  two_lanes: { play: 'two_lanes', kinds: LOCAL_KINDS },
  /** Places in one of two orders with a shared middle; the last one may be the other's. */
  routines: { play: 'three_places', kinds: PLACES },
  routines4: { play: 'four_places', kinds: PLACES },
  routines5: { play: 'five_places', kinds: PLACES },
  /** Two things on such rounds at the same time, their places anywhere; and one beside unrelated traffic. */
  routines_two: { play: 'two_rounds', kinds: PLACES },
  routines_traffic: { play: 'rounds_and_traffic', kinds: PLACES },
  /** A bus every 30 s that may be missing, early or late; alone, or with traffic elsewhere. */
  timing: { play: 'bus', kinds: TIMING_KINDS },
  timing_traffic: { play: 'bus_and_traffic', kinds: TIMING_KINDS },
  /** A belt with two presses: a step left out, run backwards, stopped, or with the wrong part. */
  machine: { play: 'machine', kinds: MACHINE_KINDS },
  /** The two lanes in rain, under clouds, headlights, gusts, flicker, infrared light, auto exposure, with shake and a clock. */
  nuisance: { kinds: [], nuisances: WEATHER },
  nuisance_local: { kinds: LOCAL_KINDS, nuisances: WEATHER },
  /** What happens to cameras: a lamp, the infrared filter, a knock, a cover, no focus, a frozen picture. */
  incidents: { kinds: INCIDENT_KINDS },
  /** Places where much goes on at once, and a room in which nothing does until somebody comes. */
  place_street: { play: 'street', kinds: FAMILY_KINDS.street },
  place_yard: { play: 'yard', kinds: FAMILY_KINDS.yard },
  place_hall: { play: 'hall', kinds: FAMILY_KINDS.hall },
  place_quiet: { play: 'quiet', kinds: FAMILY_KINDS.quiet },
} as const satisfies { readonly [name: string]: Pick<SceneOptions, 'kinds'> & Partial<SceneOptions> };

export type SceneName = keyof typeof SCENES;
export const SCENE_NAMES = Object.keys(SCENES) as readonly SceneName[];
