/**
 * words.ts - whether what is told can be true at all, whatever raised it: a thing that stands does not move, a covered lens
 * shows nothing that goes by, and an insect covers nobody's view.
 */
import type { Box } from '../../../src/vision/box.ts';
import { doOverlap } from '../worlds/score.ts';
import type { Segment } from './timeline.ts';

export type Claim = 'covered' | 'unsharp' | 'frozen' | 'moved' | 'light' | 'moves' | 'stays';

/** What a sentence claims, by the words it is made of. */
const CLAIMS: readonly (readonly [Claim, RegExp])[] = [
  ['covered', /\bcovered\b|nothing can be seen/],
  ['unsharp', /\bsharp|\bfocus/],
  ['frozen', /\bfrozen\b|same frame/],
  ['moved', /camera (was|has been) moved|seen from elsewhere/],
  ['light', /light of the whole/],
  ['moves', /\bmoves\b|\bfaster\b/],
  ['stays', /\bstays\b|\bstayed\b|\bstands\b|\bstanding\b/],
];

export function claimsOf(sentence: string): Claim[] {
  return CLAIMS.filter(([, words]) => words.test(sentence)).map(([claim]) => claim);
}

const OF_THE_CAMERA: readonly Claim[] = ['covered', 'unsharp', 'frozen', 'moved'];

/** What cannot be true in each part of a clip. */
const IMPOSSIBLE: { readonly [what in Segment['what']]: readonly Claim[] } = {
  learn: OF_THE_CAMERA,
  ordinary: OF_THE_CAMERA,
  backwards: OF_THE_CAMERA,
  sprite: [...OF_THE_CAMERA, 'stays'],
  stand: [...OF_THE_CAMERA, 'moves'],
  covered: ['unsharp', 'frozen', 'moved', 'moves'],
  defocused: ['covered', 'frozen', 'moved'],
  knocked: ['covered', 'unsharp', 'frozen'],
  held: ['covered', 'unsharp', 'moved', 'moves'],
  noise: ['covered', 'frozen', 'moved'],
  compression: ['covered', 'frozen', 'moved'],
  // The camera does move.
  shake: ['covered', 'unsharp', 'frozen'],
  dimming: ['unsharp', 'frozen', 'moved'],
  insect: OF_THE_CAMERA,
};

/**
 * The claims of a sentence that cannot be true. What is said of a place that has nothing to do with the inserted thing speaks
 * of something else: only what it says of the camera is held against it.
 */
export function wrongClaims(what: Segment['what'], sentence: string, box: Box | null, inserted: Box | null): Claim[] {
  const isElsewhere = box !== null && inserted !== null && !doOverlap(box, inserted);
  return claimsOf(sentence).filter(
    (claim) => IMPOSSIBLE[what].includes(claim) && (!isElsewhere || OF_THE_CAMERA.includes(claim)),
  );
}
