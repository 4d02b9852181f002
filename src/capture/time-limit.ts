/**
 * time-limit.ts - work that cannot be broken off (a read from a share whose server is gone) is no longer waited for after
 * some time, and is not begun again while it still hangs: each such piece of work holds a thread of a small pool.
 */
import { CortexdError } from '../errors.ts';

export class TimeLimit {
  readonly #limitMs: number;
  readonly #what: string;
  #hanging = 0;

  constructor(what: string, limitMs: number) {
    this.#what = what;
    this.#limitMs = limitMs;
  }

  /** The result of `work`; throws CortexdError('unavailable') when it takes too long, or when earlier work still hangs. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    if (this.#hanging > 0) throw this.#tooLong('still');
    const done = work();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#hanging++;
        done.catch(() => undefined).finally(() => this.#hanging--);
        reject(this.#tooLong(`for ${this.#limitMs / 1000} s`));
      }, this.#limitMs);
    });
    try {
      return await Promise.race([done, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  #tooLong(how: string): CortexdError {
    return new CortexdError('unavailable', `Expected an answer from ${this.#what} but it hangs ${how}`);
  }
}
