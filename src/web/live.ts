/**
 * live.ts - the newest state of each camera, and those who want to be told when it changes.
 *
 * The pipeline writes here after each frame; pages read. Nothing is computed for a page that nobody looks at: pictures are
 * drawn when asked for, once for all who ask, and a frame becomes a message only when someone listens.
 */
import type { LearningState, Observation, SeenThing, StreamValues } from '../cortex/observation.ts';
import type { EventRecord } from '../records/event.ts';
import { round, timestamp } from '../records/from-observation.ts';
import type { PredictionRecord } from '../records/prediction.ts';
import type { ScoreSpan } from '../store/looking-back.ts';

/** The last stepped frame of a camera and what was said about it. */
export type LiveFrame = {
  readonly camera: string;
  readonly sequence: number;
  readonly capturedAtMs: number;
  /** px of the model's picture */
  readonly width: number;
  readonly height: number;
  readonly score: number;
  readonly streams: StreamValues;
  readonly learning: LearningState;
  readonly things: readonly SeenThing[];
  /** [3, rows, columns] form, motion, sequence and timing, in units of what an alarm takes */
  readonly heat: Float32Array;
  readonly gridColumns: number;
  readonly gridRows: number;
  readonly label: Observation['label'];
  /** Draw the moment as a JPEG. */
  readonly picture: () => Promise<Buffer>;
};

export type LiveMessage =
  | { readonly type: 'frame'; readonly frame: LiveFrame }
  | { readonly type: 'event'; readonly event: EventRecord }
  | { readonly type: 'prediction'; readonly prediction: PredictionRecord };

/** Told as text, made once for all listeners. `camera`: whom it is about. */
export type LiveListener = (type: LiveMessage['type'], camera: string, text: string) => void;

/** Scores of the last quarter of an hour are kept by the second, for charts that were just opened. */
const KEPT_SECONDS = 900;

type Second = { at: number; sum: number; max: number; frames: number };
type Drawn = { readonly sequence: number; readonly jpeg: Promise<Buffer> };

export class LiveHub {
  readonly #frames = new Map<string, LiveFrame>();
  readonly #pictures = new Map<string, Drawn>();
  readonly #predictions = new Map<string, PredictionRecord>();
  readonly #seconds = new Map<string, Second[]>();
  readonly #listeners = new Set<LiveListener>();
  readonly #eventListeners: ((event: EventRecord) => void)[] = [];

  publish(message: LiveMessage): void {
    if (message.type === 'frame') {
      this.#frames.set(message.frame.camera, message.frame);
      this.#count(message.frame);
    }
    if (message.type === 'prediction') this.#predictions.set(message.prediction.camera, message.prediction);
    if (message.type === 'event') for (const hear of this.#eventListeners) hear(message.event);
    if (this.#listeners.size === 0) return;
    const [camera, data] = dataOf(message);
    const text = `event: ${message.type}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const listener of this.#listeners) listener(message.type, camera, text);
  }

  #count({ camera, capturedAtMs, score }: LiveFrame): void {
    const seconds = this.#seconds.get(camera) ?? [];
    this.#seconds.set(camera, seconds);
    const at = Math.floor(capturedAtMs / 1000);
    let last = seconds.at(-1);
    // A clock that was set back begins anew.
    if (last !== undefined && at < last.at) {
      seconds.length = 0;
      last = undefined;
    }
    if (last?.at !== at) {
      last = { at, sum: 0, max: 0, frames: 0 };
      seconds.push(last);
      if (seconds.length > KEPT_SECONDS) seconds.shift();
    }
    last.sum += score;
    last.max = Math.max(last.max, score);
    last.frames++;
  }

  /** Scores by the second, of the last quarter of an hour at most. */
  secondsOf(camera: string, fromMs: number, toMs = Infinity): ScoreSpan[] {
    const seconds = (this.#seconds.get(camera) ?? []).filter(({ at }) => at * 1000 >= fromMs && at * 1000 < toMs);
    return seconds.map(({ at, sum, max, frames }) => [at, round(sum / frames), round(max), frames]);
  }

  /** The last stepped frame of a camera, if there was one. */
  frameOf(camera: string): LiveFrame | undefined {
    return this.#frames.get(camera);
  }

  predictionOf(camera: string): PredictionRecord | undefined {
    return this.#predictions.get(camera);
  }

  /** The newest picture of a camera, drawn once for all who ask for it. */
  pictureOf(camera: string): Drawn | undefined {
    const frame = this.#frames.get(camera);
    if (frame === undefined) return undefined;
    const drawn = this.#pictures.get(camera);
    if (drawn?.sequence === frame.sequence) return drawn;
    const made = { sequence: frame.sequence, jpeg: frame.picture() };
    // Whoever asked is told; the next who asks tries again.
    made.jpeg.catch(() => this.#pictures.delete(camera));
    this.#pictures.set(camera, made);
    return made;
  }

  /** Hear of each event as it is told, for ever: for who counts them. */
  listenToEvents(hear: (event: EventRecord) => void): void {
    this.#eventListeners.push(hear);
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

function dataOf(message: LiveMessage): [camera: string, data: unknown] {
  if (message.type === 'event') return [message.event.camera, message.event];
  if (message.type === 'prediction') return [message.prediction.camera, message.prediction];
  return [message.frame.camera, frameData(message.frame)];
}

/** What pages are told of a frame; short, since there are many. */
export function frameData(frame: LiveFrame) {
  const { camera, sequence, capturedAtMs, width, height, score, streams, learning, label } = frame;
  const places = frame.gridColumns * frame.gridRows;
  // Only places that are warm: [place, form, motion, sequence and timing]
  const heat: number[][] = [];
  for (let place = 0; place < places; place++) {
    const kinds = [0, 1, 2].map((kind) => Math.round(frame.heat[kind * places + place]! * 100) / 100);
    if (kinds.some((kind) => kind > 0)) heat.push([place, ...kinds]);
  }
  return {
    camera,
    sequence,
    at: timestamp(capturedAtMs),
    width,
    height,
    score: round(score),
    streams: Object.fromEntries(Object.entries(streams).map(([name, value]) => [name, round(value)])),
    learning: { state: learning.state, progress: round(learning.progress) },
    label: label === null ? null : { name: label.name, probability: round(label.probability) },
    things: frame.things.map(({ id, box, ageMs, speed, trail }) => ({
      id,
      box: box.map(round),
      age_s: Math.round(ageMs / 100) / 10,
      speed: round(speed),
      trail: trail.map(([x, y]) => [Math.round(x * 1000) / 1000, Math.round(y * 1000) / 1000]),
    })),
    heat,
    grid_columns: frame.gridColumns,
    grid_rows: frame.gridRows,
  };
}
