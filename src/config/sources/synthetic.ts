/**
 * synthetic.ts - a rendered scene as a camera's source.
 */
import { Type, type Static } from 'typebox';
import type { SyntheticSourceConfig } from '../../capture/types.ts';
import { SCENE_NAMES } from '../../scene/scenes.ts';
import { choice, number, whole } from '../setting-kinds.ts';

export const SyntheticSource = Type.Object(
  {
    type: Type.Literal('synthetic'),
    scene: choice(SCENE_NAMES, { default: 'lanes', description: 'Which rendered scene.' }),
    seed: whole({ default: 1, minimum: 0, maximum: 2147483647, description: 'Equal seeds give equal scenes.' }),
    fps: Type.Optional(
      number({ minimum: 1, maximum: 60, unit: 'frames/s', description: "Rate; without it the preset's." }),
    ),
    anomalies_from: whole({
      default: 3000,
      minimum: 0,
      maximum: 1e9,
      unit: 'frames',
      description: 'First frame that may break the routine.',
    }),
    anomaly_spacing: whole({
      default: 350,
      minimum: 50,
      maximum: 1e9,
      unit: 'frames',
      description: 'Mean frames between two breaks.',
    }),
    frames: Type.Optional(
      whole({
        minimum: 1,
        maximum: 1e9,
        unit: 'frames',
        description: 'The source ends after these; without it never.',
      }),
    ),
    fast_frames: whole({
      default: 0,
      minimum: 0,
      maximum: 1e9,
      unit: 'frames',
      description: 'So many first frames come as fast as they are taken.',
    }),
  },
  { additionalProperties: false, description: 'A scene rendered by cortexd itself.' },
);

export function syntheticSource(source: Static<typeof SyntheticSource>, fps: number): SyntheticSourceConfig {
  return {
    type: 'synthetic',
    scene: source.scene,
    seed: source.seed,
    fps: source.fps ?? fps,
    pace: 'source',
    anomaliesFrom: source.anomalies_from,
    anomalySpacing: source.anomaly_spacing,
    frames: source.frames ?? null,
    fastFrames: source.fast_frames,
  };
}
