import { test } from 'tap';
import {
  type Account,
  type DetectedCause,
  type Detector,
  closeAll,
  detect,
  detectorFields,
  isOpen,
} from '../../src/cortex/detector.ts';
import type { EventChange } from '../../src/cortex/observation.ts';
import { viewsFor } from '../support/views.ts';

const account: Account = { position: { row: 1, column: 2 }, box: null, explanation: 'because', expected: [] };

/** Feeds one ratio per 100 ms to one cause and collects what is told. */
class Watch {
  readonly detector: Detector;
  readonly cause: DetectedCause;
  step = 0;

  constructor(cause: DetectedCause = 'motion', confirmMs = 0) {
    this.cause = cause;
    this.detector = { views: viewsFor(detectorFields()), confirmMs, holdMs: 300, cooldownMs: 500, release: 0.6 };
  }

  feed(ratios: readonly number[], mayStart = true): (EventChange['type'] | null)[] {
    return ratios.map((ratio) => this.one(ratio, mayStart)?.type ?? null);
  }

  one(ratio: number, mayStart = true): EventChange | null {
    this.step++;
    return detect(
      this.detector,
      this.cause,
      ratio,
      mayStart,
      { step: this.step, timeMs: this.step * 100 },
      () => account,
    );
  }
}

void test('an event starts at the threshold and ends after evidence has stayed low', async (t) => {
  const watch = new Watch();
  t.same(watch.feed([0, 0.99, 1, 1.02, 0.5, 0.5, 0.5, 0.5, 0.5]), [
    null,
    null,
    'start',
    null,
    null,
    null,
    null,
    'end',
    null,
  ]);
});

void test('evidence between release and threshold keeps an event open and does not start one', async (t) => {
  const watch = new Watch();
  t.same(new Set(watch.feed(Array.from({ length: 20 }, () => 0.8))), new Set([null]));
  watch.feed([1.1]);
  t.same(new Set(watch.feed(Array.from({ length: 20 }, () => 0.8))), new Set([null]));
  t.equal(isOpen(watch.detector, 'motion'), true);
});

void test('a return of evidence within the hold time is the same event', async (t) => {
  const watch = new Watch();
  t.same(watch.feed([1, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1, 0.1]), ['start', null, null, null, null, null, null, 'end']);
});

void test('the same cause is quiet for the cool-down, another is not', async (t) => {
  const watch = new Watch();
  watch.feed([1, 0, 0, 0, 0]);
  t.same(watch.feed([2, 2, 2, 2, 2, 2]), [null, null, null, null, 'start', null]);
  const other = detect(watch.detector, 'form', 2, true, { step: 6, timeMs: 600 }, () => account);
  t.equal(other?.type, 'start');
});

void test('a higher peak is told as an update, at most once a second', async (t) => {
  const watch = new Watch();
  const told = watch.feed([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  t.same(told, ['start', ...Array.from({ length: 9 }, () => null), 'update', null]);
});

void test('nothing starts while alarms are not allowed, but what is open may end', async (t) => {
  const watch = new Watch();
  t.same(watch.feed([5, 5], false), [null, null]);
  watch.feed([5]);
  t.same(watch.feed([0, 0, 0, 0], false), [null, null, null, 'end']);
});

void test('scores are 0.5 at the threshold and the peak is kept to the end', async (t) => {
  const watch = new Watch('timing');
  const start = watch.one(1);
  t.equal(start?.score, 0.5);
  t.equal(start?.severity, 'alert');
  t.equal(start?.startedStep, 1);
  watch.feed([3, 0, 0, 0]);
  const end = watch.one(0);
  t.equal(end?.type, 'end');
  t.equal(end?.peak, 0.75);
  t.equal(end?.endedTimeMs, 600);
  t.equal(end?.startedTimeMs, 100);
});

void test('a change of the whole scene is a notice', async (t) => {
  t.equal(new Watch('scene_change').one(2)?.severity, 'notice');
});

void test('a new clip ends what is open and forgets cool-downs', async (t) => {
  const watch = new Watch();
  watch.feed([1]);
  const ends = closeAll(watch.detector, { step: 2, timeMs: 200 }, () => account);
  t.same(
    ends.map(({ type, cause }) => [type, cause]),
    [['end', 'motion']],
  );
  t.same(watch.feed([1]), ['start']);
});

void test('evidence that does not last is never told; what lasts began when evidence did', async (t) => {
  const watch = new Watch('motion', 300);
  t.same(new Set(watch.feed([2, 2, 0.5, 2, 1, 0])), new Set([null]), 'two flickers');
  t.same(watch.feed([3, 0.8, 0.7]), [null, null, null]);
  const start = watch.one(0.65);
  t.equal(start?.type, 'start');
  t.equal(start?.startedStep, 7);
  t.equal(start?.startedTimeMs, 700);
  t.equal(start?.peak, 0.75, 'the highest since then');
});

void test('waiting evidence is dropped when alarms are no longer allowed or another clip begins', async (t) => {
  const watch = new Watch('motion', 200);
  watch.feed([2]);
  t.same(watch.feed([2], false), [null]);
  t.same(watch.feed([2, 2]), [null, null], 'it waits anew');
  t.same(
    closeAll(watch.detector, { step: 9, timeMs: 900 }, () => account),
    [],
    'what was never told does not end',
  );
  t.same(watch.feed([2, 2, 2]), [null, null, 'start']);
});

void test('a change of the whole scene does not wait', async (t) => {
  t.equal(new Watch('scene_change', 400).one(2)?.type, 'start');
});
