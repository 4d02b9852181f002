/**
 * model-diff.ts - what differs between two saved models of one shape.
 */
import { CortexdError } from '../errors.ts';
import { type ImageDiff, diffImages } from '../htm/image-diff.ts';
import { shapeDifference } from '../memory/signature.ts';
import type { ModelImage } from './model-image.ts';

/** `steps`: in the life of each. */
export type ModelDiff = ImageDiff & { readonly steps: readonly [number, number] };

/** Throws CortexdError when there is no second one, or their shapes differ. */
export function diffModels(a: ModelImage, b: ModelImage | null): ModelDiff {
  if (b === null) throw new CortexdError('usage', `Expected a saved model of camera "${a.camera}" but there is none`);
  if (a.signature !== b.signature) {
    throw new CortexdError(
      'model_shape',
      `Expected two models of one shape but of the first ${shapeDifference(a.signature, b.signature)}`,
      { hint: 'Only models of the same settings can be compared.' },
    );
  }
  return { ...diffImages(a.signature, a.bytes, b.bytes), steps: [a.step, b.step] };
}
