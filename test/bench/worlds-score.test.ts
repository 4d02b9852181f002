import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { readWorld, worldsIn } from '../../scripts/bench/worlds/given.ts';
import { inTurns } from '../../scripts/bench/worlds/jobs.ts';
import {
  type Labels,
  type Said,
  breaksOf,
  doOverlap,
  scoreWorld,
  toldSoon,
  totalOf,
  withNotices,
} from '../../scripts/bench/worlds/score.ts';
import type { Box } from '../../src/vision/box.ts';

const HERE: Box = [0.1, 0.1, 0.2, 0.2];
const ELSEWHERE: Box = [0.6, 0.6, 0.1, 0.1];

/** Labels of 400 frames, judged from 100 on: [kind, first, last]. */
function labels(...stretches: readonly (readonly [string, number, number])[]): Labels {
  const kinds: (string | null)[] = Array.from({ length: 400 }, () => null);
  const boxes: (Box | null)[] = Array.from({ length: 400 }, () => null);
  for (const [kind, first, last] of stretches) {
    kinds.fill(kind, first, last + 1);
    for (let frame = first; frame <= last; frame++) boxes[frame] = HERE;
  }
  return { train: 100, fps: 10, kinds, boxes };
}
const start = (frame: number, box: Box | null = HERE): Said => ({ frame, change: 'start', box, cause: 'c', what: 'w' });
const update = (frame: number): Said => ({ ...start(frame), change: 'update' });

void test('stretches at most three frames apart are one break, and what was before the first judged frame is none', async (t) => {
  const found = breaksOf(labels(['stop', 20, 40], ['stop', 200, 210], ['stop', 213, 220], ['fast', 230, 231]));
  t.same(
    found.map(({ kind, from, to }) => [kind, from, to]),
    [
      ['stop', 200, 220],
      ['fast', 230, 231],
    ],
  );
});

void test('an alert from 2 frames before to 40 after a break finds it; all others are false', async (t) => {
  const at = (frame: number) => scoreWorld(labels(['stop', 200, 220]), [start(frame)]);
  for (const frame of [198, 200, 260]) t.same([at(frame).breaks[0]!.alert?.frame, at(frame).wrong.length], [frame, 0]);
  for (const frame of [197, 261]) t.same([at(frame).breaks[0]!.alert, at(frame).wrong.length], [null, 1]);
  t.equal(at(50).wrong.length, 0);
});

void test('an open alert finds a break when it is updated in it, and is never false for being updated elsewhere', async (t) => {
  const { breaks, wrong } = scoreWorld(labels(['stop', 200, 220]), [start(120), update(150), update(205), start(210)]);
  t.equal(breaks[0]!.alert?.frame, 205);
  t.same(
    wrong.map(({ frame }) => frame),
    [120],
  );
  t.equal(scoreWorld(labels(['stop', 200, 220]), [update(230)]).breaks[0]!.alert, null);
});

void test('false alerts within 50 frames of the last false one count once', async (t) => {
  const { wrong } = scoreWorld(labels(), [start(110), start(160), start(205), start(256)]);
  t.same(
    wrong.map(({ frame }) => frame),
    [110, 256],
  );
});

void test('times are seconds: at 5 frames a second the same windows hold half as many frames', async (t) => {
  const slow: Labels = { ...labels(['stop', 200, 220]), fps: 5 };
  t.equal(scoreWorld(slow, [start(240)]).wrong.length, 0);
  t.equal(scoreWorld(slow, [start(241)]).wrong.length, 1);
});

void test('the box of the first alert must overlap the true one of that frame, or of the last ones it was seen in', async (t) => {
  const placed = (said: Said) => scoreWorld(labels(['stop', 200, 220]), [said]).breaks[0]!.isPlaced;
  t.same(
    [placed(start(210)), placed(start(245)), placed(start(210, ELSEWHERE)), placed(start(210, null))],
    [true, true, false, false],
  );
  // 35 frames after the thing was seen last there is nothing to hold it against.
  t.equal(placed(start(256)), false);
  t.ok(doOverlap(HERE, [0.29, 0.29, 0.1, 0.1]) && !doOverlap(HERE, [0.31, 0.1, 0.1, 0.1]));
});

void test('notices answer what happens to the camera, and are false nowhere', async (t) => {
  const truth = labels(['covered', 200, 300], ['stop', 350, 360]);
  const said = withNotices(truth, [start(355)], [start(150), start(230), start(352)], ['covered']);
  t.same(
    said.map(({ frame }) => frame),
    [230, 355],
  );
});

void test('a visitor is told soon when it is within a second of being wholly in the picture', async (t) => {
  const truth = labels(['visitor', 120, 160], ['visitor', 200, 240], ['visitor', 300, 340]);
  // The first one comes in from the left and is whole after 10 frames.
  const boxes = truth.boxes.map((box, frame): Box | null => (frame >= 120 && frame < 130 ? [0, 0.1, 0.1, 0.2] : box));
  const score = scoreWorld({ ...truth, boxes }, [start(140), start(211)]);
  t.same(toldSoon({ ...truth, boxes }, score, 'visitor', 3, 1), { told: 1, of: 3 });
  t.same(toldSoon({ ...truth, boxes }, score, 'visitor', 1, 1), { told: 1, of: 1 });
});

void test('totals add up; rates are per judged frame and hour; the middle is over worlds', async (t) => {
  const one = scoreWorld(labels(['stop', 200, 220], ['fast', 300, 305]), [start(204), start(350)]);
  const other = scoreWorld(labels(['stop', 150, 160]), [start(152, ELSEWHERE), start(250), start(310)]);
  const total = totalOf([one, other]);
  t.match(total, { found: 2, of: 3, placed: 1, wrong: 3, frames: 600, delayS: 0.4 });
  t.same(total.byKind, { stop: { found: 2, of: 2 }, fast: { found: 0, of: 1 } });
  t.same([total.falsePer5000, total.falsePerHour], [25, 180]);
  t.equal(total.medianFalsePer5000, (2 * 5000) / 300);
});

void test('worlds are read by pairs of files, and a truth that cannot be judged is refused', async (t) => {
  const folder = t.testdir({ 'yard-1-2.mp4': '', 'alone.json': '{}' });
  writeFileSync(
    join(folder, 'yard-1-2.json'),
    JSON.stringify({ train: 1, kinds: [null, 'bag'], boxes: [null, HERE], world: { nuisance: 2 } }),
  );
  t.match(worldsIn(folder), [{ name: 'yard-1-2', family: 'yard', nuisance: 2, fps: 10, train: 1, tracks: null }]);
  writeFileSync(join(folder, 'yard-1-2.json'), JSON.stringify({ train: 2, kinds: [null, 'bag'] }));
  t.throws(() => readWorld(folder, 'yard-1-2'), /Expected "kinds".* but received train 2 and 2 kinds/);
  mkdirSync(join(folder, 'none'));
  t.throws(() => worldsIn(join(folder, 'none')), /found no such pair/);
  t.throws(() => worldsIn(join(folder, 'nowhere')), /there is no/);
});

void test('jobs run a few at a time and give results in their order', async (t) => {
  let running = 0;
  let most = 0;
  const job = (value: number) => async () => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < 5 - value; turn++) await Promise.resolve();
    running--;
    return value;
  };
  t.same(await inTurns([1, 2, 3, 4].map(job), 2), [1, 2, 3, 4]);
  t.equal(most, 2);
});
