/**
 * scenes.ts - the scenes that can be asked for by name.
 */
import { INCIDENT_KINDS, LOCAL_KINDS, MACHINE_KINDS, TIMING_KINDS } from './kinds.ts';
import { NUISANCE_NAMES } from './nuisance/nuisances.ts';
import type { SceneOptions } from './scene.ts';

const PLACES = ['wrong_place'] as const;

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
  /** Two things on such rounds at the same time, each in its half of the picture. */
  routines_two: { play: 'two_rounds', kinds: PLACES },
  /** A bus every 30 s that may be missing, early or late; alone, or with traffic in the other lane. */
  timing: { play: 'bus', kinds: TIMING_KINDS },
  timing_traffic: { play: 'bus_and_traffic', kinds: TIMING_KINDS },
  /** A belt with two presses: a step left out, run backwards, stopped, or with the wrong part. */
  machine: { play: 'machine', kinds: MACHINE_KINDS },
  /** The two lanes in rain, under clouds, headlights, gusts, flicker, infrared light and auto exposure. */
  nuisance: { kinds: [], nuisances: NUISANCE_NAMES },
  nuisance_local: { kinds: LOCAL_KINDS, nuisances: NUISANCE_NAMES },
  /** What happens to cameras: a lamp, the infrared filter, a knock, a cover, no focus, a frozen picture. */
  incidents: { kinds: INCIDENT_KINDS },
} as const satisfies { readonly [name: string]: Pick<SceneOptions, 'kinds'> & Partial<SceneOptions> };

export type SceneName = keyof typeof SCENES;
export const SCENE_NAMES = Object.keys(SCENES) as readonly SceneName[];
