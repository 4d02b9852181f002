/**
 * types.ts - what a source is told, and what it gives.
 */
import type { Truth } from '../scene/scene.ts';
import type { Frame } from '../vision/frame.ts';
import type { Polygon } from '../vision/polygon.ts';

/** A frame with the wall-clock time of its capture (ms since 1970) and, for rendered scenes, the truth about it. */
export type CapturedFrame = Frame & { readonly capturedAtMs: number; readonly truth?: Truth };

/** How pictures become the model's frames. */
export type PreprocessConfig = {
  /** px, multiples of 4 */
  readonly width: number;
  readonly height: number;
  /** [x, y, width, height] of the part to keep, relative to the source picture */
  readonly crop: readonly [number, number, number, number] | null;
  /**
   * Parts that nobody may see, relative to the cropped picture; filled with grey before anything else happens. Another
   * list holds from the next picture on.
   */
  masks: readonly Polygon[];
};

/** `source`: frames come at their own rate; `fast`: as fast as they are taken. */
export type Pace = 'source' | 'fast';

export type FileSourceConfig = {
  readonly type: 'file';
  readonly path: string;
  /** Resample to this rate; null = the file's own. */
  readonly fps: number | null;
  readonly loop: boolean;
  readonly pace: Pace;
};

export type ImagesSourceConfig = {
  readonly type: 'images';
  readonly path: string;
  readonly fps: number;
  readonly loop: boolean;
  readonly pace: Pace;
};

export type SyntheticSourceConfig = {
  readonly type: 'synthetic';
  readonly scene: string;
  readonly seed: number;
  readonly fps: number;
  readonly pace: Pace;
  /** First frame that may break the routine, and mean frames between two breaks. */
  readonly anomaliesFrom: number;
  readonly anomalySpacing: number;
  /** Frames after which the source ends; null = never. */
  readonly frames: number | null;
  /** So many first frames come as fast as they are taken, whatever the pace. */
  readonly fastFrames: number;
};

export type SourceConfig = FileSourceConfig | ImagesSourceConfig | SyntheticSourceConfig;

/** Frames until the source ends. `close` stops it at any moment and leaves no process behind. */
export type FrameSource = AsyncIterable<CapturedFrame> & {
  /** Frames given so far, and pictures that could not be decoded. */
  readonly counters: { frames: number; badFrames: number };
  readonly close: () => Promise<void>;
};
