/**
 * traffic.ts - what happens in the scene: two lanes used in strict turn, one thing at a time with idle gaps between, and
 * now and then a labelled break of that routine.
 *
 *   upper lane: left to right        lower lane: right to left        upper, lower, upper, lower, ...
 */
import { randomBelow } from '../memory/random.ts';

/** The ways in which the routine can be broken. */
export const ANOMALY_KINDS = ['reverse', 'off_lane', 'fast', 'stop', 'big', 'popup', 'order'] as const;
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

/** One moving thing; places and sizes relative to the picture, speeds per frame. */
export type Thing = {
  x: number;
  readonly y: number;
  readonly speed: number;
  readonly width: number;
  readonly height: number;
  readonly shade: number;
  /** Frames still to live when it does not move (popup), else -1. */
  life: number;
  /** Frames it stands still, and where that begins; -1 = never. */
  stopFrames: number;
  readonly stopAt: number;
  readonly anomaly: AnomalyKind | null;
  /** Number of the anomaly, from 1; 0 for normal things. */
  readonly anomalyId: number;
};

export type TrafficOptions = {
  readonly kinds: readonly AnomalyKind[];
  /** First frame that may hold an anomaly. */
  readonly anomaliesFrom: number;
  /** Mean frames between anomalies. */
  readonly anomalySpacing: number;
  /** Frames per second: speeds and gaps are given in seconds of scene time. */
  readonly fps: number;
};

export type Traffic = {
  readonly options: TrafficOptions;
  readonly random: Uint32Array;
  thing: Thing | null;
  nextFrame: number;
  lane: 0 | 1;
  nextAnomalyFrame: number;
  anomalies: number;
};

const LANE_Y = [0.36, 0.6] as const;
const LANE_DIRECTION = [1, -1] as const;
/** Seconds to cross the picture. */
const CROSSING_S = 5;

export function createTraffic(options: TrafficOptions, random: Uint32Array): Traffic {
  const nextAnomalyFrame = options.kinds.length === 0 ? Infinity : options.anomaliesFrom;
  return { options, random, thing: null, nextFrame: 10, lane: 0, nextAnomalyFrame, anomalies: 0 };
}

/** Advance by one frame; `traffic.thing` is what is there now. */
export function moveTraffic(traffic: Traffic, frame: number): void {
  const { thing } = traffic;
  if (thing !== null) {
    moveThing(thing);
    const gone = thing.life === 0 || thing.x + thing.width < -0.02 || thing.x > 1.02;
    if (!gone) return;
    traffic.thing = null;
    const { fps } = traffic.options;
    traffic.nextFrame = frame + Math.round(1.5 * fps) + randomBelow(traffic.random, Math.round(4.5 * fps));
  } else if (frame >= traffic.nextFrame) {
    traffic.thing = nextThing(traffic, frame);
  }
}

/** Whether the thing breaks the routine at this moment: a stop only while it stands, the others as long as it is seen. */
export function isAnomalous(thing: Thing): boolean {
  if (thing.anomaly === null) return false;
  if (thing.anomaly === 'stop') return thing.stopFrames >= 0 && reachedStop(thing);
  return true;
}

function reachedStop(thing: Thing): boolean {
  const center = thing.x + thing.width / 2;
  return thing.speed > 0 ? center >= thing.stopAt : center <= thing.stopAt;
}

function moveThing(thing: Thing): void {
  if (thing.life > 0) {
    thing.life--;
    return;
  }
  if (thing.stopFrames > 0 && reachedStop(thing)) {
    thing.stopFrames--;
    if (thing.stopFrames === 0) thing.stopFrames = -1;
    return;
  }
  thing.x += thing.speed;
}

function nextThing(traffic: Traffic, frame: number): Thing {
  const { random, options } = traffic;
  let anomaly: AnomalyKind | null = null;
  if (frame >= traffic.nextAnomalyFrame) {
    anomaly = options.kinds[randomBelow(random, options.kinds.length)]!;
    traffic.anomalies++;
    traffic.nextAnomalyFrame = frame + options.anomalySpacing * (0.5 + randomBelow(random, 1000) / 1000);
  }
  // In a broken order the lane that was used last is used again; then the turn goes on from there.
  if (anomaly === 'order') traffic.lane = traffic.lane === 0 ? 1 : 0;
  const { lane } = traffic;
  if (anomaly !== 'popup') traffic.lane = lane === 0 ? 1 : 0;
  return makeThing(traffic, lane, anomaly);
}

function makeThing({ random, options, anomalies }: Traffic, lane: 0 | 1, anomaly: AnomalyKind | null): Thing {
  const between = (low: number, high: number): number => low + ((high - low) * randomBelow(random, 1000)) / 1000;
  const scale = anomaly === 'big' ? 2 : 1;
  const width = between(0.12, 0.17) * scale;
  const height = between(0.11, 0.14) * scale;
  const direction = LANE_DIRECTION[lane] * (anomaly === 'reverse' ? -1 : 1);
  const pace = between(0.93, 1.07) * (anomaly === 'fast' ? 2.6 : 1);
  const popup = anomaly === 'popup';
  const y = popup ? between(0.8, 0.86) : anomaly === 'off_lane' ? 0.82 : LANE_Y[lane] - (height - 0.125) / 2;
  return {
    x: popup ? between(0.1, 0.75) : direction > 0 ? -width : 1,
    y: Math.min(y, 1 - height),
    speed: popup ? 0 : (direction * pace) / (CROSSING_S * options.fps),
    width,
    height,
    shade: randomBelow(random, 2) === 0 ? 15 + randomBelow(random, 30) : 190 + randomBelow(random, 50),
    life: popup ? Math.round(between(3, 6) * options.fps) : -1,
    stopFrames: anomaly === 'stop' ? Math.round(between(5, 9) * options.fps) : -1,
    stopAt: between(0.3, 0.7),
    anomaly,
    anomalyId: anomaly === null ? 0 : anomalies,
  };
}
