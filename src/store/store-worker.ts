/**
 * store-worker.ts - the thread that owns the database: no frame ever waits for the disk.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { CortexdError, messageOf } from '../errors.ts';
import { Store, type StoreOptions } from './store.ts';
import type { StoreAnswer, StoreCall } from './store-client.ts';

const port = parentPort;
if (port === null) throw new Error('Expected store-worker.ts to be started as a worker thread');

const answer = (message: StoreAnswer): void => port.postMessage(message);
const failure = (id: number, error: unknown): StoreAnswer => ({
  id,
  error: {
    code: error instanceof CortexdError ? error.code : 'store',
    message: error instanceof CortexdError ? error.message : `The database failed: ${messageOf(error)}`,
    hint: error instanceof CortexdError ? error.hint : undefined,
  },
});

let store: Store | undefined;
try {
  store = new Store(workerData as StoreOptions);
  answer({ id: 0, value: null });
} catch (error) {
  answer(failure(0, error));
}

port.on('message', ({ id, method, args }: StoreCall) => {
  try {
    // The caller's types have checked the arguments; see StoreClient.call.
    const call = store?.[method] as ((...values: readonly unknown[]) => unknown) | undefined;
    answer({ id, value: call?.apply(store, [...args]) });
  } catch (error) {
    answer(failure(id, error));
  }
  if (method === 'close') port.close();
});
