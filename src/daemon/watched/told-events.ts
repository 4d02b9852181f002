/**
 * told-events.ts - which steps of the model the last events stand for, so that someone can say of one, also after its end,
 * that it was normal or matters.
 */
import { CortexdError } from '../../errors.ts';

export type ToldEvent = {
  readonly id: string;
  /** What it is about, in the model's words. */
  readonly key: string;
  readonly fromStep: number;
  /** null while open */
  readonly toStep: number | null;
};

/** So many of the newest events can still be spoken of. */
const KEPT = 100;

export class ToldEvents {
  readonly #events = new Map<string, ToldEvent>();

  /** An event was told: started, went on, or ended (`endStep`). */
  note(id: string, key: string, fromStep: number, endStep: number | null): void {
    this.#events.set(id, { id, key, fromStep, toStep: endStep });
    const [oldest] = this.#events.keys();
    if (this.#events.size > KEPT && oldest !== undefined) this.#events.delete(oldest);
  }

  /** The event whose id begins so, or the newest; throws CortexdError('usage') when it is not known any more. */
  find(id: string | null, camera: string): ToldEvent {
    const all = [...this.#events.values()];
    const wanted = id?.toUpperCase();
    const found = wanted === undefined ? all.slice(-1) : all.filter((event) => event.id.startsWith(wanted));
    if (found.length === 1) return found[0]!;
    if (found.length > 1) {
      const [a, b] = found.map((event) => event.id);
      throw new CortexdError('usage', `Expected the beginning of one event's id but ${id} begins ${a} and ${b}`, {
        hint: 'Write more of it.',
      });
    }
    throw new CortexdError(
      'usage',
      id === null
        ? `Expected an event of ${camera} but there was none since the daemon started`
        : `Expected one of the last ${KEPT} events of ${camera} but received ${id}`,
      { hint: 'Events of the time before the daemon was started, and a lost camera, cannot be judged.' },
    );
  }
}
