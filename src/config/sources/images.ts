/**
 * images.ts - a folder of pictures as a camera's source.
 */
import { Type, type Static } from 'typebox';
import type { ImagesSourceConfig } from '../../capture/types.ts';
import { choice, flag, number, text } from '../setting-kinds.ts';

export const ImagesSource = Type.Object(
  {
    type: Type.Literal('images'),
    path: text({ minLength: 1, description: 'Folder of JPEG or PNG files, taken in name order.' }),
    fps: Type.Optional(
      number({
        minimum: 0.1,
        maximum: 60,
        unit: 'frames/s',
        description: "Rate of the pictures; without it the preset's.",
      }),
    ),
    loop: flag({ default: true, description: 'Begin again at the end.' }),
    pace: choice(['source', 'fast'] as const, {
      default: 'source',
      description: 'source: at the rate of its own times; fast: every frame, as fast as the model takes them.',
    }),
  },
  { additionalProperties: false, description: 'A folder of pictures.' },
);

export function imagesSource(source: Static<typeof ImagesSource>, fps: number): ImagesSourceConfig {
  return { ...source, fps: source.fps ?? fps };
}
