/**
 * series-model.ts - the model of one number series with its bytes: stepped in place, copied out and put back whole.
 */
import { CortexdError } from '../../errors.ts';
import { checkRanges } from '../../memory/check-ranges.ts';
import { type ModelMemory, allocateMemory, persistentImage, replaceImage } from '../../memory/model-memory.ts';
import type { SeriesLine } from '../../records/series.ts';
import { type SeriesModel, initSeries, openSeries, planSeries, restoreSeries } from '../../series/plan.ts';
import type { SeriesSettings } from '../../series/settings.ts';
import {
  type SeriesObservation,
  missingValues,
  newSeriesObservation,
  stepSeries,
  valuesSeen,
} from '../../series/step.ts';
import { checkPools, checkSegments } from '../camera/check-model.ts';

export class NumberModel {
  readonly #memory: ModelMemory;
  readonly #settings: SeriesSettings & { threshold: number };
  readonly #model: SeriesModel;
  readonly #out = newSeriesObservation();

  /** A newborn model; `memory` is zero-filled and of the settings' plan. */
  constructor(settings: SeriesSettings, seed: number, memory: ModelMemory = allocateMemory(planSeries(settings))) {
    this.#settings = { ...settings };
    this.#memory = memory;
    this.#model = openSeries(memory, this.#settings);
    initSeries(this.#model, seed);
  }

  /** What the value says; valid until the next step. `epochMs`: wall clock for the time of day, or null. */
  step(epochMs: number | null, value: number, learn: boolean): SeriesObservation {
    stepSeries(this.#model, epochMs, value, learn, this.#out);
    return this.#out;
  }

  /** Another model with the same scratch memory was at work: derive this one's anew. */
  resume(): void {
    restoreSeries(this.#model);
  }

  /** Combined evidence that raises an alarm from now on. */
  set threshold(value: number) {
    this.#settings.threshold = value;
  }

  /** Values taken, and values that were missing. */
  get values(): number {
    return valuesSeen(this.#model);
  }
  get missing(): number {
    return missingValues(this.#model);
  }

  /** How far the model is from its last stage. */
  get learning(): SeriesLine['learning'] {
    const progress = Math.min(1, this.values / this.#model.settings.stages.at(-1)!);
    return { state: progress < 1 ? 'learning' : 'ready', progress: Math.round(progress * 1000) / 1000 };
  }

  get signature(): string {
    return this.#memory.plan.signature;
  }
  /** A view of all that must be kept. */
  get image(): Uint8Array {
    return persistentImage(this.#memory);
  }

  /**
   * Go on from saved bytes. Throws CortexdError `model_shape` when they belong to a model of another shape, `corrupt` when
   * they cannot be those of a model; the one before goes on then.
   */
  restore(bytes: Uint8Array, signature: string): void {
    if (signature !== this.signature || bytes.length !== this.image.length) {
      throw new CortexdError(
        'model_shape',
        `Expected a saved series model of ${this.image.length} bytes but received ${bytes.length} bytes of another shape`,
        { hint: 'The file holds a camera model, or was written with other settings.' },
      );
    }
    const before = this.image.slice();
    try {
      replaceImage(this.image, bytes);
      // Nothing is derived from what may be nonsense.
      checkRanges(this.#memory);
      checkSegments(this.#model);
      restoreSeries(this.#model);
      checkPools(this.#model);
    } catch (error) {
      replaceImage(this.image, before);
      restoreSeries(this.#model);
      const reason = error instanceof Error ? error.message : String(error);
      throw new CortexdError('corrupt', `Expected a model that is sound inside but received one where ${reason}`, {
        hint: 'Nothing was changed. Use another snapshot (cortexd snapshot list).',
      });
    }
  }
}
