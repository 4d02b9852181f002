/**
 * turn.ts - work on a model that must not meet a step half-way (restores, snapshots, the step itself): one after the other.
 */

export class Turn {
  #last: Promise<unknown> = Promise.resolve();

  /** Do it when everything that was asked for before is done; what fails fails alone. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
