import { test } from 'tap';
import { SCENES } from '../../src/scene/scenes.ts';
import { type LabelSeen, labelsOf, watch } from './watch.ts';

/** Frames in which the bus is seen for the first time; it is the only thing in the picture. */
function arrivalsOf(anomaliesFrom: number, frames: number, seed: number): number[] {
  const arrivals: number[] = [];
  let last = 0;
  watch(
    { ...SCENES.timing, seed, anomaliesFrom, anomalySpacing: 1000, width: 16, height: 12 },
    frames,
    ({ frame, truth }) => {
      const id = truth.things[0]?.id ?? last;
      if (id > last) arrivals.push(frame);
      last = Math.max(last, id);
    },
  );
  return arrivals;
}

void test('the bus comes every 300 frames, give or take 5 %', async (t) => {
  const arrivals = arrivalsOf(Infinity, 12_000, 1);
  const intervals = arrivals.slice(1).map((frame, i) => frame - arrivals[i]!);
  t.ok(intervals.length > 30);
  t.ok(intervals.every((interval) => interval >= 284 && interval <= 316));
  t.ok(new Set(intervals).size > 10);
});

void test('missing, early and late are labelled from when the bus was due, or from when it came too soon', async (t) => {
  for (const seed of [1, 2]) {
    const options = { ...SCENES.timing, seed, anomaliesFrom: 2000, anomalySpacing: 1000, width: 16, height: 12 };
    const arrivals = arrivalsOf(2000, 20_000, seed);
    const labels = labelsOf(options, 20_000).filter(({ last }) => last < 19_900);
    t.same(new Set(labels.map(({ kind }) => kind)), new Set(['missing', 'early', 'late']));
    // The middle of a thing comes into the picture a little after its edge.
    const rim = 25;
    const last = (label: LabelSeen): number => arrivals.filter((frame) => frame < label.first - rim).at(-1)!;
    const next = (label: LabelSeen): number => arrivals.find((frame) => frame >= label.first - rim)!;
    for (const label of labels) {
      const told = `${seed} ${label.kind} ${label.first}-${label.last}`;
      const waited = label.first - last(label);
      const interval = next(label) - last(label);
      if (label.kind === 'early') {
        t.ok(interval >= 164 && interval <= 226, told);
        t.ok(label.first >= next(label) && label.first < next(label) + rim, told);
      } else {
        t.ok(waited >= 284 && waited <= 316 + rim, told);
      }
      if (label.kind === 'late') t.ok(interval >= 374 && interval <= 436 && label.last > next(label) + 10, told);
      if (label.kind === 'missing') {
        t.ok(interval >= 569 && interval <= 631, told);
        t.ok(Math.abs(label.last - next(label)) <= rim, told);
      }
    }
  }
});

void test('a bus that is not there has no box, one that is has', async (t) => {
  const shown = new Map<string, Set<boolean>>();
  watch({ ...SCENES.timing_traffic, anomaliesFrom: 1000, anomalySpacing: 900 }, 9000, ({ truth }) => {
    if (truth.kind !== null) shown.set(truth.kind, (shown.get(truth.kind) ?? new Set()).add(truth.box !== null));
  });
  t.same(shown.get('missing'), new Set([false]));
  t.same(shown.get('early'), new Set([true]));
  t.same(shown.get('late'), new Set([false, true]));
});
