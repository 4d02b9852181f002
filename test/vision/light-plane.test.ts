import { test } from 'tap';
import { nextRandom } from '../../src/memory/random.ts';
import { divide } from '../../src/vision/geometry.ts';
import { type Retina, encodeRetina, noRetinaStep } from '../../src/vision/retina.ts';
import { openRetina } from '../support/retina.ts';

const width = 64;
const height = 48;
const geometry = divide(width, height, 2, 2);

/** A retina that knows the ground well. */
function experienced(): Retina {
  const retina = openRetina(geometry);
  for (let frame = 0; frame < 200; frame++) look(retina, () => 1);
  return retina;
}

const random = new Uint32Array([7]);
const ground = Uint8Array.from({ length: width * height }, (_, i) => {
  const [x, y] = [i % width, Math.floor(i / width)];
  return 90 + (((x >> 2) * 7 + (y >> 2) * 5) % 6) * 9;
});

/** One frame of the ground in light of `factor(x, y)`, a thing painted over it where `thing` gives a grey level. */
function look(
  retina: Retina,
  factor: (x: number, y: number) => number,
  thing: (x: number, y: number) => number | null = () => null,
): { readonly foreground: number; readonly light: number } {
  const luma = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const value = (thing(x, y) ?? ground[i]!) * factor(x, y) + (nextRandom(random) % 7) - 3;
    return Math.max(0, Math.min(255, Math.round(value)));
  });
  encodeRetina(retina, luma, 100, noRetinaStep());
  return {
    foreground: retina.foreground.subcellPixels.filter((count) => count > 0).length,
    light: retina.light.isLight.filter((on) => on === 1).length,
  };
}

/** The shadow of a cloud over the left part, with an edge of 12 px. */
const shadow = (x: number): number => 1 - 0.4 * Math.max(0, Math.min(1, (38 - x) / 12));

/** The cone of a headlight: bright enough in its middle that pixels are cut off at white. */
function cone(x: number, y: number): number {
  const inside = 1 - ((x - 32) / 26) ** 2 - ((y - 24) / 20) ** 2;
  return inside > 0 ? 1 + 1.5 * inside * inside : 1;
}

function box(left: number, top: number, grey: number): (x: number, y: number) => number | null {
  return (x, y) => (x >= left && x < left + 12 && y >= top && y < top + 10 ? (x % 6 < 3 ? grey : grey + 40) : null);
}

void test('the edge of a cloud is light, and nothing is there', async (t) => {
  const { foreground, light } = look(experienced(), shadow);
  t.ok(light > 30, `${light} subcells in changed light`);
  t.equal(foreground, 0);
});

void test("a headlight's cone is light, also where pixels are cut off at white", async (t) => {
  const { foreground, light } = look(experienced(), cone);
  t.ok(light > 30, `${light} subcells in changed light`);
  t.ok(foreground <= 2, `${foreground} subcells of foreground`);
});

void test('things are no light: dark, bright, white, and as bright as the ground', async (t) => {
  for (const grey of [15, 200, 255, 95]) {
    const { foreground } = look(experienced(), () => 1, box(20, 16, grey));
    // The middle of a wholly white thing could be anything: its rim is what is seen.
    t.ok(foreground >= 5, `a thing of grey ${grey}: ${foreground} subcells of foreground`);
  }
});

void test('a thing in the shadow of a cloud is seen, and the shadow beside it is not', async (t) => {
  const retina = experienced();
  const { light } = look(retina, shadow, box(8, 16, 200));
  t.ok(light > 15, `${light} subcells in changed light`);
  const { subcellPixels } = retina.foreground;
  const isOn = (x: number, y: number): boolean => subcellPixels[(y >> 2) * geometry.subColumns + (x >> 2)]! > 0;
  t.ok(isOn(10, 20));
  t.ok(isOn(18, 24));
  // Two subcells away.
  for (const [x, y] of [
    [10, 4],
    [10, 40],
    [30, 20],
    [30, 40],
  ] as const) {
    t.notOk(isOn(x, y), `${x}, ${y}`);
  }
});

void test('light that moves does not count as movement', async (t) => {
  const retina = experienced();
  look(retina, shadow);
  look(retina, (x) => shadow(x - 4));
  const moving = retina.flow.moving.filter((on) => on === 1).length;
  const lit = retina.light.isLight.filter((on) => on === 1).length;
  t.ok(lit > 30);
  t.ok(moving < lit / 4, `${moving} of ${lit} subcells`);
});
