/**
 * light.ts - what a real camera adds to a scene: sensor noise, slow gain drift, lamps that switch.
 *
 * Integer and + - * / arithmetic only: the same seed gives the same pixels on every machine.
 */
import { nextRandom } from '../memory/random.ts';
import { between } from './dice.ts';

/** Noise samples kept; a power of two. */
const NOISE_LENGTH = 65536;
/** Time of one up-and-down of the gain drift (s), and its size. */
const DRIFT_S = 400;
const LAMP_FACTOR = 1.25;
/** A lamp switches about once in so long (s). */
const LAMP_S = 250;
/** Noise is kept in this part of a grey level. */
const FINE = 8;

export type Light = {
  readonly noise: Int16Array;
  /** [grey level] how much of the noise there is at it: bright pixels have more. */
  readonly share: Float64Array;
  readonly random: Uint32Array;
  /** Where in its drift it begins (s), and how far it goes. */
  readonly phase: number;
  readonly drift: number;
  lampOn: boolean;
  /** s */
  nextLamp: number;
};

/** `sigma` of the noise in grey levels at middle grey; `drift`: relative, each way; `random` is the scene's generator. */
export function createLight(random: Uint32Array, sigma: number, drift: number): Light {
  const noise = new Int16Array(NOISE_LENGTH);
  // The sum of 4 uniform numbers is close to a normal one; its standard deviation is 255 * sqrt(4 / 12) = 147.2.
  for (let i = 0; i < NOISE_LENGTH; i++) {
    const word = nextRandom(random);
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510;
    noise[i] = Math.round((sum * sigma * FINE) / 147.2);
  }
  const share = Float64Array.from({ length: 256 }, (_, level) => (0.6 + 0.4 * Math.sqrt(level / 110)) / FINE);
  return {
    noise,
    share,
    random,
    phase: between(random, 0, DRIFT_S),
    drift,
    lampOn: false,
    nextLamp: lampPause(random),
  };
}

function lampPause(random: Uint32Array): number {
  return between(random, LAMP_S / 2, 1.5 * LAMP_S);
}

/** Gain at a time: slow triangle drift times the lamp. Times come in order. */
export function gainAt(light: Light, time: number): number {
  while (time >= light.nextLamp) {
    light.lampOn = !light.lampOn;
    light.nextLamp += lampPause(light.random);
  }
  const turn = ((time + light.phase) % DRIFT_S) / DRIFT_S;
  const triangle = turn < 0.5 ? 4 * turn - 1 : 3 - 4 * turn;
  return (1 + light.drift * triangle) * (light.lampOn ? LAMP_FACTOR : 1);
}

const FRACTION = 12;
const HALF = 1 << (FRACTION - 1);
/** Above this grey level a sensor answers less and less. */
const KNEE = 205;
const ABOVE_KNEE = 0.45;

/** Expose the painted scene: out = clamp(painted * gain + noise * grain). Both [height, width]. */
export function expose(
  light: Light,
  painted: Uint8Array,
  { gain, grain }: { readonly gain: number; readonly grain: number },
  width: number,
  noiseRandom: Uint32Array,
  out: Uint8Array,
): void {
  const { noise, share } = light;
  // Tables turn some ten thousand multiplications and roundings a frame into look-ups.
  const exposed = new Int16Array(256);
  // How much of the noise, in parts of 2^FRACTION: whole numbers are several times faster here.
  const rough = new Int32Array(256);
  for (let value = 0; value < 256; value++) {
    const bright = value * gain;
    exposed[value] = Math.round(bright > KNEE ? KNEE + (bright - KNEE) * ABOVE_KNEE : bright);
    rough[value] = Math.round(share[Math.min(255, exposed[value]!)]! * grain * (1 << FRACTION));
  }
  for (let start = 0; start < painted.length; start += width) {
    let at = nextRandom(noiseRandom);
    for (let i = start, end = start + width; i < end; i++) {
      const level = painted[i]!;
      const value = exposed[level]! + ((noise[at & (NOISE_LENGTH - 1)]! * rough[level]! + HALF) >> FRACTION);
      out[i] = value < 0 ? 0 : value > 255 ? 255 : value;
      at += 40503; // odd: visits all samples before one repeats
    }
  }
}
