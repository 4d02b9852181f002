import { test } from 'tap';
import { createScene, renderNext } from '../../src/scene/scene.ts';
import { ANOMALY_KINDS } from '../../src/scene/kinds.ts';
import { SCENES, SCENE_NAMES } from '../../src/scene/scenes.ts';
import { createCanvas } from '../../src/scene/paint/canvas.ts';
import { paintBackdrop } from '../../src/scene/paint/backdrop.ts';
import { watch } from './watch.ts';

void test('equal options give equal pixels and labels; another seed gives others', async (t) => {
  const options = { anomaliesFrom: 50, anomalySpacing: 100 };
  const run = (seed: number) => {
    const seen: string[] = [];
    watch({ ...options, seed }, 400, ({ luma, truth }) =>
      seen.push(Buffer.from(luma).toString('base64') + JSON.stringify(truth)),
    );
    return seen;
  };
  const first = run(1);
  t.same(run(1), first);
  t.notSame(run(2), first);
});

void test('nothing is labelled before the first allowed frame, and every kind comes up after it', async (t) => {
  const kinds = new Set<string | null>();
  watch({ kinds: [...ANOMALY_KINDS], anomaliesFrom: 1000, anomalySpacing: 150 }, 9000, ({ frame, truth }) => {
    if (frame < 1000) t.equal(truth.kind, null);
    kinds.add(truth.kind);
    if (truth.kind === null) {
      t.same([truth.id, truth.box], [0, null]);
      return;
    }
    const [x, y, w, h] = truth.box!;
    t.ok(truth.id > 0 && x >= 0 && y >= 0 && w > 0 && h > 0 && x + w < 1.0001 && y + h < 1.0001, truth.kind);
  });
  t.same(kinds, new Set([null, ...ANOMALY_KINDS]));
});

void test('the same world is shown at every size and at every rate', async (t) => {
  for (const name of SCENE_NAMES) {
    const at = (width: number, height: number, fps: number, every: number) => {
      const seen: string[] = [];
      const from = { anomaliesFrom: 60 * fps, anomalySpacing: 20 * fps };
      const look = { ...SCENES[name], ...from, seed: 5, width, height, fps };
      watch(look, 150 * fps, ({ frame, truth }) => frame % every === 0 && seen.push(JSON.stringify(truth)));
      return seen;
    };
    const usual = at(32, 24, 10, 2);
    t.same(at(64, 48, 5, 1), usual, name);
    t.same(at(32, 24, 15, 3), usual, name);
    t.ok(
      usual.some((text) => text !== usual[0]),
      name,
    );
  }
});

void test('boxes hold what is painted, and what is brighter than the empty scene lies in one', async (t) => {
  for (const name of SCENE_NAMES) {
    if ('nuisances' in SCENES[name] || name === 'incidents') continue;
    let checked = 0;
    const empty = createCanvas(128, 96);
    const options = { ...SCENES[name], seed: 3, width: 128, height: 96, anomaliesFrom: 300, anomalySpacing: 200 };
    watch(options, 1500, ({ frame, truth, scene }) => {
      if (frame % 10 !== 0 || truth.things.length === 0) return;
      paintBackdrop(scene.backdrop, frame / 10, empty);
      const { plane } = scene.canvas;
      const isIn = (x: number, y: number, rim: number): boolean =>
        truth.things.some(
          ({ box }) =>
            x + 1 + rim >= box[0] * 128 &&
            x - rim <= (box[0] + box[2]) * 128 &&
            y + 1 + rim >= box[1] * 96 &&
            y - rim <= (box[1] + box[3]) * 96,
        );
      let outside = 0;
      for (let i = 0; i < plane.length; i++) {
        if (plane[i]! > empty.plane[i]! + 8 && !isIn(i % 128, Math.floor(i / 128), 1)) outside++;
      }
      t.equal(outside, 0, `${name} at ${frame}`);
      for (const { kind, box } of truth.things) {
        const [x, y, w, h] = [box[0] * 128, box[1] * 96, box[2] * 128, box[3] * 96];
        let changed = 0;
        let all = 0;
        for (let row = Math.ceil(y); row < Math.floor(y + h); row++)
          for (let column = Math.ceil(x); column < Math.floor(x + w); column++) {
            all++;
            if (plane[row * 128 + column] !== empty.plane[row * 128 + column]) changed++;
          }
        if (all < 30) continue;
        checked++;
        t.ok(changed > 0.2 * all, `${name} ${kind} at ${frame}: ${changed} of ${all}`);
      }
    });
    if (name !== 'place_quiet') t.ok(checked > 20, `${name} ${checked}`);
  }
});

void test('a labelled box is that of a thing which is seen, but for what does not come and what a press leaves out', async (t) => {
  for (const name of SCENE_NAMES) {
    watch({ ...SCENES[name], anomaliesFrom: 300, anomalySpacing: 200 }, 2500, ({ frame, truth }) => {
      if (truth.box === null || truth.kind === 'skip') return;
      t.ok(
        truth.things.some(({ box }) => JSON.stringify(box) === JSON.stringify(truth.box)),
        `${name} at ${frame}`,
      );
    });
  }
});

void test('no two seeds show one street: ways, kinds and sizes differ', async (t) => {
  const kinds = new Set<string>();
  const cells = new Set<number>();
  const heights: number[] = [];
  for (let seed = 1; seed <= 24; seed++) {
    watch({ ...SCENES.normal, seed, width: 32, height: 24 }, 300, ({ truth }) => {
      for (const { kind, box } of truth.things) {
        kinds.add(kind);
        const [x, y] = [box[0] + box[2] / 2, box[1] + box[3] / 2];
        cells.add(Math.floor(y * 6) * 6 + Math.floor(x * 6));
        if (box[0] > 0.02 && box[0] + box[2] < 0.98 && box[1] > 0.02 && box[1] + box[3] < 0.98) heights.push(box[3]);
      }
    });
  }
  t.ok(kinds.size >= 3, [...kinds].join(' '));
  t.ok(cells.size >= 24, `${cells.size} of 36 places`);
  t.ok(Math.max(...heights) > 3 * Math.min(...heights), `${Math.min(...heights)} to ${Math.max(...heights)}`);
});

void test('noise and drift change every picture but keep its brightness within bounds', async (t) => {
  const means: number[] = [];
  let repeated = 0;
  let last = Buffer.alloc(0);
  watch({ ...SCENES.normal }, 5000, ({ frame, luma }) => {
    if (frame % 10 === 0) means.push(luma.reduce((sum, value) => sum + value, 0) / luma.length);
    if (last.equals(luma)) repeated++;
    last = Buffer.from(luma);
  });
  t.equal(repeated, 0);
  t.ok(Math.max(...means) / Math.min(...means) > 1.2, 'drift is visible');
  t.ok(Math.min(...means) > 40 && Math.max(...means) < 215);
});

void test('an unknown strength of disturbance is refused', async (t) => {
  t.throws(() => createScene({ disturbance: 3 as 2 }), /Expected a disturbance of 0, 1, 2 but received 3/);
  const scene = createScene({ width: 40, height: 30 });
  t.equal(renderNext(scene, new Uint8Array(1200)).kind, null);
});
