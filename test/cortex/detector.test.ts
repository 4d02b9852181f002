import { test } from 'tap';
import {
  type Account,
  type DetectedCause,
  type Detector,
  closeAll,
  detectScene,
  detectThing,
  detectorFields,
  holdGone,
} from '../../src/cortex/detector.ts';
import type { Box } from '../../src/vision/box.ts';
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
    const moment = { step: this.step, timeMs: this.step * 100 };
    return detectScene(this.detector, this.cause, { ratio, mayStart }, moment, () => account);
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
  t.equal(watch.detector.views.open.filter((state) => state === 1).length, 1);
});

void test('a return of evidence within the hold time is the same event', async (t) => {
  const watch = new Watch();
  t.same(watch.feed([1, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1, 0.1]), ['start', null, null, null, null, null, null, 'end']);
});

void test('the same cause is quiet for the cool-down, another is not', async (t) => {
  const watch = new Watch();
  watch.feed([1, 0, 0, 0, 0]);
  t.same(watch.feed([2, 2, 2, 2, 2, 2]), [null, null, null, null, 'start', null]);
  const now = { step: 6, timeMs: 600 };
  const other = detectScene(watch.detector, 'form', { ratio: 2, mayStart: true }, now, () => account);
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
  t.equal(start?.score, 0.75, 'an event starts with what raised it');
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

/** Things that come and go, told one by one. */
class Crowd {
  readonly detector: Detector = {
    views: viewsFor(detectorFields()),
    confirmMs: 0,
    holdMs: 300,
    cooldownMs: 500,
    release: 0.6,
  };
  step = 0;

  /** One frame in which these things are there; returns what is told, `type key`. */
  frame(things: { readonly [id: number]: readonly [ratio: number, box: Box] }): string[] {
    const moment = { step: ++this.step, timeMs: this.step * 100 };
    const told: EventChange[] = [];
    holdGone(
      this.detector,
      (id) => id in things,
      moment,
      () => account,
      told,
    );
    for (const [id, [ratio, box]] of Object.entries(things)) {
      const evidence = { ratio, mayStart: true };
      const change = detectThing(
        this.detector,
        Number(id),
        () => 'form',
        box,
        evidence,
        moment,
        () => ({ ...account, box }),
      );
      if (change !== null) told.push(change);
    }
    return told.map(({ type, key }) => `${type} ${key}`);
  }
}

const here: Box = [0.1, 0.1, 0.1, 0.2];
const there: Box = [0.6, 0.5, 0.1, 0.2];

void test('each thing has an event of its own, from its evidence until it has been gone for the hold time', async (t) => {
  const crowd = new Crowd();
  t.same(crowd.frame({ 3: [0.9, here], 4: [1.2, there] }), ['start thing:4']);
  t.same(crowd.frame({ 3: [1.5, here], 4: [1.2, there] }), ['start thing:3']);
  t.same(crowd.frame({ 3: [1.5, here] }), []);
  for (let i = 0; i < 2; i++) t.same(crowd.frame({ 3: [1.5, here] }), []);
  t.same(crowd.frame({ 3: [1.5, here] }), ['end thing:4']);
  const ends = closeAll(crowd.detector, { step: 9, timeMs: 900 }, () => account);
  t.same(
    ends.map(({ type, key, cause }) => [type, key, cause]),
    [['end', 'thing:3', 'form']],
  );
});

void test('the box of an event follows its thing, at most once a second', async (t) => {
  const crowd = new Crowd();
  const told: string[] = [];
  for (let i = 0; i < 40; i++) told.push(...crowd.frame({ 5: [1.4, [0.02 * i, 0.1, 0.05, 0.1]] }));
  t.equal(told[0], 'start thing:5');
  t.same(new Set(told.slice(1)), new Set(['update thing:5']));
  t.equal(told.length, 4);
  const still = new Crowd();
  t.same(Array.from({ length: 40 }, () => still.frame({ 5: [1.4, here] })).flat(), ['start thing:5']);
});

void test('a thing that is lost and found as another at the same place goes on with its event', async (t) => {
  const crowd = new Crowd();
  crowd.frame({ 7: [2, here] });
  t.same(crowd.frame({}), []);
  t.same(crowd.frame({ 8: [2, here] }), []);
  t.same(crowd.frame({ 8: [2, here], 9: [2, there] }), ['start thing:9']);
  for (let i = 0; i < 3; i++) crowd.frame({ 9: [2, there] });
  t.same(crowd.frame({ 9: [2, there] }), ['end thing:7']);
});
