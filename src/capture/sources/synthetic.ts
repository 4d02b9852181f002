/**
 * synthetic.ts - a rendered scene as a camera; its frames carry the truth.
 */
import { CortexdError } from '../../errors.ts';
import { SCENES, type SceneName } from '../../scene/scenes.ts';
import { createScene, renderNext } from '../../scene/scene.ts';
import { Pacer } from '../pace.ts';
import { createMask } from '../preprocess.ts';
import { frameAt } from './images.ts';
import type { CapturedFrame, FrameSource, PreprocessConfig, SyntheticSourceConfig } from '../types.ts';

export function openSynthetic(config: SyntheticSourceConfig, preprocess: PreprocessConfig): FrameSource {
  const { width, height } = preprocess;
  const hide = createMask(preprocess);
  if (!(config.scene in SCENES)) {
    throw new CortexdError(
      'config',
      `Expected a scene of ${Object.keys(SCENES).join(', ')} but received "${config.scene}"`,
    );
  }
  const { seed, fps, anomaliesFrom, anomalySpacing } = config;
  const scene = createScene({
    ...SCENES[config.scene as SceneName],
    width,
    height,
    seed,
    fps,
    anomaliesFrom,
    anomalySpacing,
  });
  const counters = { frames: 0, badFrames: 0 };
  const closing = new AbortController();
  async function* frames(): AsyncGenerator<CapturedFrame> {
    const pacer = new Pacer(fps);
    while (config.frames === null || counters.frames < config.frames) {
      const paced = config.pace === 'source' && counters.frames >= config.fastFrames;
      if (paced) await pacer.wait(closing.signal);
      if (closing.signal.aborted) return;
      const luma = new Uint8Array(width * height);
      const truth = renderNext(scene, luma);
      yield { ...frameAt(counters.frames++, fps, { width, height }), luma: hide(luma), truth };
    }
  }
  return { counters, [Symbol.asyncIterator]: frames, close: async () => closing.abort() };
}
