/**
 * cortex.ts - the whole model over its one buffer: made, restored, and taken apart into its parts.
 */
import { motionMemoryFields } from '../anomaly/motion-memory.ts';
import type { StreamThreshold } from '../anomaly/stream-threshold.ts';
import { openSdrClassifier } from '../htm/sdr-classifier.ts';
import {
  SPATIAL_POOLER_DEFAULTS,
  initSpatialPooler,
  openSpatialPooler,
  restoreSpatialPooler,
} from '../htm/spatial-pooler.ts';
import {
  type TemporalMemory,
  restoreTemporalMemory,
  initTemporalMemory,
  openTemporalMemory,
  temporalMemoryFields,
} from '../htm/temporal-memory.ts';
import { openKernels } from '../htm/kernels/kernels.ts';
import type { FieldTable, Views } from '../memory/layout.ts';
import { type ModelMemory, allocateMemory, blockViews } from '../memory/model-memory.ts';
import type { Geometry } from '../vision/geometry.ts';
import type { Retina } from '../vision/retina.ts';
import type { SceneGate } from '../vision/scene-gate.ts';
import { type ActivityForecast, initActivity } from './activity-forecast.ts';
import type { Detector } from './detector.ts';
import { openEpisodeRegion } from './episode-plan.ts';
import type { EpisodeRegion } from './episode-region.ts';
import { ACTIVE_KINDS, type ActiveKind, EVIDENCE, type Evidence, type EvidenceName, FLOORS } from './evidence.ts';
import type { FlowStream } from './flow-stream.ts';
import type { FeedbackViews } from './feedback.ts';
import type { FormStream } from './form-stream.ts';
import { GLOBAL_TM_PARAMS, type GlobalRegion, globalShape } from './global-region.ts';
import { EVENT_TM_PARAMS, type LocalRegions, localShape } from './local-regions.ts';
import { type Labels, labelShape } from './labels.ts';
import type { MotionStream } from './motion-stream.ts';
import { type CortexPlan, type clockFields, cortexTables, formShape, localBlock } from './plan.ts';
import type { NextQuality } from './prediction-quality.ts';
import type { RecurrenceViews } from './recurrence.ts';
import type { Restlessness } from './restlessness.ts';
import type { Ablation, CortexSettings } from './settings.ts';
import type { TemplateMemory } from './template-memory.ts';

export type Cortex = {
  readonly settings: CortexSettings;
  readonly ablated: ReadonlySet<Ablation>;
  readonly geometry: Geometry;
  readonly memory: ModelMemory;
  readonly clock: Views<ReturnType<typeof clockFields>>;
  /** [1] the model's own time (ms), continuous over restarts and clips */
  readonly lifeMs: Float64Array;
  readonly gate: SceneGate;
  readonly retina: Retina;
  readonly local: LocalRegions;
  readonly global: GlobalRegion;
  readonly episodes: EpisodeRegion;
  readonly recurrence: RecurrenceViews;
  readonly activity: ActivityForecast;
  readonly next: NextQuality;
  readonly templates: TemplateMemory;
  readonly motion: MotionStream;
  readonly flow: FlowStream;
  readonly form: FormStream;
  readonly feedback: FeedbackViews;
  readonly labels: Labels;
  readonly restlessness: Restlessness;
  readonly evidence: Evidence;
  readonly detector: Detector;
  /** [rows, columns] calibrated surprise per position */
  readonly grid: Float32Array;
  /** [3, rows, columns] the same by kind: form, motion, sequence and timing */
  readonly heat: Float32Array;
};

/** Allocate a newborn model. `seed` decides every random choice it will ever make. */
export function createCortex(plan: CortexPlan, seed: number): Cortex {
  const cortex = openCortex(plan, allocateMemory(plan.memory));
  initTemporalMemory(cortex.global.memory, seed);
  cortex.local.memories.forEach((memory, zone) => initTemporalMemory(memory, seed * 1000 + zone));
  cortex.episodes.sequences.forEach(({ memory }, part) => initTemporalMemory(memory, seed * 1000 + 500 + part));
  initActivity(cortex.activity);
  initSpatialPooler(cortex.form.pooler, seed);
  // State 0 is idle: known from birth.
  cortex.global.views.stateVisits[0] = 1;
  return cortex;
}

/** Rebuild what is derived after the persistent bytes were replaced by saved ones. */
export function restoreCortex(cortex: Cortex): void {
  restoreTemporalMemory(cortex.global.memory);
  restoreSpatialPooler(cortex.form.pooler);
  for (const memory of cortex.local.memories) restoreTemporalMemory(memory);
  for (const { memory } of cortex.episodes.sequences) restoreTemporalMemory(memory);
}

function openCortex({ settings, geometry, memory: plan }: CortexPlan, memory: ModelMemory): Cortex {
  const tables = cortexTables(settings, geometry);
  const views = <N extends keyof typeof tables>(name: N): Views<(typeof tables)[N]> =>
    blockViews(memory, name, tables[name] as FieldTable) as Views<(typeof tables)[N]>;
  const shape = localShape(settings);
  const localTable = temporalMemoryFields(shape);
  const zones = geometry.local.columns * geometry.local.rows;
  const memories: TemporalMemory[] = [];
  for (let zone = 0; zone < zones; zone++) {
    memories.push(openTemporalMemory(shape, EVENT_TM_PARAMS, blockViews(memory, localBlock(zone), localTable)));
  }
  if (memory.plan !== plan) throw new RangeError('Expected a memory of the same plan');
  const kernels = openKernels(memory);
  const clock = views('clock');
  return {
    settings,
    ablated: new Set(settings.ablate),
    geometry,
    memory,
    clock,
    lifeMs: clock.lifeMs,
    gate: { views: views('gate'), measures: views('gate.measures'), looks: views('gate.looks') },
    retina: {
      geometry,
      pixels: views('retina.pixels'),
      census: views('retina.census'),
      foreground: views('retina.foreground'),
      flow: views('retina.flow'),
      light: views('retina.light'),
      speckle: views('retina.speckle'),
      local: views('retina.local'),
      global: views('retina.global'),
    },
    local: { grid: geometry.local, views: views('local'), dwell: views('local.dwell'), memories },
    global: {
      grid: geometry.global,
      views: views('global'),
      transitions: views('global.transitions'),
      memory: openTemporalMemory(globalShape(settings), GLOBAL_TM_PARAMS, views('global.memory'), { kernels }),
    },
    episodes: openEpisodeRegion(settings, geometry.global, kernels, (name, table) => blockViews(memory, name, table)),
    recurrence: views('recurrence'),
    activity: {
      views: views('activity'),
      scores: [views('activity.score.0'), views('activity.score.1'), views('activity.score.2')],
    },
    templates: views('templates'),
    next: {
      state: views('next.state'),
      stateScore: views('next.state.score'),
      episode: views('next.episode'),
      episodeScore: views('next.episode.score'),
    },
    motion: { views: views('motion'), memory: blockViews(memory, 'motion.memory', motionMemoryFields(zones)) },
    flow: { views: views('flow'), flow: views('flow.speeds'), normal: views('flow.normals') },
    form: {
      views: views('form'),
      sizes: views('form.sizes'),
      pooler: openSpatialPooler(formShape(settings), SPATIAL_POOLER_DEFAULTS, views('form.pooler'), kernels),
    },
    feedback: views('feedback'),
    labels: {
      views: views('labels'),
      classifier: openSdrClassifier(
        labelShape(settings.formColumns, geometry.global.columns * geometry.global.rows),
        views('labels.classifier'),
      ),
    },
    restlessness: views('restlessness'),
    evidence: {
      views: views('evidence'),
      thresholds: Object.fromEntries(
        EVIDENCE.map((name): [EvidenceName, StreamThreshold] => [
          name,
          { views: views(`threshold.${name}`), floor: FLOORS[name] },
        ]),
      ) as { [name in EvidenceName]: StreamThreshold },
      restless: Object.fromEntries(
        ACTIVE_KINDS.map((name): [ActiveKind, StreamThreshold] => [
          name,
          { views: views(`restless.${name}`), floor: FLOORS[name] },
        ]),
      ) as { [name in ActiveKind]: StreamThreshold },
      sensitivity: settings.sensitivity,
      budget: { views: views('evidence.budget'), perDay: settings.alarmsPerDay },
    },
    detector: {
      views: views('detector'),
      confirmMs: settings.confirmMs,
      holdMs: settings.holdMs,
      cooldownMs: settings.cooldownMs,
      release: settings.release,
    },
    grid: views('output').grid,
    heat: views('output').heat,
  };
}
