/**
 * synthetic.ts - a rendered scene as a camera; its frames carry the truth.
 */
import { CortexdError } from '../../errors.ts';
import { SCENES, type SceneName } from '../../scene/scenes.ts';
import { createScene, renderNext } from '../../scene/scene.ts';
import { largerScene } from '../../scene/larger.ts';
import { Pacer } from '../pace.ts';
import { createMask } from '../preprocess.ts';
import type { CapturedFrame, FrameSource, SourceKind, SyntheticSourceConfig } from '../types.ts';
import type { View } from '../view.ts';

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
    const larger = preprocess.view === undefined ? null : largerScene(scene, preprocess.view);
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
        const view =
          larger === null ? undefined : (): View => ({ ...larger(sequence / fps), kind: 'grey', crop: null });
        yield { sequence, timeMs, capturedAtMs: Date.now(), width, height, luma: hide(luma), truth, view };
      }
    }
    return { counters, [Symbol.asyncIterator]: frames, close: async () => closing.abort() };
  },
  // Scenes are drawn at any size; this is the shape they are meant for.
  probeSize: async () => ({ width: 640, height: 480 }),
};
