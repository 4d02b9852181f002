/**
 * rpicam.ts - the camera module of a Raspberry Pi as a camera's source.
 */
import { Type, type Static } from 'typebox';
import type { RpicamSourceConfig } from '../../capture/types.ts';
import { flag, number, whole } from '../setting-kinds.ts';

export const RpicamSource = Type.Object(
  {
    type: Type.Literal('rpicam'),
    camera: whole({
      default: 0,
      minimum: 0,
      maximum: 7,
      description: 'Number of the camera, as "rpicam-hello --list-cameras" counts.',
    }),
    width: Type.Unsafe<number>(
      Type.Integer({
        default: 640,
        minimum: 64,
        maximum: 1920,
        multipleOf: 64,
        unit: 'px',
        description: 'Width the camera scales to, a multiple of 64: others would come with padding.',
      }),
    ),
    height: Type.Unsafe<number>(
      Type.Integer({
        default: 480,
        minimum: 64,
        maximum: 1080,
        multipleOf: 2,
        unit: 'px',
        description: 'Height the camera scales to, an even number.',
      }),
    ),
    fps: Type.Optional(
      number({ minimum: 0.1, maximum: 60, unit: 'frames/s', description: "Rate; without it the preset's." }),
    ),
    upside_down: flag({ default: false, description: 'Whether the camera hangs upside down.' }),
  },
  { additionalProperties: false, description: 'The camera module of a Raspberry Pi, read through rpicam-vid.' },
);

export function rpicamSource(source: Static<typeof RpicamSource>, fps: number): RpicamSourceConfig {
  const { camera, width, height, upside_down: upsideDown } = source;
  return { type: 'rpicam', camera, size: { width, height }, fps: source.fps ?? fps, upsideDown };
}
