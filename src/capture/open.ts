/**
 * open.ts - a source by its type, and the clips that `replay` is given as paths.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CortexdError, messageOf } from '../errors.ts';
import type { SceneName } from '../scene/scenes.ts';
import { fileSource } from './sources/file.ts';
import { httpSource } from './sources/http.ts';
import { imagesSource } from './sources/images.ts';
import { rpicamSource } from './sources/rpicam.ts';
import { rtspSource } from './sources/rtsp.ts';
import { syntheticSource } from './sources/synthetic.ts';
import { v4l2Source } from './sources/v4l2.ts';
import type { FrameSource, PreprocessConfig, Size, SourceConfig, SourceKind } from './types.ts';

/** Every kind of source. */
const KINDS: { readonly [T in SourceConfig['type']]: SourceKind<Extract<SourceConfig, { type: T }>> } = {
  rpicam: rpicamSource,
  v4l2: v4l2Source,
  rtsp: rtspSource,
  http: httpSource,
  file: fileSource,
  images: imagesSource,
  synthetic: syntheticSource,
};

const kindOf = <C extends SourceConfig>(config: C): SourceKind<C> => KINDS[config.type] as unknown as SourceKind<C>;

/** Open a source; `warn` hears of pictures that were skipped. Throws CortexdError when it cannot be read. */
export function openSource(
  config: SourceConfig,
  preprocess: PreprocessConfig,
  warn: (message: string) => void,
): Promise<FrameSource> {
  return kindOf(config).open(config, preprocess, warn);
}

/** Width and height of a source's own pictures, rotation applied, so that a model can be made in their shape. */
export async function probeSize(config: SourceConfig): Promise<Size> {
  const { width, height } = await kindOf(config).probeSize(config);
  return { width, height };
}

/** Whether a source shows the world now: a recording may stand still, a camera may not. */
export function isLive(config: SourceConfig): boolean {
  return kindOf(config).isLive;
}

/** A rendered scene as a clip of `frames` frames; the routine may be broken in its second half. */
export function sceneClip(scene: SceneName, fps: number, seed: number, frames: number): Clip {
  const anomaliesFrom = Math.floor(frames / 2);
  const source = {
    type: 'synthetic',
    scene,
    seed,
    fps,
    pace: 'fast',
    anomaliesFrom,
    anomalySpacing: 350,
    frames,
    fastFrames: 0,
  } as const;
  return { name: `scene:${scene}`, source };
}

export type Clip = { readonly name: string; readonly source: SourceConfig };

/**
 * The clip of one path: a folder of pictures (named by its last two parts, `test/01`) or a video file (by its name).
 * `fps`: rate of pictures (default `defaultFps`); a video is thinned to it (default: every frame).
 */
export async function clipOf(path: string, fps: number | null, defaultFps: number): Promise<Clip> {
  if (!(await isFolder(path))) {
    return { name: basename(path), source: { type: 'file', path, fps, loop: false, pace: 'fast' } };
  }
  const full = resolve(path);
  const name = join(basename(dirname(full)), basename(full));
  return { name, source: { type: 'images', path, fps: fps ?? defaultFps, loop: false, pace: 'fast' } };
}

/** Whether a path is a folder; throws CortexdError('no_input') when there is nothing. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new CortexdError(
      'no_input',
      `Expected a video file or a folder of pictures at ${path} but received: ${messageOf(error)}`,
      {
        hint: 'Check the path; folders hold .jpg or .png files in name order.',
      },
    );
  }
}
