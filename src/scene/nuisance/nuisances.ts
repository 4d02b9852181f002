/**
 * nuisances.ts - all nuisances of a scene, each in spells of its own: they overlap as they like.
 */
import { between } from '../play.ts';
import { createAutoExposure } from './auto-exposure.ts';
import { createClouds } from './clouds.ts';
import { createFlicker } from './flicker.ts';
import { createGusts } from './gusts.ts';
import { createHeadlights } from './headlights.ts';
import { createInfrared } from './infrared.ts';
import type { Exposure, Moment, Nuisance, NuisanceName, Stage } from './nuisance.ts';
import { createRain } from './rain.ts';

/** In the order in which they are painted: leaves hang in the rain, light falls on both, the camera sees it all. */
export const NUISANCE_NAMES = ['gusts', 'clouds', 'headlights', 'flicker', 'rain', 'infrared', 'exposure'] as const;

const MAKERS: { readonly [name in NuisanceName]: (stage: Stage) => Nuisance } = {
  gusts: createGusts,
  clouds: createClouds,
  headlights: createHeadlights,
  flicker: createFlicker,
  rain: createRain,
  infrared: createInfrared,
  exposure: createAutoExposure,
};

type Spell = {
  readonly name: NuisanceName;
  readonly nuisance: Nuisance;
  /** First frame of the spell under way or to come, and the frame after its last. */
  begin: number;
  end: number;
  isOn: boolean;
};

export type Nuisances = { readonly stage: Stage; readonly spells: readonly Spell[]; moments: Moment[] };

/** None begins before `from`; things that are always there, such as a branch in calm air, are there from the start. */
export function createNuisances(names: readonly NuisanceName[], from: number, stage: Stage): Nuisances {
  const spells = NUISANCE_NAMES.filter((name) => names.includes(name)).map((name): Spell => {
    const spell = { name, nuisance: MAKERS[name](stage), begin: 0, end: 0, isOn: false };
    plan(spell, from, stage);
    return spell;
  });
  return { stage, spells, moments: [] };
}

function plan(spell: Spell, from: number, { fps, random }: Stage): void {
  const { pauseS, spellS } = spell.nuisance;
  spell.begin = from + Math.round(fps * between(random, ...pauseS));
  spell.end = spell.begin + Math.round(fps * between(random, ...spellS));
}

/** Names of those that are on. */
export function activeNuisances({ spells }: Nuisances): NuisanceName[] {
  return spells.filter(({ isOn }) => isOn).map(({ name }) => name);
}

/** Go on to a frame, and paint what is seen of them. */
export function paintNuisances(nuisances: Nuisances, frame: number, plane: Uint8Array): void {
  const { spells, stage } = nuisances;
  nuisances.moments = spells.map((spell): Moment => {
    if (frame === spell.end) plan(spell, frame, stage);
    spell.isOn = frame >= spell.begin && frame < spell.end;
    if (frame === spell.begin) spell.nuisance.begin?.();
    const moment = { frame, strength: spell.isOn ? strengthAt(spell, frame, stage.fps) : 0, progress: 0 };
    return { ...moment, progress: spell.isOn ? (frame - spell.begin) / (spell.end - spell.begin) : 0 };
  });
  spells.forEach(({ nuisance }, i) => nuisance.paint?.(plane, nuisances.moments[i]!));
}

/** Up to 1 within the ramp, and down again at the end. */
function strengthAt({ begin, end, nuisance }: Spell, frame: number, fps: number): number {
  const ramp = nuisance.rampS * fps;
  if (ramp === 0) return 1;
  return Math.min(1, (frame - begin + 1) / ramp, (end - frame) / ramp);
}

/** What they do to the exposure of the frame that was painted last. */
export function exposeNuisances({ spells, moments }: Nuisances, plane: Uint8Array, exposure: Exposure): void {
  spells.forEach(({ nuisance }, i) => nuisance.expose?.(plane, moments[i]!, exposure));
}
