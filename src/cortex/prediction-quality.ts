/**
 * prediction-quality.ts - how good the model's predictions are, measured on what came, before it was learned.
 */
import { BINS, type ForecastScore, calibrationError, forecastScoreFields } from '../anomaly/forecast-score.ts';
import { type NextForecast, nextForecastFields, resetNext, settleNext, tellNext } from '../anomaly/next-forecast.ts';
import { HORIZONS_S, SCORED } from './activity-forecast.ts';
import type { Cortex } from './cortex.ts';
import { KINDS } from './episode-kinds.ts';
import { nextKinds } from './episode-predict.ts';
import { judgeOfNext } from './episode-region.ts';
import { STATES, nextStates } from './global-region.ts';

export const qualityTables = () => ({
  'next.state': nextForecastFields(STATES),
  'next.state.score': forecastScoreFields(SCORED.length),
  'next.episode': nextForecastFields(KINDS),
  'next.episode.score': forecastScoreFields(SCORED.length),
});

export type NextQuality = {
  readonly state: NextForecast;
  readonly stateScore: ForecastScore;
  readonly episode: NextForecast;
  readonly episodeScore: ForecastScore;
};

/** Score the last forecasts when a state or an episode has come, and make the next ones. */
export function stepNextQuality(cortex: Cortex, ticked: boolean, episodesEnded: number, learn: boolean): void {
  const { next, global, episodes, lifeMs } = cortex;
  if (ticked) {
    settleNext(next.state, next.stateScore, global.views.current[0]!, learn);
    tellNext(
      next.state,
      nextStates(global).map(({ state, probability }) => ({ thing: state, probability })),
    );
  }
  if (episodesEnded > 0) {
    settleNext(next.episode, next.episodeScore, episodes.views.lastKind[0]!, learn);
    const following = nextKinds(episodes.sequences[judgeOfNext(episodes)]!, lifeMs[0]!);
    tellNext(
      next.episode,
      following.map(({ kind, probability }) => ({ thing: kind, probability })),
    );
  }
}

export function resetNextQuality({ state, episode }: NextQuality): void {
  resetNext(state);
  resetNext(episode);
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
  readonly nextEpisode: ForecastQuality;
  readonly activity: readonly (ForecastQuality & { readonly horizonS: number })[];
};

export function predictionQuality({ next, activity }: Cortex): PredictionQuality {
  return {
    nextState: qualityOf(next.stateScore),
    nextEpisode: qualityOf(next.episodeScore),
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
