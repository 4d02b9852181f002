/**
 * model-protocol.ts - what the main thread and a model worker say to each other.
 *
 * Frames go over one at a time, newest first taken: the main thread sends the next one when the answer to the last has
 * come, so nothing ever queues in the worker. Pixel buffers are transferred, not copied, and come back with the answer.
 */
import type { AlarmLevel } from '../../cortex/judge/level.ts';
import type { KindSeen } from '../../cortex/kind-seen.ts';
import type { Portrait } from '../../cortex/portrait.ts';
import type { CortexSettings } from '../../cortex/settings.ts';
import type { PredictionQuality } from '../../cortex/prediction-quality.ts';
import type { CortexStats } from '../../cortex/stats.ts';
import type { Verdict } from '../../cortex/feedback/feedback.ts';
import type { EventChange, Observation } from '../../cortex/observation.ts';
import type { LabelOutcome } from '../../cortex/labels.ts';
import type { Frame } from '../../vision/frame.ts';

/** Given to the worker when it is created. */
export type ModelWorkerData = {
  readonly settings: CortexSettings;
  readonly seed: number;
  /** Persistent bytes to resume from, or null for a newborn model. */
  readonly image: Uint8Array | null;
  /** [persistentBytes] the worker copies its image here when asked for a checkpoint. */
  readonly shadow: SharedArrayBuffer;
};

export type ModelRequest =
  | { readonly type: 'frame'; readonly frame: Frame; readonly learn: boolean }
  | { readonly type: 'copy_image' }
  | { readonly type: 'predicted_picture' }
  | { readonly type: 'restore'; readonly image: Uint8Array }
  /** What the model has learned, for people to look at. */
  | { readonly type: 'portrait' }
  | { readonly type: 'set_sensitivity'; readonly sensitivity: number; readonly alarmsPerDay: number }
  /** The picture is another one from now on (masks were changed): the eye begins anew. */
  | { readonly type: 'look_anew' }
  /** Watching pauses: open events end. */
  | { readonly type: 'close_events' }
  /** What was unusual between two steps was normal, or matters; see cortex/feedback/feedback.ts. */
  | {
      readonly type: 'feedback';
      readonly verdict: Verdict;
      readonly key: string;
      readonly fromStep: number;
      readonly toStep: number;
    }
  /** What is seen now, or was seen last, has this name. */
  | { readonly type: 'label'; readonly name: string }
  | { readonly type: 'close' };

export type ModelReply =
  | { readonly type: 'ready'; readonly step: number }
  | {
      readonly type: 'observation';
      readonly observation: Observation;
      /** The frame's pixels, handed back. */
      readonly luma: Uint8Array;
      readonly stepMs: number;
      readonly stats: CortexStats;
      /** Now and then: it is the same for many frames. */
      readonly quality: PredictionQuality | null;
      /** Alarms a day from which on what is seen now would be one; see cortex/judge/level.ts. */
      readonly level: AlarmLevel | null;
      /** Looks of the largest thing, now and then. */
      readonly kind: KindSeen | null;
    }
  | { readonly type: 'image_copied'; readonly step: number }
  /** `luma` [height, width] of the most likely next state, and its probability: 0 when nothing is predicted. */
  | { readonly type: 'predicted_picture'; readonly luma: Uint8Array; readonly probability: number }
  | { readonly type: 'portrait'; readonly portrait: Portrait }
  | { readonly type: 'restored'; readonly step: number }
  /** The bytes cannot be those of a model; the one before goes on. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'done' }
  /** Events that ended by a command; `signatures`: how many signs of what was unusual were taken in. */
  | { readonly type: 'events_closed'; readonly events: readonly EventChange[]; readonly signatures: number }
  /** Whether there was anything to give the name to, and room for the name. */
  | { readonly type: 'labelled'; readonly outcome: LabelOutcome };
