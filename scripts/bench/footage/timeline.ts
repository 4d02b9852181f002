/**
 * timeline.ts - what a clip is made of: first the ordinary life of its first part, over and over; then, between ordinary
 * stretches of its second part, breaks with a known truth and disturbances that mean nothing.
 */
import { randomBelow, seedWord } from '../../../src/memory/random.ts';

/** Breaks: the first three are about something in the scene, the others about the camera. */
export const BREAKS = ['backwards', 'sprite', 'stand', 'covered', 'defocused', 'knocked', 'held'] as const;
export type FootageBreak = (typeof BREAKS)[number];
export const CAMERA_BREAKS: readonly FootageBreak[] = ['covered', 'defocused', 'knocked', 'held'];

export const DISTURBANCES = ['noise', 'compression', 'shake', 'dimming', 'insect'] as const;
export type FootageDisturbance = (typeof DISTURBANCES)[number];

/** How long each lasts (s). */
const LASTS: { readonly [what in FootageBreak | FootageDisturbance]: number } = {
  backwards: 8,
  sprite: 7,
  stand: 15,
  covered: 15,
  defocused: 15,
  knocked: 12,
  held: 15,
  noise: 12,
  compression: 12,
  shake: 12,
  dimming: 12,
  insect: 8,
};
/** Ordinary life between two of them (s). */
const BETWEEN = 14;

export type Segment = {
  readonly what: FootageBreak | FootageDisturbance | 'ordinary' | 'learn';
  /** Frames from `first` to before `end`. */
  readonly first: number;
  readonly end: number;
};

export function isBreak(what: Segment['what']): what is FootageBreak {
  return (BREAKS as readonly string[]).includes(what);
}

/** `rounds`: how often each break and disturbance comes, in another order every time. */
export function planTimeline(fps: number, learnS: number, rounds: number, seed: number): Segment[] {
  const random = new Uint32Array([seedWord(seed, 61)]);
  const segments: Segment[] = [{ what: 'learn', first: 0, end: Math.round(learnS * fps) }];
  const add = (what: Segment['what'], seconds: number): void => {
    const first = segments.at(-1)!.end;
    segments.push({ what, first, end: first + Math.round(seconds * fps) });
  };
  for (let round = 0; round < rounds; round++) {
    for (const what of shuffled([...BREAKS, ...DISTURBANCES], random)) {
      add('ordinary', BETWEEN);
      add(what, LASTS[what]);
    }
  }
  add('ordinary', BETWEEN);
  return segments;
}

function shuffled<T>(values: readonly T[], random: Uint32Array): T[] {
  const all = [...values];
  for (let i = all.length - 1; i > 0; i--) {
    const other = randomBelow(random, i + 1);
    [all[i], all[other]] = [all[other]!, all[i]!];
  }
  return all;
}
