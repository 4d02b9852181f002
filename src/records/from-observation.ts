/**
 * from-observation.ts - what the model says about a frame becomes the records that leave the program.
 *
 * The model knows steps, model time and boxes; a record has an id, wall-clock times and the names of zones. No clock in
 * here: the caller passes the wall-clock time of the frame, so replay and the daemon give the same records.
 */
import { ulid } from 'ulid';
import type { EventChange, ModelCause, ModelPrediction, Observation } from '../cortex/observation.ts';
import type { EventRecord } from './event.ts';
import type { PredictionRecord } from './prediction.ts';
import type { ScoreRecord } from './score.ts';
import { type Zones, zonesTouching } from './zones.ts';

/** The horizons of a prediction's `activity` (s). */
export const ACTIVITY_HORIZONS_S = [1, 5, 30] as const;

export type DescriberOptions = {
  readonly camera: string;
  readonly zones: Zones;
  /** Numbers in [0, 1) for the random part of ids; without it the system's. A seeded one makes replays repeatable. */
  readonly random?: () => number;
};

/** What the model does not know about the frame that it has just seen. */
export type Moment = {
  /** Wall-clock time of the frame's capture (ms since 1970). */
  readonly wallMs: number;
  /** Whether that clock could be trusted. */
  readonly clockSynced: boolean;
  /** Number of the frame in its source. */
  readonly frame: number;
  /** Whether the model was learning. */
  readonly learning: boolean;
  /** Whether a picture of an event is kept. */
  readonly hasSnapshot: boolean;
};

type OpenEvent = { readonly id: string; readonly startedAt: string };

/** Names the open events of one camera: all records of one event carry the same id and the same start. */
export type Describer = {
  readonly options: DescriberOptions;
  readonly open: Map<ModelCause, OpenEvent>;
};

export function createDescriber(options: DescriberOptions): Describer {
  return { options, open: new Map() };
}

/** After a restart: go on with the ids of events that were open. Records that have ended, or of other cameras, are left out. */
export function resumeOpenEvents(describer: Describer, records: readonly EventRecord[]): void {
  for (const { camera, type, cause, id, started_at: startedAt } of records) {
    if (camera !== describer.options.camera || cause === 'camera_lost' || cause === 'camera_blocked') continue;
    if (type === 'end') describer.open.delete(cause);
    else describer.open.set(cause, { id, startedAt });
  }
}

export type DescribedObservation = {
  readonly score: ScoreRecord;
  readonly events: readonly EventRecord[];
  readonly prediction: PredictionRecord | null;
};

/** Everything that one step says. */
export function describeObservation(
  describer: Describer,
  observation: Observation,
  moment: Moment,
): DescribedObservation {
  return {
    score: scoreRecord(observation, moment),
    events: observation.events.map((change) => eventRecord(describer, change, observation.timeMs, moment)),
    prediction: observation.prediction === null ? null : predictionRecord(describer, observation.prediction, moment),
  };
}

export function scoreRecord({ score, streams, learning }: Observation, { wallMs, clockSynced }: Moment): ScoreRecord {
  return {
    at: isoTime(wallMs),
    score: share(score),
    streams: {
      form: rounded(streams.form),
      motion: rounded(streams.motion),
      sequence: rounded(streams.sequence),
      timing: rounded(streams.timing),
    },
    learning: { state: learning.state, progress: share(learning.progress) },
    clock_synced: clockSynced,
  };
}

/** `timeMs`: model time of the frame; model times are turned into wall-clock times by their distance from it. */
export function eventRecord(describer: Describer, change: EventChange, timeMs: number, moment: Moment): EventRecord {
  const { camera, zones } = describer.options;
  const { type, cause, box, position } = change;
  const wallTimeOf = (modelMs: number): string => isoTime(moment.wallMs - (timeMs - modelMs));
  const known = type === 'start' ? undefined : describer.open.get(cause);
  const { id, startedAt } = known ?? {
    id: ulid(Math.max(0, Math.round(moment.wallMs)), describer.options.random),
    startedAt: wallTimeOf(change.startedTimeMs),
  };
  if (type === 'end') describer.open.delete(cause);
  else describer.open.set(cause, { id, startedAt });
  return {
    version: 1,
    type,
    id,
    camera,
    cause,
    severity: change.severity,
    score: share(change.score),
    peak: share(change.peak),
    started_at: startedAt,
    ended_at: type === 'end' ? wallTimeOf(change.endedTimeMs ?? timeMs) : null,
    frame: moment.frame,
    zones: box === null ? [] : zonesTouching(zones, [box]),
    box: box === null ? null : [share(box[0]), share(box[1]), share(box[2]), share(box[3])],
    position: position === null ? null : { row: position.row, column: position.column },
    explanation: change.explanation,
    expected: change.expected.map(({ state, probability }) => ({ state, probability: share(probability) })),
    has_snapshot: moment.hasSnapshot,
    learning: moment.learning,
    clock_synced: moment.clockSynced,
  };
}

export function predictionRecord(describer: Describer, prediction: ModelPrediction, moment: Moment): PredictionRecord {
  const { camera, zones } = describer.options;
  const next = prediction.next.map(({ state, positions, probability, inMs }) => {
    const earliest = rounded(inMs[0] / 1000);
    return {
      state,
      zones: zonesTouching(zones, positions),
      probability: share(probability),
      in_seconds: [earliest, Math.max(earliest, rounded(inMs[1] / 1000))] as [number, number],
    };
  });
  return {
    version: 1,
    camera,
    at: isoTime(moment.wallMs),
    next,
    confidence: share(prediction.confidence),
    activity: Object.keys(zones).flatMap((zone) =>
      ACTIVITY_HORIZONS_S.map((horizon) => ({
        zone,
        horizon_s: horizon,
        probability: share(
          next.reduce((sum, entry) => {
            return entry.zones.includes(zone) ? sum + entry.probability * arrivedBy(horizon, entry.in_seconds) : sum;
          }, 0),
        ),
      })),
    ),
    label: null,
    clock_synced: moment.clockSynced,
  };
}

/** Chance that a delay whose 10 and 90 % points are known is over after `seconds`: a straight line through the two points. */
function arrivedBy(seconds: number, [early, late]: readonly [number, number]): number {
  if (late <= early) return seconds >= late ? 1 : 0;
  return clamp(0.1 + (0.8 * (seconds - early)) / (late - early));
}

/** ISO 8601 UTC with milliseconds. */
export function isoTime(wallMs: number): string {
  return new Date(Math.round(wallMs)).toISOString();
}

function clamp(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}

/** In [0, 1] to four digits: more would be noise in every message. */
function share(value: number): number {
  return Math.round(clamp(value) * 1e4) / 1e4;
}

/** Not negative, to three digits. */
function rounded(value: number): number {
  return value > 0 ? Math.round(Math.min(value, 1e9) * 1e3) / 1e3 : 0;
}
