/**
 * options.ts - which worlds a bench is asked to look at: those of a folder, or the project's own by family, nuisance and seed.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DISTURBANCES } from '../../../src/scene/disturb.ts';
import { wholeNumber } from '../../whole-number.ts';
import { type GivenWorld, worldsIn } from './given.ts';
import { FAMILIES, type WorldSpec, ensureWorld, usualLengths } from './render.ts';
import { CortexdError } from '../../../src/errors.ts';

export const WORLD_OPTIONS = {
  worlds: { type: 'string' },
  families: { type: 'string', default: 'street,yard,hall,quiet' },
  nuisance: { type: 'string', default: '0,1,2' },
  seeds: { type: 'string', default: '1-2' },
  frames: { type: 'string' },
  train: { type: 'string' },
  every: { type: 'string' },
  size: { type: 'string', default: '320x180' },
  fps: { type: 'string', default: '10' },
  'no-breaks': { type: 'boolean', default: false },
  cache: { type: 'string', default: join(tmpdir(), 'cortexd-bench-worlds') },
} as const;

export type WorldArgs = {
  readonly worlds?: string | undefined;
  readonly families: string;
  readonly nuisance: string;
  readonly seeds: string;
  readonly frames?: string | undefined;
  readonly train?: string | undefined;
  readonly every?: string | undefined;
  readonly size: string;
  readonly fps: string;
  readonly 'no-breaks': boolean;
  readonly cache: string;
};

/** For each world that is asked for, a way to get at it. */
export function worldsOf(args: WorldArgs): (() => Promise<GivenWorld>)[] {
  if (args.worlds !== undefined) return worldsIn(args.worlds).map((world) => async () => world);
  return specsOf(args).map((spec) => () => ensureWorld(spec, args.cache));
}

export function specsOf(args: WorldArgs): WorldSpec[] {
  const fps = wholeNumber('fps', args.fps, 1);
  const [, width = '', height = ''] = /^(\d+)x(\d+)$/.exec(args.size) ?? [];
  // Most codecs want even sizes.
  if (!(Number(width) >= 32 && Number(height) >= 24) || Number(width) % 2 === 1 || Number(height) % 2 === 1)
    throw new CortexdError(
      'usage',
      `Expected --size WIDTHxHEIGHT, both even, of at least 32x24 but received ${args.size}`,
    );
  const specs: WorldSpec[] = [];
  for (const family of args.families.split(',').map((given) => oneOf('families', FAMILIES, given))) {
    const usual = usualLengths(family, fps);
    const frames = args.frames === undefined ? usual.frames : wholeNumber('frames', args.frames, 1);
    const train = args.train === undefined ? Math.min(usual.train, frames >> 1) : wholeNumber('train', args.train, 0);
    if (train >= frames)
      throw new CortexdError('usage', `Expected --train below --frames ${frames} but received ${train}`);
    const every = args.every === undefined ? usual.every : wholeNumber('every', args.every, 1);
    for (const given of args.nuisance.split(',')) {
      const nuisance = DISTURBANCES.find((level) => `${level}` === given);
      if (nuisance === undefined)
        throw new CortexdError('usage', `Expected --nuisance ${DISTURBANCES.join('|')} but received ${given}`);
      for (const seed of numbersOf('seeds', args.seeds)) {
        const hasBreaks = !args['no-breaks'];
        const size = { width: Number(width), height: Number(height) };
        specs.push({ family, seed, nuisance, ...size, fps, frames, train, every, hasBreaks });
      }
    }
  }
  return specs;
}

export function oneOf<T extends string>(option: string, names: readonly T[], given: string): T {
  const name = names.find((known) => known === given);
  if (name === undefined)
    throw new CortexdError('usage', `Expected --${option} ${names.join('|')} but received ${given}`);
  return name;
}

/** `1,2,5-7` */
export function numbersOf(option: string, given: string): number[] {
  return given.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first))
      throw new CortexdError('usage', `Expected --${option} such as 1,2,5-7 but received ${given}`);
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);
  });
}
