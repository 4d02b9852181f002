import { test } from 'tap';
import { SCENES } from '../../src/scene/scenes.ts';
import { type LabelSeen, labelsOf, watch } from './watch.ts';

/** Frames in which a bus comes in. */
function arrivalsOf(anomaliesFrom: number, frames: number): number[] {
  const arrivals: number[] = [];
  let before = 0;
  watch({ ...SCENES.timing, anomaliesFrom, anomalySpacing: 1000 }, frames, ({ frame, scene }) => {
    const { length } = scene.play.things;
    if (length > before) arrivals.push(frame);
    before = length;
  });
  return arrivals;
}

void test('the bus comes every 300 frames, give or take 5 %', async (t) => {
  const arrivals = arrivalsOf(Infinity, 12_000);
  const intervals = arrivals.slice(1).map((frame, i) => frame - arrivals[i]!);
  t.ok(intervals.length > 30);
  t.ok(intervals.every((interval) => interval >= 285 && interval <= 315));
  t.ok(new Set(intervals).size > 10);
});

void test('missing, early and late are labelled from when the bus was due, or from when it came too soon', async (t) => {
  const options = { ...SCENES.timing, anomaliesFrom: 2000, anomalySpacing: 1000 };
  const arrivals = arrivalsOf(2000, 20_000);
  const labels = labelsOf(options, 20_000).filter(({ last }) => last < 19_900);
  t.same(new Set(labels.map(({ kind }) => kind)), new Set(['missing', 'early', 'late']));
  const last = (label: LabelSeen): number => arrivals.filter((frame) => frame < label.first).at(-1)!;
  const next = (label: LabelSeen): number => arrivals.find((frame) => frame >= label.first)!;
  for (const label of labels) {
    const told = `${label.kind} ${label.first}-${label.last}`;
    const waited = label.first - last(label);
    const interval = next(label) - last(label);
    if (label.kind === 'early') {
      t.ok(interval >= 165 && interval <= 225, told);
      t.equal(label.first, next(label), told);
    } else {
      t.ok(waited >= 285 && waited <= 315, told);
    }
    if (label.kind === 'late') t.ok(interval >= 375 && interval <= 435 && label.last > next(label) + 40, told);
    if (label.kind === 'missing') {
      t.ok(interval >= 570 && interval <= 630, told);
      t.equal(label.last, next(label) - 1, told);
    }
  }
});

void test('a bus that is not there has no box, one that is has', async (t) => {
  watch({ ...SCENES.timing_traffic, anomaliesFrom: 1000, anomalySpacing: 900 }, 6000, ({ frame, truth, scene }) => {
    if (truth.kind === null) return;
    const bus = scene.play.things.find(({ width }) => width > 0.2);
    t.equal(truth.box !== null, bus !== undefined, `${truth.kind} at ${frame}`);
  });
});

void test('other traffic does not hang on the bus', async (t) => {
  let together = 0;
  let others = 0;
  watch({ ...SCENES.timing_traffic, kinds: [] }, 6000, ({ scene }) => {
    const { things } = scene.play;
    if (things.some(({ width }) => width < 0.2)) others++;
    if (things.length === 2) together++;
  });
  t.ok(others > 2000 && together > 200, `${others} ${together}`);
});
