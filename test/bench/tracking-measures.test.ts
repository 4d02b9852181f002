import { test } from 'tap';
import {
  type Given,
  type TrueTrack,
  boxError,
  intersectionOverUnion,
  isAskedFor,
  pairBoxes,
  scoreTracking,
} from '../../scripts/bench/tracking/measures.ts';
import type { Box } from '../../src/vision/box.ts';

/** A thing that goes to the right, one hundredth a frame. */
const boxAt = (i: number, y = 0.3): Box => [0.1 + i / 100, y, 0.1, 0.2];
const track = (id: number, frames: number, y = 0.3): TrueTrack => ({
  id,
  kind: 'walker',
  first: 0,
  boxes: Array.from({ length: frames }, (_, i) => boxAt(i, y)),
});

void test('boxes are paired by what they share, the best first, each once', async (t) => {
  t.equal(intersectionOverUnion([0, 0, 0.2, 0.2], [0.1, 0, 0.2, 0.2]), 1 / 3);
  t.equal(intersectionOverUnion([0, 0, 0.2, 0.2], [0.2, 0, 0.2, 0.2]), 0);
  const here: Box = [0.1, 0.1, 0.2, 0.2];
  const nearby: Box = [0.15, 0.1, 0.2, 0.2];
  t.same(pairBoxes([here, nearby], [nearby]), [-1, 0]);
  t.same(pairBoxes([here], [[0.7, 0.7, 0.1, 0.1]]), [-1]);
  t.same(pairBoxes([here, nearby], [nearby, here]), [1, 0]);
});

void test('the error of a box is the mean distance of its edges over half the perimeter', async (t) => {
  t.equal(boxError([0, 0, 0.2, 0.3], [0, 0, 0.2, 0.3]), 0);
  t.ok(Math.abs(boxError([0, 0, 0.2, 0.3], [0, 0, 0.4, 0.3]) - 0.2 / 4 / 0.5) < 1e-12);
});

void test('what is at the border or too small is not asked for', async (t) => {
  t.ok(isAskedFor([0.2, 0.2, 0.1, 0.1]));
  t.notOk(isAskedFor([0, 0.2, 0.1, 0.1]));
  t.notOk(isAskedFor([0.2, 0.85, 0.1, 0.15]));
  t.notOk(isAskedFor([0.2, 0.2, 0.1, 0.03]));
});

void test('one id from entry to exit is one thing; another id in the middle is a switch', async (t) => {
  const kept = Array.from({ length: 40 }, (_, i): Given[] => [{ id: 7, box: boxAt(i) }]);
  t.match(scoreTracking([track(1, 40)], kept, 10, 0), { of: 1, asOne: 1, switches: 0, frames: 40, covered: 40 });
  const changed = kept.map((given, i): Given[] => (i < 20 ? given : [{ ...given[0]!, id: 8 }]));
  t.match(scoreTracking([track(1, 40)], changed, 10, 0), { of: 1, asOne: 0, switches: 1, covered: 40 });
  const lost = kept.map((given, i): Given[] => (i < 30 ? given : []));
  t.match(scoreTracking([track(1, 40)], lost, 10, 0), { of: 1, asOne: 0, switches: 0, covered: 30 });
});

void test('an id that goes over to another thing and stays longer there is not the first one any more', async (t) => {
  const tracks = [track(1, 20), { ...track(2, 60, 0.7), first: 20 }];
  const given = Array.from({ length: 80 }, (_, i): Given[] => [
    { id: 'a', box: i < 20 ? boxAt(i) : boxAt(i - 20, 0.7) },
  ]);
  t.match(scoreTracking(tracks, given, 10, 0), { of: 2, asOne: 1, switches: 0 });
});

void test('things that are seen shortly, or before the first judged frame, are not asked for', async (t) => {
  const given = Array.from({ length: 40 }, (): Given[] => []);
  t.match(scoreTracking([track(1, 14), track(2, 15, 0.6)], given, 10, 0), { of: 1, asOne: 0 });
  t.match(scoreTracking([track(1, 40)], given, 10, 30), { of: 0 });
});
