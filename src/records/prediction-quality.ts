/**
 * prediction-quality.ts - how good a camera's predictions have been lately, beside two forecasters that know little.
 */
import { Type, type Static } from 'typebox';
import type { ForecastQuality, PredictionQuality } from '../cortex/prediction-quality.ts';
import { Share } from './common.ts';

const Scores = (description: string) =>
  Type.Object(
    {
      model: Type.Number({ minimum: 0 }),
      base_rate: Type.Number({ minimum: 0, description: 'who tells only how often each thing comes at all' }),
      persistence: Type.Number({
        minimum: 0,
        description: 'who tells that all stays, or follows, as it did last time',
      }),
    },
    { additionalProperties: false, description },
  );

const FORECAST = {
  questions: Type.Number({ minimum: 0, description: 'forecasts that were scored, each before it was learned' }),
  log_loss: Scores('mean of -ln(probability of what happened); 0 is perfect'),
  brier: Scores('mean squared distance between probability and what happened; 0 is perfect'),
  calibration_error: Share('mean distance between probability and how often it came true'),
  reliability: Type.Array(
    Type.Object(
      { told: Share('mean probability told'), came: Share('of what came true'), count: Type.Number({ minimum: 0 }) },
      { additionalProperties: false },
    ),
    { description: 'ten bins of probability, empty ones left out' },
  ),
};

export const PredictionQualityRecord = Type.Object(
  {
    next_state: Type.Object(FORECAST, { additionalProperties: false, description: 'the next state of the scene' }),
    next_episode: Type.Object(FORECAST, { additionalProperties: false, description: 'the next visit' }),
    activity: Type.Array(
      Type.Object(
        { horizon_s: Type.Number({ exclusiveMinimum: 0 }), ...FORECAST },
        { additionalProperties: false, description: 'whether something is at a place within the horizon' },
      ),
    ),
  },
  { additionalProperties: false },
);
export type PredictionQualityRecord = Static<typeof PredictionQualityRecord>;

export function predictionQualityRecord(quality: PredictionQuality): PredictionQualityRecord {
  return {
    next_state: forecast(quality.nextState),
    next_episode: forecast(quality.nextVisit),
    activity: quality.activity.map((entry) => ({ horizon_s: entry.horizonS, ...forecast(entry) })),
  };
}

function forecast({ questions, logLoss, brier, calibrationError, reliability }: ForecastQuality) {
  const rounded = <T extends { [name: string]: number }>(values: T): T =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)])) as T;
  return {
    questions: Math.round(questions),
    log_loss: rounded(logLoss),
    brier: rounded(brier),
    calibration_error: round(calibrationError),
    reliability: reliability.map(rounded),
  };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
