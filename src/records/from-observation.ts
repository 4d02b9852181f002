/**
 * from-observation.ts - what the model says becomes records: with ids, wall-clock times and the names of zones.
 */
import { ulid } from 'ulid';
import type { EventChange, ModelPrediction, Observation } from '../cortex/observation.ts';
import type { Box } from '../vision/box.ts';
import { zoneBox } from '../vision/geometry.ts';
import type { EventRecord } from './event.ts';
import type { PredictionRecord } from './prediction.ts';
import type { ScoreRecord } from './score.ts';
import { type Zones, zonesTouching } from './zones.ts';

/** When a frame was taken: by its number, its own time and the wall clock (ms). */
export type FrameTime = { readonly sequence: number; readonly timeMs: number; readonly capturedAtMs: number };

/** What the records of one camera need to know beside the observation. */
export type RecordContext = {
  readonly camera: string;
  readonly zones: Zones;
  readonly learning: boolean;
  readonly clockSynced: boolean;
  /** Whether a picture is kept with events. */
  readonly snapshots: boolean;
  /** Makes the id of an event that starts at a wall-clock time (ms); by default a random ULID. */
  readonly newId?: (startedAtMs: number) => string;
};

/** Where and why, as last told of an event. */
type Told = Pick<EventRecord, 'zones' | 'box' | 'position' | 'explanation' | 'expected'>;

/**
 * The open event of each key (a thing, or a cause of the scene): its id, when it started by the clock of that moment, so that all records of one event
 * agree although the clock may be set meanwhile, and what was told of it: at its end the scene says nothing about it any
 * more. A start makes an entry; an update or end without one gets a new one.
 */
export type OpenIds = Map<string, { readonly id: string; readonly startedAtMs: number; readonly told: Told }>;

export function eventRecord(change: EventChange, ids: OpenIds, frame: FrameTime, context: RecordContext): EventRecord {
  const wallTime = (timeMs: number): number => frame.capturedAtMs - (frame.timeMs - timeMs);
  const known = change.type === 'start' ? undefined : ids.get(change.key);
  const startedAtMs = known?.startedAtMs ?? wallTime(change.startedTimeMs);
  const id = known?.id ?? (context.newId ?? ulid)(Math.max(0, Math.round(startedAtMs)));
  const told = change.type === 'end' && known ? known.told : tell(change, context);
  if (change.type === 'end') ids.delete(change.key);
  else ids.set(change.key, { id, startedAtMs, told });
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
    ended_at: change.endedTimeMs === null ? null : timestamp(Math.max(startedAtMs, wallTime(change.endedTimeMs))),
    frame: frame.sequence,
    ...told,
    has_snapshot: snapshots,
    learning,
    clock_synced: clockSynced,
  };
}

/** What a record told, for the records of the same event to come. */
export function toldOf({ zones, box, position, explanation, expected }: EventRecord): Told {
  return { zones, box, position, explanation, expected };
}

function tell(change: EventChange, context: RecordContext): Told {
  return {
    zones: change.box === null ? [] : zonesTouching(context.zones, [change.box]),
    box:
      change.box === null
        ? null
        : ([...change.box].map((value) => round(Math.min(1, Math.max(0, value)))) as [number, number, number, number]),
    position: change.position === null ? null : { ...change.position },
    explanation: change.explanation,
    expected: change.expected.map(({ state, positions, probability }) => ({
      state: stateName(state, positions, context.zones),
      probability: round(probability),
    })),
  };
}

/** Tells predictions that say something new from those that only say the same again. */
export class PredictionNews {
  #told = '';

  /** Whether it says something else, but for its time, than the last one for which this was true. */
  isNews({ at: _at, ...said }: PredictionRecord): boolean {
    const text = JSON.stringify(said);
    if (text === this.#told) return false;
    this.#told = text;
    return true;
  }
}

/** The prediction with the label of what is seen; null when the model has nothing to add in this step. */
export function predictionRecord(
  { prediction, label }: Pick<Observation, 'prediction' | 'label'>,
  frame: FrameTime,
  context: RecordContext,
): PredictionRecord | null {
  if (prediction === null) return null;
  return {
    version: 1,
    camera: context.camera,
    at: timestamp(frame.capturedAtMs),
    next: prediction.next.map(({ state, positions, probability, inMs: [soonest, latest] }) => ({
      state: stateName(state, positions, context.zones),
      zones: zonesTouching(context.zones, positions),
      probability: round(probability),
      in_seconds: [round(soonest / 1000), round(latest / 1000)],
    })),
    confidence: round(prediction.confidence),
    activity: activityOf(prediction, context.zones),
    label: label === null ? null : { name: label.name, probability: round(label.probability) },
    clock_synced: context.clockSynced,
  };
}

export function scoreRecord(
  { score, streams, learning }: Observation,
  frame: FrameTime,
  context: RecordContext,
): ScoreRecord {
  const { form, motion, sequence, timing } = streams;
  return {
    at: timestamp(frame.capturedAtMs),
    score: round(score),
    streams: { form: round(form), motion: round(motion), sequence: round(sequence), timing: round(timing) },
    learning: { state: learning.state, progress: round(learning.progress) },
    clock_synced: context.clockSynced,
  };
}

/** Per configured zone and horizon, the chance of its most likely place. */
function activityOf({ activity }: ModelPrediction, zones: Zones): PredictionRecord['activity'] {
  const { horizonsS, probability } = activity;
  const told: PredictionRecord['activity'] = [];
  for (const [zone, places] of placesOfZones(zones, activity)) {
    for (let horizon = 0; horizon < horizonsS.length; horizon++) {
      let chance = 0;
      for (const place of places) chance = Math.max(chance, probability[place * horizonsS.length + horizon]!);
      told.push({ zone, horizon_s: horizonsS[horizon]!, probability: round(chance) });
    }
  }
  return told;
}

type Places = { readonly columns: number; readonly rows: number };
type OfZones = Places & { readonly ofZones: readonly (readonly [zone: string, places: readonly number[]])[] };
/** Which places a zone touches does not change from frame to frame. */
const known = new WeakMap<Zones, OfZones>();

function placesOfZones(zones: Zones, { columns, rows }: Places): OfZones['ofZones'] {
  const before = known.get(zones);
  if (before?.columns === columns && before.rows === rows) return before.ofZones;
  const places = Array.from({ length: columns * rows }, (_, place) =>
    zonesTouching(zones, [zoneBox({ columns, rows }, place)]),
  );
  const ofZones = Object.keys(zones).map((zone): [string, number[]] => [
    zone,
    places.flatMap((touched, place) => (touched.includes(zone) ? [place] : [])),
  ]);
  known.set(zones, { columns, rows, ofZones });
  return ofZones;
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
  const names = zonesTouching(zones, positions);
  return names.length === 0 ? state : names.join('+');
}
