/**
 * plan.ts - what a model of given settings consists of and how many bytes it takes, before any of them exists.
 */
import { speedMemoryFields } from '../anomaly/speed-memory.ts';
import { spatialPoolerFields } from '../htm/spatial-pooler.ts';
import { temporalMemoryFields } from '../htm/temporal-memory.ts';
import { field } from '../memory/layout.ts';
import { type BlockPlan, type MemoryPlan, planMemory } from '../memory/model-memory.ts';
import { type CellGrid, blobFields, cellGrid } from '../things/cells.ts';
import { thingFields } from '../things/pool.ts';
import { type Places, placesOf } from '../usual/places.ts';
import { usualTables } from '../usual/usual.ts';
import { eyeTables } from '../vision/eye.ts';
import { flowPlaneFields } from '../vision/flow-plane.ts';
import { type Geometry, divide } from '../vision/geometry.ts';
import { lookMemoryFields } from '../vision/look-memory.ts';
import { occupancyFields } from '../vision/occupancy.ts';
import { measureFields } from '../vision/picture-measures.ts';
import { sceneGateFields } from '../vision/scene-gate.ts';
import { activityFields, activityScoreFields } from './activity-forecast.ts';
import { detectorFields } from './detector.ts';
import { feedbackFields } from './feedback/feedback.ts';
import { signFields } from './feedback/signs.ts';
import { flowFields } from './flow-stream.ts';
import { globalFields, globalShape, transitionFields } from './global-region.ts';
import { calibrationFields, calibrationTables } from './judge/calibration.ts';
import { crowdFields } from './judge/crowd.ts';
import { againFields } from './judge/again.ts';
import { judgeFields } from './judge/things.ts';
import { kindFields, kindShape } from './kind-columns.ts';
import { labelClassifierFields, labelFields } from './labels.ts';
import { qualityTables } from './prediction-quality.ts';
import type { CortexSettings } from './settings.ts';
import { sightFields } from './sight.ts';
import { templateFields } from './template-memory.ts';
import { visitTables } from './visit-region.ts';

export type CortexPlan = {
  readonly settings: CortexSettings;
  readonly geometry: Geometry;
  readonly cells: CellGrid;
  readonly places: Places;
  readonly memory: MemoryPlan;
};

/** The model's own clock and step counter. */
export const clockFields = () => ({
  step: field('u32', 1, 'state'),
  // f64: sums of frame times in ms, continuous over restarts and clips
  lifeMs: field('f64', 1, 'state'),
  lastFrameMs: field('f64', 1, 'state'),
});

/** Until when nothing is learned, because something that matters was there. */
export const holdFields = () => ({
  untilMs: field('f64', 1, 'state'),
});

/** Field tables of all blocks, by block name. */
export function cortexTables(
  settings: CortexSettings,
  { geometry, cells, places }: Omit<CortexPlan, 'memory' | 'settings'>,
) {
  const zones = geometry.local.columns * geometry.local.rows;
  const globalZones = geometry.global.columns * geometry.global.rows;
  return {
    clock: clockFields(),
    gate: sceneGateFields(geometry),
    'gate.measures': measureFields(),
    'gate.looks': lookMemoryFields(geometry),
    ...eyeTables({ width: geometry.width, height: geometry.height }),
    'eye.flow': flowPlaneFields(geometry),
    sight: sightFields(geometry),
    blobs: blobFields(cells),
    things: thingFields(),
    ...usualTables(places),
    'zones.local': occupancyFields(geometry.local),
    'zones.global': occupancyFields(geometry.global),
    judge: judgeFields(places),
    'judge.again': againFields(places),
    'judge.crowd': crowdFields(),
    'judge.calibration': calibrationFields(),
    global: globalFields(geometry.global),
    'global.transitions': transitionFields(),
    'global.memory': temporalMemoryFields(globalShape(settings)),
    ...visitTables(),
    activity: activityFields(globalZones),
    'activity.score.0': activityScoreFields(),
    'activity.score.1': activityScoreFields(),
    'activity.score.2': activityScoreFields(),
    ...qualityTables(),
    templates: templateFields(geometry),
    flow: flowFields(geometry),
    'flow.speeds': speedMemoryFields(geometry.subColumns * geometry.subRows),
    'flow.normals': speedMemoryFields(geometry.subColumns * geometry.subRows),
    kinds: kindFields(),
    'kinds.pooler': spatialPoolerFields(kindShape(settings.kindColumns)),
    feedback: feedbackFields(zones),
    'feedback.signs': signFields(places),
    'feedback.hold': holdFields(),
    labels: labelFields(settings.kindColumns, globalZones),
    'labels.classifier': labelClassifierFields(settings.kindColumns, globalZones),
    detector: detectorFields(),
    output: { grid: field('f32', zones, 'scratch'), heat: field('f32', 3 * zones, 'scratch') },
  };
}

/** Throws RangeError when the settings contradict each other. */
export function planCortex(settings: CortexSettings): CortexPlan {
  const geometry = divide(settings.width, settings.height, settings.globalColumns, settings.globalRows);
  const cells = cellGrid(settings.width, settings.height);
  const places = placesOf(settings.width / settings.height);
  const tables = {
    ...cortexTables(settings, { geometry, cells, places }),
    ...calibrationTables(),
  };
  const blocks: BlockPlan[] = Object.entries(tables).map(([name, table]) => ({ name, table }));
  return { settings, geometry, cells, places, memory: planMemory(blocks) };
}

/** One line of `cortexd plan`. */
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
export function planTable({ memory }: CortexPlan): PlanRow[] {
  return memory.blocks.flatMap((block) =>
    block.layout.placements.map((placement) => ({
      region: block.name,
      field: placement.name,
      kind: placement.kind,
      length: placement.length,
      keep: placement.keep,
      copies: 1,
      bytes: placement.bytes,
    })),
  );
}
