/**
 * live.ts - the newest state of each camera, and those who want to be told when it changes.
 *
 * The pipeline writes here after each frame; the web page reads. Nothing is computed for a page that nobody looks at:
 * pictures are encoded when asked for.
 */
import type { LearningState, Observation, StreamValues } from '../cortex/observation.ts';
import type { EventRecord } from '../records/event.ts';
import type { PredictionRecord } from '../records/prediction.ts';
import type { Frame } from '../vision/frame.ts';

/** The last stepped frame of a camera and what was said about it. */
export type LiveFrame = {
  readonly camera: string;
  readonly sequence: number;
  readonly width: number;
  readonly height: number;
  readonly luma: Uint8Array;
  readonly score: number;
  readonly streams: StreamValues;
  readonly learning: LearningState;
  readonly grid: Float32Array;
  readonly gridColumns: number;
  readonly gridRows: number;
};

/** What the page shows of a stepped frame. */
export function liveFrame(
  camera: string,
  { sequence, width, height, luma }: Frame,
  { score, streams, learning, grid, gridColumns, gridRows }: Observation,
): LiveFrame {
  return { camera, sequence, width, height, luma, score, streams, learning, grid, gridColumns, gridRows };
}

export type LiveMessage =
  | { readonly type: 'frame'; readonly frame: LiveFrame }
  | { readonly type: 'event'; readonly event: EventRecord }
  | { readonly type: 'prediction'; readonly prediction: PredictionRecord };

export type LiveListener = (message: LiveMessage) => void;

export class LiveHub {
  readonly #frames = new Map<string, LiveFrame>();
  readonly #listeners = new Set<LiveListener>();
  readonly #events: EventRecord[] = [];
  readonly #keptEvents: number;

  /** `keptEvents`: how many of the last event records a newly opened page is shown. */
  constructor(keptEvents = 50) {
    this.#keptEvents = keptEvents;
  }

  publish(message: LiveMessage): void {
    if (message.type === 'frame') this.#frames.set(message.frame.camera, message.frame);
    if (message.type === 'event') {
      this.#events.push(message.event);
      if (this.#events.length > this.#keptEvents) this.#events.shift();
    }
    for (const listener of this.#listeners) listener(message);
  }

  /** The last stepped frame of a camera, if there was one. */
  frameOf(camera: string): LiveFrame | undefined {
    return this.#frames.get(camera);
  }

  /** The last event records, oldest first. */
  get events(): readonly EventRecord[] {
    return this.#events;
  }

  /** How many are told. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Be told of everything from now on; call the result to stop. */
  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
