import { test } from 'tap';
import {
  type AlarmBudget,
  alarmBudgetFields,
  budgetFactor,
  refundAlarm,
  spendBudget,
} from '../../src/cortex/alarm-budget.ts';
import { nextRandom } from '../../src/memory/random.ts';
import { viewsFor } from '../support/views.ts';

const open = (perDay: number | null): AlarmBudget => ({ views: viewsFor(alarmBudgetFields()), perDay });

const MINUTES = 24 * 60;

/** Alarms a day over the second half of so many days; each minute has evidence with a tail that has no end. */
function alarmsADay(budget: AlarmBudget, days: number, scale: number): number {
  const random = new Uint32Array([5]);
  let alarms = 0;
  for (let minute = 0; minute < days * MINUTES; minute++) {
    const evidence = scale / Math.sqrt((nextRandom(random) + 1) / 2 ** 32);
    const isAlarm = evidence > 100 * budgetFactor(budget);
    spendBudget(budget, isAlarm ? 1 : 0, 60_000);
    if (isAlarm && minute >= (days * MINUTES) / 2) alarms++;
  }
  return alarms / (days / 2);
}

void test('as many alarms a day as were asked for, where there would be more', async (t) => {
  const unlimited = alarmsADay(open(null), 200, 10);
  t.ok(unlimited > 10, `${unlimited} without a budget`);
  for (const perDay of [2, 5]) {
    const rate = alarmsADay(open(perDay), 200, 10);
    t.ok(Math.abs(rate - perDay) < 0.1 * perDay, `${rate} a day for ${perDay}`);
  }
});

void test('a scene that alarms less is left as it is', async (t) => {
  const budget = open(20);
  const [with20, without] = [alarmsADay(budget, 200, 3), alarmsADay(open(null), 200, 3)];
  t.ok(without > 0.5 && without < 3, `${without} without a budget`);
  t.ok(Math.abs(with20 - without) < 0.3, `${with20} with one of 20`);
  t.ok(budgetFactor(budget) < 1.2);
});

void test('an alarm that mattered is not paid for, and the factor keeps within its bounds', async (t) => {
  const budget = open(1);
  spendBudget(budget, 1, 100);
  t.ok(budgetFactor(budget) > 1.19);
  refundAlarm(budget);
  t.equal(budgetFactor(budget), 1);
  spendBudget(budget, 100, 100);
  t.equal(budgetFactor(budget), 8);
  spendBudget(budget, 0, 365 * 86_400_000);
  t.equal(budgetFactor(budget), 1);
});
