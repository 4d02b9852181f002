/**
 * open-events.ts - which events of a camera are open, so that a restart, a page and the alarm line agree.
 */
import type { EventRecord } from '../../records/event.ts';

export class OpenEvents {
  readonly #open = new Map<string, EventRecord>();

  /** Take in one record: a start or update opens, an end closes. */
  note(event: EventRecord): void {
    if (event.type === 'end') this.#open.delete(event.id);
    else this.#open.set(event.id, event);
  }

  /** Whether an event is open that deserves the alarm line. */
  get alerting(): boolean {
    return [...this.#open.values()].some((event) => event.severity === 'alert');
  }

  get all(): readonly EventRecord[] {
    return [...this.#open.values()];
  }
}
