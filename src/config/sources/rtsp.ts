/**
 * rtsp.ts - a network camera over RTSP as a camera's source.
 */
import { Type, type Static } from 'typebox';
import type { RtspSourceConfig } from '../../capture/types.ts';
import { flag, number, text } from '../setting-kinds.ts';
import { LOGIN, splitLogin } from './login.ts';

export const RtspSource = Type.Object(
  {
    type: Type.Literal('rtsp'),
    url: text({
      pattern: '^rtsps?://[^\\s]+$',
      secret: true,
      description: 'Address of the stream; the smaller of two streams is enough. A password in it is never shown.',
    }),
    ...LOGIN,
    fps: Type.Optional(
      number({
        minimum: 0.1,
        maximum: 60,
        unit: 'frames/s',
        description: "Rate it is thinned to; without it the preset's.",
      }),
    ),
    key_frames_only: flag({
      default: false,
      description:
        'Decode only the pictures that stand for themselves: several times cheaper, but only one every second or so.',
    }),
  },
  { additionalProperties: false, description: 'A network camera over RTSP (TCP), read through ffmpeg.' },
);

export function rtspSource(source: Static<typeof RtspSource>, fps: number): RtspSourceConfig {
  return { type: 'rtsp', ...splitLogin(source), fps: source.fps ?? fps, keyFramesOnly: source.key_frames_only };
}
