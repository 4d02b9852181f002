/**
 * prediction-quality.ts - how good the model's predictions are, measured on what came, before it was learned.
 */
import { BINS, type ForecastScore, calibrationError, forecastScoreFields } from '../anomaly/forecast-score.ts';
import { type NextForecast, nextForecastFields, resetNext, settleNext, tellNext } from '../anomaly/next-forecast.ts';
import { newRanked } from '../anomaly/ranked.ts';
import { VISIT_KINDS } from '../visits/kinds.ts';
import { newRankedVisits, rankNextVisits } from '../visits/next.ts';
import { HORIZONS_S, SCORED } from './activity-forecast.ts';
import type { Cortex } from './cortex.ts';
import { STATES, rankNextStates } from './global-region.ts';

export const qualityTables = () => ({
  'next.state': nextForecastFields(STATES),
  'next.state.score': forecastScoreFields(SCORED.length),
  'next.visit': nextForecastFields(VISIT_KINDS),
  'next.visit.score': forecastScoreFields(SCORED.length),
});

export type NextQuality = {
  readonly state: NextForecast;
  readonly stateScore: ForecastScore;
  readonly visit: NextForecast;
  readonly visitScore: ForecastScore;
};

const states = newRanked(STATES);
const following = newRankedVisits();

/** Score the last forecasts when a state or a visit has come, and make the next ones. */
export function stepNextQuality(cortex: Cortex, ticked: boolean, visits: number, learn: boolean): void {
  const { next, global, visits: region, lifeMs } = cortex;
  if (ticked) {
    settleNext(next.state, next.stateScore, global.views.current[0]!, learn);
    rankNextStates(global, states);
    tellNext(next.state, states);
  }
  if (visits > 0) {
    settleNext(next.visit, next.visitScore, region.views.lastKind[0]!, learn);
    rankNextVisits(region.next, lifeMs[0]!, following);
    tellNext(next.visit, following);
  }
}

export function resetNextQuality({ state, visit }: NextQuality): void {
  resetNext(state);
  resetNext(visit);
}

/** Means of one kind of forecast, of the model and of the simple forecasters. */
export type ForecastQuality = {
  readonly questions: number;
  readonly logLoss: { readonly [forecaster in (typeof SCORED)[number]]: number };
  readonly brier: { readonly [forecaster in (typeof SCORED)[number]]: number };
  /** Mean distance between probability and what came true (0..1). */
  readonly calibrationError: number;
  /** Of the forecasts told with about this probability, the share that came true. */
  readonly reliability: readonly { readonly told: number; readonly came: number; readonly count: number }[];
};

export type PredictionQuality = {
  readonly nextState: ForecastQuality;
  readonly nextVisit: ForecastQuality;
  readonly activity: readonly (ForecastQuality & { readonly horizonS: number })[];
};

export function predictionQuality({ next, activity }: Cortex): PredictionQuality {
  return {
    nextState: qualityOf(next.stateScore),
    nextVisit: qualityOf(next.visitScore),
    activity: HORIZONS_S.map((horizonS, index) => ({ horizonS, ...qualityOf(activity.scores[index]!) })),
  };
}

function qualityOf(score: ForecastScore): ForecastQuality {
  const { logLoss, brier, questions, binTold, binCame, binCount } = score;
  const byName = (means: Float64Array) =>
    Object.fromEntries(SCORED.map((name, index) => [name, means[index]!])) as ForecastQuality['brier'];
  const reliability = [];
  for (let bin = 0; bin < BINS; bin++) {
    const count = binCount[bin]!;
    if (count > 0) reliability.push({ told: binTold[bin]! / count, came: binCame[bin]! / count, count });
  }
  return {
    questions: questions[0]!,
    logLoss: byName(logLoss),
    brier: byName(brier),
    calibrationError: calibrationError(score),
    reliability,
  };
}
