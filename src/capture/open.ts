/**
 * open.ts - a source by its type, and the clips that `replay` is given as paths.
 */
import { basename, dirname, join, resolve } from 'node:path';
import type { SceneName } from '../scene/scenes.ts';
import { createPreprocessor } from './preprocess.ts';
import { openFile } from './sources/file.ts';
import { isFolder, openImages } from './sources/images.ts';
import { openSynthetic } from './sources/synthetic.ts';
import type { FrameSource, PreprocessConfig, SourceConfig } from './types.ts';

/** Open a source; `warn` hears of pictures that were skipped. Throws CortexdError when it cannot be read. */
export async function openSource(
  config: SourceConfig,
  preprocess: PreprocessConfig,
  warn: (message: string) => void,
): Promise<FrameSource> {
  switch (config.type) {
    case 'images':
      return openImages(config, createPreprocessor(preprocess), warn);
    case 'file':
      return openFile(config, createPreprocessor(preprocess));
    case 'synthetic':
      return openSynthetic(config, preprocess);
  }
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
 * `fps`: rate of pictures (default `defaultFps`); for a video, resample to it (default: its own rate).
 */
export async function clipOf(path: string, fps: number | null, defaultFps: number): Promise<Clip> {
  if (!(await isFolder(path))) {
    return { name: basename(path), source: { type: 'file', path, fps, loop: false, pace: 'fast' } };
  }
  const full = resolve(path);
  const name = join(basename(dirname(full)), basename(full));
  return { name, source: { type: 'images', path, fps: fps ?? defaultFps, loop: false, pace: 'fast' } };
}
