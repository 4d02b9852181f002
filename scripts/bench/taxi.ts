/**
 * taxi.ts - taxi passengers in New York, five half hours ahead (Cui, Ahmad and Hawkins 2016): the task on which the
 * temporal memory was compared with an LSTM, with the simple forecasts that the comparison left out.
 *
 *     npm run bench:taxi -- [--data FOLDER] [--seeds 1,2,3,4,5] [--verbose]
 *
 * One pass, learning always on; records from 10,000 on are scored. MAPE is the sum of absolute errors over the sum of
 * values, NRMSE the root of the mean square error over the standard deviation.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BASELINES, readPassengers } from './taxi/data.ts';
import { VARIANTS, forecastAll } from './taxi/memory.ts';
import { numbersOf } from './worlds/options.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const { values: args } = parseArgs({
  options: {
    data: { type: 'string', default: join('..', 'shared', 'data', 'nyc_taxi') },
    seeds: { type: 'string', default: '1,2,3,4,5' },
    only: { type: 'string', default: '' },
  },
});
const AHEAD = 5;
const SCORED_FROM = 10_000;
const passengers = readPassengers(args.data);
const { counts } = passengers;

type Score = { readonly mape: number; readonly nrmse: number };

/** `forecast(now)`: of the record AHEAD after it. Records of which the target is at or after SCORED_FROM + AHEAD count. */
function score(forecast: (now: number) => number): Score {
  const targets = counts.subarray(SCORED_FROM + AHEAD);
  const mean = targets.reduce((sum, value) => sum + value, 0) / targets.length;
  let absolute = 0;
  let square = 0;
  let spread = 0;
  targets.forEach((target, i) => {
    const error = target - forecast(SCORED_FROM + i);
    absolute += Math.abs(error);
    square += error * error;
    spread += (target - mean) ** 2;
  });
  return { mape: absolute / (mean * targets.length), nrmse: Math.sqrt(square / spread) };
}

const cell = (values: readonly number[]): string => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.length === 1
    ? mean.toFixed(4)
    : `${mean.toFixed(4)} (${Math.min(...values).toFixed(4)}-${Math.max(...values).toFixed(4)})`;
};
const say = (name: string, scores: readonly Score[]): void =>
  console.log(`| ${name} | ${cell(scores.map(({ mape }) => mape))} | ${cell(scores.map(({ nrmse }) => nrmse))} |`);

const seeds = numbersOf('seeds', args.seeds);
console.log(`| forecast, ${seeds.length} seeds: mean (range) | MAPE | NRMSE |\n|---|---|---|`);
for (const [name, forecast] of Object.entries(BASELINES)) say(name, [score((now) => forecast(counts, now, AHEAD))]);
for (const [name, variant] of Object.entries(VARIANTS)) {
  if (!name.includes(args.only)) continue;
  say(
    name,
    seeds.map((seed) => {
      const forecasts = forecastAll(passengers, AHEAD, variant, seed);
      return score((now) => forecasts[now]!);
    }),
  );
}
