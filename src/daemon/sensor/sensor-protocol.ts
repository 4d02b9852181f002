/**
 * sensor-protocol.ts - what the main thread and the worker of the number sensors say to each other. `sensor` is a place in
 * the list that the worker was started with.
 */
import type { ErrorCode } from '../../errors.ts';
import type { SeriesLine } from '../../records/series.ts';
import type { SeriesSettings } from '../../series/settings.ts';
import type { SeriesObservation } from '../../series/step.ts';

export type SensorWorkerData = {
  /** Of every sensor, the thresholds aside. */
  readonly settings: SeriesSettings;
  /** [sensors] */
  readonly seeds: readonly number[];
  /** [persistent bytes] images are copied here, one at a time. */
  readonly shadow: SharedArrayBuffer;
};

export type SensorRequest =
  | {
      readonly type: 'step';
      readonly sensor: number;
      readonly epochMs: number | null;
      readonly value: number;
      readonly learn: boolean;
    }
  | { readonly type: 'copy_image'; readonly sensor: number }
  | { readonly type: 'restore'; readonly sensor: number; readonly image: Uint8Array; readonly signature: string }
  | { readonly type: 'set_threshold'; readonly sensor: number; readonly threshold: number }
  /** Is the thread alive? */
  | { readonly type: 'ping' }
  | { readonly type: 'close' };

/** Where a model is in its life. */
export type SensorState = {
  readonly values: number;
  readonly missing: number;
  readonly learning: SeriesLine['learning'];
};

export type SensorReply =
  | { readonly type: 'ready' }
  | {
      readonly type: 'observation';
      readonly observation: SeriesObservation;
      readonly stepMs: number;
      readonly state: SensorState;
    }
  | { readonly type: 'image_copied'; readonly state: SensorState }
  | { readonly type: 'restored'; readonly state: SensorState }
  /** The bytes were not taken; the model before goes on. */
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined }
  | { readonly type: 'done' };
