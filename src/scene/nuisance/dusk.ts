/**
 * dusk.ts - it gets dark and, after a while, light again. The camera turns its gain up, which brings grain, until it moves its
 * infrared filter away and lights the scene itself.
 */
import { INFRARED_GRAIN, paintInfrared } from './infrared.ts';
import type { Nuisance, Stage } from './nuisance.ts';

/** Light that is left at the darkest, and below which the camera goes over to infrared. */
const DARKEST = 0.25;
const INFRARED_BELOW = 0.36;
/** Largest gain, and how much of what is lost it makes up for. */
const MOST_GAIN = 3;

export function createDusk({ width, height }: Stage): Nuisance {
  const lightAt = (strength: number): number => 1 - (1 - DARKEST) * strength;
  return {
    spellS: [700, 1500],
    pauseS: [300, 900],
    rampS: 300,
    paint(plane, { strength }) {
      if (lightAt(strength) < INFRARED_BELOW) paintInfrared(plane, width, height);
    },
    expose(_plane, { strength }, exposure) {
      const light = lightAt(strength);
      if (light < INFRARED_BELOW) {
        exposure.grain *= INFRARED_GRAIN;
        return;
      }
      const gain = Math.min(MOST_GAIN, 1 / light);
      // It never makes up for all of it.
      exposure.gain *= light * (1 + 0.75 * (gain - 1));
      exposure.grain *= 1 + 0.6 * (gain - 1);
    },
  };
}
