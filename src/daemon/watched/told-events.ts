/**
 * told-events.ts - which steps of the model the last events stand for, so that someone can say of one, also after its end,
 * that it was normal or matters.
 */
import { CortexdError } from '../../errors.ts';

export type ToldEvent = {
  readonly id: string;
  readonly fromStep: number;
  /** null while open */
  readonly toStep: number | null;
};

/** So many of the newest events can still be spoken of. */
const KEPT = 100;

export class ToldEvents {
  readonly #events = new Map<string, ToldEvent>();

  /** An event was told: started, went on, or ended (`endStep`). */
  note(id: string, fromStep: number, endStep: number | null): void {
    this.#events.set(id, { id, fromStep, toStep: endStep });
    const [oldest] = this.#events.keys();
    if (this.#events.size > KEPT && oldest !== undefined) this.#events.delete(oldest);
  }

  /** The event of an id, or the newest; throws CortexdError('usage') when it is not known any more. */
  find(id: string | null, camera: string): ToldEvent {
    const event = id === null ? [...this.#events.values()].at(-1) : this.#events.get(id);
    if (event !== undefined) return event;
    throw new CortexdError(
      'usage',
      id === null
        ? `Expected an event of ${camera} but there was none since the daemon started`
        : `Expected one of the last ${KEPT} events of ${camera} but received ${id}`,
      { hint: 'Events of the time before the daemon was started, and a lost camera, cannot be judged.' },
    );
  }
}
