/**
 * types.ts - what a source is told, and what it gives.
 */
import type { Truth } from '../scene/scene.ts';
import type { Frame } from '../vision/frame.ts';
import type { Polygon } from '../vision/polygon.ts';
import type { View } from './view.ts';

/**
 * A frame with the wall-clock time of its capture (ms since 1970) and, for rendered scenes, the truth about it. `view` gives
 * the same moment (to a fifth of a second) as a picture for people; it may cost something, so it is called when somebody looks, soon after the frame.
 */
export type CapturedFrame = Frame & {
  readonly capturedAtMs: number;
  readonly truth?: Truth;
  readonly view?: (() => View) | undefined;
  /** Hands pixels of a frame that nobody looks at any more back to the source, which fills them again. */
  readonly giveBack?: (luma: Uint8Array) => void;
};

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
  /** Size of the pictures for people beside the model's; without it there are none. */
  readonly view?: Size | undefined;
};

/** `source`: frames come at their own rate; `fast`: as fast as they are taken. */
export type Pace = 'source' | 'fast';

export type FileSourceConfig = {
  readonly type: 'file';
  readonly path: string;
  /** Thin to at most this rate; null = every frame. */
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

/** What a camera asks for before it shows pictures. */
export type Login = { readonly username: string; readonly password: string };

export type RtspSourceConfig = {
  readonly type: 'rtsp';
  /** Without name and password, which are in `login`. */
  readonly url: string;
  readonly login: Login | null;
  readonly fps: number;
  /** Decode only pictures that stand for themselves: far cheaper, and as many a second as the camera sends. */
  readonly keyFramesOnly: boolean;
};

export type HttpSourceConfig = {
  readonly type: 'http';
  readonly url: string;
  readonly login: Login | null;
  /** Rate that single pictures are asked for with, and the most that a stream is decoded with. */
  readonly fps: number;
  /** Whether a certificate that nobody known has signed is taken. */
  readonly insecure: boolean;
};

export type V4l2SourceConfig = {
  readonly type: 'v4l2';
  readonly device: string;
  /** What the camera is asked for: its pixel format ("mjpeg", "yuyv422") and size; null = as it is. */
  readonly inputFormat: string | null;
  readonly size: Size | null;
  readonly fps: number;
};

export type RpicamSourceConfig = {
  readonly type: 'rpicam';
  /** Number of the camera, as `rpicam-hello --list-cameras` counts. */
  readonly camera: number;
  /** Picture that the camera's own hardware scales to; a width in multiples of 64 has no padding. */
  readonly size: Size;
  readonly fps: number;
  /** Turned by half a circle: the camera hangs upside down. */
  readonly upsideDown: boolean;
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

export type SourceConfig =
  | RpicamSourceConfig
  | V4l2SourceConfig
  | RtspSourceConfig
  | HttpSourceConfig
  | FileSourceConfig
  | ImagesSourceConfig
  | SyntheticSourceConfig;

/** px */
export type Size = { readonly width: number; readonly height: number };

/** Frames until the source ends. `close` stops it at any moment and leaves no process behind. */
export type FrameSource = AsyncIterable<CapturedFrame> & {
  readonly counters: {
    /** Frames given so far, and pictures that could not be decoded. */
    frames: number;
    badFrames: number;
    /** The next frame is not due before this (monotonic ms): a recording whose next picture is a minute away is not lost. */
    dueMs?: number;
  };
  readonly close: () => Promise<void>;
  /** What whoever does the work has said last, secrets taken out. */
  readonly lastWords?: () => string;
};

/** What there is to know about a kind of source. A new one is such an object and a line in `open.ts`. */
export type SourceKind<C extends SourceConfig> = {
  /** Whether it shows the world now; a recording may stand still or repeat itself, a camera may not. */
  readonly isLive: boolean;
  /** Open it; `warn` hears of pictures that were skipped. Throws CortexdError when it cannot be read. */
  readonly open: (config: C, preprocess: PreprocessConfig, warn: (message: string) => void) => Promise<FrameSource>;
  /** Size of its pictures as people see them, rotation applied. Throws CortexdError when it cannot be read. */
  readonly probeSize: (config: C) => Promise<Size>;
};
