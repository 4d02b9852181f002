/**
 * runtime-config.ts - the part of the configuration that can be changed while running, of cameras and number sensors alike.
 */
import type { CameraConfig } from '../../config/camera-schema.ts';
import type { Config } from '../../config/schema.ts';
import type { StreamConfig } from '../../config/stream-schema.ts';
import type { AreaRecord } from '../../records/commands.ts';
import type { RuntimeValues } from '../../mqtt/publisher.ts';
import type { Polygon } from '../../vision/polygon.ts';

export type Area = AreaRecord;
export type AreaKind = 'zone' | 'mask';

export type RuntimeConfig = {
  readonly learning: boolean;
  readonly enabled: boolean;
  readonly sensitivity: number;
  /** null: a number sensor has none */
  readonly zones: { readonly [name: string]: Polygon } | null;
  readonly masks: { readonly [name: string]: Polygon } | null;
  /** Of cameras only; see config/camera-schema.ts. */
  readonly alarms_per_day?: number;
  readonly quiet_hours?: string;
  readonly display_name?: string;
  /** Never in the file: empty. */
  readonly muted_until?: string;
};

/** All cameras and number sensors of a configuration, by name. */
export function modelConfigs({ cameras, streams }: Config): [string, CameraConfig | StreamConfig][] {
  return [...Object.entries(cameras), ...Object.entries(streams)];
}

/** What a configuration says of a camera or number sensor; undefined when there is none of that name. */
export function runtimeOf({ cameras, streams }: Config, name: string): RuntimeConfig | undefined {
  if (cameras[name] !== undefined) return ofCamera(cameras[name]);
  return streams[name] === undefined ? undefined : ofStream(streams[name]);
}

function ofCamera(camera: CameraConfig): RuntimeConfig {
  const { learning, enabled, sensitivity, zones, masks, alarms_per_day, quiet_hours, display_name } = camera;
  return { learning, enabled, sensitivity, zones, masks, alarms_per_day, quiet_hours, display_name, muted_until: '' };
}

function ofStream({ learning, enabled, sensitivity }: StreamConfig): RuntimeConfig {
  return { learning, enabled, sensitivity, zones: null, masks: null };
}

/** The polygons of the areas that are switched on. */
export function enabledAreas(areas: RuntimeValues['zones']): { [name: string]: Polygon } {
  const on = Object.entries(areas).filter(([, { enabled }]) => enabled);
  return Object.fromEntries(on.map(([name, { points }]) => [name, points]));
}
