/**
 * tracking.ts - how well the model follows things: what it says is where, frame by frame, held against the true things of
 * worlds (worlds/render.ts).
 *
 *     npm run bench:tracking -- [--families street,yard,hall] [--nuisance 0] [--seeds 1-2] [--frames 9000] [--train 3000]
 *                               [--size 320x180] [--fps 10] [--cache FOLDER] [--no-breaks]
 *     npm run bench:tracking -- --worlds FOLDER
 *
 *                               [--seed 1] [--preset pi4] [--at-once 2] [--program MAIN.js] [--json]
 *
 *     as one     things that one and the same id goes with in at least 80 % of the frames in which they are wholly in view, and
 *                which is nobody else's for longer; things seen for less than 1.5 s are not asked for
 *     switches   how often another id goes with a thing than before, per thing
 *     covered    share of those frames in which anything goes with them
 *     box error  median distance of the edges from the true ones, relative to half the true box's perimeter
 *
 * Printed for all, for each family and nuisance, and for each world. A thing goes with a true one when their boxes share at least a fifth of what they cover together. A build whose replay does
 * not tell things (--things) is refused, and so are worlds of a folder that do not have `tracks`.
 */
import { parseArgs } from 'node:util';
import { formatTable } from '../../src/cli/output.ts';
import { type TrackingScore, scoreTracking } from './tracking/measures.ts';
import type { GivenWorld } from './worlds/given.ts';
import { inTurns } from './worlds/jobs.ts';
import { WORLD_OPTIONS, worldsOf } from './worlds/options.ts';
import { wholeNumber } from '../whole-number.ts';
import { OWN_PROGRAM, knownOptions, replayVideo } from './worlds/replayed.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';
import { CortexdError } from '../../src/errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    ...WORLD_OPTIONS,
    families: { type: 'string', default: 'street,yard,hall' },
    nuisance: { type: 'string', default: '0' },
    frames: { type: 'string', default: '9000' },
    train: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    preset: { type: 'string', default: 'pi4' },
    'at-once': { type: 'string', default: '2' },
    program: { type: 'string', default: OWN_PROGRAM },
    json: { type: 'boolean', default: false },
  },
});

type Result = { readonly world: GivenWorld; readonly score: TrackingScore };

const { program, preset } = args;
if (!knownOptions(program).has('--things'))
  throw new CortexdError('usage', `Expected a build whose replay knows --things but ${program} does not`);
const seed = wholeNumber('seed', args.seed, 0);
const jobs = worldsOf(args).map((get) => async (): Promise<Result> => {
  const world = await get();
  const { tracks, fps, train } = world;
  if (tracks === null)
    throw new CortexdError('usage', `Expected "tracks" in the truth of ${world.name} but received none`);
  const asked = { program, fps, preset, seed, alarmsPerDay: null, ablate: [], withThings: true };
  const { things } = await replayVideo(world.video, asked);
  return { world, score: scoreTracking(tracks, things, fps, train) };
});
const results = await inTurns(jobs, wholeNumber('at-once', args['at-once'], 1));
const groups = new Map<string, TrackingScore[]>([['all', results.map(({ score }) => score)]]);
for (const { world, score } of results) {
  const name = `  ${world.family}${world.nuisance === null ? '' : `, nuisance ${world.nuisance}`}`;
  groups.set(name, [...(groups.get(name) ?? []), score]);
}
for (const { world, score } of results) groups.set(`    ${world.name}`, [score]);
const rows = [...groups].map(([name, scores]) => ({ name, worlds: scores.length, ...totalOf(scores) }));
if (args.json) {
  for (const { name, worlds, of, asOne, switches, covered, boxError } of rows) {
    const told = { things: of, as_one: asOne, switches, covered, box_error: boxError };
    console.log(JSON.stringify({ bench: 'tracking', group: name.trim(), worlds, ...told }));
  }
} else {
  const percent = (share: number | null): string => (share === null ? '-' : `${Math.round(100 * share)} %`);
  const heading = ['', 'worlds', 'things', 'as one', '', 'switches', 'covered', 'box error'];
  const cells = rows.map(({ name, worlds, of, asOne, switches, covered, boxError }) => [
    name,
    `${worlds}`,
    `${of}`,
    `${asOne}`,
    percent(of === 0 ? null : asOne / of),
    of === 0 ? '-' : (switches / of).toFixed(2),
    percent(covered),
    boxError === null ? '-' : boxError.toFixed(3),
  ]);
  console.log(formatTable([heading, ...cells]));
}

function totalOf(scores: readonly TrackingScore[]) {
  const sum = (pick: (score: TrackingScore) => number): number => scores.reduce((all, score) => all + pick(score), 0);
  const errors = scores.flatMap(({ boxErrors }) => [...boxErrors]).toSorted((a, b) => a - b);
  const frames = sum((score) => score.frames);
  return {
    of: sum((score) => score.of),
    asOne: sum((score) => score.asOne),
    switches: sum((score) => score.switches),
    covered: frames === 0 ? null : sum((score) => score.covered) / frames,
    boxError: errors.length === 0 ? null : errors[errors.length >> 1]!,
  };
}
