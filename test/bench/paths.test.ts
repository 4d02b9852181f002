import { test } from 'tap';
import { type Forecaster, bitsOfStep } from '../../scripts/bench/paths/forecaster.ts';
import { STEPS, canStep, gridOf, placeAfter, placeAt, stepBetween } from '../../scripts/bench/paths/grid.ts';
import { pathMemory } from '../../scripts/bench/paths/memory.ts';
import { roundsOf } from '../../scripts/bench/paths/rounds.ts';
import { countTable } from '../../scripts/bench/paths/table.ts';
import { verdictOf } from '../../scripts/bench/paths/threshold.ts';
import { walk } from '../../scripts/bench/paths/walk.ts';
import { recordedOf } from '../support/recorded.ts';

const grid = gridOf(1.5, 8);
const at = (column: number, row: number): number => row * grid.columns + column;
/** Two ways with the same three places in their middle; which end follows is known by the beginning alone. */
const MIDDLE = [at(4, 4), at(5, 4), at(6, 4)];
const UPPER = [at(3, 2), at(3, 3), ...MIDDLE, at(7, 3), at(8, 2)];
const LOWER = [at(3, 6), at(3, 5), ...MIDDLE, at(7, 5), at(8, 6)];
const OWN = { tilings: 1, tile: 1, columnsPerTile: 8 };
const TILED = { tilings: 4, tile: 2, columnsPerTile: 4 };

function memory(cellsPerColumn: number, encoding = OWN): Forecaster {
  return pathMemory(grid, { name: 'memory', encoding, cellsPerColumn, segments: 2048, seed: 3, backOff: 0 });
}

/** Probability of the upper end for a thing that came from above, and for one that came from below. */
function upperEnd(forecaster: Forecaster): readonly [above: number, below: number] {
  for (let i = 0; i < 40; i++) for (const path of [UPPER, LOWER]) forecaster.learn(path);
  const chances = new Float64Array(STEPS);
  forecaster.begin(0);
  forecaster.begin(1);
  // Both are on their way at the same time.
  for (let i = 0; i < 5; i++) {
    forecaster.enter(0, UPPER[i]!);
    forecaster.enter(1, LOWER[i]!);
  }
  const step = stepBetween(grid, UPPER[4]!, UPPER[5]!);
  return [0, 1].map((slot) => {
    forecaster.forecast(slot, chances);
    return chances[step]!;
  }) as [number, number];
}

void test('a place is left when a thing is well outside it, and steps lead where they come from', async (t) => {
  const side = 1 / grid.rows;
  t.equal(placeAt(grid, 2.1 * side, 3.5 * side, -1), at(2, 3));
  t.equal(placeAt(grid, 3.1 * side, 3.5 * side, at(2, 3)), at(2, 3), 'just over the edge');
  t.equal(placeAt(grid, 3.3 * side, 3.5 * side, at(2, 3)), at(3, 3));
  for (const to of [at(3, 3), at(5, 6), at(1, 0)])
    t.equal(placeAfter(grid, at(2, 3), stepBetween(grid, at(2, 3), to)), to);
  t.equal(placeAfter(grid, at(2, 3), stepBetween(grid, at(2, 3), at(11, 3))), -1, 'a jump');
  t.notOk(canStep(grid, at(0, 0), stepBetween(grid, at(3, 3), at(2, 3))), 'out of the picture');
});

void test('what comes first tells what comes last: not to counts of two places nor to one cell a column', async (t) => {
  const asked: [string, Forecaster, boolean][] = [
    ['counts after the last place', countTable(grid, 1, 1e6), false],
    ['counts after the last two', countTable(grid, 2, 1e6), false],
    ['counts after one to eight', countTable(grid, 8, 1e6), true],
    ['temporal memory, 8 cells', memory(8), true],
    ['temporal memory, 1 cell', memory(1), false],
    ['tiled temporal memory, 8 cells', memory(8, TILED), true],
  ];
  for (const [name, forecaster, knows] of asked) {
    const [above, below] = upperEnd(forecaster);
    if (knows) t.ok(above > 0.75 && below < 0.2, `${name}: ${above.toFixed(2)}, ${below.toFixed(2)}`);
    else t.ok(Math.abs(above - below) < 0.1, `${name}: ${above.toFixed(2)}, ${below.toFixed(2)}`);
  }
});

void test('chances add up to one, before and after learning; a rare step is worth many bits', async (t) => {
  const chances = new Float64Array(STEPS);
  for (const forecaster of [countTable(grid, 0, 1e6), countTable(grid, 8, 1e6), memory(8), memory(8, TILED)]) {
    for (const times of [0, 30]) {
      for (let i = 0; i < times; i++) forecaster.learn(UPPER);
      forecaster.begin(2);
      for (const place of UPPER.slice(0, 4)) forecaster.enter(2, place);
      forecaster.forecast(2, chances);
      const sum = chances.reduce((all, chance) => all + chance, 0);
      t.ok(Math.abs(sum - 1) < 1e-9, `${forecaster.name}: ${sum}`);
    }
    const usual = bitsOfStep(chances, stepBetween(grid, UPPER[3]!, UPPER[4]!));
    const odd = bitsOfStep(chances, stepBetween(grid, UPPER[3]!, at(4, 3)));
    t.ok(usual < 0.5 && odd > 3, `${usual.toFixed(1)} and ${odd.toFixed(1)} bits`);
  }
});

void test('a count table keeps to its memory', async (t) => {
  const small = countTable(grid, 8, 10 * 8);
  for (const path of [UPPER, LOWER]) small.learn(path);
  t.equal(small.bytes(), 80);
});

void test('things are judged while they are there and learned when they are gone, unless they alarmed', async (t) => {
  const along = (places: readonly number[], first: number, told = false) =>
    recordedOf({
      first,
      told,
      places: places.map((place) => [((place % grid.columns) + 0.5) / 8, (Math.floor(place / grid.columns) + 0.5) / 8]),
    });
  const ordinary = Array.from({ length: 20 }, (_, i) => along(UPPER, i * 10));
  const wrong = along([...UPPER.slice(0, 5), at(7, 5), at(8, 6)], 300, true);
  const again = along([...UPPER.slice(0, 5), at(7, 5), at(8, 6)], 400);
  const { walked, places } = walk([...ordinary, wrong, again], 500, grid, countTable(grid, 2, 1e6), 1, 150);
  const highest = walked.map(({ bits }) => Math.max(...bits));
  t.ok(highest[19]! < 0.5, 'as always');
  t.ok(
    highest[20]! > 6 && Math.abs(highest[21]! - highest[20]!) < 0.5,
    'one that alarmed does not make the next usual',
  );
  t.equal(places, 6 * 6, 'five and the last, from frame 150 on');
  t.same(verdictOf([0.1, 0.2, 0.3], [5, 0.25], 1), { threshold: 0.2, found: 2, of: 2, wrong: 1 });
});

void test('rounds that are walked in sight are told from those that are not', { timeout: 60_000 }, async (t) => {
  t.equal(roundsOf('routines', 1), null, 'seen at the places only');
  const rounds = roundsOf('routines', 5)!;
  const broken = rounds.things.filter(({ told }) => told);
  t.ok(broken.length >= 4 && rounds.things.length > 5 * broken.length);
  t.ok(broken.every(({ first }) => first > rounds.warmup - 300));
});
