/**
 * flow-stream.ts - does anything move faster than things move at its place, in a crowd as well as alone?
 *
 * Crowds have no routine of places and orders; what is left is how things move. Per subcell the flow speed and the normal
 * speed (vision/flow-plane.ts) are compared with what is usual there, the two deviations added and smoothed over time.
 */
import { type SpeedMemory, type UsualSpeed, poolSpeeds, takeSpeeds } from '../anomaly/speed-memory.ts';
import { type Views, field } from '../memory/layout.ts';
import type { FlowPlane } from '../vision/flow-plane.ts';
import type { Geometry } from '../vision/geometry.ts';

/** The running deviation follows in about so long (ms): for which a thing is over a subcell. */
const FOLLOWS_MS = 600;
/** Less than nothing below this: running deviations are cut off. */
const NOTHING = 1e-3;

export const flowFields = (geometry: Geometry) => ({
  // f32: spreads, made by exact arithmetic
  running: field('f32', geometry.subColumns * geometry.subRows, 'state'), // [subRows, subColumns] smoothed deviation
  flowSurprise: field('f32', geometry.local.columns * geometry.local.rows, 'state'), // [zones] largest of their subcells
  blockMs: field('f64', 1, 'state'), // time in which something moved, of the block under way
  allowed: field('f32', geometry.local.columns * geometry.local.rows, 'learned'), // [zones] deviations that someone said are normal
  speed: field('f64', geometry.subColumns * geometry.subRows, 'scratch'), // [subRows, subColumns] px per 100 ms
  deviation: field('f64', geometry.subColumns * geometry.subRows, 'scratch'), // [subRows, subColumns] spreads, both kinds added
});
export type FlowViews = Views<ReturnType<typeof flowFields>>;

export type FlowStream = { readonly views: FlowViews; readonly flow: SpeedMemory; readonly normal: SpeedMemory };

const usualFlow: UsualSpeed = { total: 0, mean: 0, variance: 0 };
const usualNormal: UsualSpeed = { total: 0, mean: 0, variance: 0 };

/** Judge every moving subcell; returns the largest running deviation (>= 0). */
export function stepFlowStream(
  stream: FlowStream,
  plane: FlowPlane,
  geometry: Geometry,
  elapsedMs: number,
  learn: boolean,
): number {
  const { views, flow, normal } = stream;
  const { running, flowSurprise, speed, deviation } = views;
  const { zoneOfSubcell } = geometry.local;
  const { moving, velocityX, velocityY, normalSpeed } = plane;
  poolSpeeds(flow, usualFlow);
  poolSpeeds(normal, usualNormal);
  deviation.fill(0);
  for (let subcell = 0; subcell < speed.length; subcell++) {
    const x = velocityX[subcell]!;
    const y = velocityY[subcell]!;
    speed[subcell] = Math.sqrt(x * x + y * y);
  }
  takeSpeeds(flow, usualFlow, moving, speed, learn, deviation);
  speed.set(normalSpeed);
  takeSpeeds(normal, usualNormal, moving, speed, learn, deviation);
  flowSurprise.fill(0);
  const gain = elapsedMs / (elapsedMs + FOLLOWS_MS);
  let largest = 0;
  for (let subcell = 0; subcell < running.length; subcell++) {
    const value = running[subcell]! + gain * (deviation[subcell]! - running[subcell]!);
    // Stored first and bounded then: a choice between a number and a constant is boxed for every subcell.
    running[subcell] = value;
    if (value < NOTHING && value > -NOTHING) running[subcell] = 0;
    const zone = zoneOfSubcell[subcell]!;
    if (value <= views.allowed[zone]!) continue;
    if (value > flowSurprise[zone]!) flowSurprise[zone] = value;
    if (value > largest) largest = value;
  }
  return largest;
}

/** Another clip begins. */
export function resetFlowStream({ views }: FlowStream): void {
  views.running.fill(0);
  views.flowSurprise.fill(0);
}
