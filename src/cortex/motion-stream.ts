/**
 * motion-stream.ts - is anything moving in a way that is unusual at its place?
 */
import {
  type MotionMemory,
  type MotionSurprise,
  directionOf,
  judgeMotion,
  learnMotion,
} from '../anomaly/motion-memory.ts';
import { type Views, field } from '../memory/layout.ts';
import { matchZone } from '../vision/block-motion.ts';
import type { Retina } from '../vision/retina.ts';
import { fade } from './fade.ts';

/** How much of a new displacement enters the running one. */
const SMOOTHING = 0.4;
const FADE = 0.85;
/** Slower than this (px per 100 ms) is standing still. */
export const MIN_SPEED = 0.35;
const UNIT_MS = 100;

export const motionFields = (zones: number) => ({
  // f32: exact arithmetic on measured displacements
  velocityX: field('f32', zones, 'state'), // [zones] smoothed px per 100 ms; 0 while nothing is there
  velocityY: field('f32', zones, 'state'),
  motionSurprise: field('f32', zones, 'state'), // [zones] fading
  lastDirection: field('u8', zones, 'state'), // [zones] of the last surprise, for explanations
  tooFast: field('u8', zones, 'state'), // [zones] 1 = the speed was the larger part of the last surprise
  displacement: field('f32', 2, 'scratch'),
});
export type MotionViews = Views<ReturnType<typeof motionFields>>;

export type MotionStream = { readonly views: MotionViews; readonly memory: MotionMemory };

const surprise: MotionSurprise = { direction: 0, speed: 0 };

/** Follow the foreground of every occupied zone; returns the sum of all zones' surprise. `elapsedMs` > 0. */
export function stepMotionStream(stream: MotionStream, retina: Retina, elapsedMs: number, learn: boolean): number {
  const { views, memory } = stream;
  const { velocityX, velocityY, motionSurprise, displacement } = views;
  const planes = {
    level: retina.census.level,
    previousLevel: retina.census.previousLevel,
    foregroundPixel: retina.pixels.foregroundPixel,
  };
  const toUnit = UNIT_MS / elapsedMs;
  fade(motionSurprise, FADE);
  let total = 0;
  for (let zone = 0; zone < motionSurprise.length; zone++) {
    if (retina.local.occupied[zone] === 1) {
      matchZone(planes, retina.geometry, retina.geometry.local, zone, displacement);
      velocityX[zone]! += SMOOTHING * (displacement[0]! * toUnit - velocityX[zone]!);
      velocityY[zone]! += SMOOTHING * (displacement[1]! * toUnit - velocityY[zone]!);
      judgeZone(views, memory, zone, learn);
    } else {
      velocityX[zone] = 0;
      velocityY[zone] = 0;
    }
    total += motionSurprise[zone]!;
  }
  return total;
}

export function resetMotionStream({ views }: MotionStream): void {
  views.velocityX.fill(0);
  views.velocityY.fill(0);
  views.motionSurprise.fill(0);
}

function judgeZone(views: MotionViews, memory: MotionMemory, zone: number, learn: boolean): void {
  const [x, y] = [views.velocityX[zone]!, views.velocityY[zone]!];
  const speed = Math.sqrt(x * x + y * y);
  if (speed < MIN_SPEED) return;
  const direction = directionOf(x, y);
  judgeMotion(memory, zone, direction, speed, surprise);
  const sum = surprise.direction + surprise.speed;
  if (sum > views.motionSurprise[zone]!) {
    views.motionSurprise[zone] = sum;
    views.lastDirection[zone] = direction;
    views.tooFast[zone] = surprise.speed > surprise.direction ? 1 : 0;
  }
  if (learn) learnMotion(memory, zone, direction, speed);
}
