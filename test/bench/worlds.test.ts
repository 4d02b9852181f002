import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { readWorld } from '../../scripts/bench/worlds/given.ts';
import { numbersOf, specsOf } from '../../scripts/bench/worlds/options.ts';
import { wholeNumber } from '../../scripts/whole-number.ts';
import { OWN_PROGRAM, knownOptions } from '../../scripts/bench/worlds/replayed.ts';

const scripts = join(import.meta.dirname, '..', '..', 'scripts', 'bench');
const bench = (script: string, ...args: readonly string[]): string =>
  execFileSync(process.execPath, [join(scripts, script), ...args], { encoding: 'utf8', stdio: 'pipe' });

const USUAL = {
  families: 'street,quiet',
  nuisance: '0,1',
  seeds: '1-2,5',
  size: '64x36',
  fps: '10',
  'no-breaks': false,
  cache: '',
} as const;

void test('worlds are asked for by family, nuisance and seed; lengths follow from the family and the rate', async (t) => {
  const specs = specsOf(USUAL);
  t.equal(specs.length, 2 * 2 * 3);
  t.match(specs[0], { family: 'street', seed: 1, nuisance: 0, frames: 36_000, train: 12_000, every: 1500 });
  t.match(specs.at(-1), { family: 'quiet', seed: 5, nuisance: 1, frames: 24_000, train: 6000, every: 3000 });
  t.match(specsOf({ ...USUAL, fps: '5' })[0], { frames: 18_000, train: 6000, every: 750 });
  t.same(numbersOf('seeds', '3,7-9'), [3, 7, 8, 9]);
});

void test('what cannot be asked for is refused with what can', async (t) => {
  t.throws(
    () => specsOf({ ...USUAL, families: 'moon' }),
    /Expected --families street\|yard\|hall\|quiet but received moon/,
  );
  t.throws(() => specsOf({ ...USUAL, nuisance: '3' }), /Expected --nuisance 0\|1\|2 but received 3/);
  t.throws(() => specsOf({ ...USUAL, size: '33x20' }), /Expected --size WIDTHxHEIGHT/);
  t.throws(() => specsOf({ ...USUAL, seeds: '9-2' }), /Expected --seeds such as/);
  t.throws(() => specsOf({ ...USUAL, frames: '100', train: '100' }), /Expected --train below --frames 100/);
  t.throws(() => wholeNumber('fps', 'ten', 1), /for --fps but received ten/);
});

void test('a world is rendered once, scored through replay, and found again in its folder', async (t) => {
  const cache = t.testdir();
  const few = ['--families', 'hall', '--nuisance', '1', '--seeds', '3', '--size', '64x36', '--json'];
  const short = ['--frames', '240', '--train', '100', '--every', '40', '--cache', cache];
  type Line = { method: string; group: string; worlds: number; of: number; frames: number };
  const lines = bench('worlds.js', ...few, ...short)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const methods = ['model', 'block difference', 'pixel mixture'];
  t.same([...new Set(lines.map(({ method }) => method))], methods);
  t.match(lines[0], { method: 'model', group: 'all', worlds: 1, frames: 140 });
  t.same(
    lines.filter(({ method }) => method === 'model').map(({ group }) => group),
    ['all', 'hall', 'hall, nuisance 1'],
  );
  const files = readdirSync(cache).toSorted();
  t.equal(files.length, 2);
  const before = statSync(join(cache, files[1]!)).mtimeMs;
  const name = files[0]!.replace(/\.\w+$/, '');
  const world = readWorld(cache, name);
  t.equal(world.kinds.length, 240);
  t.ok(world.tracks!.length > 0);
  t.ok(world.tracks!.every(({ first, boxes }) => first + boxes.length <= 240 && boxes[0] !== null));
  // Another generator's worlds have no tracks: they are scored, but not followed.
  const again = bench('worlds.js', '--worlds', cache, '--quick', '--json').trim().split('\n');
  t.match(JSON.parse(again[0]!), { group: 'all', worlds: 1, of: lines[0]!.of });
  t.equal(statSync(join(cache, files[1]!)).mtimeMs, before);
  const parsed = JSON.parse(readFileSync(join(cache, `${name}.json`), 'utf8')) as { tracks?: unknown };
  delete parsed.tracks;
  writeFileSync(join(cache, `${name}.json`), JSON.stringify(parsed));
  t.equal(readWorld(cache, name).tracks, null);
  const refused = knownOptions(OWN_PROGRAM).has('--things')
    ? /Expected "tracks"/
    : /Expected a build whose replay knows --things/;
  t.throws(() => bench('tracking.js', '--worlds', cache), refused);
});

void test('the options of a build are read from its help', async (t) => {
  const known = knownOptions(OWN_PROGRAM);
  t.ok(known.has('--preset') && known.has('--fps') && known.has('--config') && !known.has('--nothing'));
});
