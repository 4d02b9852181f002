import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { kindsAtPlaces } from '../../scripts/bench/kinds/at-places.ts';
import { binnedKinds } from '../../scripts/bench/kinds/binned.ts';
import { amountsOfKinds } from '../../scripts/bench/kinds/of-kinds.ts';
import { pooledKinds } from '../../scripts/bench/kinds/pooled.ts';
import { purityOf } from '../../scripts/bench/kinds/purity.ts';
import type { Sorter } from '../../scripts/bench/kinds/sorter.ts';
import { toldKinds } from '../../scripts/bench/kinds/told.ts';
import { foundBeside } from '../../scripts/bench/things/beside.ts';
import { CROP_BYTES, type RecordedThing, recordOf } from '../../scripts/bench/things/record.ts';
import { encodeVideo } from '../../scripts/bench/worlds/encode.ts';
import type { GivenWorld } from '../../scripts/bench/worlds/given.ts';
import { recordedOf, worldOf } from '../support/recorded.ts';

const FRAMES = 30;
const UPRIGHT = Uint8Array.from({ length: CROP_BYTES }, (_, i) => (i % 2 === 0 ? 0x54 : 0x01));
const LONG = Uint8Array.from({ length: CROP_BYTES }, (_, i) => (i < CROP_BYTES / 2 ? 0 : 0xaa));

/** A thing that goes along the upper or the lower half of the picture. */
const goes = (first: number, y: number, isLong: boolean, speed = 0.02): RecordedThing =>
  recordedOf({
    first,
    places: Array.from({ length: FRAMES }, (_, i) => [0.2 + i * speed, y]),
    size: isLong ? [0.3, 0.1] : [0.1, 0.25],
    crop: isLong ? LONG : UPRIGHT,
  });

/** Upright ones above and long ones below, then a long one above. */
const ordinary = Array.from({ length: 120 }, (_, i) => goes(i * 40, i % 2 === 0 ? 0.3 : 0.7, i % 2 === 1));
const odd = goes(120 * 40, 0.3, true);
const world = worldOf([...ordinary, odd]);
const isLong: Sorter = {
  name: 'known',
  bytes: 0,
  begin: () => undefined,
  look: () => undefined,
  kindOf: ({ width, height }) => (width[0]! > height[0]! ? 1 : 0),
  learn: () => undefined,
};

for (const create of [() => pooledKinds(3, null), () => pooledKinds(3, binnedKinds()), binnedKinds]) {
  const sorter = create();
  void test(`${sorter.name}: what looks alike is of one kind, and one of another kind is odd at its place`, async (t) => {
    const { bits, kinds, logLoss } = kindsAtPlaces(world, sorter);
    const { pure, of } = purityOf(world, kinds, isLong);
    t.ok(of > 100 && pure / of > 0.95, `${pure} of ${of}`);
    const highest = (thing: RecordedThing): number => Math.max(...bits.get(thing)!);
    t.ok(highest(odd) > 4, `${highest(odd).toFixed(1)} bits`);
    const most = Math.max(...ordinary.slice(100).map(highest));
    t.ok(highest(odd) > most, `ordinary ones at most ${most.toFixed(1)}`);
    t.ok(logLoss > 0 && logLoss < 4);
  });
}

void test('the same speed is usual of one kind and not of the other', async (t) => {
  const fast = Array.from({ length: 60 }, (_, i) => goes(i * 40, 0.5, i % 2 === 1, i % 2 === 1 ? 0.03 : 0.006));
  const tooFast = goes(60 * 40, 0.5, false, 0.03);
  const both = worldOf([...fast, tooFast]);
  const highest = (sorter: Sorter | null): number => Math.max(...amountsOfKinds(both, 'speed', sorter).get(tooFast)!);
  t.ok(highest(isLong) > highest(null) + 3, `${highest(isLong).toFixed(1)} and ${highest(null).toFixed(1)} bits`);
});

void test('true kinds go to the things that cover them', async (t) => {
  const boxes = Array.from({ length: FRAMES }, (_, i) => [(0.15 + i * 0.02) / 1.5, 0.175, 0.1 / 1.5, 0.25] as const);
  const tracks = [
    { id: 1, kind: 'walker', first: 0, boxes },
    { id: 2, kind: 'car', first: 0, boxes: boxes.map(([x]) => [x, 0.7, 0.1, 0.1] as const) },
  ];
  const told = toldKinds(world, tracks);
  t.equal(told.kindOf(ordinary[0]!), 1, 'kinds in the order of their names');
  t.equal(told.kindOf(ordinary[1]!), -1, 'nothing true is there');
});

void test('one more attribute finds what the seven do not, at the same false alarms', async (t) => {
  const quiet = Array.from({ length: 60 }, (_, i) => goes(i * 40, 0.3, false));
  const broken = goes(60 * 40, 0.3, false);
  const frames = 60 * 40 + FRAMES;
  const boxes = Array.from({ length: frames }, (_, frame) => {
    const at = frame - broken.first;
    return at < 0 ? null : ([(0.15 + at * 0.02) / 1.5, 0.175, 0.1 / 1.5, 0.25] as const);
  });
  const kinds = Array.from({ length: frames }, (_, frame) => (frame < broken.first ? null : 'odd'));
  const one = worldOf([...quiet, broken], { kinds, boxes });
  const nothing = foundBeside([one], () => null, 100, [0.5]);
  t.match(nothing, { of: 1, found: [0] });
  const bits = (value: number): Float32Array => new Float32Array(FRAMES).fill(value);
  const further = new Map([...quiet.map((thing) => [thing, bits(1)] as const), [broken, bits(15)]]);
  const found = foundBeside([one], () => further, 100, [0.5]);
  t.same(found.found, [1]);
  t.same(found.byKind.get('odd'), [1, 1]);
});

void test('a world is recorded once: what is followed in it, with its picture', { timeout: 90_000 }, async (t) => {
  const folder = t.testdir({});
  const [width, height, frames] = [192, 108, 160];
  const video = encodeVideo(join(folder, 'made.mp4'), width, height, 10);
  const luma = new Uint8Array(width * height);
  for (let frame = 0; frame < frames; frame++) {
    for (let i = 0; i < luma.length; i++) luma[i] = 90 + ((i * 7) % 5);
    // From the tenth second on something bright goes to the right.
    const left = frame < 100 ? width : (frame - 100) * 3;
    for (let y = 40; y < 70; y++) for (let x = left; x < Math.min(width, left + 14); x++) luma[y * width + x] = 200;
    await video.add(luma);
  }
  await video.finish();
  const kinds = Array.from({ length: frames }, () => null);
  const given = { name: 'made', video: join(folder, 'made.mp4'), family: 'made', nuisance: 0, train: 0, fps: 10 };
  const world: GivenWorld = { ...given, kinds, boxes: [], tracks: null };
  const cache = join(folder, 'records');
  const first = await recordOf(world, cache, 24, 1);
  t.equal(first.frames, frames);
  const [thing] = first.things.toSorted((a, b) => b.frames - a.frames);
  t.ok(thing !== undefined && thing.first >= 100 && thing.frames > 20, 'it is followed');
  t.ok(thing!.x.at(-1)! > thing!.x[0]! + 0.5, 'to the right');
  t.ok(
    thing!.crops.some((byte) => byte !== 0),
    'and looked at',
  );
  rmSync(world.video);
  t.notOk(existsSync(world.video));
  const again = await recordOf(world, cache, 24, 1);
  t.same(again.things.length, first.things.length, 'the second time from its record');
  t.equal(readdirSync(cache).length, 1);
});
