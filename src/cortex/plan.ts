/**
 * plan.ts - what a model of given settings consists of and how many bytes it takes, before any of them exists.
 */
import { motionMemoryFields } from '../anomaly/motion-memory.ts';
import { sizeMemoryFields } from '../anomaly/size-memory.ts';
import { speedMemoryFields } from '../anomaly/speed-memory.ts';
import { thresholdFields } from '../anomaly/stream-threshold.ts';
import { type SpatialPoolerShape, flatShape } from '../htm/sp-shape.ts';
import { spatialPoolerFields } from '../htm/spatial-pooler.ts';
import { temporalMemoryFields } from '../htm/temporal-memory.ts';
import { field } from '../memory/layout.ts';
import { type BlockPlan, type MemoryPlan, planMemory } from '../memory/model-memory.ts';
import { type Geometry, divide } from '../vision/geometry.ts';
import { lookMemoryFields } from '../vision/look-memory.ts';
import { measureFields } from '../vision/picture-measures.ts';
import { retinaTables } from '../vision/retina.ts';
import { sceneGateFields } from '../vision/scene-gate.ts';
import { activityFields, activityScoreFields } from './activity-forecast.ts';
import { detectorFields } from './detector.ts';
import { episodeTables } from './episode-plan.ts';
import { alarmBudgetFields } from './alarm-budget.ts';
import { ACTIVE_KINDS, type ActiveKind, EVIDENCE, evidenceFields } from './evidence.ts';
import { flowFields } from './flow-stream.ts';
import { feedbackFields } from './feedback.ts';
import { FORM_INPUTS, formFields } from './form-stream.ts';
import { globalFields, globalShape, transitionFields } from './global-region.ts';
import { labelClassifierFields, labelFields } from './labels.ts';
import { dwellFields, localFields, localShape } from './local-regions.ts';
import { motionFields } from './motion-stream.ts';
import { qualityTables } from './prediction-quality.ts';
import { recurrenceFields } from './recurrence.ts';
import { restlessnessFields } from './restlessness.ts';
import type { CortexSettings } from './settings.ts';
import { templateFields } from './template-memory.ts';

export type CortexPlan = {
  readonly settings: CortexSettings;
  readonly geometry: Geometry;
  readonly memory: MemoryPlan;
};

export function formShape(settings: CortexSettings): SpatialPoolerShape {
  return flatShape(FORM_INPUTS, settings.formColumns);
}

/** The model's own clock and step counter. */
export const clockFields = () => ({
  step: field('u32', 1, 'state'),
  // f64: sums of frame times in ms, continuous over restarts and clips
  lifeMs: field('f64', 1, 'state'),
  lastFrameMs: field('f64', 1, 'state'),
});

/** Field tables of all blocks, by block name. Local regions come last: one block per zone. */
export function cortexTables(settings: CortexSettings, geometry: Geometry) {
  const zones = geometry.local.columns * geometry.local.rows;
  const retina = retinaTables(geometry);
  return {
    clock: clockFields(),
    gate: sceneGateFields(geometry),
    'gate.measures': measureFields(),
    'gate.looks': lookMemoryFields(geometry),
    'retina.pixels': retina.pixels,
    'retina.census': retina.census,
    'retina.foreground': retina.foreground,
    'retina.flow': retina.flow,
    'retina.light': retina.light,
    'retina.speckle': retina.speckle,
    'retina.local': retina.local,
    'retina.global': retina.global,
    local: localFields(zones),
    'local.dwell': dwellFields(settings),
    global: globalFields(geometry.global),
    'global.transitions': transitionFields(),
    'global.memory': temporalMemoryFields(globalShape(settings)),
    recurrence: recurrenceFields(geometry.global.columns * geometry.global.rows),
    activity: activityFields(geometry.global.columns * geometry.global.rows),
    'activity.score.0': activityScoreFields(),
    'activity.score.1': activityScoreFields(),
    'activity.score.2': activityScoreFields(),
    ...qualityTables(),
    templates: templateFields(geometry),
    motion: motionFields(zones),
    'motion.memory': motionMemoryFields(zones),
    flow: flowFields(geometry),
    'flow.speeds': speedMemoryFields(geometry.subColumns * geometry.subRows),
    'flow.normals': speedMemoryFields(geometry.subColumns * geometry.subRows),
    form: formFields(zones, settings.formColumns),
    'form.sizes': sizeMemoryFields(zones),
    'form.pooler': spatialPoolerFields(formShape(settings)),
    feedback: feedbackFields(zones, geometry.global.columns * geometry.global.rows),
    labels: labelFields(),
    'labels.classifier': labelClassifierFields(settings.formColumns, geometry.global.columns * geometry.global.rows),
    evidence: evidenceFields(),
    'evidence.budget': alarmBudgetFields(),
    detector: detectorFields(),
    ...thresholdTables(),
    ...restlessTables(),
    restlessness: restlessnessFields(),
    output: { grid: field('f32', zones, 'scratch'), heat: field('f32', 3 * zones, 'scratch') },
  };
}

function restlessTables() {
  return Object.fromEntries(ACTIVE_KINDS.map((name) => [`restless.${name}`, thresholdFields()])) as {
    [name in `restless.${ActiveKind}`]: ReturnType<typeof thresholdFields>;
  };
}

function thresholdTables() {
  return Object.fromEntries(EVIDENCE.map((name) => [`threshold.${name}`, thresholdFields()])) as {
    [name in `threshold.${(typeof EVIDENCE)[number]}`]: ReturnType<typeof thresholdFields>;
  };
}

/** Name of the block of one zone's temporal memory. */
export function localBlock(zone: number): string {
  return `local.memory.${zone}`;
}

/** Throws RangeError when the settings contradict each other. */
export function planCortex(settings: CortexSettings): CortexPlan {
  const geometry = divide(settings.width, settings.height, settings.globalColumns, settings.globalRows);
  const blocks: BlockPlan[] = Object.entries(cortexTables(settings, geometry)).map(([name, table]) => ({
    name,
    table,
  }));
  for (const [name, table] of Object.entries(episodeTables(settings, geometry.global))) blocks.push({ name, table });
  const localTable = temporalMemoryFields(localShape(settings));
  for (let zone = 0; zone < geometry.local.columns * geometry.local.rows; zone++) {
    blocks.push({ name: localBlock(zone), table: localTable });
  }
  return { settings, geometry, memory: planMemory(blocks) };
}

/** One line of `cortexd plan`. Equal blocks (one per zone) are one line with their number in `copies`. */
export type PlanRow = {
  readonly region: string;
  readonly field: string;
  readonly kind: string;
  readonly length: number;
  readonly keep: string;
  readonly copies: number;
  readonly bytes: number;
};

/** The memory table: every field of every block. */
export function planTable({ memory, geometry }: CortexPlan): PlanRow[] {
  const zones = geometry.local.columns * geometry.local.rows;
  return memory.blocks.flatMap((block) => {
    const isLocal = block.name.startsWith('local.memory.');
    if (isLocal && block.name !== localBlock(0)) return [];
    const copies = isLocal ? zones : 1;
    return block.layout.placements.map((placement) => ({
      region: isLocal ? 'local.memory' : block.name,
      field: placement.name,
      kind: placement.kind,
      length: placement.length,
      keep: placement.keep,
      copies,
      bytes: placement.bytes * copies,
    }));
  });
}
