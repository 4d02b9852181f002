/**
 * store-client.ts - the store in its worker thread, seen from the main thread. Calls are begun in order.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { inTime } from '../deadline.ts';
import { CortexdError, type ErrorCode } from '../errors.ts';
import { THREAD_LIMITS } from '../thread-limits.ts';
import type { Store } from './store.ts';
import type { StoreOptions } from './store-options.ts';

/** Names of the calls that may be made. */
export type StoreMethod = {
  [K in keyof Store]: Store[K] extends (...args: never[]) => unknown ? K : never;
}[keyof Store];

export type StoreCall = { readonly id: number; readonly method: StoreMethod; readonly args: readonly unknown[] };
export type StoreAnswer = {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined };
};

/** A state directory that does not open within this is taken for one that hangs (a check of a large file takes its time). */
const OPEN_LIMIT_MS = 120_000;
const CLOSE_LIMIT_MS = 2000;
/** Calls that may wait for a disk that hangs. */
const MOST_WAITING = 100;

type Waiter = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

const WORKER = new URL(`./store-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

export class StoreClient {
  readonly #worker: Worker;
  readonly #waiters = new Map<number, Waiter>();
  #nextId = 1;
  /** Since when no answer has come although there is a call. */
  #waitingSinceMs: number | null = null;
  #failure: Error | undefined;
  #isClosing = false;
  #died: (error: Error) => void = () => undefined;
  /** Rejects when the thread has ended without being asked to: nothing can be kept any more. */
  readonly died = new Promise<never>((_, reject) => (this.#died = reject));

  private constructor(options: StoreOptions) {
    this.#worker = new Worker(WORKER, { workerData: options, name: 'store', resourceLimits: THREAD_LIMITS });
    this.#worker.on('message', (answer: StoreAnswer) => this.#settle(answer));
    // Nobody may be listening yet; whoever does hears it all the same.
    this.died.catch(() => undefined);
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => {
      const wanted = new CortexdError('store', 'The store has been closed');
      this.#fail(this.#isClosing ? wanted : new CortexdError('internal', 'The store thread has ended'));
    });
  }

  /** Open the store in a worker; throws what opening throws. */
  static async open(options: StoreOptions): Promise<StoreClient> {
    const client = new StoreClient(options);
    try {
      await within(client.#wait(0), OPEN_LIMIT_MS, `the state directory ${options.directory} to be opened`);
    } catch (error) {
      client.#isClosing = true;
      // A thread that hangs in the kernel does not end; whoever waited for it would hang as well.
      await Promise.race([client.#worker.terminate(), sleep(CLOSE_LIMIT_MS, undefined, { ref: false })]);
      throw error;
    }
    return client;
  }

  /** Make a call; resolves when it is done (and, for writes, durable). */
  call<M extends StoreMethod>(method: M, ...args: Parameters<Store[M]>): Promise<Awaited<ReturnType<Store[M]>>> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    this.#worker.postMessage({ id, method, args } satisfies StoreCall);
    return this.#wait(id) as Promise<Awaited<ReturnType<Store[M]>>>;
  }

  /**
   * The same, given up after `limitMs` (and at once while the disk already keeps others waiting for longer): the call may
   * still be carried out later.
   */
  callWithin<M extends StoreMethod>(
    limitMs: number,
    method: M,
    ...args: Parameters<Store[M]>
  ): Promise<Awaited<ReturnType<Store[M]>>> {
    const isHung = this.#waitingSinceMs !== null && performance.now() - this.#waitingSinceMs > limitMs;
    const what = `the disk to answer (${method})`;
    // What would only wait behind the others is not handed over: it would fill the memory for as long as the disk hangs.
    if (isHung && this.#waiters.size >= MOST_WAITING) return Promise.reject(tooLate(what, limitMs));
    return within(this.call(method, ...args), isHung ? 0 : limitMs, what);
  }

  /** Finish all calls and close the database. */
  async close(limitMs = 30_000): Promise<void> {
    this.#isClosing = true;
    try {
      await within(this.call('close'), limitMs, 'the database to be closed');
    } finally {
      await Promise.race([this.#worker.terminate(), sleep(CLOSE_LIMIT_MS, undefined, { ref: false })]);
    }
  }

  #wait(id: number): Promise<unknown> {
    this.#waitingSinceMs ??= performance.now();
    return new Promise((resolve, reject) => this.#waiters.set(id, { resolve, reject }));
  }

  #settle({ id, value, error }: StoreAnswer): void {
    const waiter = this.#waiters.get(id);
    this.#waiters.delete(id);
    this.#waitingSinceMs = this.#waiters.size === 0 ? null : performance.now();
    if (error)
      waiter?.reject(new CortexdError(error.code, error.message, error.hint === undefined ? {} : { hint: error.hint }));
    else waiter?.resolve(value);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiter of this.#waiters.values()) waiter.reject(this.#failure);
    this.#waiters.clear();
    if (!this.#isClosing) this.#died(this.#failure);
  }
}

/** What `promise` resolves to; rejects with CortexdError('store') when that takes longer. */
async function within<T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> {
  return inTime(limitMs, promise, () => tooLate(what, limitMs));
}

function tooLate(what: string, limitMs: number): CortexdError {
  return new CortexdError('store', `Expected ${what} within ${limitMs / 1000} s but it was not`, {
    hint: 'Is it on a network share or a card that does not answer?',
  });
}
