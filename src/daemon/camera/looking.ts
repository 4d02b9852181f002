/**
 * looking.ts - what people get to see of one camera, beside the records: pictures, strips of events, near alarms, scores by
 * the minute, kinds of things, what the model has learned; and whether it is quiet now.
 */
import type { CapturedFrame, PreprocessConfig } from '../../capture/types.ts';
import type { CameraConfig } from '../../config/camera-schema.ts';
import type { Observation } from '../../cortex/observation.ts';
import type { Portrait } from '../../cortex/portrait.ts';
import type { EventRecord } from '../../records/event.ts';
import type { CameraStore } from '../watched/ports.ts';
import type { Evidence } from '../../store/looking-back.ts';
import type { Box } from '../../vision/box.ts';
import type { LiveFrame } from '../../web/live.ts';
import { MinuteScores } from '../watched/minute-scores.ts';
import { NearAlarms } from '../watched/near-alarms.ts';
import { Quiet } from '../watched/quiet.ts';
import { type KindExample, KindExamples } from './kind-examples.ts';
import type { StepResult } from './model-client.ts';
import { Pictures } from './pictures.ts';
import type { PredictedPicture } from './predicted-picture.ts';

export type LookingPorts = {
  readonly store: CameraStore;
  readonly mayWrite: () => boolean;
  readonly portrait: () => Promise<Portrait>;
  readonly predicted: PredictedPicture;
  readonly failed: (error: unknown) => void;
  /** Do it without waiting; what goes wrong is logged. */
  readonly inBackground: (work: Promise<unknown>) => void;
};

export class Looking {
  readonly quiet = new Quiet();
  /** px of the model's picture */
  readonly size: { readonly width: number; readonly height: number };
  readonly portrait: () => Promise<Portrait>;
  readonly predicted: PredictedPicture;
  readonly #camera: string;
  readonly #pictures: Pictures;
  readonly #minutes: MinuteScores;
  readonly #near: NearAlarms;
  readonly #kinds = new KindExamples();
  /** Events that began while it was quiet: they stay notices. */
  readonly #notices = new Set<string>();

  constructor(camera: string, config: CameraConfig, preprocess: PreprocessConfig, ports: LookingPorts) {
    const { store, mayWrite, inBackground } = ports;
    this.#camera = camera;
    this.size = { width: preprocess.width, height: preprocess.height };
    this.portrait = ports.portrait;
    this.predicted = ports.predicted;
    this.#minutes = new MinuteScores(camera, (score) => inBackground(store.call('saveScore', score)));
    const times = { confirmMs: config.confirm_s * 1000, holdMs: config.hold_s * 1000 };
    this.#near = new NearAlarms(camera, times, (all) => inBackground(store.call('saveEvidence', all)));
    this.#pictures = new Pictures({
      preprocess,
      eventPx: config.picture_px,
      keeps: config.snapshots,
      mayWrite,
      save: (id, pictures) => inBackground(store.call('saveStrip', id, pictures)),
      failed: ports.failed,
    });
  }

  /** While it is quiet nothing is an alert. */
  severe(event: EventRecord): EventRecord {
    const { id, type, severity } = event;
    if (type === 'start' && severity === 'alert' && this.quiet.isQuiet(Date.now())) this.#notices.add(id);
    if (!this.#notices.has(id)) return event;
    if (type === 'end') this.#notices.delete(id);
    return { ...event, severity: 'notice' };
  }

  /** A frame was stepped. */
  note(frame: CapturedFrame, { observation, level, kind }: StepResult): void {
    this.#minutes.add(frame.capturedAtMs, observation.score);
    this.#near.add(frame.capturedAtMs, level);
    this.#pictures.note(frame);
    if (kind !== null) this.#kinds.note(kind, frame.capturedAtMs, () => this.#pictures.cutOf(frame, kind.box));
  }

  event(event: EventRecord, frame: CapturedFrame): void {
    this.#pictures.event(event, frame);
  }

  pictureOf(frame: CapturedFrame, box: Box | null): Promise<Buffer> {
    return this.#pictures.ofEvent(frame, box);
  }

  get kinds(): readonly KindExample[] {
    return this.#kinds.all;
  }

  /** Near alarms that are not written yet. */
  get waitingEvidence(): readonly Evidence[] {
    return this.#near.waiting;
  }

  liveFrame(frame: CapturedFrame, observation: Observation): LiveFrame {
    const { sequence, capturedAtMs, width, height, luma, view } = frame;
    const { score, streams, learning, things, heat, gridColumns, gridRows, label } = observation;
    const picture = (): Promise<Buffer> => this.#pictures.live({ luma, width, height, view });
    const seen = { score, streams, learning, things, heat, gridColumns, gridRows, label };
    return { camera: this.#camera, sequence, capturedAtMs, width, height, ...seen, picture };
  }

  close(): void {
    this.#pictures.finishAll();
    this.#minutes.flush();
    this.#near.flush();
  }
}
