/**
 * nuisances.ts - all nuisances of a scene, each in spells of its own and from a generator of its own: they overlap as they
 * like, and none changes what another one does.
 */
import { seedWord } from '../../memory/random.ts';
import { between } from '../dice.ts';
import { createAutoExposure } from './auto-exposure.ts';
import { createClock } from './clock.ts';
import { createClouds } from './clouds.ts';
import { createDusk } from './dusk.ts';
import { createFlicker } from './flicker.ts';
import { createGusts } from './gusts.ts';
import { createHeadlights } from './headlights.ts';
import { createInfrared } from './infrared.ts';
import type { Exposure, Moment, Nuisance, NuisanceName, Stage } from './nuisance.ts';
import { createRain } from './rain.ts';
import { createShake } from './shake.ts';

/** In the order in which they are painted: leaves hang in the rain, light falls on both, the camera sees it all. */
export const NUISANCE_NAMES = [
  'gusts',
  'clouds',
  'headlights',
  'flicker',
  'rain',
  'infrared',
  'dusk',
  'shake',
  'exposure',
  'clock',
] as const;

const MAKERS: { readonly [name in NuisanceName]: (stage: Stage) => Nuisance } = {
  gusts: createGusts,
  clouds: createClouds,
  headlights: createHeadlights,
  flicker: createFlicker,
  rain: createRain,
  infrared: createInfrared,
  dusk: createDusk,
  shake: createShake,
  exposure: createAutoExposure,
  clock: createClock,
};

type Spell = {
  readonly name: NuisanceName;
  readonly nuisance: Nuisance;
  readonly random: Uint32Array;
  /** When (s) the spell under way or to come begins, and ends. */
  begin: number;
  end: number;
  isOn: boolean;
};

export type Nuisances = { readonly spells: readonly Spell[]; moments: readonly Moment[] };

export type NuisanceOptions = {
  readonly names: readonly NuisanceName[];
  /** Of these, those that never end once they have begun. */
  readonly standing: readonly NuisanceName[];
  /** None begins before this (s); what always is there, such as a branch in calm air, is there from the start. */
  readonly from: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
};

/** First of the streams of a seed that nuisances draw from. */
const STREAM = 40;

export function createNuisances({ names, standing, from, width, height, seed }: NuisanceOptions): Nuisances {
  const spells = NUISANCE_NAMES.filter((name) => names.includes(name) || standing.includes(name)).map((name): Spell => {
    const stream = STREAM + 2 * NUISANCE_NAMES.indexOf(name);
    const own = new Uint32Array([seedWord(seed, stream)]);
    const nuisance = MAKERS[name]({ width, height, random: new Uint32Array([seedWord(seed, stream + 1)]) });
    const spell: Spell = { name, nuisance, random: own, begin: from, end: Infinity, isOn: false };
    if (!standing.includes(name)) plan(spell, from);
    return spell;
  });
  return { spells, moments: [] };
}

function plan(spell: Spell, from: number): void {
  const { pauseS, spellS } = spell.nuisance;
  spell.begin = from + between(spell.random, ...pauseS);
  spell.end = spell.begin + between(spell.random, ...spellS);
}

/** Names of those that are on. */
export function activeNuisances({ spells }: Nuisances): NuisanceName[] {
  return spells.filter(({ isOn }) => isOn).map(({ name }) => name);
}

/** Go on to a time (s), and paint what is seen of them. */
export function paintNuisances(nuisances: Nuisances, time: number, plane: Uint8Array): void {
  const { spells } = nuisances;
  nuisances.moments = spells.map((spell): Moment => {
    while (time >= spell.end) {
      plan(spell, spell.end);
      spell.isOn = false;
    }
    const isOn = time >= spell.begin;
    if (isOn && !spell.isOn) spell.nuisance.begin?.();
    spell.isOn = isOn;
    const length = spell.end - spell.begin;
    const progress = isOn && length < Infinity ? (time - spell.begin) / length : 0;
    return { time, strength: isOn ? strengthAt(spell, time) : 0, progress };
  });
  spells.forEach(({ nuisance }, i) => nuisance.paint?.(plane, nuisances.moments[i]!));
}

/** Up to 1 within the ramp, and down again at the end. */
function strengthAt({ begin, end, nuisance: { rampS } }: Spell, time: number): number {
  return rampS === 0 ? 1 : Math.min(1, (time - begin + 0.1) / rampS, (end - time) / rampS);
}

/** What they do to the exposure of the frame that was painted last. */
export function exposeNuisances({ spells, moments }: Nuisances, plane: Uint8Array, exposure: Exposure): void {
  spells.forEach(({ nuisance }, i) => nuisance.expose?.(plane, moments[i]!, exposure));
}

/** What they write over the picture that was painted last. */
export function overlayNuisances({ spells, moments }: Nuisances, luma: Uint8Array): void {
  spells.forEach(({ nuisance }, i) => nuisance.overlay?.(luma, moments[i]!));
}
