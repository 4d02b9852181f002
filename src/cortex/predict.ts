/**
 * predict.ts - what comes next, from the two regions that know order, and how likely each place is to be active soon.
 *
 * While something is going on the global region tells the next state of the scene. While nothing is, the next thing is the
 * next episode, as long as the episode region tells it better than base rates would.
 */
import { HORIZONS_S, activityOf } from './activity-forecast.ts';
import type { Cortex } from './cortex.ts';
import { predictEpisodes } from './episode-predict.ts';
import { IDLE, predictNext } from './global-region.ts';
import type { ModelPrediction, PlaceActivity } from './observation.ts';

export function predict(cortex: Cortex, timeMs: number): ModelPrediction {
  const { global, episodes, next, ablated } = cortex;
  const state = predictNext(global);
  const isIdle = global.views.current[0] === IDLE;
  const [own, baseRate] = next.episodeScore.logLoss;
  const knowsEpisodes = own! < baseRate! && !ablated.has('l3');
  // The scene is idle a moment before its last episode is over: until then that one would be told as the next.
  const isOver = isIdle && !episodes.track.isOpen.includes(1);
  const episode = isOver && knowsEpisodes ? predictEpisodes(episodes, timeMs) : null;
  const isTold = episode !== null && episode.next.length > 0;
  return { ...(isTold ? episode : state), activity: activityNow(cortex) };
}

function activityNow({ activity, global }: Cortex): PlaceActivity {
  const { columns, rows } = global.grid;
  const probability = new Float32Array(columns * rows * HORIZONS_S.length);
  for (let at = 0; at < probability.length; at++) {
    const horizon = at % HORIZONS_S.length;
    probability[at] = activityOf(activity, (at - horizon) / HORIZONS_S.length, horizon);
  }
  return { columns, rows, horizonsS: HORIZONS_S, probability };
}
