/**
 * failed-starts.ts - cameras that could not be started on this node: each is left alone for a while, longer each time; and nobody
 * should hand one to us that will not fit the next time either.
 */
import { CortexdError } from '../errors.ts';

type Failed = {
  readonly untilMs: number;
  readonly nextMs: number;
  /** Revision of the settings with which it failed. */
  readonly settings: number;
  /** Whether it will be the same again with these settings: a model of another shape, or of a newer version. */
  readonly isMisfit: boolean;
};

/** A camera is left alone for so long, doubled each time (ms). */
const FIRST_REST_MS = 5000;
const LONGEST_REST_MS = 600_000;

export class FailedStarts {
  readonly #now: () => number;
  readonly #settingsOf: (camera: string) => number | undefined;
  readonly #failed = new Map<string, Failed>();

  /** `settingsOf`: revision of the settings that a camera has now. */
  constructor(now: () => number, settingsOf: (camera: string) => number | undefined) {
    this.#now = now;
    this.#settingsOf = settingsOf;
  }

  note(camera: string, settings: number, error: unknown): void {
    const restMs = this.#failed.get(camera)?.nextMs ?? FIRST_REST_MS;
    const nextMs = Math.min(LONGEST_REST_MS, restMs * 2);
    this.#failed.set(camera, { untilMs: this.#now() + restMs, nextMs, settings, isMisfit: isMisfit(error) });
  }

  forget(camera: string): void {
    this.#failed.delete(camera);
  }

  /** Whether it is not to be tried yet. */
  isResting(camera: string): boolean {
    const failed = this.#failed.get(camera);
    if (failed === undefined || failed.untilMs <= this.#now()) return false;
    return !failed.isMisfit || failed.settings === this.#settingsOf(camera);
  }

  /** Those that nobody should hand to us. */
  get cameras(): string[] {
    const fails = ([camera, { isMisfit: never, settings }]: [string, Failed]): boolean =>
      this.isResting(camera) || (never && settings === this.#settingsOf(camera));
    return [...this.#failed].filter(fails).map(([camera]) => camera);
  }
}

function isMisfit(error: unknown): boolean {
  return error instanceof CortexdError && (error.code === 'model_shape' || error.code === 'newer_version');
}
