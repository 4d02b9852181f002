/**
 * predict.ts - what comes next, and how likely each place is to be active soon.
 *
 * While something is going on the global region tells the next state of the scene. While nothing is, the next thing is the
 * next visit, as long as visits are told better than base rates would.
 */
import { nextVisits } from '../visits/next.ts';
import { HORIZONS_S, activityOf } from './activity-forecast.ts';
import type { Cortex } from './cortex.ts';
import { IDLE, predictNext } from './global-region.ts';
import type { ModelPrediction, PlaceActivity } from './observation.ts';
import { describeVisit, isIdle } from './visit-region.ts';

const MOST_TOLD = 3;
const MIN_PROBABILITY = 0.05;

export function predict(cortex: Cortex, timeMs: number): ModelPrediction {
  const { global, next, ablated, judge } = cortex;
  const [own, baseRate] = next.visitScore.logLoss;
  // The scene is idle a moment before the last thing is given up: until then its own visit would be told as the next.
  const isOver = global.views.current[0] === IDLE && isIdle(judge.things);
  const visits = isOver && own! < baseRate! && !ablated.has('visits') ? predictVisits(cortex, timeMs) : null;
  const isTold = visits !== null && visits.next.length > 0;
  return { ...(isTold ? visits : predictNext(global)), activity: activityNow(cortex) };
}

function predictVisits({ visits }: Cortex, timeMs: number): Pick<ModelPrediction, 'next' | 'confidence'> {
  const next = nextVisits(visits.next, timeMs)
    .filter(({ probability }) => probability >= MIN_PROBABILITY)
    .slice(0, MOST_TOLD)
    .map(({ kind, probability, inMs }) => ({ ...describeVisit(visits, kind, probability), inMs }));
  return { next, confidence: next[0]?.probability ?? 0 };
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
