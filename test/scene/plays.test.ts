import { createHash } from 'node:crypto';
import { test } from 'tap';
import { SCENES, SCENE_NAMES, type SceneName } from '../../src/scene/scenes.ts';
import { labelsOf, watch } from './watch.ts';

/** Integer and exact arithmetic: equal on every machine. Results of benchmarks hang on it. */
const GOLDEN: { readonly [name in SceneName]: string } = {
  lanes: '9a6bae728d8b8e01',
  street: '3efa619ee4104b1e',
  order: 'cafac36b75a085c6',
  missing: 'a5e0d7f92502f97d',
  normal: '344521794623eb04',
  two_lanes: 'aee424b8a088634a',
  routines: '2feb6233bd9e145a',
  routines4: '65db2c7594c9e6ec',
  routines5: '7b5229006c9f8648',
  routines_two: 'a912d867a841a94e',
  timing: '07f4e9a19d27b195',
  timing_traffic: 'a76c21dbc7a31606',
  machine: '48b4750efbe6d649',
  nuisance: '372aa27bf021f4a1',
  nuisance_local: 'fe58dcf8e34d7372',
  incidents: '7b478095c412f98d',
};

/** Frames that hold at least one break of every play, when breaks begin after 500 and come as often as they may. */
const SOON = { anomaliesFrom: 500, anomalySpacing: 400 };

const LARGE = { width: 96, height: 96 };

function hashOf(name: SceneName): string {
  const hash = createHash('sha256');
  watch({ ...SCENES[name], ...LARGE, anomaliesFrom: 200, anomalySpacing: 150 }, 900, ({ truth, luma }) => {
    hash.update(luma).update(JSON.stringify(truth));
  });
  return hash.digest('hex').slice(0, 16);
}

void test('every scene has the pixels and labels that it has always had', async (t) => {
  t.same(Object.fromEntries(SCENE_NAMES.map((name) => [name, hashOf(name)])), GOLDEN);
});

void test('nothing is labelled too soon; numbers ascend; a label is one piece, but for what leaves the picture', async (t) => {
  for (const name of SCENE_NAMES) {
    const labels = labelsOf({ ...SCENES[name], ...SOON }, 3000);
    t.equal(labels.length > 0, SCENES[name].kinds.length > 0, name);
    t.ok(
      labels.every(({ first }) => first >= 500),
      name,
    );
    for (const { kind, id, first, last, frames } of labels) {
      t.ok((SCENES[name].kinds as readonly string[]).includes(kind), `${name} ${kind}`);
      t.equal(frames, last - first + 1, `${name} ${kind} ${id}`);
    }
    const order = labels.map(({ id }) => id);
    // Two lanes are numbered apart: odd and even.
    if (name !== 'two_lanes')
      t.same(
        order,
        order.toSorted((a, b) => a - b),
        name,
      );
    t.equal(new Set(order).size, order.length, name);
  }
});

void test('a labelled box holds the thing it speaks of', async (t) => {
  for (const name of SCENE_NAMES) {
    if ('nuisances' in SCENES[name] || name === 'incidents') continue;
    const worst = { share: 1, frame: -1 };
    watch({ ...SCENES[name], ...LARGE, ...SOON }, 2500, ({ frame, truth, scene }) => {
      if (truth.box === null) return;
      const [x, y, w, h] = truth.box;
      let changed = 0;
      let all = 0;
      for (let row = Math.ceil(y * 96); row < Math.floor((y + h) * 96); row++) {
        for (let column = Math.ceil(x * 96); column < Math.floor((x + w) * 96); column++) {
          all++;
          if (scene.painted[row * 96 + column] !== scene.backdrop.still[row * 96 + column]) changed++;
        }
      }
      // A skipped stroke is boxed as far down as the press would have come: more than half of it is the press.
      if (all > 20 && changed / all < worst.share) Object.assign(worst, { share: changed / all, frame });
    });
    t.ok(worst.share > 0.55, `${name}: ${worst.share.toFixed(2)} of the box at ${worst.frame}`);
  }
});

void test('the lower lane moves when it is told to, and not before', async (t) => {
  const lowest = { before: 0, after: 0 };
  watch({ ...SCENES.normal, shiftFrom: 1500 }, 3000, ({ frame, scene }) => {
    const when = frame < 1500 ? 'before' : 'after';
    for (const { y, height } of scene.play.things) lowest[when] = Math.max(lowest[when], y + height / 2);
  });
  t.ok(lowest.after - lowest.before > 0.1, `${lowest.before} ${lowest.after}`);
});

void test('two lanes are busy at once, each in its own direction and at its own times', async (t) => {
  let both = 0;
  let one = 0;
  watch({ ...SCENES.two_lanes, kinds: [] }, 3000, ({ scene }) => {
    if (scene.play.things.length === 2) both++;
    if (scene.play.things.length === 1) one++;
  });
  t.ok(both > 600 && one > 600, `${both} ${one}`);
});
