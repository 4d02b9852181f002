/**
 * synthetic.ts - a rendered scene as a camera; its frames carry the truth.
 */
import { CortexdError } from '../../errors.ts';
import { SCENES, type SceneName } from '../../scene/scenes.ts';
import { createScene, renderNext } from '../../scene/scene.ts';
import { Pacer } from '../pace.ts';
import { createMask } from '../preprocess.ts';
import type { CapturedFrame, FrameSource, SourceKind, SyntheticSourceConfig } from '../types.ts';

export const syntheticSource: SourceKind<SyntheticSourceConfig> = {
  isLive: false,
  open: async (config, preprocess) => {
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
    const counters: FrameSource['counters'] = { frames: 0, badFrames: 0 };
    const closing = new AbortController();
    async function* frames(): AsyncGenerator<CapturedFrame> {
      const pacer = new Pacer();
      while (config.frames === null || counters.frames < config.frames) {
        const timeMs = (counters.frames * 1000) / fps;
        if (config.pace === 'source' && counters.frames >= config.fastFrames)
          await pacer.wait(pacer.dueMs(timeMs), closing.signal);
        if (closing.signal.aborted) return;
        const luma = new Uint8Array(width * height);
        const truth = renderNext(scene, luma);
        const sequence = counters.frames++;
        yield { sequence, timeMs, capturedAtMs: Date.now(), width, height, luma: hide(luma), truth };
      }
    }
    return { counters, [Symbol.asyncIterator]: frames, close: async () => closing.abort() };
  },
  // Scenes are drawn at any size; this is the shape they are meant for.
  probeSize: async () => ({ width: 640, height: 480 }),
};
