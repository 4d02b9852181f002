/**
 * listeners.ts - who hears which topic.
 */

export type Listener = (payload: string, topic: string) => void;

/** Whether a topic matches a filter in which "+" stands for exactly one level. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  return wanted.length === levels.length && wanted.every((level, i) => level === '+' || level === levels[i]);
}

export class Listeners {
  readonly #entries: { readonly filter: string; readonly listener: Listener; readonly retained: boolean }[] = [];

  /** `retained`: hear what lies at the broker instead of what comes. Returns whether nobody heard the filter before. */
  add(filter: string, listener: Listener, retained: boolean): boolean {
    const isNew = !this.filters.has(filter);
    this.#entries.push({ filter, listener, retained });
    return isNew;
  }

  get filters(): ReadonlySet<string> {
    return new Set(this.#entries.map(({ filter }) => filter));
  }

  tell(topic: string, payload: string, isRetained: boolean): void {
    for (const { filter, listener, retained } of this.#entries)
      if (retained === isRetained && matches(filter, topic)) listener(payload, topic);
  }
}
