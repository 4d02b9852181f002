/**
 * worlds.ts - does it work in a scene that nobody tuned on? Videos of worlds through `cortexd replay`, held against the truth.
 *
 *     npm run bench:worlds -- [--families street,yard,hall,quiet] [--nuisance 0,1,2] [--seeds 1-2] [--no-breaks]
 *                             [--frames N] [--train N] [--every N] [--size 320x180] [--fps 10] [--cache FOLDER]
 *     npm run bench:worlds -- --worlds FOLDER
 *
 *                             [--seed 1] [--preset pi4] [--alarms-per-day 1,3,10,24,100] [--ablate NAME,A+B]
 *                             [--quick] [--at-once 2] [--program MAIN.js] [--list-false] [--verbose] [--json]
 *
 * The worlds are the project's own places, rendered and kept as videos in the cache; or those of a folder of pairs NAME.mp4,
 * NAME.json (worlds/given.ts), whoever made them. Seeds 1 to 49 are for tuning, 50 to 99 for confirming once.
 *
 *     found      breaks with an alert from .2 s before to 4 s after them
 *     box        of these, alerts whose box overlaps the true one
 *     delay      median, seconds from the first labelled frame
 *     per 5,000  false alerts (those within 5 s of one another count once) per 5,000 judged frames, median world in brackets
 *     per hour   the same per hour of the scene
 *
 * What happens to the camera is found by an event of any kind. Where nothing came before it is told how many of the first
 * three visitors are told within a second of being wholly in view.
 *
 * `--alarms-per-day` asks for several settings one after the other, `--ablate` for models without a part (names joined by + are
 * left out together); both are left out, with a remark, where the build does not know them. `--quick` leaves out the detectors
 * without a model. `--program` measures another build with the same yardstick.
 */
import { parseArgs } from 'node:util';
import { formatTable } from '../../src/cli/output.ts';
import { INCIDENT_KINDS } from '../../src/scene/kinds.ts';
import type { GivenWorld } from './worlds/given.ts';
import { inTurns } from './worlds/jobs.ts';
import { WORLD_OPTIONS, worldsOf } from './worlds/options.ts';
import { wholeNumber } from '../whole-number.ts';
import { OWN_PROGRAM, knownOptions, replayVideo } from './worlds/replayed.ts';
import { type Score, type Total, scoreWorld, toldSoon, totalOf, withNotices } from './worlds/score.ts';
import { simpleDetectors } from './worlds/simple.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';
import { CortexdError } from '../../src/errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    ...WORLD_OPTIONS,
    seed: { type: 'string', default: '1' },
    preset: { type: 'string', default: 'pi4' },
    'alarms-per-day': { type: 'string' },
    ablate: { type: 'string' },
    quick: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '2' },
    program: { type: 'string', default: OWN_PROGRAM },
    'list-false': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** One way to look at all worlds. */
type Method = { readonly name: string; readonly alarmsPerDay: number | null; readonly ablate: readonly string[] };
type Result = { readonly method: string; readonly world: GivenWorld; readonly score: Score; readonly cpuMs: number };

function methodsOf(known: ReadonlySet<string>): Method[] {
  const methods: Method[] = [];
  const isAsked = args['alarms-per-day'] !== undefined;
  if (isAsked && !known.has('--alarms-per-day')) console.error('This build has no --alarms-per-day: its default only.');
  if (isAsked && known.has('--alarms-per-day')) {
    for (const given of args['alarms-per-day']!.split(',')) {
      const alarmsPerDay = Number(given);
      if (!(alarmsPerDay > 0))
        throw new CortexdError('usage', `Expected --alarms-per-day above 0 but received ${given}`);
      methods.push({ name: `model, ${alarmsPerDay} a day`, alarmsPerDay, ablate: [] });
    }
  } else methods.push({ name: 'model', alarmsPerDay: null, ablate: [] });
  if (args.ablate !== undefined) {
    if (!known.has('--ablate')) console.error('This build has no --ablate: the whole model only.');
    else
      for (const names of args.ablate.split(',')) {
        const ablate = names.split('+');
        methods.push({ name: `without ${ablate.join(', ')}`, alarmsPerDay: methods[0]!.alarmsPerDay, ablate });
      }
  }
  return methods;
}

const number = (value: number, digits: number): string => (Number.isNaN(value) ? '-' : value.toFixed(digits));
const share = (found: number, of: number): string => (of === 0 ? '-' : `${found}/${of}`);
const HEADING = ['found', '', 'box', 'delay s', 'false', 'per 5,000', 'per hour'];

function cellsOf(total: Total): string[] {
  const { found, of, placed, delayS, wrong, falsePer5000, medianFalsePer5000, falsePerHour } = total;
  return [
    share(found, of),
    of === 0 ? '-' : `${Math.round((100 * found) / of)} %`,
    share(placed, found),
    number(delayS, 1),
    `${wrong}`,
    `${number(falsePer5000, 2)} (${number(medianFalsePer5000, 2)})`,
    number(falsePerHour, 2),
  ];
}

/** Rows: all worlds, then each family, then each family at each strength of nuisance. */
function groupsOf(results: readonly Result[]): [string, Score[]][] {
  const groups = new Map<string, Score[]>([['all', []]]);
  const add = (name: string, score: Score): unknown => groups.set(name, [...(groups.get(name) ?? []), score]);
  for (const { score } of results) add('all', score);
  for (const { world, score } of results) add(`  ${world.family}`, score);
  for (const { world, score } of results) {
    if (world.nuisance !== null) add(`    ${world.family}, nuisance ${world.nuisance}`, score);
  }
  return [...groups];
}

function report(results: readonly Result[]): void {
  const methods = [...new Set(results.map(({ method }) => method))];
  const of = (method: string): Result[] => results.filter((result) => result.method === method);
  for (const method of methods) {
    const own = of(method);
    const rows = groupsOf(own).map(([name, scores]) => [name, `${scores.length}`, ...cellsOf(totalOf(scores))]);
    console.log(`\n${formatTable([[method, 'worlds', ...HEADING], ...rows])}`);
    if (args.verbose) {
      const each = own.map(({ world, score, cpuMs }) => [world.name, ...cellsOf(totalOf([score])), number(cpuMs, 2)]);
      console.log(`\n${formatTable([['', ...HEADING, 'CPU ms'], ...each])}`);
    }
  }
  const totals = methods.map((method) => totalOf(of(method).map(({ score }) => score)));
  const kinds = Object.keys(totals[0]!.byKind).toSorted();
  if (kinds.length > 0) {
    const rows = methods.map((method, i) => [
      method,
      ...kinds.map((kind) => share(totals[i]!.byKind[kind]!.found, totals[i]!.byKind[kind]!.of)),
    ]);
    console.log(`\n${formatTable([['found by kind', ...kinds], ...rows])}`);
  }
  for (const method of methods) {
    const { told, of: asked } = visitorsOf(of(method));
    if (asked > 0)
      console.log(`\n${method}: first three visitors told within 1 s of being wholly in view: ${told}/${asked}`);
  }
  if (args['list-false'])
    for (const { method, world, score } of results) {
      for (const { frame, cause, what } of score.wrong)
        console.log(`${method}: ${world.name} false at ${frame}: ${cause}: ${what}`);
      for (const { kind, from, to, alert } of score.breaks) {
        const told = alert === null ? 'missed' : `after ${alert.frame - from} frames: ${alert.cause}: ${alert.what}`;
        console.log(`${method}: ${world.name} ${kind} at ${from}-${to} ${told}`);
      }
    }
}

/** Of the first three visitors of each place where nothing came, those that are told within a second. */
function visitorsOf(results: readonly Result[]): { readonly told: number; readonly of: number } {
  const each = results.map(({ world, score }) => toldSoon(world, score, 'visitor', 3, 1));
  return { told: each.reduce((sum, one) => sum + one.told, 0), of: each.reduce((sum, one) => sum + one.of, 0) };
}

/** As it is printed: snake_case, null for what is not known. */
function jsonOf(method: string, name: string, scores: readonly Score[]): unknown {
  const total = totalOf(scores);
  return {
    bench: 'worlds',
    method,
    group: name.trim(),
    worlds: scores.length,
    found: total.found,
    of: total.of,
    placed: total.placed,
    delay_s: Number.isNaN(total.delayS) ? null : total.delayS,
    false_alarms: total.wrong,
    frames: total.frames,
    false_per_5000: total.falsePer5000,
    median_false_per_5000: total.medianFalsePer5000,
    false_per_hour: total.falsePerHour,
    by_kind: total.byKind,
  };
}

const known = knownOptions(args.program);
const methods = methodsOf(known);
const seed = wholeNumber('seed', args.seed, 0);
const atOnce = wholeNumber('at-once', args['at-once'], 1);
const jobs = worldsOf(args).map((get) => async (): Promise<Result[]> => {
  const world = await get();
  const all: Result[] = [];
  for (const { alarmsPerDay, ablate, name } of methods) {
    const { program, preset } = args;
    const asked = { program, fps: world.fps, preset, seed, alarmsPerDay, ablate, withThings: false };
    const { said, notices, cpuMsPerFrame } = await replayVideo(world.video, asked);
    console.error(`${world.name}: ${name} is through`);
    all.push({
      method: name,
      world,
      score: scoreWorld(world, withNotices(world, said, notices, INCIDENT_KINDS)),
      cpuMs: cpuMsPerFrame,
    });
  }
  if (args.quick) return all;
  for (const [method, said] of await simpleDetectors(world.video, world.fps))
    all.push({ method, world, score: scoreWorld(world, said), cpuMs: Number.NaN });
  return all;
});
const done = (await inTurns(jobs, atOnce)).flat();
// Models first, in the order in which they were asked for.
const results = done.toSorted((a, b) => rankOf(a.method) - rankOf(b.method));
if (args.json) {
  for (const method of new Set(results.map((result) => result.method))) {
    for (const [name, scores] of groupsOf(results.filter((result) => result.method === method)))
      console.log(JSON.stringify(jsonOf(method, name, scores)));
  }
} else report(results);

function rankOf(method: string): number {
  const rank = methods.findIndex(({ name }) => name === method);
  return rank === -1 ? methods.length : rank;
}
