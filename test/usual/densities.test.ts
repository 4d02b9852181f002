import { test } from 'tap';
import { amountBits, amountFields, estimate, learnAmount } from '../../src/usual/amounts.ts';
import { MOST_BITS, bitsOf, normalTailBits } from '../../src/usual/bits.ts';
import { directionBits, directionFields, directionOf, learnDirection } from '../../src/usual/directions.ts';
import { cellAt, placesOf } from '../../src/usual/places.ts';
import { countThing, learnVisit, visitBits, visitFields } from '../../src/usual/visits.ts';
import { viewsFor } from '../support/views.ts';

const places = placesOf(16 / 9);
const [here, beside, far] = [cellAt(places, 0.5, 0.5), cellAt(places, 0.58, 0.5), cellAt(places, 1.7, 0.05)];

void test('bits are -log2 of a probability, and those of a normal tail are right to a hundredth', async (t) => {
  t.ok(Math.abs(bitsOf(0.25) - 2) < 1e-6);
  t.equal(bitsOf(0), MOST_BITS);
  for (const [z, tail] of [
    [0, 0.5],
    [1, 0.158655],
    [2, 0.02275],
    [3, 0.0013499],
    [4, 3.16712e-5],
  ] as const)
    t.ok(Math.abs(normalTailBits(z) - bitsOf(tail)) < 0.02, `${z}: ${normalTailBits(z)}`);
  t.ok(Math.abs(normalTailBits(-1) - bitsOf(1 - 0.158655)) < 0.02);
});

void test('places are square cells at any aspect, each with its chain to the picture', async (t) => {
  for (const aspect of [0.56, 1, 4 / 3, 16 / 9, 2.4]) {
    const { columns, rows, count, chain } = placesOf(aspect);
    t.ok(Math.abs(columns / rows / aspect - 1) < 0.1, `${columns} x ${rows} at ${aspect}`);
    t.ok(columns * rows > 850 && columns * rows < 1150);
    t.equal(chain[3], count - 1);
    t.ok(chain.every((place) => place < count));
  }
  t.equal(cellAt(places, -1, -1), 0);
  t.equal(cellAt(places, 99, 99), places.columns * places.rows - 1);
});

void test('an amount is judged by what was seen there, and around it where little was', async (t) => {
  const amounts = viewsFor(amountFields(places, 1));
  t.equal(amountBits(amounts, places, 0, here, 5, 0), 0, 'nothing is known');
  for (let i = 0; i < 60; i++) learnAmount(amounts, places, 0, here, 1 + 0.05 * ((i % 5) - 2));
  t.ok(amountBits(amounts, places, 0, here, 1, 0) < 1);
  t.ok(amountBits(amounts, places, 0, here, 2, 0) > 10);
  t.ok(amountBits(amounts, places, 0, here, 0, 1) < 0.1, 'one side only');
  t.ok(amountBits(amounts, places, 0, beside, 2, 0) > 5, 'what is beside it is judged by it');
  const known = { mean: 0, variance: 0, samples: 0 };
  estimate(amounts, places, 0, here, known);
  t.ok(Math.abs(known.mean - 1) < 0.01);
});

void test('one break does not make the next one usual', async (t) => {
  const amounts = viewsFor(amountFields(places, 1));
  for (let i = 0; i < 60; i++) learnAmount(amounts, places, 0, here, 1 + 0.05 * ((i % 5) - 2));
  learnAmount(amounts, places, 0, here, 4);
  t.ok(amountBits(amounts, places, 0, here, 4, 0) > 15);
});

void test('a way that nothing goes is many bits, the usual way none', async (t) => {
  const directions = viewsFor(directionFields(places));
  t.equal(directionOf(1, 0), 0);
  t.equal(directionOf(0, 1), 4);
  t.equal(directionOf(-1, 0), 8);
  t.equal(directionBits(directions, places, here, 0), 0, 'nothing is known');
  for (let i = 0; i < 80; i++) learnDirection(directions, places, here, 0);
  t.ok(directionBits(directions, places, here, 0) < 0.2);
  t.ok(directionBits(directions, places, here, 8) > 7);
  t.ok(directionBits(directions, places, far, 8) > 3, 'the whole picture speaks where nothing was seen');
});

void test('where nothing ever came, the first that comes is news, and the tenth on the same way is not', async (t) => {
  const visits = viewsFor(visitFields(places));
  const watched = 600_000;
  const first = visitBits(visits, places, here, watched);
  t.ok(first > 7, `${first}`);
  for (let i = 0; i < 10; i++) {
    learnVisit(visits, here);
    countThing(visits);
  }
  t.ok(visitBits(visits, places, here, watched) < 4.5, `${visitBits(visits, places, here, watched)}`);
  t.ok(visitBits(visits, places, far, watched) > first - 1, 'elsewhere it still is');
});

void test('beside a way that things keep to, however often, is no news; far from it is', async (t) => {
  const visits = viewsFor(visitFields(places));
  for (let i = 0; i < 500; i++) {
    for (let column = 0; column < places.columns; column++) learnVisit(visits, 12 * places.columns + column);
    countThing(visits);
  }
  const rowsOff = (rows: number): number => visitBits(visits, places, (12 + rows) * places.columns + 20, 600_000);
  t.ok(rowsOff(0) < 0.4, `on it ${rowsOff(0)}`);
  t.ok(rowsOff(1) > 2 && rowsOff(1) < 6, `beside it ${rowsOff(1)}`);
  t.ok(rowsOff(6) > rowsOff(1) + 3, `far from it ${rowsOff(6)}`);
});
