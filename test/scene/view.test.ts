import { test } from 'tap';
import { between } from '../../src/scene/dice.ts';
import { type CameraRange, dealCamera, groundAt, project } from '../../src/scene/view/camera.ts';
import { apartness, dealPath, dealPlace, isInSight, shownPoints } from '../../src/scene/view/ground-plan.ts';
import { curveThrough, extended, pathOf, poseAt, reversed } from '../../src/scene/view/path.ts';
import { cosine, sine } from '../../src/scene/view/trigonometry.ts';

const RANGE: CameraRange = { height: [2.4, 6.5], horizon: [-0.5, 0.2] };
const seeded = (seed: number): Uint32Array => new Uint32Array([seed * 2654435761]);

void test('sine and cosine agree with those of the language', async (t) => {
  for (let angle = -20; angle < 300; angle += 0.37) {
    t.ok(
      Math.abs(sine(angle) - Math.sin(angle)) < 1e-11 && Math.abs(cosine(angle) - Math.cos(angle)) < 1e-11,
      `${angle}`,
    );
  }
});

void test('what is seen at a point of the picture is where that ground is; farther away it is smaller', async (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed);
    const camera = dealCamera(9 / 16, RANGE, random);
    let below = 0;
    for (let y = 0.95; y > camera.horizon + 0.1; y -= 0.1) {
      const x = between(random, 0, 1);
      const ground = groundAt(camera, x, y)!;
      const seen = project(camera, ground[0], ground[1], 0)!;
      t.ok(Math.abs(seen.x - x) < 1e-9 && Math.abs(seen.y - y) < 1e-9, `${seed} ${x} ${y}`);
      const head = project(camera, ground[0], ground[1], 1.8)!;
      t.ok(head.y < seen.y);
      if (below !== 0) t.ok(seen.scale < below + 0.01);
      below = seen.scale;
    }
    t.equal(groundAt(camera, 0.5, camera.horizon - 0.05), null);
    t.equal(project(camera, 0, -10, 0), null);
  }
});

void test('a path is measured in metres, and goes on straight where it is drawn out', async (t) => {
  const path = pathOf([
    [0, 0],
    [3, 4],
    [3, 10],
  ]);
  t.same(path.along, [0, 5, 11]);
  t.match(poseAt(path, 2.5, 0), { x: 1.5, y: 2, dx: 0.6, dy: 0.8 });
  t.match(poseAt(path, 8, 1), { x: 2, y: 7, dx: 0, dy: 1 });
  t.match(poseAt(path, 99, 0), { x: 3, y: 10 });
  t.same(reversed(path).along, [0, 6, 11]);
  const longer = extended(path, 5, 2);
  t.same(longer.points[0], [-3, -4]);
  t.same(longer.points.at(-1), [3, 12]);
  const curve = curveThrough([
    [0, 0],
    [2, 1],
    [4, 0],
  ]);
  t.ok(curve.points.some(([x, y]) => x === 2 && y === 1));
  t.ok(curve.length > 4.4 && curve.length < 4.8);
});

void test('paths are dealt at all angles, apart from one another, and end out of sight or far away', async (t) => {
  const quarters = new Set<number>();
  for (let seed = 1; seed <= 40; seed++) {
    const random = seeded(seed);
    const camera = dealCamera(0.75, RANGE, random);
    const wish = { kind: 'walker', least: 0.05, apart: 0.15 } as const;
    const first = dealPath(camera, { ...wish, apartFrom: [] }, random);
    const second = dealPath(camera, { ...wish, apartFrom: [first] }, random);
    const shown = shownPoints(camera, first);
    t.ok(apartness(shown, shownPoints(camera, second)) > 0.07, `${seed}`);
    const [x0, y0] = shown[0]!;
    const [x1, y1] = shown.at(-1)!;
    quarters.add(Math.round(Math.atan2(y1 - y0, x1 - x0) / (Math.PI / 4)) & 7);
    for (const path of [first, second]) {
      for (const [x, y] of [path.points[0]!, path.points.at(-1)!])
        t.ok(!isInSight(camera, x, y, 'walker') || project(camera, x, y, 0)!.y < camera.horizon + 0.2, `${seed}`);
    }
  }
  t.ok(quarters.size >= 6, `${quarters.size} of 8 directions`);
});

void test('places are dealt all over the picture, apart from one another', async (t) => {
  const columns = new Set<number>();
  const rows = new Set<number>();
  for (let seed = 1; seed <= 30; seed++) {
    const random = seeded(seed);
    const camera = dealCamera(0.75, RANGE, random);
    const first = dealPlace(camera, { least: 0.06, apartFrom: [], apart: 0 }, random);
    const second = dealPlace(camera, { least: 0.06, apartFrom: [first.shown], apart: 0.24 }, random);
    const [dx, dy] = [first.shown[0] - second.shown[0], first.shown[1] - second.shown[1]];
    t.ok(dx * dx + dy * dy > 0.2 * 0.2, `${seed}`);
    columns.add(Math.floor(first.shown[0] * 5));
    rows.add(Math.floor(first.shown[1] * 5));
  }
  t.ok(columns.size === 5 && rows.size >= 3, `${columns.size} ${rows.size}`);
});
