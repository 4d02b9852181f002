/**
 * disturb.ts - how much disturbs the picture, as one number: which nuisances a scene has then.
 *
 *     0  grain and a slow drift of the light
 *     1  also clouds, auto exposure and a burnt-in clock; indoors lamps that flicker
 *     2  also, each or not, rain, a shaking camera, dusk with infrared light
 */
import { chance } from './dice.ts';
import type { NuisanceName } from './nuisance/nuisance.ts';

export const DISTURBANCES = [0, 1, 2] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

export type Disturbed = {
  /** In spells. */
  readonly nuisances: readonly NuisanceName[];
  /** Always there. */
  readonly standing: readonly NuisanceName[];
};

export function dealDisturbance(level: Disturbance, isIndoor: boolean, random: Uint32Array): Disturbed {
  const nuisances: NuisanceName[] = [];
  const standing: NuisanceName[] = [];
  if (level >= 1) {
    standing.push('exposure');
    if (chance(random, 0.7)) standing.push('clock');
    if (isIndoor) nuisances.push('flicker');
    else standing.push('clouds');
  }
  if (level >= 2) {
    if (chance(random, 0.6)) standing.push('shake');
    if (!isIndoor && chance(random, 0.5)) nuisances.push('rain');
    if (!isIndoor && chance(random, 0.5)) nuisances.push('dusk');
    if (!isIndoor && chance(random, 0.3)) nuisances.push('headlights');
  }
  return { nuisances, standing };
}
