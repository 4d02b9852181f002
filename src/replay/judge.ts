/**
 * judge.ts - who says of each frame how unusual it is: the model, or a baseline in its place.
 */
import { createCortex, restoreCortex } from '../cortex/cortex.ts';
import type { EventChange, Observation } from '../cortex/observation.ts';
import { planCortex } from '../cortex/plan.ts';
import type { CortexSettings } from '../cortex/settings.ts';
import { type StageClock, resetContext, stepCortex } from '../cortex/step.ts';
import { CortexdError } from '../errors.ts';
import { persistentImage } from '../memory/model-memory.ts';
import { shapeDifference } from '../memory/signature.ts';
import type { ModelImage } from '../store/model-pages.ts';
import type { Frame } from '../vision/frame.ts';

export type Judge = {
  readonly step: (frame: Frame) => Observation;
  /** The clip is over: its open events end, its context is forgotten, what was learned stays. */
  readonly endClip: () => readonly EventChange[];
  /** Bytes of all its memory, and what of it is saved. */
  readonly totalBytes: number;
  readonly image: () => Uint8Array;
  readonly signature: string;
  readonly steps: () => number;
};

/** Throws CortexdError('model_shape') when `load` does not fit the settings. */
export function modelJudge(
  settings: CortexSettings,
  seed: number,
  load: ModelImage | null,
  learn: boolean,
  stage: StageClock,
): Judge {
  const plan = planCortex(settings);
  const { signature, totalBytes } = plan.memory;
  if (load !== null && load.signature !== signature) {
    throw new CortexdError(
      'model_shape',
      `Expected a model that fits the settings but ${shapeDifference(load.signature, signature)}`,
      { hint: 'Use the preset and size that the model was made with (--preset, --config).' },
    );
  }
  const cortex = createCortex(plan, seed);
  const image = persistentImage(cortex.memory);
  if (load !== null) {
    image.set(load.bytes);
    restoreCortex(cortex);
  }
  return {
    step: (frame) => stepCortex(cortex, frame, learn, stage),
    endClip: () => resetContext(cortex),
    totalBytes,
    image: () => image,
    signature,
    steps: () => cortex.clock.step[0]!,
  };
}
