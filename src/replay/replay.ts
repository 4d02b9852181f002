/**
 * replay.ts - footage through exactly the daemon's model and records, as fast as it goes, one clip after another.
 *
 * Between clips the context is forgotten and learning is kept. What comes out are the lines of records/replay.ts.
 */
import type { CapturedFrame, PreprocessConfig } from '../capture/types.ts';
import { type Clip, openSource } from '../capture/open.ts';
import { ulid } from 'ulid';
import { createCortex, restoreCortex } from '../cortex/cortex.ts';
import type { EventChange } from '../cortex/observation.ts';
import { planCortex } from '../cortex/plan.ts';
import type { CortexSettings } from '../cortex/settings.ts';
import { type StageClock, resetContext, stepCortex } from '../cortex/step.ts';
import { CortexdError } from '../errors.ts';
import { persistentImage } from '../memory/model-memory.ts';
import { nextRandom, seedWord } from '../memory/random.ts';
import {
  type OpenIds,
  type RecordContext,
  eventRecord,
  predictionRecord,
  round,
  timestamp,
} from '../records/from-observation.ts';
import type { EventLine, FrameLine, PredictionLine, SummaryLine } from '../records/replay.ts';
import { type ModelImage, sha256 } from '../store/model-pages.ts';
import type { Polygon } from '../vision/polygon.ts';

export type ReplayOptions = {
  readonly clips: readonly Clip[];
  readonly settings: CortexSettings;
  readonly preprocess: PreprocessConfig;
  readonly zones: { readonly [name: string]: Polygon };
  readonly seed: number;
  readonly learn: boolean;
  readonly grid: boolean;
  /** Model to begin with, or null for a newborn one. */
  readonly load: ModelImage | null;
  readonly write: (line: FrameLine | EventLine | PredictionLine | SummaryLine) => void | Promise<void>;
  readonly warn: (message: string) => void;
  readonly progress: (clip: string, frames: number) => void;
};

/** Run all clips; resolves to the model as it is then. Throws CortexdError('model_shape') when `load` does not fit. */
export async function replay(options: ReplayOptions): Promise<ModelImage> {
  const { clips, settings, seed, learn, grid, load, write, warn, progress } = options;
  const plan = planCortex(settings);
  if (load !== null && load.signature !== plan.memory.signature) {
    throw new CortexdError(
      'model_shape',
      `Expected a model of ${plan.memory.persistentBytes} saved bytes in the shape of the settings but received one of ${load.bytes.length} bytes in another`,
      { hint: 'Use the preset and size that the model was made with (--preset, --config).' },
    );
  }
  const cortex = createCortex(plan, seed);
  if (load !== null) {
    persistentImage(cortex.memory).set(load.bytes);
    restoreCortex(cortex);
  }
  const stage: StageClock = { retina: 0, regions: 0, detect: 0, now: () => performance.now() };
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
    // Causes with an open event, the one with the highest peak first.
    const open = new Map<string, { id: string; peak: number }>();
    const tell = async (changes: readonly EventChange[], frame: CapturedFrame): Promise<void> => {
      for (const change of changes) {
        const { type, ...event } = eventRecord(change, ids, frame, context);
        if (type === 'end') open.delete(event.cause);
        else open.set(event.cause, { id: event.id, peak: event.peak });
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
        const observation = stepCortex(cortex, frame, learn, stage);
        await tell(observation.events, frame);
        const foremost = [...open.values()].toSorted((a, b) => b.peak - a.peak)[0];
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
          event: foremost?.id ?? null,
          ...(grid && {
            grid: {
              columns: observation.gridColumns,
              rows: observation.gridRows,
              values: Array.from(observation.grid, round),
            },
          }),
          ...(frame.truth && {
            truth: { kind: frame.truth.kind, box: frame.truth.box === null ? null : [...frame.truth.box].map(round) },
          }),
        });
        const prediction = predictionRecord(observation, frame, context);
        if (prediction !== null) {
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
    if (last !== undefined) await tell(resetContext(cortex), last);
    ids.clear();
  }
  const cpu = process.cpuUsage(cpuBefore);
  const image = persistentImage(cortex.memory);
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
    model_bytes: plan.memory.totalBytes,
    step: cortex.clock.step[0]!,
    model_sha256: sha256(image),
  });
  return {
    camera: clips[0]?.name ?? 'replay',
    step: cortex.clock.step[0]!,
    signature: plan.memory.signature,
    bytes: image,
    savedAt: timestamp(Date.now()),
  };
}
