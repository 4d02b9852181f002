/**
 * store-worker.ts - the thread that owns the database: no frame ever waits for the disk.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { CortexdError, messageOf } from '../errors.ts';
import { faultHook } from '../faults.ts';
import { Leftovers } from './leftovers.ts';
import { Store } from './store.ts';
import type { StoreOptions } from './store-options.ts';
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

/** Nothing was asked for so long: time for what has time (ms). After a failure it is left alone for longer. */
const QUIET_MS = 100;
const AFTER_FAILURE_MS = 60_000;
const LONGEST_WAIT_MS = 1000;

const fault = faultHook(process.env['CORTEXD_FAULT']);
let store: Store | undefined;
try {
  store = new Store(workerData as StoreOptions);
  answer({ id: 0, value: null });
} catch (error) {
  answer(failure(0, error));
}

const leftovers = new Leftovers();
let idleTimer: NodeJS.Timeout | undefined;
let restedMs = performance.now();
const restLater = (ms: number): void => {
  clearTimeout(idleTimer);
  idleTimer = setTimeout(rest, ms);
};
/** After the calls under way; and, however often someone asks, a piece at least every LONGEST_WAIT_MS. */
const restSoon = (): void => {
  const hasWaited = performance.now() - restedMs > LONGEST_WAIT_MS;
  if (failedUntilMs < performance.now()) restLater(hasWaited ? 0 : QUIET_MS);
};
let failedUntilMs = -Infinity;
/** Calls that are not done yet. */
let underWay = 0;

/** One piece at a time, so that a call that comes meanwhile waits for one piece only. */
function rest(): void {
  restedMs = performance.now();
  try {
    if (store?.idle() === true) restLater(0);
    // What is under way still needs what it has made.
    else if (underWay === 0) leftovers.giveBack();
  } catch (error) {
    store?.recoverFrom(error);
    failedUntilMs = restedMs + AFTER_FAILURE_MS;
    restLater(AFTER_FAILURE_MS);
  }
}

// Calls begin in order; those that pack or unpack models in other threads let later ones pass.
async function carryOut({ id, method, args }: StoreCall): Promise<void> {
  // The caller's types have checked the arguments; see StoreClient.call.
  const call = store?.[method] as ((...values: readonly unknown[]) => unknown) | undefined;
  const make = (): unknown => call?.apply(store, [...args]);
  if (method === 'close') clearTimeout(idleTimer);
  else restSoon();
  underWay++;
  try {
    let value: unknown;
    try {
      if (fault !== null) fault('store call');
      store?.ensureOpen();
      value = await make();
    } catch (error) {
      if (store?.recoverFrom(error) !== true) throw error;
      value = await make();
    }
    answer({ id, value });
  } catch (error) {
    answer(failure(id, error));
  } finally {
    underWay--;
  }
  if (method === 'close') port?.close();
  else restSoon();
}

port.on('message', (call: StoreCall) => void carryOut(call));
