/**
 * traffic.ts - what happens in the scene: two lanes used in strict turn, one thing at a time with idle gaps between, and
 * now and then a labelled break of that routine.
 *
 *   upper lane: left to right        lower lane: right to left        upper, lower, upper, lower, ...
 */
import { randomBelow } from '../memory/random.ts';
import { ANOMALY_KINDS, type AnomalyKind, type SceneKind } from './kinds.ts';
import { drawShade } from './play.ts';

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
  /** `missing`: now and then an idle time goes on for long. */
  readonly kinds: readonly SceneKind[];
  /** First frame that may hold an anomaly. */
  readonly anomaliesFrom: number;
  /** Mean frames between anomalies. */
  readonly anomalySpacing: number;
  /** Frames per second: speeds and gaps are given in seconds of scene time. */
  readonly fps: number;
  /** The only lane in use, 0 = upper, 1 = lower; without it both are used in turn. */
  readonly onlyLane?: 0 | 1;
  /** From this frame on the lower lane lies lower; Infinity = never. */
  readonly shiftFrom: number;
};

export type Traffic = {
  readonly options: TrafficOptions;
  /** Breaks that are things of their own. */
  readonly kinds: readonly AnomalyKind[];
  readonly random: Uint32Array;
  thing: Thing | null;
  nextFrame: number;
  lane: 0 | 1;
  nextAnomalyFrame: number;
  anomalies: number;
  /** The last idle time that went on for long: from where the next thing would have come to where it did. */
  pause: { readonly first: number; readonly last: number } | null;
};

const LANE_Y = [0.36, 0.6] as const;
const LANE_DIRECTION = [1, -1] as const;
/** Seconds to cross the picture. */
const CROSSING_S = 5;
/** How much longer a missing thing lets wait (s). */
const MISSING_S = 25;
/** How far the lower lane moves, relative to the picture. */
const SHIFT = 0.16;

export function createTraffic(options: TrafficOptions, random: Uint32Array): Traffic {
  const kinds = ANOMALY_KINDS.filter((kind) => options.kinds.includes(kind));
  const nextAnomalyFrame = kinds.length === 0 ? Infinity : options.anomaliesFrom;
  const lane = options.onlyLane ?? 0;
  return { options, kinds, random, thing: null, nextFrame: 10, lane, nextAnomalyFrame, anomalies: 0, pause: null };
}

/** Advance by one frame; `traffic.thing` is what is there now. */
export function moveTraffic(traffic: Traffic, frame: number): void {
  const { thing } = traffic;
  if (traffic.options.kinds.includes('missing')) goOnWaiting(traffic, frame);
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

/** Now and then an idle time goes on; `pause` begins where the next thing would have come. */
function goOnWaiting(traffic: Traffic, frame: number): void {
  const { anomaliesFrom, anomalySpacing, fps } = traffic.options;
  const from = traffic.pause === null ? anomaliesFrom : traffic.pause.last + anomalySpacing;
  if (traffic.thing !== null || frame >= traffic.nextFrame || frame < from) return;
  const first = traffic.nextFrame;
  traffic.nextFrame += Math.round(MISSING_S * fps);
  traffic.pause = { first, last: traffic.nextFrame };
  traffic.anomalies++;
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
    anomaly = traffic.kinds[randomBelow(random, traffic.kinds.length)]!;
    traffic.anomalies++;
    traffic.nextAnomalyFrame = frame + options.anomalySpacing * (0.5 + randomBelow(random, 1000) / 1000);
  }
  // In a broken order the lane that was used last is used again; then the turn goes on from there.
  if (anomaly === 'order') traffic.lane = traffic.lane === 0 ? 1 : 0;
  const { lane } = traffic;
  if (anomaly !== 'popup' && options.onlyLane === undefined) traffic.lane = lane === 0 ? 1 : 0;
  const shift = lane === 1 && frame >= options.shiftFrom ? SHIFT : 0;
  return makeThing(traffic, lane, anomaly, shift);
}

function makeThing(
  { random, options, anomalies }: Traffic,
  lane: 0 | 1,
  anomaly: AnomalyKind | null,
  shift: number,
): Thing {
  const between = (low: number, high: number): number => low + ((high - low) * randomBelow(random, 1000)) / 1000;
  const scale = anomaly === 'big' ? 2 : 1;
  const width = between(0.12, 0.17) * scale;
  const height = between(0.11, 0.14) * scale;
  const direction = LANE_DIRECTION[lane] * (anomaly === 'reverse' ? -1 : 1);
  const pace = between(0.93, 1.07) * (anomaly === 'fast' ? 2.6 : 1);
  const popup = anomaly === 'popup';
  const y = popup ? between(0.8, 0.86) : anomaly === 'off_lane' ? 0.82 : LANE_Y[lane] + shift - (height - 0.125) / 2;
  return {
    x: popup ? between(0.1, 0.75) : direction > 0 ? -width : 1,
    y: Math.min(y, 1 - height),
    speed: popup ? 0 : (direction * pace) / (CROSSING_S * options.fps),
    width,
    height,
    shade: drawShade(random),
    life: popup ? Math.round(between(3, 6) * options.fps) : -1,
    stopFrames: anomaly === 'stop' ? Math.round(between(5, 9) * options.fps) : -1,
    stopAt: between(0.3, 0.7),
    anomaly,
    anomalyId: anomaly === null ? 0 : anomalies,
  };
}
