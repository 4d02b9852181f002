/**
 * nuisance.ts - what all nuisances have in common: they change pictures and mean nothing. They come in spells, or are always
 * there.
 */
import type { NUISANCE_NAMES } from './nuisances.ts';

export type NuisanceName = (typeof NUISANCE_NAMES)[number];

/** The picture, and the nuisance's own generator. */
export type Stage = {
  readonly width: number;
  readonly height: number;
  readonly random: Uint32Array;
};

/** One moment of a spell. */
export type Moment = {
  /** s since the scene began */
  readonly time: number;
  /** 0 between spells; ramps up and down within one. */
  readonly strength: number;
  /** 0..1 through the spell; 0 when it has no end. */
  readonly progress: number;
};

/** What the camera does to the picture: gain, and grain in units of the usual noise. */
export type Exposure = { gain: number; grain: number };

export type Nuisance = {
  /** Shortest and longest spell and pause between two (s), and how long it takes to reach full strength. */
  readonly spellS: readonly [number, number];
  readonly pauseS: readonly [number, number];
  readonly rampS: number;
  /** A spell begins: draw what is different each time. */
  readonly begin?: () => void;
  /** Change the painted scene [height, width]; also called between spells. */
  readonly paint?: (plane: Uint8Array, moment: Moment) => void;
  /** Change the exposure of the painted scene; also called between spells. */
  readonly expose?: (plane: Uint8Array, moment: Moment, exposure: Exposure) => void;
  /** Write over the picture as the camera gives it. */
  readonly overlay?: (luma: Uint8Array, moment: Moment) => void;
};

/** -1..1 and back in `period`, in straight lines; both of one unit. */
export function triangle(time: number, period: number): number {
  const turn = time / period - Math.floor(time / period);
  return turn < 0.5 ? 4 * turn - 1 : 3 - 4 * turn;
}

export function clampByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}
