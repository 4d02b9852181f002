/**
 * v4l2.ts - a USB camera as a camera's source.
 */
import { Type, type Static } from 'typebox';
import type { V4l2SourceConfig } from '../../capture/types.ts';
import { number, text, whole } from '../setting-kinds.ts';

export const V4l2Source = Type.Object(
  {
    type: Type.Literal('v4l2'),
    device: text({
      pattern: '^/',
      description: 'Device file; those below /dev/v4l/by-id keep their names when cameras are plugged in again.',
    }),
    input_format: Type.Optional(
      text({
        default: 'mjpeg',
        pattern: '^[a-z0-9_]{1,20}$',
        description: 'Pixel format asked for; mjpeg lets USB carry large pictures, yuyv422 is what old cameras know.',
      }),
    ),
    width: whole({
      default: 640,
      minimum: 16,
      maximum: 8192,
      unit: 'px',
      description: 'Width the camera is asked for.',
    }),
    height: whole({
      default: 480,
      minimum: 16,
      maximum: 8192,
      unit: 'px',
      description: 'Height the camera is asked for.',
    }),
    fps: Type.Optional(
      number({ minimum: 0.1, maximum: 60, unit: 'frames/s', description: "Rate; without it the preset's." }),
    ),
  },
  { additionalProperties: false, description: 'A USB camera, read through ffmpeg.' },
);

export function v4l2Source(source: Static<typeof V4l2Source>, fps: number): V4l2SourceConfig {
  const { device, input_format: inputFormat = 'mjpeg', width, height } = source;
  return { type: 'v4l2', device, inputFormat, size: { width, height }, fps: source.fps ?? fps };
}
