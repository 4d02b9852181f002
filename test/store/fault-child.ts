/** fault-child.ts - a store in its worker, in a process whose writes can be made to fail; calls come from the parent. */
import { StoreClient, type StoreMethod } from '../../src/store/store-client.ts';

type Call = { readonly method: StoreMethod; readonly args: readonly unknown[] };

const options = { directory: process.argv[2]!, outboxLimit: 100, program: '0', lock: true, recover: true };
const client = await StoreClient.open(options);
async function carryOut({ method, args }: Call): Promise<void> {
  try {
    const call = client.call.bind(client) as (method: StoreMethod, ...args: readonly unknown[]) => Promise<unknown>;
    process.send?.({ value: (await call(method, ...args)) ?? null });
  } catch (error) {
    process.send?.({ error: (error as Error).message });
  }
  if (method === 'close') process.disconnect();
}

process.on('message', (call: Call) => void carryOut(call));
process.send?.({ value: 'open' });
