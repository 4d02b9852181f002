/**
 * cortex.ts - the whole model over its one buffer: made, restored, and taken apart into its parts.
 */
import { openKernels } from '../htm/kernels/kernels.ts';
import { openSdrClassifier } from '../htm/sdr-classifier.ts';
import {
  SPATIAL_POOLER_DEFAULTS,
  initSpatialPooler,
  openSpatialPooler,
  restoreSpatialPooler,
} from '../htm/spatial-pooler.ts';
import { initTemporalMemory, openTemporalMemory, restoreTemporalMemory } from '../htm/temporal-memory.ts';
import type { FieldTable, Views } from '../memory/layout.ts';
import { ln } from '../memory/exact-math.ts';
import { type ModelMemory, allocateMemory, blockViews } from '../memory/model-memory.ts';
import { amountScore } from '../usual/amounts.ts';
import { cellAt } from '../usual/places.ts';
import { tailFields } from '../usual/tail.ts';
import { ATTRIBUTES, type Usual } from '../usual/usual.ts';
import { type BlockGrid, type Eye, blockGrid, initEye } from '../vision/eye.ts';
import type { Geometry } from '../vision/geometry.ts';
import { type ActivityForecast, initActivity } from './activity-forecast.ts';
import type { Detector } from './detector.ts';
import type { FeedbackViews } from './feedback/feedback.ts';
import type { FlowStream } from './flow-stream.ts';
import { GLOBAL_TM_PARAMS, type GlobalRegion, globalShape } from './global-region.ts';
import type { Calibration } from './judge/calibration.ts';
import { KINDS } from './judge/kinds.ts';
import type { ThingJudge } from './judge/things.ts';
import { type KindColumns, kindShape } from './kind-columns.ts';
import { type Labels, labelShape } from './labels.ts';
import { type CortexPlan, type clockFields, cortexTables, type holdFields } from './plan.ts';
import type { NextQuality } from './prediction-quality.ts';
import type { Ablation, CortexSettings } from './settings.ts';
import type { SightParts, ZoneStates } from './sight.ts';
import { type SeenThings, newSeenThings } from './tell/seen.ts';
import type { TemplateMemory } from './template-memory.ts';
import { type VisitRegion, openVisits } from './visit-region.ts';

export type Cortex = {
  readonly settings: CortexSettings;
  readonly ablated: ReadonlySet<Ablation>;
  readonly geometry: Geometry;
  readonly memory: ModelMemory;
  readonly clock: Views<ReturnType<typeof clockFields>>;
  /** [1] the model's own time (ms), continuous over restarts and clips */
  readonly lifeMs: Float64Array;
  readonly eye: Eye;
  readonly zones: ZoneStates;
  readonly sight: SightParts;
  readonly judge: ThingJudge;
  readonly calibration: Calibration;
  readonly global: GlobalRegion;
  readonly visits: VisitRegion;
  readonly activity: ActivityForecast;
  readonly next: NextQuality;
  readonly templates: TemplateMemory;
  readonly flow: FlowStream;
  readonly kinds: KindColumns;
  readonly feedback: FeedbackViews;
  readonly hold: Views<ReturnType<typeof holdFields>>;
  readonly labels: Labels;
  readonly detector: Detector;
  readonly seen: SeenThings;
  /** [rows, columns] calibrated surprise per position */
  readonly grid: Float32Array;
  /** [3, rows, columns] the same by kind: form, motion, sequence and timing */
  readonly heat: Float32Array;
};

/** Allocate a newborn model. `seed` decides every random choice it will ever make. */
export function createCortex(plan: CortexPlan, seed: number): Cortex {
  const cortex = openCortex(plan, allocateMemory(plan.memory));
  initEye(cortex.eye);
  initTemporalMemory(cortex.global.memory, seed);
  initActivity(cortex.activity);
  initSpatialPooler(cortex.kinds.pooler, seed);
  // State 0 is idle: known from birth.
  cortex.global.views.stateVisits[0] = 1;
  return cortex;
}

/** Rebuild what is derived after the persistent bytes were replaced by saved ones. */
export function restoreCortex(cortex: Cortex): void {
  restoreTemporalMemory(cortex.global.memory);
  restoreSpatialPooler(cortex.kinds.pooler);
}

function openCortex(plan: CortexPlan, memory: ModelMemory): Cortex {
  const { settings, geometry, cells, places } = plan;
  const tables = cortexTables(settings, plan);
  const views = <N extends keyof typeof tables>(name: N): Views<(typeof tables)[N]> =>
    blockViews(memory, name, tables[name] as FieldTable) as Views<(typeof tables)[N]>;
  if (memory.plan !== plan.memory) throw new RangeError('Expected a memory of the same plan');
  const kernels = openKernels(memory);
  const clock = views('clock');
  const ablated: ReadonlySet<Ablation> = new Set(settings.ablate);
  const { width, height } = settings;
  const eye: Eye = {
    shape: { width, height },
    blocks: ablated.has('light') ? oneBlock(width, height) : blockGrid(width, height),
    views: views('eye'),
    light: views('eye.light'),
    noise: views('eye.noise'),
    shake: views('eye.shake'),
  };
  const usual: Usual = {
    places,
    path: views('path'),
    visits: views('usual.visits'),
    births: views('usual.births'),
    directions: views('usual.directions'),
    speeds: views('usual.speeds'),
    stays: views('usual.stays'),
    heights: views('usual.heights'),
    shapes: views('usual.shapes'),
    judged: views('usual.judged'),
    tails: ATTRIBUTES.map((name) => views(`usual.tail.${name}`)),
    totals: views('usual.totals'),
  };
  const calibration: Calibration = {
    views: views('judge.calibration'),
    tails: [usual.totals, ...KINDS.slice(1).map(({ name }) => blockViews(memory, `judge.tail.${name}`, tailFields()))],
    crowd: views('judge.crowd'),
    alarmsPerDay: settings.alarmsPerDay,
    sensitivity: settings.sensitivity,
  };
  const things = views('things');
  const zones: ZoneStates = { local: views('zones.local'), global: views('zones.global') };
  return {
    settings,
    ablated,
    geometry,
    memory,
    clock,
    lifeMs: clock.lifeMs,
    eye,
    zones,
    sight: {
      geometry,
      gate: { views: views('gate'), measures: views('gate.measures'), looks: views('gate.looks') },
      eye,
      flowPlane: views('eye.flow'),
      cells,
      blobs: views('blobs'),
      things,
      zones,
      scratch: views('sight'),
      scoreHeight: (x, y, high) => amountScore(usual.heights, places, 0, cellAt(places, x, y), ln(high)),
    },
    judge: {
      views: views('judge'),
      again: views('judge.again'),
      things,
      usual,
      signs: views('feedback.signs'),
      calibration,
      ablated,
    },
    calibration,
    global: {
      grid: geometry.global,
      views: views('global'),
      transitions: views('global.transitions'),
      memory: openTemporalMemory(globalShape(settings), GLOBAL_TM_PARAMS, views('global.memory'), { kernels }),
    },
    visits: openVisits(views, geometry.global, places.aspect),
    activity: {
      views: views('activity'),
      scores: [views('activity.score.0'), views('activity.score.1'), views('activity.score.2')],
    },
    templates: views('templates'),
    next: {
      state: views('next.state'),
      stateScore: views('next.state.score'),
      visit: views('next.visit'),
      visitScore: views('next.visit.score'),
    },
    flow: { views: views('flow'), flow: views('flow.speeds'), normal: views('flow.normals') },
    kinds: {
      views: views('kinds'),
      pooler: openSpatialPooler(
        kindShape(settings.kindColumns),
        SPATIAL_POOLER_DEFAULTS,
        views('kinds.pooler'),
        kernels,
      ),
    },
    feedback: views('feedback'),
    hold: views('feedback.hold'),
    labels: {
      views: views('labels'),
      classifier: openSdrClassifier(
        labelShape(settings.kindColumns, geometry.global.columns * geometry.global.rows),
        views('labels.classifier'),
      ),
    },
    detector: {
      views: views('detector'),
      confirmMs: settings.confirmMs,
      holdMs: settings.holdMs,
      cooldownMs: settings.cooldownMs,
      release: settings.release,
    },
    seen: newSeenThings(),
    grid: views('output').grid,
    heat: views('output').heat,
  };
}

/** One light for the whole picture: what local light is worth is measured against it. */
function oneBlock(width: number, height: number): BlockGrid {
  return { columns: 1, rows: 1, size: Math.max(width, height) };
}
