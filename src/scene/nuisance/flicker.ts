/**
 * flicker.ts - lamps on the mains: all of the light pulses against the frame rate, and a failing lamp goes off and on.
 */
import { randomBelow } from '../../memory/random.ts';
import { type Nuisance, type Stage, clampByte, triangle } from './nuisance.ts';

const DEPTH = 0.06;
/** Frames of one pulse, as the frame rate samples it. */
const PERIOD = 3.7;
/** The lamp's cone: centre and half axes, relative to the picture. */
const LAMP = { x: 0.62, y: 0.3, width: 0.16, height: 0.24, power: 0.5 } as const;

export function createFlicker({ width, height, random }: Stage): Nuisance {
  let isOn = true;
  let until = 0;
  return {
    spellS: [8, 40],
    pauseS: [60, 200],
    rampS: 0,
    paint(plane, { frame, strength }) {
      if (strength === 0) isOn = true;
      else if (frame >= until) {
        isOn = !isOn;
        until = frame + 1 + randomBelow(random, isOn ? 25 : 5);
      }
      if (!isOn) return;
      const top = Math.max(0, Math.round((LAMP.y - LAMP.height) * height));
      const bottom = Math.min(height, Math.round((LAMP.y + LAMP.height) * height));
      for (let y = top; y < bottom; y++) {
        const down = (y / height - LAMP.y) / LAMP.height;
        for (let x = 0; x < width; x++) {
          const across = (x / width - LAMP.x) / LAMP.width;
          const inside = 1 - across * across - down * down;
          if (inside > 0) plane[y * width + x] = clampByte(plane[y * width + x]! * (1 + LAMP.power * inside));
        }
      }
    },
    expose(_plane, { frame, strength }, exposure) {
      exposure.gain *= 1 + strength * DEPTH * triangle(frame, PERIOD);
    },
  };
}
