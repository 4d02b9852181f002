/**
 * open-events.ts - which events of a camera are open, so that a restart, a page and the alarm line agree.
 */
import type { EventRecord } from '../records/event.ts';

export class OpenEvents {
  readonly #open = new Map<string, EventRecord>();

  /** Take in one record: a start or update opens, an end closes. */
  note(event: EventRecord): void {
    if (event.type === 'end') this.#open.delete(event.id);
    else this.#open.set(event.id, event);
  }

  /** The open event with the highest score, or null. */
  get foremost(): EventRecord | null {
    let best: EventRecord | null = null;
    for (const event of this.#open.values()) if (best === null || event.score > best.score) best = event;
    return best;
  }

  /** Whether an event is open that deserves the alarm line. */
  get alerting(): boolean {
    return [...this.#open.values()].some((event) => event.severity === 'alert');
  }

  get all(): readonly EventRecord[] {
    return [...this.#open.values()];
  }
}
