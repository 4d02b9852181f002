/**
 * stream-threshold.ts - the alarm threshold of one evidence stream, found without any label.
 *
 * Time in which something happens is cut into blocks; the largest evidence of each block goes into a ring, and the
 * threshold is the SECOND largest of the ring: one freak block never moves it. By construction about 2 / (blocks + 1) of
 * future blocks exceed it. While an alarm is on, a block stores at most a little more than the threshold, so that an
 * anomaly does not raise the bar for the next one; when alarms become the rule, and while the model is young, what comes is
 * taken as it is.
 */
import { type Views, field } from '../memory/layout.ts';

/**
 * Block maxima remembered: over an hour of time in which something is there. With 100 of them normal traffic gave five times
 * as many false alarms after an hour, and no more breaks were found.
 */
const RING = 400;
/** Blocks before the threshold can be trusted. */
export const MIN_BLOCKS = 8;
const CAPPED_GROWTH = 1.02;
/** Share of recent blocks with an alarm above which the evidence is stored as it is. */
const NEW_NORMAL = 0.5;
const ALARM_RATE = 0.05;

export const thresholdFields = () => ({
  // f32: block maxima of evidence, stored as they came
  blockMaxima: field('f32', RING, 'learned'),
  largest: field('f32', 1, 'learned'), // of the ring
  second: field('f32', 1, 'learned'),
  blockCount: field('u32', 1, 'learned'), // blocks ever finished
  alarmShare: field('f32', 1, 'learned'), // running share of blocks with an alarm
  blockMaximum: field('f32', 1, 'state'), // of the block under way
  blockAlarmed: field('u8', 1, 'state'), // 0|1 in the block under way
});
export type ThresholdViews = Views<ReturnType<typeof thresholdFields>>;

export type StreamThreshold = { readonly views: ThresholdViews; readonly floor: number };

/** Threshold now: never below the floor; while there are fewer than MIN_BLOCKS blocks, the largest evidence so far. */
export function thresholdOf({ views, floor }: StreamThreshold): number {
  if (views.blockCount[0]! < MIN_BLOCKS) return Math.max(floor, views.largest[0]!, views.blockMaximum[0]!);
  return Math.max(floor, views.second[0]!);
}

/** Whether enough blocks have been seen to raise alarms. */
export function isReady({ views }: StreamThreshold): boolean {
  return views.blockCount[0]! >= MIN_BLOCKS;
}

/** Take in the evidence of one frame of the block under way. */
export function noteEvidence({ views }: StreamThreshold, evidence: number, alarming: boolean): void {
  if (evidence > views.blockMaximum[0]!) views.blockMaximum[0] = evidence;
  if (alarming) views.blockAlarmed[0] = 1;
}

/** The block is full: learn its maximum and begin the next one. `young`: alarms say little yet about what is unusual. */
export function finishBlock(stream: StreamThreshold, learn: boolean, young: boolean): void {
  const { views } = stream;
  if (learn) {
    const alarmed = views.blockAlarmed[0]!;
    const share = views.alarmShare[0]! + ALARM_RATE * (alarmed - views.alarmShare[0]!);
    views.alarmShare[0] = share;
    const raw = views.blockMaximum[0]!;
    const capped = alarmed === 1 && share <= NEW_NORMAL && !young;
    const stored = capped ? Math.min(raw, CAPPED_GROWTH * thresholdOf(stream)) : raw;
    views.blockMaxima[views.blockCount[0]! % RING] = stored;
    views.blockCount[0]!++;
    rank(views);
  }
  forgetBlock(stream);
}

/** Begin a new block without learning the one under way. */
export function forgetBlock({ views }: StreamThreshold): void {
  views.blockMaximum[0] = 0;
  views.blockAlarmed[0] = 0;
}

/** The two largest of the ring. */
function rank(views: ThresholdViews): void {
  const { blockMaxima } = views;
  let largest = 0;
  let second = 0;
  for (let i = 0, count = Math.min(RING, views.blockCount[0]!); i < count; i++) {
    const value = blockMaxima[i]!;
    if (value > largest) {
      second = largest;
      largest = value;
    } else if (value > second) second = value;
  }
  views.largest[0] = largest;
  views.second[0] = second;
}
