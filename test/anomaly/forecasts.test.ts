import { test } from 'tap';
import {
  calibrationError,
  countQuestion,
  forecastScoreFields,
  scoreForecast,
} from '../../src/anomaly/forecast-score.ts';
import { nextForecastFields, resetNext, settleNext, tellNext } from '../../src/anomaly/next-forecast.ts';
import { newRanked, rank } from '../../src/anomaly/ranked.ts';
import { viewsFor } from '../support/views.ts';

void test('log loss and Brier score of literal forecasts', async (t) => {
  const score = viewsFor(forecastScoreFields(2));
  const questions = [
    [0.5, 1],
    [0.8, 1],
    [0.1, 0],
  ] as const;
  for (const [told, came] of questions) {
    scoreForecast(score, 0, came === 1 ? told : 1 - told, told, came);
    scoreForecast(score, 1, 0.5, 0.5, came);
    countQuestion(score, told, came);
  }
  const expected = -(Math.log(0.5) + Math.log(0.8) + Math.log(0.9)) / 3;
  t.ok(Math.abs(score.logLoss[0]! - expected) < 1e-9);
  t.ok(Math.abs(score.brier[0]! - (0.25 + 0.04 + 0.01) / 3) < 1e-9);
  t.ok(Math.abs(score.logLoss[1]! - Math.log(2)) < 1e-9);
  t.equal(score.questions[0], 3);
});

void test('a wrong certainty costs much, but not for ever', async (t) => {
  const score = viewsFor(forecastScoreFields(1));
  scoreForecast(score, 0, 0, 1, 0);
  t.ok(score.logLoss[0]! > 6 && score.logLoss[0]! < 7);
});

void test('the calibration error is how far what was told lies from what came', async (t) => {
  const good = viewsFor(forecastScoreFields(1));
  const bold = viewsFor(forecastScoreFields(1));
  for (let i = 0; i < 100; i++) {
    countQuestion(good, 0.25, i % 4 === 0 ? 1 : 0);
    countQuestion(bold, 0.95, i % 4 === 0 ? 1 : 0);
  }
  t.ok(calibrationError(good) < 0.001);
  t.ok(Math.abs(calibrationError(bold) - 0.7) < 0.001);
  t.equal(calibrationError(viewsFor(forecastScoreFields(1))), 0, 'nothing told, nothing wrong');
});

/** What follows what, told with certainty `sure` from the start. */
function follow(sequence: readonly number[], tell: (thing: number) => { thing: number; probability: number }[]) {
  const told = newRanked(4);
  const forecast = viewsFor(nextForecastFields(4));
  const score = viewsFor(forecastScoreFields(3));
  for (const thing of sequence) {
    settleNext(forecast, score, thing, true);
    told.count = 0;
    for (const { thing: next, probability } of tell(thing)) rank(told, next, probability);
    tellNext(forecast, told);
  }
  return { forecast, score };
}
const turns = (rounds: number): number[] => Array.from({ length: rounds * 3 }, (_, i) => i % 3);

void test('who knows what comes next beats base rate at once and persistence at first', async (t) => {
  const knowing = follow(turns(40), (thing) => [{ thing: (thing + 1) % 3, probability: 0.98 }]);
  const [model, base, persistence] = knowing.score.logLoss;
  t.ok(model! < 0.05 && model! < persistence! && persistence! < base!, `${model} ${persistence} ${base}`);
  t.equal(knowing.score.questions[0], 119, 'nothing is scored before there was a forecast');
});

void test('who tells nothing is as good as base rate', async (t) => {
  const { score } = follow(turns(40), () => []);
  t.ok(Math.abs(score.logLoss[0]! - score.logLoss[1]!) < 1e-9);
});

void test('forecasts are scored before they are learned', async (t) => {
  const forecast = viewsFor(nextForecastFields(4));
  const score = viewsFor(forecastScoreFields(3));
  settleNext(forecast, score, 1, true);
  settleNext(forecast, score, 2, true);
  t.ok(score.logLoss[1]! > 2, 'what came for the first time had no base rate yet');
});

void test('after a new clip begins nothing is scored until a thing has come', async (t) => {
  const { forecast, score } = follow(turns(5), () => []);
  const { questions } = score;
  const before = questions[0]!;
  resetNext(forecast);
  settleNext(forecast, score, 2, true);
  t.equal(questions[0], before);
});
