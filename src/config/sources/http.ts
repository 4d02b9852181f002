/**
 * http.ts - a network camera over HTTP as a camera's source.
 */
import { Type, type Static } from 'typebox';
import type { HttpSourceConfig } from '../../capture/types.ts';
import { flag, number, text } from '../setting-kinds.ts';
import { LOGIN, splitLogin } from './login.ts';

export const HttpSource = Type.Object(
  {
    type: Type.Literal('http'),
    url: text({
      pattern: '^https?://[^\\s]+$',
      secret: true,
      description: 'Address of a motion JPEG stream or of a single picture, which is asked for again and again.',
    }),
    ...LOGIN,
    fps: Type.Optional(
      number({
        minimum: 0.01,
        maximum: 60,
        unit: 'frames/s',
        description:
          "Rate that single pictures are asked for with, and a stream is thinned to; without it the preset's.",
      }),
    ),
    insecure: flag({ default: false, description: 'Whether to take a certificate that nobody known has signed.' }),
  },
  { additionalProperties: false, description: 'A network camera over HTTP: motion JPEG or single pictures.' },
);

export function httpSource(source: Static<typeof HttpSource>, fps: number): HttpSourceConfig {
  return { type: 'http', ...splitLogin(source), fps: source.fps ?? fps, insecure: source.insecure };
}
