import { test } from 'tap';
import { arrive, isRegular, readRhythm, resetRhythm, rhythmFields, usualPeriodMs } from '../../src/visits/rhythm.ts';
import { endPause, pauseFields, readPause } from '../../src/visits/pause.ts';
import { NO_VISIT } from '../../src/visits/kinds.ts';
import { between } from '../support/visit-life.ts';
import { viewsFor } from '../support/views.ts';

const BUS = 3;

/** A bus every 30 s, give or take 5 %. */
class Stop {
  readonly rhythm = viewsFor(rhythmFields());
  readonly random = new Uint32Array([2]);
  readonly step = { early: 0, overdue: 0, earlyKind: -1, overdueKind: -1, arrivals: 0 };
  timeMs = 1000;

  come(seconds: number): number {
    this.timeMs += seconds * 1000;
    arrive(this.rhythm, BUS, this.timeMs, true, this.step);
    readRhythm(this.rhythm, this.timeMs, this.step);
    return this.step.early;
  }

  buses(count: number): void {
    for (let i = 0; i < count; i++) this.come(between(this.random, 28.5, 31.5));
  }

  overdueAfter(seconds: number): number {
    readRhythm(this.rhythm, this.timeMs + seconds * 1000, this.step);
    return this.step.overdue;
  }
}

void test('a bus can be early or overdue, and what is within the usual is neither', async (t) => {
  const stop = new Stop();
  stop.buses(9);
  t.equal(isRegular(stop.rhythm, BUS), false, 'nine times are few');
  stop.buses(12);
  t.ok(Math.abs(usualPeriodMs(stop.rhythm, BUS) - 30_000) < 800);
  t.equal(stop.overdueAfter(31), 0);
  t.ok(stop.overdueAfter(40) > 10);
  t.equal(stop.step.overdueKind, BUS);
  t.equal(stop.come(29.5), 0);
  t.ok(stop.come(20) > 10);
  t.equal(stop.step.earlyKind, BUS);
});

void test('one bus that was lost from sight in five does not end the rhythm', async (t) => {
  const stop = new Stop();
  for (let i = 0; i < 24; i++) stop.come(i % 5 === 4 ? between(stop.random, 57, 63) : between(stop.random, 28.5, 31.5));
  t.equal(isRegular(stop.rhythm, BUS), true);
});

void test('what comes at random, or in a wide turn, has no rhythm', async (t) => {
  for (const [low, high] of [
    [2, 60],
    [20, 40],
    [25, 36],
  ] as const) {
    const stop = new Stop();
    let regular = 0;
    for (let i = 0; i < 300; i++) {
      stop.come(between(stop.random, low, high));
      if (isRegular(stop.rhythm, BUS)) regular++;
    }
    t.ok(regular <= 6, `${low} to ${high} s: regular ${regular} of 300`);
  }
});

void test('accepted kinds are not watched, and a new clip knows no last bus', async (t) => {
  const stop = new Stop();
  stop.buses(20);
  stop.rhythm.accepted[BUS] = 1;
  t.equal(stop.overdueAfter(40), 0);
  t.equal(stop.come(20), 0);
  stop.rhythm.accepted[BUS] = 0;
  t.ok(stop.overdueAfter(50) > 0);
  resetRhythm(stop.rhythm);
  t.equal(stop.overdueAfter(50), 0);
});

void test('a pause that is as long as ever is none, one that goes on is told, where pauses are alike', async (t) => {
  const word = { bits: 0, kind: NO_VISIT, pauseMs: 0, usualMs: 0, mattering: false };
  const random = new Uint32Array([4]);
  const after = (seconds: number, low: number, high: number, isIdle = true): number => {
    const pauses = viewsFor(pauseFields());
    let timeMs = 1000;
    for (let i = 0; i < 40; i++) {
      endPause(pauses, BUS, timeMs, timeMs + 5000, true);
      timeMs += 5000 + 1000 * between(random, low, high);
    }
    readPause(pauses, isIdle, pauses.overMs[0]! + seconds * 1000, word);
    return word.bits;
  };
  t.equal(after(5, 2, 6), 0);
  t.ok(after(40, 2, 6) > 10);
  t.equal(after(40, 2, 6, false), 0, 'something is there');
  t.equal(after(400, 0.2, 120), 0, 'pauses of any length are never too long');
});
