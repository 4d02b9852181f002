/**
 * lanes.ts - traffic as a play: both lanes in strict turn, or each on its own.
 */
import { NOTHING, type Play, type Shape, type Truth, visibleBox } from './play.ts';
import { type Thing, type Traffic, isAnomalous, moveTraffic } from './traffic.ts';

/** Frames after an anomaly in one lane before one may begin in another: labels must not touch. */
const HOLD_OFF = 60;

/** Several independent streams of traffic at once; anomalies are numbered across all of them. */
export function playLanes(lanes: readonly Traffic[]): Play {
  const things: Shape[] = [];
  const quietFrom = lanes.map(() => 0);
  return {
    things,
    advance(frame) {
      things.length = 0;
      let truth = NOTHING;
      for (const [lane, traffic] of lanes.entries()) {
        const isHeld = quietFrom.some((from, other) => other !== lane && frame < from);
        if (isHeld) traffic.nextAnomalyFrame = Math.max(traffic.nextAnomalyFrame, frame + 1);
        moveTraffic(traffic, frame);
        const { thing } = traffic;
        if (thing !== null) things.push(thing);
        if (thing !== null && thing.anomaly !== null) quietFrom[lane] = frame + HOLD_OFF;
        const here = truthOf(thing, traffic, frame);
        if (here.kind !== null) truth = { ...here, id: here.id * lanes.length - lane };
      }
      return truth;
    },
  };
}

function truthOf(thing: Thing | null, { pause, anomalies }: Traffic, frame: number): Truth {
  if (pause !== null && frame >= pause.first && frame <= pause.last)
    return { kind: 'missing', id: anomalies, box: null };
  if (thing === null || !isAnomalous(thing)) return NOTHING;
  const box = visibleBox(thing);
  return box === null ? NOTHING : { kind: thing.anomaly, id: thing.anomalyId, box };
}
