/**
 * worker-line.ts - the line to a worker thread that owns models, seen from the main thread: every request has one answer,
 * in order. A thread that has failed, ended, or does not answer in time is of no use any more, and whoever asks hears so.
 */
import { Worker } from 'node:worker_threads';
import { CortexdError } from '../../errors.ts';
import { THREAD_LIMITS } from '../../thread-limits.ts';

/** What a worker says instead of an answer when a request has failed. */
export type FailedReply = { readonly type: 'failed'; readonly message: string; readonly stack: string };
type Typed = { readonly type: string };

/** ms that anything asked of a model may take. */
const ANSWER_LIMIT_MS = 30_000;

type Waiter<Reply> = {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  /** Whether the worker is of no use any more when this fails. */
  readonly isVital: boolean;
};

export type WorkerLineOptions = {
  /** What it is in messages: "model", say. */
  readonly name: string;
  /** Given to the worker when it is created. */
  readonly data: unknown;
  readonly limitMs?: number | undefined;
};

export class WorkerLine<Request extends Typed, Reply extends Typed> {
  readonly #name: string;
  readonly #limitMs: number;
  readonly #worker: Worker;
  readonly #waiters: Waiter<Reply | FailedReply>[] = [];
  #failure: Error | undefined;

  /** Starts the thread. `module`: the file it runs. */
  constructor(module: URL, { name, data, limitMs = ANSWER_LIMIT_MS }: WorkerLineOptions) {
    this.#name = name;
    this.#limitMs = limitMs;
    this.#worker = new Worker(module, { workerData: data, name, resourceLimits: THREAD_LIMITS });
    this.#worker.on('message', (reply: Reply | FailedReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new CortexdError('internal', `The ${name} worker has ended`)));
  }

  /** Whether what the worker holds can go on, and is worth saving. */
  get isSound(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Ask, and wait for an answer of one of the `types`. `isVital`: a failure leaves the worker's models half-done. Throws
   * CortexdError('internal') when there is none.
   */
  async ask<T extends Reply['type']>(
    request: Request,
    types: readonly T[],
    { isVital = true, transfer = [] }: { readonly isVital?: boolean; readonly transfer?: readonly ArrayBuffer[] } = {},
  ): Promise<Extract<Reply, { type: T }>> {
    if (this.#failure) throw this.#failure;
    this.#worker.postMessage(request, [...transfer]);
    // No model takes so long: a step that does will not end at all, and holds up the end of the program as well.
    const timer = setTimeout(() => {
      this.#fail(new CortexdError('internal', `Expected the ${this.#name} to answer within ${this.#limitMs / 1000} s`));
      void this.#worker.terminate();
    }, this.#limitMs);
    try {
      return await this.expect(types, isVital);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Wait for what the worker says unasked, when it has started. */
  async expect<T extends Reply['type']>(types: readonly T[], isVital = true): Promise<Extract<Reply, { type: T }>> {
    const reply = await new Promise<Reply | FailedReply>((resolve, reject) =>
      this.#waiters.push({ resolve, reject, isVital }),
    );
    if (!(types as readonly string[]).includes(reply.type)) {
      throw new CortexdError(
        'internal',
        `Expected "${types.join('" or "')}" from the ${this.#name} worker but received "${reply.type}"`,
      );
    }
    return reply as Extract<Reply, { type: T }>;
  }

  /** Send the last request and end the thread. */
  async close(request: Request): Promise<void> {
    this.#failure ??= new CortexdError('internal', `The ${this.#name} has been closed`);
    this.#worker.postMessage(request);
    await this.#worker.terminate();
  }

  #settle(reply: Reply | FailedReply): void {
    const waiter = this.#waiters.shift();
    if (!hasFailed(reply)) {
      waiter?.resolve(reply);
      return;
    }
    const error = new CortexdError('internal', `The ${this.#name} failed: ${reply.message}`);
    error.stack = reply.stack;
    if (waiter?.isVital === true) this.#failure ??= error;
    waiter?.reject(error);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure);
  }
}

function hasFailed(reply: Typed): reply is FailedReply {
  return reply.type === 'failed';
}
