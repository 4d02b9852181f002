/**
 * alarm-budget.ts - no more alarms in the long run than were asked for.
 *
 * Thresholds are found from what was usual, and where evidence has no upper end (weather, a busy yard) a fixed share of the
 * future lies beyond them however they are set. So the alarms themselves are counted, without knowing which were false:
 * each makes the thresholds higher by STEP, and time lets them sink again, so fast that both are in balance at the rate that
 * was asked for:
 *
 *     alarm   factor *= 1 + STEP           time   factor *= 1 - ln(1 + STEP) * alarms_per_day * elapsed / day
 *
 * The factor never falls below 1: a quiet scene is not made to alarm. It stands before judging only: what is usual is learned
 * as if it were 1 (evidence.ts), or what the budget hushes would soon count as usual for ever. This is the control of a quantile by its errors
 * (Robbins and Monro 1951; for forecasts Gibbs and Candes 2021, "adaptive conformal inference"), on a logarithmic scale.
 */
import { type Views, field } from '../memory/layout.ts';

const STEP = 0.2;
/** ln(1 + STEP) */
const LOG_STEP = 0.1823215567939546;
/** Beyond that nothing would be told at all; a scene that still alarms too often then does so. */
const MOST = 8;
const DAY_MS = 86_400_000;

export const alarmBudgetFields = () => ({
  // f64: a hundred milliseconds of a day are a few parts in 10^7; + - * only
  excess: field('f64', 1, 'learned'), // factor - 1, 0..MOST - 1
});
export type AlarmBudget = {
  readonly views: Views<ReturnType<typeof alarmBudgetFields>>;
  /** Alarms a day (scene time), or null: as many as there are. */
  readonly perDay: number | null;
};

/** What every threshold is multiplied by, >= 1. */
export function budgetFactor({ views, perDay }: AlarmBudget): number {
  return perDay === null ? 1 : 1 + views.excess[0]!;
}

/** `elapsedMs` went by, in which `alarms` began. */
export function spendBudget({ views, perDay }: AlarmBudget, alarms: number, elapsedMs: number): void {
  if (perDay === null) return;
  let factor = (1 + views.excess[0]!) * (1 - (LOG_STEP * perDay * elapsedMs) / DAY_MS);
  for (let i = 0; i < alarms; i++) factor *= 1 + STEP;
  views.excess[0] = Math.min(MOST, Math.max(1, factor)) - 1;
}

/** Someone said that an alarm mattered: it is not to be paid for. */
export function refundAlarm({ views }: AlarmBudget): void {
  views.excess[0] = Math.max(1, (1 + views.excess[0]!) / (1 + STEP)) - 1;
}
