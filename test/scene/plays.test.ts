import { createHash } from 'node:crypto';
import { test } from 'tap';
import { SCENES, SCENE_NAMES, type SceneName } from '../../src/scene/scenes.ts';
import { labelsOf, visitsOf, watch } from './watch.ts';

/** Integer and exact arithmetic: equal on every machine. Results of benchmarks hang on it. */
const GOLDEN: { readonly [name in SceneName]: string } = {
  lanes: '29f6833c4101024b',
  street: '29f6833c4101024b',
  order: '2b0f29d66ef88d9e',
  missing: '2937317ccc9c48da',
  normal: '97d4c4cabc2848cc',
  two_lanes: 'dbe6b4ee3a09f757',
  routines: '9b22e0f0a2edd92c',
  routines4: 'ad4f0f0e386555b9',
  routines5: '2d6629bf68c30445',
  routines_two: 'f59877e0b32ba23e',
  routines_traffic: '54b9231b11542491',
  timing: 'd15d7b3cb5e6e7ce',
  timing_traffic: '1cdaf5dff5d66c5d',
  machine: 'fededf922e572738',
  nuisance: '5aa6efc4dd79f03e',
  nuisance_local: 'f3202bfb650d34e5',
  incidents: '97295ac58bf597c3',
  place_street: '169a1305f03a6c9c',
  place_yard: 'a67e339e60a0f509',
  place_hall: '443517c0f6919a3e',
  place_quiet: '675c752205bd0cbb',
};

/** Frames that hold at least one break of every play, when breaks begin after 500 and come as often as they may. */
const SOON = { anomaliesFrom: 500, anomalySpacing: 400 };

function hashOf(name: SceneName): string {
  const hash = createHash('sha256');
  const look = {
    ...SCENES[name],
    width: 96,
    height: 72,
    anomaliesFrom: 200,
    anomalySpacing: 150,
    disturbance: 2,
  } as const;
  watch(look, 900, ({ truth, luma }) => {
    hash.update(luma).update(JSON.stringify(truth));
  });
  return hash.digest('hex').slice(0, 16);
}

void test('every scene has the pixels and labels that it has always had', async (t) => {
  t.same(Object.fromEntries(SCENE_NAMES.map((name) => [name, hashOf(name)])), GOLDEN);
});

void test('nothing is labelled too soon; a label is one piece, but for what leaves the picture', async (t) => {
  for (const name of SCENE_NAMES) {
    const labels = labelsOf({ ...SCENES[name], ...SOON }, 4000);
    t.equal(labels.length > 0, SCENES[name].kinds.length > 0, name);
    t.ok(
      labels.every(({ first }) => first >= 500),
      name,
    );
    for (const { kind, id, first, last, frames } of labels) {
      t.ok((SCENES[name].kinds as readonly string[]).includes(kind), `${name} ${kind}`);
      t.ok(frames >= 0.7 * (last - first + 1), `${name} ${kind} ${id}`);
    }
    const order = labels.filter(({ kind }) => kind !== 'covered' || name === 'incidents').map(({ id }) => id);
    t.same(
      order,
      order.toSorted((a, b) => a - b),
      name,
    );
    // A lens is covered whoever walks by.
    const apart = name === 'place_quiet' ? labels.filter(({ kind }) => kind === 'visitor') : labels;
    t.ok(
      apart.every((label, i) => i === 0 || label.first > apart[i - 1]!.last + 20),
      name,
    );
  }
});

/** Which of the two lanes each thing goes on, told by where its path begins. */
function lanesUsed(kinds: readonly 'order'[], frames: number) {
  const lanes: { readonly lane: string; readonly isBroken: boolean }[] = [];
  const known = new Set<number>();
  watch({ kinds, anomaliesFrom: 2000, anomalySpacing: 400 }, frames, ({ scene }) => {
    for (const { id, path, label } of scene.play.things) {
      if (known.has(id)) continue;
      known.add(id);
      lanes.push({ lane: path.points[0]!.join(), isBroken: label !== null });
    }
  });
  return lanes;
}

void test('lanes are used in strict turn, and a broken order is the only exception', async (t) => {
  const lanes = lanesUsed(['order'], 8000);
  t.equal(new Set(lanes.map(({ lane }) => lane)).size, 2);
  t.ok(lanes.length > 50 && lanes.filter(({ isBroken }) => isBroken).length > 5);
  for (let i = 1; i < lanes.length; i++)
    t.equal(lanes[i]!.lane === lanes[i - 1]!.lane, lanes[i]!.isBroken, `passage ${i}`);
});

void test('in turn there is one thing at a time; two lanes on their own are busy at once', async (t) => {
  const together = (name: SceneName): number => {
    let frames = 0;
    watch({ ...SCENES[name], kinds: [] }, 3000, ({ truth }) => (truth.things.length >= 2 ? frames++ : 0));
    return frames;
  };
  t.equal(together('normal'), 0);
  t.ok(together('two_lanes') > 400);
  t.ok(together('timing_traffic') > 100);
  t.ok(together('routines_two') > 300);
  t.ok(together('routines_traffic') > 300);
});

void test('the second lane moves when it is told to, and not before', async (t) => {
  const lanes = { before: new Set<string>(), after: new Set<string>() };
  watch({ ...SCENES.normal, shiftFrom: 1500 }, 3500, ({ frame, scene }) => {
    for (const { path, times } of scene.play.things)
      lanes[times[0]! < 150 ? 'before' : 'after'].add(`${frame < 0}${path.points[0]!.join()}`);
  });
  t.same([lanes.before.size, lanes.after.size], [2, 2]);
  t.equal(new Set([...lanes.before, ...lanes.after]).size, 3);
});

void test('when all is to stop nothing new comes', async (t) => {
  const visits = visitsOf({ ...SCENES.two_lanes, kinds: [], silentFrom: 1000 }, 2000);
  t.ok(visits.length > 5 && visits.every(({ first }) => first < 1100));
});

void test('a missing thing lets wait 25 s longer than it would have', async (t) => {
  const labels = labelsOf({ ...SCENES.missing, ...SOON }, 6000);
  t.ok(
    labels.length > 5 &&
      labels.every(({ kind, frames }, i) => kind === 'missing' && (frames === 250 || i === labels.length - 1)),
  );
});

void test('a place has its breaks one after the other, as often as one another; a stop lasts 15 s', async (t) => {
  for (const name of ['place_street', 'place_yard', 'place_hall'] as const) {
    const labels = labelsOf({ ...SCENES[name], ...SOON, seed: 4 }, 12_000);
    const counts = SCENES[name].kinds.map((kind) => labels.filter((label) => label.kind === kind).length);
    t.ok(Math.min(...counts) >= 1, `${name} ${counts.join(' ')}`);
    const stops = labels.filter(({ kind, last }) => kind === 'stop' && last < 11_900);
    t.ok(
      stops.every(({ frames }) => Math.abs(frames - 150) <= 1),
      name,
    );
  }
});

void test('a quiet room is empty until its first visitor, who is a break', async (t) => {
  for (let seed = 1; seed <= 5; seed++) {
    let visitors = 0;
    let covered = 0;
    const from = { anomaliesFrom: 600, anomalySpacing: 300, incidentsFrom: 1500 };
    watch({ ...SCENES.place_quiet, seed, ...from }, 2200, ({ frame, truth }) => {
      if (frame < 600) t.equal(truth.things.length, 0);
      if (truth.kind === 'visitor') visitors = Math.max(visitors, truth.id);
      if (truth.kind === 'covered' && covered++ === 0) t.ok(frame >= 1500);
    });
    t.ok(visitors >= 3 && covered > 100, `${seed}: ${visitors}, covered ${covered}`);
  }
});
