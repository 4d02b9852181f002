import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'tap';
import {
  COLUMNS,
  ROWS,
  activityOf,
  addFigure,
  addInsect,
  addNoise,
  busiestPlace,
  compress,
  cover,
  defocus,
  dim,
  quietestLine,
  shift,
} from '../../scripts/bench/footage/insert.ts';
import { loopOf } from '../../scripts/bench/footage/loop.ts';
import { BREAKS, DISTURBANCES, isBreak, planTimeline } from '../../scripts/bench/footage/timeline.ts';
import { claimsOf, wrongClaims } from '../../scripts/bench/footage/words.ts';
import { encodeVideo } from '../../scripts/bench/worlds/encode.ts';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'bench', 'footage.js');
const seeded = (): Uint32Array => new Uint32Array([12_345]);
const grey = (shade: number) => ({ plane: new Uint8Array(64 * 48).fill(shade), width: 64, height: 48 });
/** Columns of light and dark, eight pixels wide. */
function stripes() {
  const picture = grey(60);
  for (let i = 0; i < picture.plane.length; i++) if ((i >> 3) % 2 === 0) picture.plane[i] = 180;
  return picture;
}
/** Largest step from a pixel to the next one in a row. */
const sharpness = ({ plane }: { plane: Uint8Array }): number =>
  plane.reduce((most, value, i) => (i % 64 === 0 ? most : Math.max(most, Math.abs(value - plane[i - 1]!))), 0);

void test('a timeline has ordinary life between all breaks and disturbances, each once a round, without a gap', async (t) => {
  const segments = planTimeline(10, 60, 2, 3);
  t.equal(segments[0]!.end, 600);
  t.ok(segments.every(({ first }, i) => i === 0 || first === segments[i - 1]!.end));
  for (const what of [...BREAKS, ...DISTURBANCES]) t.equal(segments.filter((one) => one.what === what).length, 2, what);
  for (let i = 1; i < segments.length; i++) t.equal(segments[i]!.what === 'ordinary', i % 2 === 1);
  t.ok(isBreak('held') && !isBreak('noise'));
  t.same(planTimeline(10, 60, 2, 3), segments);
  t.notSame(planTimeline(10, 60, 2, 4), segments);
});

void test('a loop goes round without a jump: its end fades into its beginning', async (t) => {
  const frames = Array.from({ length: 40 }, (_, i) => Uint8Array.of(i * 5));
  const { at, length } = loopOf(frames);
  t.equal(length, 34);
  t.same([at(0)[0], at(33)[0]], [0, 165]);
  const round = Array.from({ length: 10 }, (_, i) => at(length - 2 + i)[0]!);
  for (let i = 1; i < round.length; i++) t.ok(Math.abs(round[i]! - round[i - 1]!) < 40, round.join(' '));
  t.equal(at(length + 10)[0], 50);
  t.throws(() => loopOf([Uint8Array.of(1)]), /at least 2 frames/);
});

void test('a figure changes what is in its box and nothing else', async (t) => {
  for (const isDark of [true, false]) {
    const picture = grey(120);
    const [x, y, w, h] = addFigure(picture, { x: 0.5, y: 0.8, tall: 0.3, stride: 1, isDark })!;
    t.ok(h > 0.25 && h < 0.35 && y + h > 0.75 && y + h < 0.85);
    let inside = 0;
    picture.plane.forEach((value, i) => {
      if (value === 120) return;
      const [px, py] = [i % 64, Math.floor(i / 64)];
      t.ok(px >= x * 64 - 2 && px <= (x + w) * 64 + 1 && py >= y * 48 - 2 && py <= (y + h) * 48 + 1, `${px} ${py}`);
      inside++;
    });
    t.ok(inside > 0.3 * w * h * 64 * 48);
  }
  t.equal(addFigure(grey(120), { x: -0.5, y: 0.8, tall: 0.3, stride: 1, isDark: true }), null);
});

void test('each alteration shows what it says', async (t) => {
  const covered = stripes();
  cover(covered);
  t.ok(Math.max(...covered.plane) < 25);
  const blurred = stripes();
  defocus(blurred, 3);
  t.ok(sharpness(blurred) < 0.5 * sharpness(stripes()));
  const moved = stripes();
  shift(moved, 8, 0);
  t.equal(moved.plane[0], 60);
  const noisy = grey(100);
  addNoise(noisy, 6, seeded());
  const spread = Math.sqrt(noisy.plane.reduce((sum, value) => sum + (value - 100) ** 2, 0) / noisy.plane.length);
  t.ok(spread > 5 && spread < 7, `${spread}`);
  const coarse = stripes();
  addNoise(coarse, 3, seeded());
  compress(coarse, 22);
  t.ok(new Set(coarse.plane.subarray(0, 8)).size <= 3);
  const dark = grey(100);
  dim(dark, 0.65);
  t.equal(dark.plane[0], 65);
  const insect = grey(120);
  addInsect(insect, 0.5, 0.5);
  const touched = insect.plane.filter((value) => value !== 120).length;
  t.ok(touched > 3 && touched < 60, `${touched}`);
});

void test('where much and where little goes on is found by what changes', async (t) => {
  // Only the lower left quarter is busy.
  const frames = Array.from({ length: 6 }, (_, frame) => {
    const picture = grey(100);
    for (let y = 28; y < 48; y++) for (let x = 0; x < 32; x++) picture.plane[y * 64 + x] = frame % 2 === 0 ? 60 : 160;
    return picture.plane;
  });
  const activity = activityOf(frames, 64, 48);
  t.equal(activity.length, COLUMNS * ROWS);
  const [x, y] = busiestPlace(activity, seeded());
  t.ok(x < 0.5 && y > 0.5, `${x} ${y}`);
  const line = quietestLine(activity, seeded());
  t.ok(Math.min(line[1], line[3]) < 0.6, line.join(' '));
});

void test('claims are told by their words, and those that cannot be true are wrong', async (t) => {
  t.same(claimsOf('the view is covered or dark: nothing can be seen'), ['covered']);
  t.same(claimsOf('stands for 15 s where things pass within 3 s'), ['stays']);
  t.same(claimsOf('something is where nothing was seen moving before'), []);
  t.same(claimsOf('moves right to left where usually left to right is seen'), ['moves']);
  const here = [0.1, 0.1, 0.2, 0.2] as const;
  const there = [0.7, 0.7, 0.1, 0.1] as const;
  t.same(wrongClaims('stand', 'moves faster than is usual here', here, here), ['moves']);
  t.same(wrongClaims('stand', 'moves faster than is usual here', there, here), []);
  t.same(wrongClaims('stand', 'the picture is frozen', null, here), ['frozen']);
  t.same(wrongClaims('covered', 'the view is covered', null, null), []);
  t.same(wrongClaims('insect', 'the view is covered', null, null), ['covered']);
});

void test('a clip is cut, learned and tested, and a row is printed for it', async (t) => {
  const folder = t.testdir({ cache: {} });
  const video = encodeVideo(join(folder, 'yard.mp4'), 64, 48, 10);
  for (let frame = 0; frame < 120; frame++) {
    const picture = stripes();
    addFigure(picture, { x: (frame % 40) / 40, y: 0.8, tall: 0.3, stride: frame, isDark: true });
    await video.add(picture.plane);
  }
  await video.finish();
  const run = (...more: readonly string[]): string =>
    execFileSync(
      process.execPath,
      [script, '--data', folder, '--cache', join(folder, 'cache'), '--width', '64', '--learn-minutes', '1', ...more],
      { encoding: 'utf8', stdio: 'pipe' },
    );
  const told = JSON.parse(run('--json')) as { clip: string; of: number; by_kind: object; false_alarms: number };
  t.match(told, { clip: 'yard.mp4', of: BREAKS.length });
  t.same(Object.keys(told.by_kind).toSorted(), [...BREAKS].toSorted());
  t.match(run(), /yard\.mp4 .*\n.*all /);
  t.throws(() => run('--clips', 'none.mp4'), /Expected none\.mp4 in .* but found yard\.mp4/);
});
