/**
 * proof-of-work.ts - what the service manager hears of work that is done: ready once, a status line now and then, and that
 * everything that must move has moved.
 */
import type { ServiceManager } from './service-manager.ts';
import { WorkWatch } from './work-watch.ts';

/** ms */
export const STATUS_EVERY_MS = 5000;

export class ProofOfWork {
  readonly #service: ServiceManager;
  readonly #status: () => string;
  readonly #watch: WorkWatch;
  #isReady = false;
  #lastStatusMs = -Infinity;

  constructor(service: ServiceManager, status: () => string) {
    this.#service = service;
    this.#status = status;
    this.#watch = new WorkWatch(() => service.workDone());
  }

  /** Whether what the daemon is for has been done once. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** From now on there is no proof without `name`. */
  expect(name: string): void {
    this.#watch.expect(name);
  }

  /** It is not there any more. */
  forget(name: string): void {
    this.#watch.forget(name);
  }

  /** What the daemon is for was done, a frame stepped or a lost camera tried again: ready, and alive. */
  done(name: string): void {
    const now = performance.now();
    if (!this.#isReady) {
      this.#isReady = true;
      this.#service.ready(this.#status());
    } else if (now - this.#lastStatusMs >= STATUS_EVERY_MS) {
      this.#lastStatusMs = now;
      this.#service.status(this.#status());
    }
    this.moved(name);
  }

  /** Alive, and no more than that. */
  moved(name: string): void {
    this.#watch.moved(name);
  }
}
