/**
 * motion-stream.ts - does anything move a way that is unusual at its place? How fast it moves is flow-stream.ts's business.
 */
import { type MotionMemory, directionOf, judgeDirection, learnDirection } from '../anomaly/motion-memory.ts';
import { type Views, field } from '../memory/layout.ts';
import type { Retina } from '../vision/retina.ts';
import { fade } from './fade.ts';

/** How much of a new velocity enters the running one. */
const SMOOTHING = 0.4;
const FADE = 0.85;
/** Slower than this (px per 100 ms) is standing still. */
export const MIN_SPEED = 0.35;

export const motionFields = (zones: number) => ({
  // f32: exact arithmetic on measured velocities
  velocityX: field('f32', zones, 'state'), // [zones] smoothed px per 100 ms; 0 while nothing is there
  velocityY: field('f32', zones, 'state'),
  motionSurprise: field('f32', zones, 'state'), // [zones] fading
  lastDirection: field('u8', zones, 'state'), // [zones] of the last surprise, for explanations
  sumX: field('f32', zones, 'scratch'), // over the moving foreground subcells of a zone
  sumY: field('f32', zones, 'scratch'),
  sumCount: field('u16', zones, 'scratch'),
});
export type MotionViews = Views<ReturnType<typeof motionFields>>;

export type MotionStream = { readonly views: MotionViews; readonly memory: MotionMemory };

/** Follow what moves in every occupied zone; returns the largest surprise. */
export function stepMotionStream(stream: MotionStream, retina: Retina, learn: boolean): number {
  const { views, memory } = stream;
  const { velocityX, velocityY, motionSurprise } = views;
  sumVelocities(views, retina);
  fade(motionSurprise, FADE);
  for (let zone = 0; zone < motionSurprise.length; zone++) {
    if (retina.local.occupied[zone] === 1) {
      const count = Math.max(1, views.sumCount[zone]!);
      velocityX[zone]! += SMOOTHING * (views.sumX[zone]! / count - velocityX[zone]!);
      velocityY[zone]! += SMOOTHING * (views.sumY[zone]! / count - velocityY[zone]!);
      judgeZone(views, memory, zone, learn);
    } else {
      velocityX[zone] = 0;
      velocityY[zone] = 0;
    }
  }
  return largestMotionSurprise(views);
}

/** The evidence of the stream: that of its most surprising zone. */
export function largestMotionSurprise({ motionSurprise }: MotionViews): number {
  let largest = 0;
  for (let zone = 0; zone < motionSurprise.length; zone++) {
    if (motionSurprise[zone]! > largest) largest = motionSurprise[zone]!;
  }
  return largest;
}

export function resetMotionStream({ views }: MotionStream): void {
  views.velocityX.fill(0);
  views.velocityY.fill(0);
  views.motionSurprise.fill(0);
}

function sumVelocities(views: MotionViews, { geometry, foreground, flow }: Retina): void {
  const { sumX, sumY, sumCount } = views;
  const { zoneOfSubcell } = geometry.local;
  sumX.fill(0);
  sumY.fill(0);
  sumCount.fill(0);
  for (let subcell = 0; subcell < zoneOfSubcell.length; subcell++) {
    if (flow.isClear[subcell] === 0 || foreground.subcellPixels[subcell] === 0) continue;
    const zone = zoneOfSubcell[subcell]!;
    sumX[zone]! += flow.velocityX[subcell]!;
    sumY[zone]! += flow.velocityY[subcell]!;
    sumCount[zone]!++;
  }
}

function judgeZone(views: MotionViews, memory: MotionMemory, zone: number, learn: boolean): void {
  const [x, y] = [views.velocityX[zone]!, views.velocityY[zone]!];
  if (x * x + y * y < MIN_SPEED * MIN_SPEED) return;
  const direction = directionOf(x, y);
  const surprise = judgeDirection(memory, zone, direction);
  if (surprise > views.motionSurprise[zone]!) {
    views.motionSurprise[zone] = surprise;
    views.lastDirection[zone] = direction;
  }
  if (learn) learnDirection(memory, zone, direction);
}
