/**
 * store-client.ts - the store in its worker thread, seen from the main thread. Calls are begun in order.
 */
import { Worker } from 'node:worker_threads';
import { CortexdError, type ErrorCode } from '../errors.ts';
import type { Store, StoreOptions } from './store.ts';

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

type Waiter = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

const WORKER = new URL(`./store-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

export class StoreClient {
  readonly #worker: Worker;
  readonly #waiters = new Map<number, Waiter>();
  #nextId = 1;
  #failure: Error | undefined;

  private constructor(options: StoreOptions) {
    this.#worker = new Worker(WORKER, { workerData: options, name: 'store' });
    this.#worker.on('message', (answer: StoreAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new CortexdError('store', 'The store has been closed')));
  }

  /** Open the store in a worker; throws what opening throws. */
  static async open(options: StoreOptions): Promise<StoreClient> {
    const client = new StoreClient(options);
    try {
      await client.#wait(0);
    } catch (error) {
      await client.#worker.terminate();
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

  /** Finish all calls and close the database. */
  async close(): Promise<void> {
    await this.call('close');
    await this.#worker.terminate();
  }

  #wait(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiters.set(id, { resolve, reject }));
  }

  #settle({ id, value, error }: StoreAnswer): void {
    const waiter = this.#waiters.get(id);
    this.#waiters.delete(id);
    if (error)
      waiter?.reject(new CortexdError(error.code, error.message, error.hint === undefined ? {} : { hint: error.hint }));
    else waiter?.resolve(value);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiter of this.#waiters.values()) waiter.reject(this.#failure);
    this.#waiters.clear();
  }
}
