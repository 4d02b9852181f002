/**
 * sources.ts - every kind of source that a camera can have: its settings, and what capture is told.
 */
import type { Static } from 'typebox';
import type { SourceConfig } from '../capture/types.ts';
import { FileSource, fileSource } from './sources/file.ts';
import { HttpSource, httpSource } from './sources/http.ts';
import { ImagesSource, imagesSource } from './sources/images.ts';
import { RpicamSource, rpicamSource } from './sources/rpicam.ts';
import { RtspSource, rtspSource } from './sources/rtsp.ts';
import { SyntheticSource, syntheticSource } from './sources/synthetic.ts';
import { V4l2Source, v4l2Source } from './sources/v4l2.ts';

export const SOURCE_SCHEMAS = [
  RpicamSource,
  V4l2Source,
  RtspSource,
  HttpSource,
  FileSource,
  ImagesSource,
  SyntheticSource,
] as const;

type AnySource = Static<(typeof SOURCE_SCHEMAS)[number]>;
type Of<T extends AnySource['type']> = Extract<AnySource, { type: T }>;

const MAPPERS: { readonly [T in AnySource['type']]: (source: Of<T>, fps: number) => SourceConfig } = {
  rpicam: rpicamSource,
  v4l2: v4l2Source,
  rtsp: rtspSource,
  http: httpSource,
  file: fileSource,
  images: imagesSource,
  synthetic: syntheticSource,
};

/** What capture is told; `fps`: the rate where the source does not say one. */
export function captureSource(source: AnySource, fps: number): SourceConfig {
  return (MAPPERS[source.type] as (source: AnySource, fps: number) => SourceConfig)(source, fps);
}
