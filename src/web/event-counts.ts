/** event-counts.ts - how many events have begun since the start, by camera, cause and severity. */
import type { LiveHub } from './live.ts';

export type EventLabels = { readonly camera: string; readonly cause: string; readonly severity: string };

export class EventCounts {
  readonly #counts = new Map<string, number>();

  constructor(live: LiveHub) {
    live.listenToEvents(({ type, camera, cause, severity }) => {
      if (type !== 'start') return;
      const key = JSON.stringify({ camera, cause, severity } satisfies EventLabels);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    });
  }

  get all(): { readonly labels: EventLabels; readonly value: number }[] {
    return [...this.#counts].map(([key, value]) => ({ labels: JSON.parse(key) as EventLabels, value }));
  }
}
