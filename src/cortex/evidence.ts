/**
 * evidence.ts - kinds of evidence, each against its own threshold, become streams and one score.
 *
 *     local   sequence and timing surprise of the local regions (one threshold: they rise and fall together)
 *     order   surprise of the global region
 *     motion  unusual movement
 *     form    unusual size and form
 *
 * Evidence is never summed across kinds. A ratio is evidence / (threshold / sensitivity): 1 raises an alarm, and the
 * score of a frame is r / (1 + r) of the largest ratio, so 0.5 is the threshold whatever the kind.
 */
import {
  MIN_BLOCKS,
  type StreamThreshold,
  finishBlock,
  isReady,
  noteEvidence,
  thresholdOf,
} from '../anomaly/stream-threshold.ts';
import { type Views, field } from '../memory/layout.ts';
import type { LearningState, StreamValues } from './observation.ts';

export const EVIDENCE = ['local', 'order', 'motion', 'form'] as const;
export type EvidenceName = (typeof EVIDENCE)[number];

/** Lowest thresholds: evidence below them is nothing, however quiet the scene. */
export const FLOORS: { readonly [name in EvidenceName]: number } = { local: 0.3, order: 0.5, motion: 0.3, form: 0.3 };

/** A block is so much time in which something was there. */
const BLOCK_MS = 10_000;
/** Before that everything is new, and block maxima would say nothing about later. */
const NEWBORN_MS = 150_000;
/** A longer gap between two frames is a pause, not time lived. */
const MAX_FRAME_MS = 1000;

export const evidenceFields = () => ({
  // f64: sums of frame times in ms
  livedMs: field('f64', 1, 'state'), // learning time since birth
  activeMs: field('f64', 1, 'state'), // of the block under way
});
export type EvidenceViews = Views<ReturnType<typeof evidenceFields>>;

export type Evidence = {
  readonly views: EvidenceViews;
  readonly thresholds: { readonly [name in EvidenceName]: StreamThreshold };
  readonly sensitivity: number;
};

/** Raw evidence of one frame. `timing` and `sequence` are the two parts of the local kind. */
export type RawEvidence = { sequence: number; timing: number; order: number; motion: number; form: number };

/** Ratios of one frame: 1 = threshold. */
export type Ratios = { local: number; order: number; motion: number; form: number };

/** How far beyond the threshold ring evidence must lie: on development seeds this halves false alarms for 4 % of the found. */
const MARGIN = 1.25;

/** Judge a frame's evidence against the thresholds as they were before it. */
export function judgeEvidence(evidence: Evidence, raw: RawEvidence, out: Ratios): void {
  const against = (name: EvidenceName, value: number): number =>
    (value * evidence.sensitivity) / (MARGIN * thresholdOf(evidence.thresholds[name]));
  out.local = against('local', raw.sequence + raw.timing);
  out.order = against('order', raw.order);
  out.motion = against('motion', raw.motion);
  out.form = against('form', raw.form);
}

/** Learn what evidence is usual. `busy` = something is there; `muted` = the whole picture changes, nothing is learned. */
export function learnEvidence(
  evidence: Evidence,
  raw: RawEvidence,
  ratios: Ratios,
  frame: { elapsedMs: number; busy: boolean; muted: boolean; learn: boolean },
): void {
  const { views, thresholds } = evidence;
  const elapsed = Math.min(MAX_FRAME_MS, frame.elapsedMs);
  if (frame.learn) views.livedMs[0]! += elapsed;
  if (!frame.busy || frame.muted || views.livedMs[0]! < NEWBORN_MS) return;
  noteEvidence(thresholds.local, raw.sequence + raw.timing, ratios.local >= 1);
  noteEvidence(thresholds.order, raw.order, ratios.order >= 1);
  noteEvidence(thresholds.motion, raw.motion, ratios.motion >= 1);
  noteEvidence(thresholds.form, raw.form, ratios.form >= 1);
  views.activeMs[0]! += elapsed;
  if (views.activeMs[0]! < BLOCK_MS) return;
  views.activeMs[0] = 0;
  for (const name of EVIDENCE) finishBlock(thresholds[name], frame.learn);
}

/** The four public streams: the local kind shows as whichever of its parts is larger. */
export function streamsOf(ratios: Ratios, raw: RawEvidence): StreamValues {
  const local = raw.sequence + raw.timing;
  const part = (value: number, isLarger: boolean): number =>
    local === 0 ? 0 : isLarger ? ratios.local : (ratios.local * value) / local;
  const sequenceLeads = raw.sequence >= raw.timing;
  return {
    form: ratios.form,
    motion: ratios.motion,
    sequence: Math.max(part(raw.sequence, sequenceLeads), ratios.order),
    timing: part(raw.timing, !sequenceLeads),
  };
}

/** 0..1, 0.5 = threshold. */
export function scoreOf(streams: StreamValues): number {
  const largest = Math.max(streams.form, streams.motion, streams.sequence, streams.timing);
  return largest / (1 + largest);
}

/** How far the thresholds are from being trustworthy. */
export function learningState({ views, thresholds }: Evidence): LearningState {
  if (isReady(thresholds.local)) return { state: 'ready', progress: 1 };
  const lived = Math.min(1, views.livedMs[0]! / NEWBORN_MS);
  const blocks = (thresholds.local.views.blockCount[0]! + views.activeMs[0]! / BLOCK_MS) / MIN_BLOCKS;
  return { state: 'learning', progress: Math.min(0.99, 0.5 * lived + 0.5 * blocks) };
}
