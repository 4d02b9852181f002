import { test } from 'tap';
import { nextRandom } from '../../src/memory/random.ts';
import { CENSUS_BITS, censusPlaneFields, updateCensusPlane } from '../../src/vision/census-plane.ts';
import { divide } from '../../src/vision/geometry.ts';
import { viewsFor } from '../support/views.ts';

const size = 48;
const geometry = divide(size, size, 2, 2);

/** Blotches of 4 x 4 px, seeded. */
function texture(seed: number): Uint8Array {
  const random = new Uint32Array([seed]);
  const blotches = Uint8Array.from({ length: 144 }, () => 60 + (nextRandom(random) % 100));
  return Uint8Array.from(
    { length: size * size },
    (_, i) => blotches[(Math.floor(i / size) >> 2) * 12 + ((i % size) >> 2)]!,
  );
}

function bitsOf(luma: Uint8Array): number[] {
  const plane = viewsFor(censusPlaneFields(geometry));
  updateCensusPlane(plane, geometry, luma);
  return Array.from(plane.votes, (votes) => (votes >= 8 ? 1 : 0));
}

void test('the levelled picture has a mean of 110 whatever the exposure', async (t) => {
  for (const gain of [0.5, 1, 1.4]) {
    const plane = viewsFor(censusPlaneFields(geometry));
    updateCensusPlane(
      plane,
      geometry,
      texture(1).map((value) => Math.round(value * gain)),
    );
    const mean = plane.level.reduce((sum, value) => sum + value, 0) / plane.level.length;
    t.ok(Math.abs(mean - 110) < 2, `mean ${mean}`);
  }
});

void test('half the light keeps nearly all bits, another texture does not', async (t) => {
  const before = bitsOf(texture(1));
  const agreement = (after: number[]): number => {
    const both = before.filter((bit, i) => bit === 1 && after[i] === 1).length;
    return both / before.filter((bit) => bit === 1).length;
  };
  t.ok(before.filter((bit) => bit === 1).length > 100);
  t.ok(agreement(bitsOf(texture(1).map((value) => value >> 1))) > 0.85);
  t.ok(agreement(bitsOf(texture(2))) < 0.5);
});

void test('a flat picture with little noise has no bits: the margin holds', async (t) => {
  const random = new Uint32Array([5]);
  const flat = Uint8Array.from({ length: size * size }, () => 100 + (nextRandom(random) % 5));
  t.equal(bitsOf(flat).includes(1), false);
});

void test('votes lie between 0 and 16', async (t) => {
  const plane = viewsFor(censusPlaneFields(geometry));
  updateCensusPlane(plane, geometry, texture(3));
  t.equal(plane.votes.length, 144 * CENSUS_BITS);
  t.ok(Math.max(...plane.votes) <= 16);
});

void test('a thing changes the texture where it is, a lamp changes it nowhere', async (t) => {
  const plane = viewsFor(censusPlaneFields(geometry));
  for (let frame = 0; frame < 100; frame++) updateCensusPlane(plane, geometry, texture(1));
  t.equal(plane.textureChanged.indexOf(1), -1);
  updateCensusPlane(
    plane,
    geometry,
    texture(1).map((value) => Math.round(value * 1.3)),
  );
  t.equal(plane.textureChanged.indexOf(1), -1, 'a lamp');
  const withThing = texture(1);
  for (let y = 16; y < 32; y++) for (let x = 16; x < 32; x++) withThing[y * size + x] = (x >> 1) % 2 === 0 ? 20 : 240;
  updateCensusPlane(plane, geometry, withThing);
  const changed = [...plane.textureChanged].flatMap((on, subcell) => (on === 1 ? [subcell] : []));
  t.ok(changed.length >= 4);
  t.ok(changed.every((subcell) => subcell % 12 >= 3 && subcell % 12 <= 8 && subcell >= 36 && subcell < 108));
});
