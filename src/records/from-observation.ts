/**
 * from-observation.ts - what the model says becomes records: with ids, wall-clock times and the names of zones.
 */
import { ulid } from 'ulid';
import type { EventChange, ModelPrediction, Observation } from '../cortex/observation.ts';
import type { Box } from '../vision/box.ts';
import { type Polygon, contains } from '../vision/polygon.ts';
import type { EventRecord } from './event.ts';
import type { PredictionRecord } from './prediction.ts';
import type { ScoreRecord } from './score.ts';

/** When a frame was taken: by its number, its own time and the wall clock (ms). */
export type FrameTime = { readonly sequence: number; readonly timeMs: number; readonly capturedAtMs: number };

/** What the records of one camera need to know beside the observation. */
export type RecordContext = {
  readonly camera: string;
  readonly zones: { readonly [name: string]: Polygon };
  readonly learning: boolean;
  readonly clockSynced: boolean;
  /** Whether a picture is kept with events. */
  readonly snapshots: boolean;
};

/** Id of the open event of each cause. A start makes one; an update or end without one gets a new one. */
export type EventIds = Map<string, string>;

export function eventRecord(change: EventChange, ids: EventIds, frame: FrameTime, context: RecordContext): EventRecord {
  const startedAtMs = frame.capturedAtMs - (frame.timeMs - change.startedTimeMs);
  const id = (change.type === 'start' ? undefined : ids.get(change.cause)) ?? ulid(Math.max(0, Math.round(startedAtMs)));
  if (change.type === 'end') ids.delete(change.cause);
  else ids.set(change.cause, id);
  const { camera, learning, clockSynced, snapshots } = context;
  return {
    version: 1,
    type: change.type,
    id,
    camera,
    cause: change.cause,
    severity: change.severity,
    score: round(change.score),
    peak: round(change.peak),
    started_at: timestamp(startedAtMs),
    ended_at: change.endedTimeMs === null ? null : timestamp(frame.capturedAtMs - (frame.timeMs - change.endedTimeMs)),
    frame: frame.sequence,
    zones: change.box === null ? [] : zonesAt(context.zones, change.box),
    box: change.box === null ? null : [...change.box].map((value) => round(Math.min(1, Math.max(0, value)))) as [number, number, number, number],
    position: change.position === null ? null : { ...change.position },
    explanation: change.explanation,
    expected: change.expected.map(({ state, positions, probability }) => ({
      state: stateName(state, positions, context.zones),
      probability: round(probability),
    })),
    has_snapshot: snapshots,
    learning,
    clock_synced: clockSynced,
  };
}

export function predictionRecord(prediction: ModelPrediction, frame: FrameTime, context: RecordContext): PredictionRecord {
  return {
    version: 1,
    camera: context.camera,
    at: timestamp(frame.capturedAtMs),
    next: prediction.next.map(({ state, positions, probability, inMs: [soonest, latest] }) => ({
      state: stateName(state, positions, context.zones),
      zones: zonesOf(context.zones, positions),
      probability: round(probability),
      in_seconds: [round(soonest / 1000), round(latest / 1000)],
    })),
    confidence: round(prediction.confidence),
    activity: [],
    label: null,
    clock_synced: context.clockSynced,
  };
}

export function scoreRecord({ score, streams, learning }: Observation, frame: FrameTime, context: RecordContext): ScoreRecord {
  const { form, motion, sequence, timing } = streams;
  return {
    at: timestamp(frame.capturedAtMs),
    score: round(score),
    streams: { form: round(form), motion: round(motion), sequence: round(sequence), timing: round(timing) },
    learning: { state: learning.state, progress: round(learning.progress) },
    clock_synced: context.clockSynced,
  };
}

/** ISO 8601 UTC with milliseconds. */
export function timestamp(ms: number): string {
  return new Date(Math.round(ms)).toISOString();
}

/** Four digits are more than the eye or a rule needs, and keep messages small. */
export function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** A state by the zones it touches ("gate+drive"), or by the model's own place names where no zone was drawn. */
function stateName(state: string, positions: readonly Box[], zones: RecordContext['zones']): string {
  const names = zonesOf(zones, positions);
  return names.length === 0 ? state : names.join('+');
}

function zonesOf(zones: RecordContext['zones'], boxes: readonly Box[]): string[] {
  return Object.keys(zones).filter((name) => boxes.some((box) => touches(zones[name]!, box)));
}

function zonesAt(zones: RecordContext['zones'], box: Box): string[] {
  return zonesOf(zones, [box]);
}

/** Samples per side that decide whether a box touches a polygon. */
const SAMPLES = 9;

function touches(polygon: Polygon, [x, y, w, h]: Box): boolean {
  if (polygon.some(([px, py]) => px >= x && px <= x + w && py >= y && py <= y + h)) return true;
  for (let i = 0; i < SAMPLES; i++) {
    for (let j = 0; j < SAMPLES; j++) {
      if (contains(polygon, x + (w * i) / (SAMPLES - 1), y + (h * j) / (SAMPLES - 1))) return true;
    }
  }
  return false;
}
