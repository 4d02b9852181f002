/**
 * trial.ts - a saved model from elsewhere makes a few steps in a thread of its own, under a time limit, before it may take
 * the place of the one that watches: right checksums do not make bytes a model.
 */
import type { CortexSettings } from '../../cortex/settings.ts';
import { CortexdError, messageOf } from '../../errors.ts';
import { ModelClient } from './model-client.ts';

const STEPS = 4;
const LIMIT_MS = 10_000;

/** Throws CortexdError('corrupt') when the model cannot make a step. */
export async function tryModel(settings: CortexSettings, image: Uint8Array): Promise<void> {
  const { width, height } = settings;
  let model: ModelClient | undefined;
  try {
    model = await ModelClient.start(settings, 1, null, LIMIT_MS);
    await model.restore(image);
    for (let sequence = 0; sequence < STEPS; sequence++) {
      // A grey picture with a block that moves: something to see, and something that changes.
      const luma = new Uint8Array(width * height).fill(128);
      luma.fill(30, sequence * width * 4, (sequence * 4 + 8) * width);
      const timeMs = (sequence * 1000) / settings.fps;
      await model.stepFrame({ sequence, timeMs, width, height, luma }, true);
    }
  } catch (error) {
    if (error instanceof CortexdError && error.code === 'corrupt') throw error;
    throw new CortexdError('corrupt', `Expected a model that can make a step but received: ${messageOf(error)}`, {
      hint: 'Nothing was changed. Use another snapshot (cortexd snapshot list).',
      cause: error,
    });
  } finally {
    await model?.close();
  }
}
