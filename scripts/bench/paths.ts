/**
 * paths.ts - does it help to know by which places a thing came? A temporal memory with a context per thing, and count tables of
 * the last one, two and up to eight places, are asked the same question in the same run: where does it go next?
 *
 *     npm run bench:paths -- --rounds [--suite routines,routines4,routines5,routines_two,routines_traffic] [--seeds 31-40]
 *     npm run bench:paths -- --worlds FOLDER | [--families ...] [--nuisance ...] [--seeds ...] [--records FOLDER]
 *
 *                            [--rows 8] [--over 3] [--only NAME,...]
 *
 * rounds    something walks a round in sight that ends at the wrong place, followed without fault: broken rounds with
 *           bits above the threshold that lets .4 whole ones per 5,000 frames through
 * worlds    what the model followed, judged by the seven attributes and, beside them, by where it went: breaks found where all
 *           have the threshold that lets so many false alarms per 5,000 frames through
 * --records  a folder that keeps what was recorded of each world, for further runs of the same build
 * log loss  bits of the next place, of things that did not alarm, each place asked before it is learned
 * Thresholds are set with knowledge of the labels: what can be known at best. What a break was like is learned by nobody.
 */
import { parseArgs } from 'node:util';
import { formatTable } from '../../src/cli/output.ts';
import { SUITE_NAMES } from './detection/suites.ts';
import { type Forecaster } from './paths/forecaster.ts';
import { type Grid, gridOf } from './paths/grid.ts';
import { forecasters } from './paths/asked.ts';
import { foundBeside } from './things/beside.ts';
import { type Recorded, recordOf } from './things/record.ts';
import { type Rounds, roundsOf } from './paths/rounds.ts';
import { verdictOf } from './paths/threshold.ts';
import { walk } from './paths/walk.ts';
import { WORLD_OPTIONS, numbersOf, oneOf, worldsOf } from './worlds/options.ts';
import { wholeNumber } from '../whole-number.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    ...WORLD_OPTIONS,
    rounds: { type: 'boolean', default: false },
    suite: { type: 'string', default: 'routines,routines4,routines5,routines_two,routines_traffic' },
    records: { type: 'string' },
    rows: { type: 'string', default: '8' },
    over: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
});
const rows = wholeNumber('rows', args.rows, 2);
const over = wholeNumber('over', args.over, 1);
const FALSE_PER_5000 = 0.4;
const ALLOWED = [0.1, 0.2, 0.5, 1, 2];
/** Evidence of where a thing goes rises to its full height in so long (ms), as that of where it is does. */
const HOLD_MS = 400;

const asked = (grid: Grid): Forecaster[] => {
  const all = forecasters(grid);
  const names = args.only?.split(',');
  return names === undefined ? all : all.filter(({ name }) => names.some((part) => name.includes(part)));
};

if (args.rounds) {
  for (const given of args.suite.split(',')) {
    const suite = oneOf('suite', SUITE_NAMES, given);
    const seeds = numbersOf('seeds', args.seeds);
    const rounds = seeds.map((seed) => roundsOf(suite, seed)).filter((one) => one !== null);
    showRounds(suite, rounds);
  }
} else {
  const records: Recorded[] = [];
  for (const get of worldsOf(args)) records.push(await recordOf(await get(), args.records ?? null, 24, 1));
  showWorlds(records);
}

function showRounds(name: string, rounds: readonly Rounds[]): void {
  if (rounds.length === 0) return console.log(`${name}: no seed whose rounds are walked in sight`);
  const frames = rounds.reduce((sum, one) => sum + one.frames - one.warmup, 0);
  const grids = rounds.map(({ aspect }) => gridOf(aspect, rows));
  const table = asked(grids[0]!).map(({ name: who }, i) => {
    let [loss, places, bytes] = [0, 0, 0];
    const [ordinary, broken]: [number[], number[]] = [[], []];
    rounds.forEach(({ things, warmup, frames: all }, k) => {
      const forecaster = asked(grids[k]!)[i]!;
      const paths = walk(things, all, grids[k]!, forecaster, over, warmup);
      loss += paths.logLoss * paths.places;
      places += paths.places;
      bytes = Math.max(bytes, forecaster.bytes());
      for (const { thing, bits } of paths.walked) {
        if (thing.first + thing.frames < warmup) continue;
        (thing.told ? broken : ordinary).push(bits.reduce((highest, value) => Math.max(highest, value), 0));
      }
    });
    const { threshold, found, of, wrong } = verdictOf(ordinary, broken, (FALSE_PER_5000 * frames) / 5000);
    const rate = (wrong * 5000) / frames;
    const cells = [`${found}/${of}`, rate.toFixed(2), threshold.toFixed(1), (loss / places).toFixed(3)];
    return [who, ...cells, `${Math.round(bytes / 1024)} KB`];
  });
  console.log(`\n${name}, ${rounds.length} seeds (followed without fault)`);
  console.log(formatTable([['asked', 'found', 'false per 5,000', 'bits', 'log loss', 'memory'], ...table]));
}

function showWorlds(records: readonly Recorded[]): void {
  const nothing = foundBeside(records, () => null, HOLD_MS, ALLOWED);
  const table = asked(gridOf(records[0]!.aspect, rows)).map(({ name }) => {
    let [loss, places, bytes] = [0, 0, 0];
    const { found } = foundBeside(
      records,
      ({ aspect, things, frames, train }) => {
        const grid = gridOf(aspect, rows);
        const forecaster = forecasters(grid).find((one) => one.name === name)!;
        const paths = walk(things, frames, grid, forecaster, over, train);
        loss += paths.logLoss * paths.places;
        places += paths.places;
        bytes = Math.max(bytes, forecaster.bytes());
        return new Map(paths.walked.map(({ thing, bits }) => [thing, bits]));
      },
      HOLD_MS,
      ALLOWED,
    );
    return [name, ...found.map(String), (loss / places).toFixed(3), `${Math.round(bytes / 1024)} KB`];
  });
  const heading = ['beside the seven', ...ALLOWED.map((rate) => `found at ${rate}`), 'log loss', 'memory'];
  console.log(`${records.length} worlds, ${nothing.of} breaks; false alarms per 5,000 frames as allowed`);
  console.log(formatTable([heading, ['nothing', ...nothing.found.map(String), '-', '-'], ...table]));
}
