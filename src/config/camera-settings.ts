/**
 * camera-settings.ts - a camera's configuration in the terms of those who do the work: the model, the source, preprocessing.
 */
import type { PreprocessConfig, Size, SourceConfig } from '../capture/types.ts';
import { type CortexSettings, PRESETS } from '../cortex/settings.ts';
import type { CameraConfig } from './camera-schema.ts';
import { captureSource } from './sources.ts';

/** `size`: of the model's picture, in the shape of the source; without it that of the preset (4:3). */
export function cortexSettings(camera: CameraConfig, size: Size | null = null): CortexSettings {
  const preset = PRESETS[camera.preset];
  return {
    ...preset,
    width: camera.width ?? size?.width ?? preset.width,
    height: camera.height ?? size?.height ?? preset.height,
    fps: camera.source.fps ?? preset.fps,
    sensitivity: camera.sensitivity,
    alarmsPerDay: camera.alarms_per_day,
    confirmMs: camera.confirm_s * 1000,
    holdMs: camera.hold_s * 1000,
    cooldownMs: camera.cooldown_s * 1000,
    release: camera.release,
  };
}

export function preprocessConfig(camera: CameraConfig, size: Size | null = null): PreprocessConfig {
  const { width, height } = cortexSettings(camera, size);
  return { width, height, crop: camera.crop ?? null, masks: Object.values(camera.masks) };
}

/** The same with pictures for people beside the model's. */
export function watchedPreprocess(camera: CameraConfig, size: Size | null = null): PreprocessConfig {
  const model = preprocessConfig(camera, size);
  return camera.view_px === 0 ? model : { ...model, view: viewSize(model, camera.view_px) };
}

export function sourceConfig(camera: CameraConfig): SourceConfig {
  return captureSource(camera.source, cortexSettings(camera).fps);
}

/** Size of views in the shape of the model's picture, `longest` px at most in both directions; even, as YUV 4:2:0 wants it. */
function viewSize({ width, height }: Size, longest: number): Size {
  const scale = longest / Math.max(width, height);
  const even = (value: number): number => Math.max(2, 2 * Math.round((value * scale) / 2));
  return { width: even(width), height: even(height) };
}
