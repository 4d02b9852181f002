import { test } from 'tap';
import {
  type Label,
  auc,
  coverage,
  exceededBy,
  judgeAlerts,
  mean,
  median,
  splitByCover,
} from '../../scripts/bench/detection/measures.ts';

const label = (kind: string, first: number, last: number): Label => ({ id: `${kind} ${first}`, kind, first, last });
const at = (...frames: number[]) => frames.map((frame) => ({ frame, cause: 'form', what: `at ${frame}` }));

void test('the area under the curve is the chance that a positive scores higher, ties counting half', async (t) => {
  t.equal(auc([3, 4], [1, 2]), 1);
  t.equal(auc([1, 2], [3, 4]), 0);
  t.equal(auc([1, 3], [2]), 0.5);
  t.equal(auc([2, 2], [2, 2, 2]), 0.5);
  t.equal(auc([2, 5], [2, 1, 9]), (0.5 + 1 + 1 + 1) / 6);
  t.ok(Number.isNaN(auc([], [1])) && Number.isNaN(auc([1], [])));
});

void test('an alert from 2 frames before an anomaly to 40 after it finds it, once, with its delay', async (t) => {
  const stop = label('stop', 100, 150);
  const fast = label('fast', 400, 410);
  const { found, wrong } = judgeAlerts([stop, fast], at(98, 120, 190, 397, 451), 0);
  t.same([...found], [[stop, -2]]);
  t.same(wrong, at(397, 451));
});

void test('the windows are times: at 5 frames a second they hold half as many frames', async (t) => {
  const stop = label('stop', 100, 150);
  const { found, wrong } = judgeAlerts([stop], at(99, 170, 171, 190, 216), 0, 5);
  t.same([...found], [[stop, -1]]);
  t.same(wrong, at(171, 216));
});

void test('false alerts within 50 frames of the last one count once, those before the first judged frame not at all', async (t) => {
  const { wrong } = judgeAlerts([], at(10, 100, 140, 190, 241), 50);
  t.same(wrong, at(100, 241));
});

void test('the value exceeded by a share of others', async (t) => {
  const values = Array.from({ length: 1000 }, (_, i) => i);
  t.equal(exceededBy(values, 0.002), 997);
  t.equal(exceededBy(values, 0), 999);
  t.equal(exceededBy([5], 0.5), 5);
});

void test('middle and mean; what is not known does not count', async (t) => {
  t.equal(median([9, 1, 5]), 5);
  t.equal(median([4, 1]), 4);
  t.ok(Number.isNaN(median([])));
  t.equal(mean([1, Number.NaN, 3]), 2);
});

void test('a box covers shares of positions; scarcely touched positions are neither in nor out', async (t) => {
  // 4 x 2 positions; the box reaches from the middle of column 0 to a tenth of column 2 in the upper row.
  const covered = coverage([0.125, 0, 0.4, 0.5], 4, 2);
  t.same(
    [...covered].map((share) => Math.round(share * 100)),
    [50, 100, 10, 0, 0, 0, 0, 0],
  );
  const values = [8, 7, 6, 5, 4, 3, 2, 1];
  t.same(splitByCover(values, covered), { inside: [8, 7], outside: [5, 4, 3, 2, 1] });
  t.same(
    splitByCover(values, covered, 0.1, (position) => position > 0),
    {
      inside: [7, 6],
      outside: [5, 4, 3, 2, 1],
    },
  );
});
