/**
 * flicker.ts - lamps on the mains: all of the light pulses against the frame rate, and a failing lamp goes off and on.
 */
import { between } from '../dice.ts';
import { type Nuisance, type Stage, clampByte, triangle } from './nuisance.ts';

const DEPTH = 0.06;
/** Time of one pulse (s): the beat of the mains against the shutter. */
const PERIOD_S = 0.37;
/** The lamp's cone: half axes relative to the picture. Where it is, is dealt. */
const LAMP = { width: 0.16, height: 0.24, power: 0.5 } as const;
/** Longest that the failing lamp is on, and off (s). */
const ON_S = 2.5;
const OFF_S = 0.5;

export function createFlicker({ width, height, random }: Stage): Nuisance {
  const lampX = between(random, 0.2, 0.8);
  const lampY = between(random, 0.2, 0.7);
  let isOn = true;
  let until = 0;
  return {
    spellS: [8, 40],
    pauseS: [60, 200],
    rampS: 0,
    paint(plane, { time, strength }) {
      if (strength === 0) {
        isOn = true;
        until = time;
      }
      // While it is off the lamp has caught up with the time, and nothing is left to switch.
      for (; until < time; until += 0.1 + between(random, 0, isOn ? ON_S : OFF_S)) isOn = !isOn;
      if (!isOn) return;
      const top = Math.max(0, Math.round((lampY - LAMP.height) * height));
      const bottom = Math.min(height, Math.round((lampY + LAMP.height) * height));
      for (let y = top; y < bottom; y++) {
        const down = (y / height - lampY) / LAMP.height;
        for (let x = 0; x < width; x++) {
          const across = (x / width - lampX) / LAMP.width;
          const inside = 1 - across * across - down * down;
          if (inside > 0) plane[y * width + x] = clampByte(plane[y * width + x]! * (1 + LAMP.power * inside));
        }
      }
    },
    expose(_plane, { time, strength }, exposure) {
      exposure.gain *= 1 + strength * DEPTH * triangle(time, PERIOD_S);
    },
  };
}
