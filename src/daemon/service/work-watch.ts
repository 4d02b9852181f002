/**
 * work-watch.ts - whether everything that must move has moved: the watchdog of the service manager is fed only then, so
 * that one thread that hangs is not covered by the others that work.
 */
export class WorkWatch {
  readonly #feed: () => void;
  /** Who must move -> whether it has since the last feed. */
  readonly #moved = new Map<string, boolean>();

  constructor(feed: () => void) {
    this.#feed = feed;
  }

  /** From now on nothing is fed without `name`. */
  expect(name: string): void {
    this.#moved.set(name, this.#moved.get(name) ?? false);
  }

  /** `name` need not move any more. */
  forget(name: string): void {
    this.#moved.delete(name);
  }

  /** Work was done. Someone nobody expects feeds nothing. */
  moved(name: string): void {
    if (!this.#moved.has(name)) return;
    this.#moved.set(name, true);
    if ([...this.#moved.values()].includes(false)) return;
    for (const known of this.#moved.keys()) this.#moved.set(known, false);
    this.#feed();
  }

  /** Who has not moved since the last feed. */
  get still(): string[] {
    return [...this.#moved].filter(([, hasMoved]) => !hasMoved).map(([name]) => name);
  }
}
