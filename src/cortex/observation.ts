/**
 * observation.ts - what one step of the model says about one frame. Plain data: no wall clock, no names from the
 * configuration; the daemon adds ids, times and zone names when it turns these into records.
 */

import type { Box } from '../vision/box.ts';

/** The kinds of evidence, never summed across kinds; each has its own threshold. */
export const STREAMS = ['form', 'motion', 'sequence', 'timing'] as const;
export type StreamName = (typeof STREAMS)[number];

/** Evidence per stream in units of what an alarm takes: 1 = would raise one. */
export type StreamValues = { readonly [name in StreamName]: number };

/** Why the model speaks. `camera_lost` is added by the daemon, which sees the source. */
export type ModelCause = StreamName | 'absence' | 'scene_change' | 'camera_blocked';

/** A place of the position grid; row 0 is the top. */
export type Position = { readonly row: number; readonly column: number };

/** A state with the probability the model gave it. `positions` are places of the L2 grid that would be occupied. */
export type ExpectedState = {
  readonly state: string;
  readonly positions: readonly Box[];
  readonly probability: number;
};

/** Keys of the events of things begin so; the number of the thing follows. */
export const THING_KEY = 'thing:';

/** An event begins, changes (new peak or place) or ends. At most one event per key is open. */
export type EventChange = {
  readonly type: 'start' | 'update' | 'end';
  /** What it is about, the same in all changes of one event: a thing, or the cause for what belongs to the scene. */
  readonly key: string;
  readonly cause: ModelCause;
  readonly severity: 'alert' | 'notice';
  /** Score now and the highest so far, 0..1, 0.5 = threshold. */
  readonly score: number;
  readonly peak: number;
  readonly startedStep: number;
  readonly startedTimeMs: number;
  /** null while open */
  readonly endedTimeMs: number | null;
  readonly position: Position | null;
  readonly box: Box | null;
  /** One plain sentence, no final stop: "stands for 15 s where things move on within 3 s". */
  readonly explanation: string;
  readonly expected: readonly ExpectedState[];
};

/** How likely something is at each place of a grid over the picture within each horizon. */
export type PlaceActivity = {
  readonly columns: number;
  readonly rows: number;
  readonly horizonsS: readonly number[];
  /** [rows * columns, horizons] */
  readonly probability: Float32Array;
};

/** What the model expects next, published when it changes. */
export type ModelPrediction = {
  readonly next: readonly (ExpectedState & {
    /** Earliest and latest likely time from now (ms): the 10 and 90 % points of the learned delay. */
    readonly inMs: readonly [number, number];
  })[];
  /** Probability of the first entry, 0 when nothing is predicted. */
  readonly confidence: number;
  readonly activity: PlaceActivity;
};

export type LearningState = {
  readonly state: 'learning' | 'ready';
  /** 0..1 towards the first trustworthy thresholds; 1 when ready */
  readonly progress: number;
};

/** Something that is followed now. */
export type SeenThing = {
  /** Counts the things of this model's life. */
  readonly id: number;
  readonly box: Box;
  readonly ageMs: number;
  /** Heights of the picture per second. */
  readonly speed: number;
  /** Where its middle was in the last one and a half seconds, oldest first: x and y relative to the picture. */
  readonly trail: readonly (readonly [number, number])[];
};

/** The result of one step. `grid`, `heat` and `things` are borrowed: valid until the next step. */
export type Observation = {
  /** Steps of this model's life, restored with it. */
  readonly step: number;
  readonly timeMs: number;
  /** Causal, 0..1, higher = more unusual; 0.5 = the alarm threshold at the set alarms a day. */
  readonly score: number;
  readonly streams: StreamValues;
  /** Positions whose state changed in this frame. */
  readonly changed: number;
  readonly learning: LearningState;
  /** [rows, columns] calibrated surprise per position, in the same unit as the streams. */
  readonly grid: Float32Array;
  /** [3, rows, columns] the same by kind: form, motion, sequence and timing */
  readonly heat: Float32Array;
  readonly gridColumns: number;
  readonly gridRows: number;
  readonly things: readonly SeenThing[];
  readonly events: readonly EventChange[];
  /** null unless it, or the label, changed in this step */
  readonly prediction: ModelPrediction | null;
  /** Name that was taught for what is seen, or null. */
  readonly label: { readonly name: string; readonly probability: number } | null;
};
