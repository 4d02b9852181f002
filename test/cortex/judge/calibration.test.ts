import { test } from 'tap';
import {
  type Calibration,
  READY_MS,
  calibrationFields,
  countUnit,
  endUnit,
  isReady,
  learningState,
  thresholdOf,
  watchOn,
  weigh,
} from '../../../src/cortex/judge/calibration.ts';
import { crowdFields } from '../../../src/cortex/judge/crowd.ts';
import { KINDS, kindOf, shareOf } from '../../../src/cortex/judge/kinds.ts';
import { tailFields } from '../../../src/usual/tail.ts';
import { viewsFor } from '../../support/views.ts';

const DAY_MS = 86_400_000;
const ORDER = kindOf('flow');

function newborn(alarmsPerDay = 10): Calibration {
  return {
    views: viewsFor(calibrationFields()),
    tails: KINDS.map(() => viewsFor(tailFields())),
    crowd: viewsFor(crowdFields()),
    alarmsPerDay,
    sensitivity: 1,
  };
}

void test('the shares of all kinds add up to one, in a crowd as well', async (t) => {
  for (const isCrowd of [false, true]) {
    const shares = KINDS.map((_, kind) => shareOf(kind, isCrowd));
    t.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  }
});

void test('ready is a matter of time watched with learning on; pauses are no time', async (t) => {
  const calibration = newborn();
  watchOn(calibration, 1000, false);
  t.equal(learningState(calibration).progress, 0);
  for (let i = 0; i < READY_MS / 2000; i++) watchOn(calibration, 1000, true);
  t.ok(Math.abs(learningState(calibration).progress - 0.5) < 1e-6);
  watchOn(calibration, 3_600_000, true);
  t.notOk(isReady(calibration));
  for (let i = 0; i < READY_MS / 2000; i++) watchOn(calibration, 1000, true);
  t.same(learningState(calibration), { state: 'ready', progress: 1 });
});

/** `units` ordinary units over `hours`, values exponential with a mean of one bit times `scale`. */
function lived(calibration: Calibration, units: number, hours: number, scale = 1 / Math.LN2): void {
  calibration.views.spanMs[0] = hours * 3_600_000;
  for (let i = 0; i < units; i++) {
    calibration.views.highest[ORDER] = -scale * Math.log(((i * 7919) % units) / units + 0.5 / units);
    endUnit(calibration, ORDER, true);
  }
}

void test('as many ordinary units alarm as were asked for', async (t) => {
  for (const perDay of [1, 3, 24, 240]) {
    const calibration = newborn(perDay);
    lived(calibration, 500, 1);
    const threshold = thresholdOf(calibration, ORDER);
    // Of 12,000 units a day, those beyond it: exp(-threshold / scale).
    const alarms = 12_000 * Math.exp(-threshold * Math.LN2);
    const wanted = perDay * KINDS[ORDER]!.share;
    t.ok(alarms < 2.5 * wanted && alarms > wanted / 2.5, `${perDay}: ${alarms} instead of ${wanted}`);
  }
});

void test('more alarms a day, or more sensitivity, is a lower threshold; a busier place has a higher one', async (t) => {
  const [few, many, busy] = [newborn(1), newborn(24), newborn(1)];
  lived(few, 400, 4);
  lived(many, 400, 4);
  lived(busy, 400, 0.4);
  t.ok(thresholdOf(many, ORDER) < thresholdOf(few, ORDER));
  t.ok(thresholdOf(busy, ORDER) > thresholdOf(few, ORDER));
  few.sensitivity = 24;
  t.equal(thresholdOf(few, ORDER), thresholdOf(many, ORDER));
});

void test('what alarmed is left out of what is usual, unless many in a row alarm', async (t) => {
  const calibration = newborn();
  lived(calibration, 400, 4);
  const tail = calibration.tails[ORDER]!;
  const before = Float32Array.from(tail.sorted);
  t.ok(weigh(calibration, ORDER, 60, true) >= 1);
  endUnit(calibration, ORDER, true);
  t.same(tail.sorted, before);
  t.equal(calibration.views.units[ORDER], 400, 'nor is it counted');
  for (let i = 0; i < 10; i++) {
    weigh(calibration, ORDER, 60, true);
    endUnit(calibration, ORDER, true);
  }
  t.notSame(tail.sorted, before, 'the usual has changed');
  const fresh = newborn();
  weigh(fresh, ORDER, 60, false);
  endUnit(fresh, ORDER, true);
  t.equal(fresh.tails[ORDER]!.filled[0], 1, 'before it is ready all is usual');
});

void test('units are counted over about two days', async (t) => {
  const calibration = newborn();
  for (let i = 0; i < 100; i++) countUnit(calibration, ORDER, false);
  calibration.views.spanMs[0] = 2 * DAY_MS - 1;
  watchOn(calibration, 1000, true);
  t.equal(calibration.views.units[ORDER], 50);
  t.ok(Math.abs(calibration.views.spanMs[0] - DAY_MS) < 1001);
});
