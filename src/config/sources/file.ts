/**
 * file.ts - a video file as a camera's source.
 */
import { Type, type Static } from 'typebox';
import type { FileSourceConfig } from '../../capture/types.ts';
import { choice, flag, number, text } from '../setting-kinds.ts';

export const FileSource = Type.Object(
  {
    type: Type.Literal('file'),
    path: text({ minLength: 1, description: 'Video file, relative to the configuration file.' }),
    fps: Type.Optional(
      number({
        minimum: 0.1,
        maximum: 60,
        unit: 'frames/s',
        description: "Rate it is thinned to; without it the preset's.",
      }),
    ),
    loop: flag({ default: true, description: 'Begin again at the end.' }),
    pace: choice(['source', 'fast'] as const, {
      default: 'source',
      description: 'source: at the rate of its own times; fast: every frame, as fast as the model takes them.',
    }),
  },
  { additionalProperties: false, description: 'A video file, read through ffmpeg.' },
);

/** A live camera would be asked for the preset's rate; a file is thinned to it. */
export function fileSource(source: Static<typeof FileSource>, fps: number): FileSourceConfig {
  return { ...source, fps: source.fps ?? fps };
}
