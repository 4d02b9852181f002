import { test } from 'tap';
import {
  type RecurrenceStep,
  type RecurrenceViews,
  isRegular,
  recurrenceFields,
  stepRecurrence,
  usualRecurrenceMs,
} from '../../src/cortex/recurrence.ts';
import { randomBelow } from '../../src/memory/random.ts';
import { viewsFor } from '../support/views.ts';

const PERIOD = 30;

/** Four zones; something is at zone 1 for 3 s whenever a bus comes. */
class Stop {
  readonly views: RecurrenceViews = viewsFor(recurrenceFields(4));
  readonly random = new Uint32Array([3]);
  timeMs = 0;

  /** Let `seconds` pass without a bus and 3 s with one; returns the largest evidence of both kinds. */
  wait(seconds: number, traffic = false): RecurrenceStep {
    const most = { early: 0, overdue: 0, earlyZone: -1, overdueZone: -1, arrivals: 0 };
    const out = { ...most };
    for (let i = 0; i < (seconds + 3) * 10; i++) {
      const bus = i >= seconds * 10 ? 1 : 0;
      const other = traffic && randomBelow(this.random, 60) < 20 ? 1 : 0;
      this.timeMs += 100;
      stepRecurrence(this.views, new Uint8Array([0, bus, other, 0]), this.timeMs, true, out);
      most.early = Math.max(most.early, out.early);
      most.overdue = Math.max(most.overdue, out.overdue);
      most.arrivals += out.arrivals;
      if (out.earlyZone >= 0) most.earlyZone = out.earlyZone;
    }
    return most;
  }

  /** What was early fades over some seconds; forget it at once. */
  told(): void {
    this.views.earlySurprise.fill(0);
  }

  /** Buses by the clock, 5 % either way; returns the largest evidence. */
  live(buses: number, traffic = false): number {
    let most = 0;
    for (let i = 0; i < buses; i++) {
      const { early, overdue } = this.wait(PERIOD - 3 + (randomBelow(this.random, 31) - 15) / 10, traffic);
      most = Math.max(most, early, overdue);
    }
    return most;
  }
}

void test('what comes by the clock is known by its period', async (t) => {
  const stop = new Stop();
  stop.live(20);
  t.ok(isRegular(stop.views, 1));
  t.notOk(isRegular(stop.views, 0));
  const usual = usualRecurrenceMs(stop.views, 1);
  t.ok(usual > 29_000 && usual < 31_000, `${usual}`);
  t.equal(stop.live(30), 0, 'and is no surprise');
});

void test('too soon is early, and the next one may come a period after that', async (t) => {
  const stop = new Stop();
  stop.live(20);
  const early = stop.wait(PERIOD * 0.7 - 3);
  t.ok(early.early > 0.5, `${early.early}`);
  t.equal(early.earlyZone, 1);
  const after = { early: 0, overdue: 0, earlyZone: -1, overdueZone: -1, arrivals: 0 };
  for (let i = 0; i < 5; i++)
    stepRecurrence(stop.views, new Uint8Array([0, 1, 0, 0]), (stop.timeMs += 100), true, after);
  t.ok(after.early > 0.1 * early.early, 'it stays evidence for a moment, so that it can be confirmed');
  stop.told();
  t.equal(stop.live(5), 0);
});

void test('what is overdue is missed before it comes, and that is told once', async (t) => {
  const stop = new Stop();
  stop.live(20);
  const late = stop.wait(PERIOD * 1.3 - 3);
  t.ok(late.overdue > 0.5, `${late.overdue}`);
  t.equal(late.early, 0);
  t.equal(stop.live(5), 0);
});

void test('after one that was left out the rest are on time', async (t) => {
  const stop = new Stop();
  stop.live(20);
  t.ok(stop.wait(2 * PERIOD - 3).overdue > 0.5);
  t.equal(stop.live(5), 0);
});

void test('something else at the place is early itself, but does not make the next one late or early', async (t) => {
  const stop = new Stop();
  stop.live(20);
  t.ok(stop.wait(10).early > 0.5);
  stop.told();
  t.equal(stop.wait(PERIOD - 16).early, 0, 'the bus itself, on time');
  t.equal(stop.live(5), 0);
});

void test('other traffic at other places neither hides nor raises anything', async (t) => {
  const stop = new Stop();
  stop.live(20, true);
  t.equal(stop.live(20, true), 0);
  t.ok(stop.wait(PERIOD * 1.3 - 3, true).overdue > 0.5);
});

void test('what comes at any time is never early nor overdue', async (t) => {
  const stop = new Stop();
  let most = 0;
  for (let i = 0; i < 60; i++) {
    const { early, overdue } = stop.wait(4 + randomBelow(stop.random, 40));
    most = Math.max(most, early, overdue);
  }
  t.equal(most, 0);
});

void test('a routine that is over is forgotten, not missed for ever', async (t) => {
  const stop = new Stop();
  stop.live(20);
  const out = { early: 0, overdue: 0, earlyZone: -1, overdueZone: -1, arrivals: 0 };
  for (let i = 0; i < 1000; i++) stepRecurrence(stop.views, new Uint8Array(4), (stop.timeMs += 100), true, out);
  t.equal(out.overdue, 0, 'after more than three periods');
});
