/**
 * infrared.ts - night: the camera moves its infrared filter away and lights the scene itself. Contrast falls, the middle is
 * brighter than the corners, and the picture has more grain. It happens from one frame to the next.
 */
import { type Nuisance, type Stage, clampByte } from './nuisance.ts';

const CONTRAST = 0.55;
const BLACK = 45;
const GRAIN = 2.2;

/** Paint the scene as it looks in infrared light, in place. */
export function paintInfrared(plane: Uint8Array, width: number, height: number): void {
  for (let y = 0, i = 0; y < height; y++) {
    const down = (2 * y) / height - 1;
    for (let x = 0; x < width; x++, i++) {
      const across = (2 * x) / width - 1;
      const light = 1.3 - 0.35 * (down * down + across * across);
      plane[i] = clampByte(BLACK + CONTRAST * plane[i]! * light);
    }
  }
}

export const INFRARED_GRAIN = GRAIN;

export function createInfrared({ width, height }: Stage): Nuisance {
  return {
    spellS: [60, 150],
    pauseS: [120, 300],
    rampS: 0,
    paint(plane, { strength }) {
      if (strength > 0) paintInfrared(plane, width, height);
    },
    expose(_plane, { strength }, exposure) {
      if (strength > 0) exposure.grain *= GRAIN;
    },
  };
}
