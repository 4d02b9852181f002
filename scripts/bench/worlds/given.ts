/**
 * given.ts - worlds as files: NAME.mp4 is what is seen, NAME.json the truth about it.
 *
 *     { "train": 12000, "fps": 10, "kinds": [null | "stop", ...], "boxes": [null | [x, y, w, h], ...], "world": { "family": ... } }
 *
 * `fps` is 10 when it is missing; `world` is optional; `tracks`, if given, holds every true thing (see tracking/measures.ts).
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TrueTrack } from '../tracking/measures.ts';
import type { Labels } from './score.ts';
import { CortexdError } from '../../../src/errors.ts';

export type GivenWorld = Labels & {
  readonly name: string;
  readonly video: string;
  readonly family: string;
  /** How much disturbs the picture: 0, 1, 2; null when the world does not say. */
  readonly nuisance: number | null;
  readonly tracks: readonly TrueTrack[] | null;
};

type WorldFile = {
  readonly train: number;
  readonly fps?: number;
  readonly kinds: GivenWorld['kinds'];
  readonly boxes?: GivenWorld['boxes'];
  readonly tracks?: readonly TrueTrack[];
  readonly world?: { readonly family?: string; readonly nuisance?: number };
};

/** All worlds of a folder, by name. */
export function worldsIn(folder: string): GivenWorld[] {
  if (!existsSync(folder)) throw new CortexdError('usage', `Expected a folder of worlds but there is no ${folder}`);
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && existsSync(join(folder, file.replace(/\.json$/, '.mp4'))))
    .map((file) => basename(file, '.json'))
    .toSorted();
  if (names.length === 0) {
    throw new CortexdError('usage', `Expected NAME.mp4 and NAME.json in ${folder} but found no such pair`);
  }
  return names.map((name) => readWorld(folder, name));
}

export function readWorld(folder: string, name: string): GivenWorld {
  const file = join(folder, `${name}.json`);
  const {
    train,
    fps = 10,
    kinds,
    boxes = [],
    tracks = null,
    world = {},
  } = JSON.parse(readFileSync(file, 'utf8')) as WorldFile;
  if (!Array.isArray(kinds) || !Number.isInteger(train) || train < 0 || train >= kinds.length) {
    throw new CortexdError(
      'usage',
      `Expected "kinds" with an entry per frame and "train" below their number in ${file} but received train ${train} and ${Array.isArray(kinds) ? `${kinds.length} kinds` : 'no kinds'}`,
    );
  }
  const family = world.family ?? name.split('-')[0]!;
  return {
    name,
    video: join(folder, `${name}.mp4`),
    family,
    nuisance: world.nuisance ?? null,
    train,
    fps,
    kinds,
    boxes,
    tracks,
  };
}
