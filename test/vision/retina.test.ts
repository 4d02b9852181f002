import { test } from 'tap';
import { nextRandom } from '../../src/memory/random.ts';
import { divide } from '../../src/vision/geometry.ts';
import { type Retina, type RetinaStep, encodeRetina, noRetinaStep } from '../../src/vision/retina.ts';
import { openRetina } from '../support/retina.ts';

const size = 48;

const random = new Uint32Array([11]);
const ground = Uint8Array.from(
  { length: size * size },
  (_, i) => 80 + (((i % size) >> 3) + (Math.floor(i / size) >> 3)) * 6,
);

function frameOf(gain: number, thing: boolean): Uint8Array {
  const luma = ground.map((value) => Math.round(value * gain) + (nextRandom(random) % 7) - 3);
  if (thing) for (let y = 13; y < 23; y++) for (let x = 13; x < 23; x++) luma[y * size + x] = x % 4 < 2 ? 20 : 230;
  return luma;
}

function run(retina: Retina, frames: number, gain: number, thing: boolean): RetinaStep {
  const out = noRetinaStep();
  for (let i = 0; i < frames; i++) {
    encodeRetina(retina, frameOf(gain, thing), 100, out);
  }
  return out;
}

void test('noise is nothing; a thing occupies its zone; when it leaves the zone is free again', async (t) => {
  const retina = openRetina(divide(size, size, 2, 2));
  run(retina, 200, 1, false);
  t.equal(retina.local.occupied.indexOf(1), -1);
  run(retina, 5, 1, true);
  t.same(
    [...retina.local.occupied.entries()].filter(([, on]) => on === 1).map(([zone]) => zone),
    [5],
  );
  run(retina, 5, 1, false);
  t.equal(retina.local.occupied.indexOf(1), -1);
});

void test('a lamp that is switched leaves no foreground', async (t) => {
  const retina = openRetina(divide(size, size, 2, 2));
  run(retina, 200, 1, false);
  const seen = run(retina, 1, 1.3, false);
  t.equal(seen.foregroundShare, 0);
});

void test('another picture is a change of nearly everything', async (t) => {
  const retina = openRetina(divide(size, size, 2, 2));
  run(retina, 200, 1, false);
  const out = noRetinaStep();
  const other = Uint8Array.from(
    { length: size * size },
    (_, i) => ((i % size) % 6 < 3 ? 20 : 220) + (nextRandom(random) % 7),
  );
  encodeRetina(retina, other, 100, out);
  t.ok(out.foregroundShare > 0.8, `${out.foregroundShare}`);
});
