/**
 * places.ts - where much goes on at once: a street, a yard, a hall; and a room in which nothing does. Which routes there are
 * and who uses them.
 */
import { between, chance } from '../dice.ts';
import type { SceneKind } from '../kinds.ts';
import type { ThingKind } from '../thing.ts';
import type { Camera } from '../view/camera.ts';
import { type Route, besides, dealRoute } from './stage.ts';

export const FAMILIES = ['street', 'yard', 'hall', 'quiet'] as const;
export type Family = (typeof FAMILIES)[number];

/** What may go wrong there. */
export const FAMILY_KINDS: { readonly [family in Family]: readonly SceneKind[] } = {
  street: ['reverse', 'off_lane', 'fast', 'stop', 'big', 'popup', 'bike_on_path'],
  yard: ['off_lane', 'fast', 'stop', 'reverse', 'bag', 'fall', 'big'],
  hall: ['fast', 'stop', 'bag', 'fall', 'off_lane'],
  // And a hand over the lens, where nothing else would tell it.
  quiet: ['visitor', 'covered'],
};

/** Metres between the middles of the two lanes of a street. */
const LANE_WIDTH = 2.9;

export function dealFamilyRoutes(camera: Camera, family: Family, least: number, random: Uint32Array): Route[] {
  const routes: Route[] = [];
  const add = (kind: ThingKind, low: number, high: number): void => {
    const apartFrom = routes.map(({ path }) => path);
    routes.push(dealRoute(camera, least, { kind, gap: between(random, low, high), apartFrom }, random));
  };
  switch (family) {
    case 'street':
      add('car', 12, 40);
      routes.push({ ...besides(routes[0]!, LANE_WIDTH), gap: between(random, 12, 40) });
      add('walker', 20, 70);
      if (chance(random, 0.6)) add('walker', 30, 90);
      return routes;
    case 'yard':
      add('walker', 25, 70);
      add('walker', 25, 80);
      if (chance(random, 0.7)) add('dog', 60, 160);
      return routes;
    case 'hall':
      add('walker', 15, 50);
      add('walker', 20, 60);
      return routes;
    case 'quiet':
      return routes;
  }
}
