/**
 * replay.ts - footage through exactly the daemon's model and records, as fast as it goes, one clip after another.
 *
 * Between clips the context is forgotten and learning is kept. What comes out are the lines of records/replay.ts.
 */
import type { CapturedFrame, PreprocessConfig } from '../capture/types.ts';
import { type Clip, openSource } from '../capture/open.ts';
import { ulid } from 'ulid';
import type { EventChange } from '../cortex/observation.ts';
import type { CortexSettings } from '../cortex/settings.ts';
import type { StageClock } from '../cortex/step.ts';
import { nextRandom, seedWord } from '../memory/random.ts';
import {
  type OpenIds,
  PredictionNews,
  type RecordContext,
  eventRecord,
  predictionRecord,
  round,
  timestamp,
} from '../records/from-observation.ts';
import type { EventLine, FrameLine, PredictionLine, SummaryLine } from '../records/replay.ts';
import { type ModelImage, sha256 } from '../store/model-pages.ts';
import type { Polygon } from '../vision/polygon.ts';
import { baselineJudge } from './baseline-judge.ts';
import type { BaselineName } from './baselines.ts';
import { modelJudge } from './judge.ts';

export type ReplayOptions = {
  readonly clips: readonly Clip[];
  readonly settings: CortexSettings;
  readonly preprocess: PreprocessConfig;
  readonly zones: { readonly [name: string]: Polygon };
  readonly seed: number;
  readonly learn: boolean;
  readonly grid: boolean;
  /** Add the things that are followed to each frame line. */
  readonly things: boolean;
  /** Model to begin with, or null for a newborn one. */
  readonly load: ModelImage | null;
  /** A simple detector in the place of the model. */
  readonly baseline?: BaselineName | undefined;
  readonly write: (line: FrameLine | EventLine | PredictionLine | SummaryLine) => void | Promise<void>;
  readonly warn: (message: string) => void;
  readonly progress: (clip: string, frames: number) => void;
};

/** Run all clips; resolves to the model as it is then. Throws CortexdError('model_shape') when `load` does not fit. */
export async function replay(options: ReplayOptions): Promise<ModelImage> {
  const { clips, settings, seed, learn, grid, things, load, baseline, write, warn, progress } = options;
  const stage: StageClock = { retina: 0, regions: 0, detect: 0, now: () => performance.now() };
  const judge =
    baseline === undefined ? modelJudge(settings, seed, load, learn, stage) : baselineJudge(baseline, settings);
  const ids: OpenIds = new Map();
  // The same footage and seed give the same ids.
  const random = new Uint32Array([seedWord(seed, 21)]);
  const newId = (startedAtMs: number): string => ulid(startedAtMs, () => nextRandom(random) / 4294967296);
  let frames = 0;
  let skipped = 0;
  let events = 0;
  let decodeMs = 0;
  let peakRss = 0;
  const cpuBefore = process.cpuUsage();

  for (const clip of clips) {
    const context: RecordContext = {
      camera: clip.name,
      zones: options.zones,
      learning: learn,
      clockSynced: false,
      snapshots: false,
      newId,
    };
    const predictions = new PredictionNews();
    // Peaks of the open events, by id.
    const open = new Map<string, number>();
    const tell = async (changes: readonly EventChange[], frame: CapturedFrame): Promise<void> => {
      for (const change of changes) {
        const { type, ...event } = eventRecord(change, ids, frame, context);
        if (type === 'end') open.delete(event.id);
        else open.set(event.id, event.peak);
        if (type === 'start') events++;
        await write({ ...event, type: 'event', change: type, clip: clip.name });
      }
    };
    const source = await openSource(clip.source, options.preprocess, warn);
    let last: CapturedFrame | undefined;
    let waiting = performance.now();
    try {
      for await (const taken of source) {
        decodeMs += performance.now() - waiting;
        // Recorded footage has no wall clock: its records count from the beginning of 1970.
        const frame = { ...taken, capturedAtMs: taken.timeMs };
        const observation = judge.step(frame);
        await tell(observation.events, frame);
        const [foremost] = [...open].toSorted(([, one], [, other]) => other - one)[0] ?? [];
        const { streams } = observation;
        await write({
          type: 'frame',
          clip: clip.name,
          frame: frame.sequence,
          t_ms: round(frame.timeMs),
          score: round(observation.score),
          learning: learn,
          streams: {
            form: round(streams.form),
            motion: round(streams.motion),
            sequence: round(streams.sequence),
            timing: round(streams.timing),
          },
          changed: observation.changed,
          event: foremost ?? null,
          ...(grid && {
            grid: {
              columns: observation.gridColumns,
              rows: observation.gridRows,
              values: Array.from(observation.grid, round),
            },
          }),
          ...(things && {
            things: observation.things.map(({ id, box: [x, y, w, h] }) => ({
              id,
              box: [round(x), round(y), round(w), round(h)] as [number, number, number, number],
            })),
          }),
          ...(frame.truth && {
            truth: { kind: frame.truth.kind, box: frame.truth.box === null ? null : [...frame.truth.box].map(round) },
          }),
        });
        const prediction = predictionRecord(observation, frame, context);
        if (prediction !== null && predictions.isNews(prediction)) {
          await write({ ...prediction, type: 'prediction', clip: clip.name, frame: frame.sequence });
        }
        last = frame;
        frames++;
        if (frames % 100 === 0) {
          peakRss = Math.max(peakRss, process.memoryUsage.rss());
          progress(clip.name, frames);
        }
        waiting = performance.now();
      }
    } finally {
      await source.close();
      skipped += source.counters.badFrames;
    }
    if (last !== undefined) await tell(judge.endClip(), last);
    ids.clear();
  }
  const cpu = process.cpuUsage(cpuBefore);
  const image = judge.image();
  const per = (ms: number): number => (frames === 0 ? 0 : round(ms / frames));
  await write({
    type: 'summary',
    frames,
    skipped,
    events,
    cpu_ms_per_frame: per((cpu.user + cpu.system) / 1000),
    stage_ms: {
      decode: per(decodeMs),
      retina: per(stage.retina),
      regions: per(stage.regions),
      detect: per(stage.detect),
    },
    rss_mb: Math.round(Math.max(peakRss, process.memoryUsage.rss()) / 1e5) / 10,
    model_bytes: judge.totalBytes,
    step: judge.steps(),
    model_sha256: sha256(image),
  });
  return {
    camera: clips[0]?.name ?? 'replay',
    step: judge.steps(),
    signature: judge.signature,
    bytes: image,
    savedAt: timestamp(Date.now()),
  };
}
