/**
 * light.ts - what a real camera adds to a scene: sensor noise, slow gain drift, lamps that switch.
 *
 * Integer and + - * / arithmetic only: the same seed gives the same pixels on every machine.
 */
import { nextRandom, randomBelow } from '../memory/random.ts';

/** Noise samples kept; a power of two. */
const NOISE_LENGTH = 65536;
/** Frames of one up-and-down of the gain drift, and its size. */
const DRIFT_PERIOD = 4000;
const DRIFT = 0.2;
const LAMP_FACTOR = 1.25;
/** A lamp switches about once in so many frames. */
const LAMP_EVERY = 2500;

export type Light = {
  readonly noise: Int8Array;
  readonly random: Uint32Array;
  readonly phase: number;
  lampOn: boolean;
  nextLampFrame: number;
};

/** `sigma` of the noise in grey levels; `random` is the scene's generator (advanced). */
export function createLight(random: Uint32Array, sigma: number): Light {
  const noise = new Int8Array(NOISE_LENGTH);
  // The sum of 4 uniform numbers is close to a normal one; its standard deviation is 255 * sqrt(4 / 12) = 147.2.
  for (let i = 0; i < NOISE_LENGTH; i++) {
    const word = nextRandom(random);
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510;
    noise[i] = Math.round((sum * sigma) / 147.2);
  }
  return { noise, random, phase: randomBelow(random, DRIFT_PERIOD), lampOn: false, nextLampFrame: lampPause(random) };
}

function lampPause(random: Uint32Array): number {
  return LAMP_EVERY / 2 + randomBelow(random, LAMP_EVERY);
}

/** Gain of a frame: slow triangle drift times the lamp. Call once per frame, in order. */
export function gainAt(light: Light, frame: number): number {
  if (frame >= light.nextLampFrame) {
    light.lampOn = !light.lampOn;
    light.nextLampFrame = frame + lampPause(light.random);
  }
  const turn = ((frame + light.phase) % DRIFT_PERIOD) / DRIFT_PERIOD;
  const triangle = turn < 0.5 ? 4 * turn - 1 : 3 - 4 * turn;
  return (1 + DRIFT * triangle) * (light.lampOn ? LAMP_FACTOR : 1);
}

/** Expose the painted scene: out = clamp(painted * gain + noise * grain). Both [height, width]. */
export function expose(
  light: Light,
  painted: Uint8Array,
  { gain, grain }: { readonly gain: number; readonly grain: number },
  width: number,
  out: Uint8Array,
): void {
  const { noise } = light;
  // A reciprocal table turns 12,000 multiplications and roundings a frame into look-ups.
  const exposed = new Int16Array(256);
  for (let value = 0; value < 256; value++) exposed[value] = Math.round(value * gain);
  for (let start = 0; start < painted.length; start += width) {
    let at = nextRandom(light.random);
    for (let i = start, end = start + width; i < end; i++) {
      const value = exposed[painted[i]!]! + Math.trunc(noise[at & (NOISE_LENGTH - 1)]! * grain);
      out[i] = value < 0 ? 0 : value > 255 ? 255 : value;
      at += 40503; // odd: visits all samples before one repeats
    }
  }
}
