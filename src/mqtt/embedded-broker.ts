/**
 * embedded-broker.ts - a broker inside the process, on the loopback address only. For the demo, which must run on a
 * machine that has none; a real installation uses a real broker.
 */
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { CortexdError, messageOf } from '../errors.ts';

export type EmbeddedBroker = {
  readonly port: number;
  readonly url: string;
  readonly close: () => Promise<void>;
};

/**
 * Listen on 127.0.0.1:`port`; 0 = any free one. A busy port throws CortexdError('unavailable'), or gives another free one
 * when `orAnyFree` is set.
 */
export async function startEmbeddedBroker(port: number, orAnyFree = false): Promise<EmbeddedBroker> {
  const broker = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  try {
    await listen(server, port, orAnyFree);
  } catch (error) {
    broker.close();
    throw error;
  }
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    url: `mqtt://127.0.0.1:${bound}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, port: number, orAnyFree: boolean): Promise<void> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (busy && orAnyFree && port !== 0) return listen(server, 0, false);
    const received = busy ? 'another program already listens there' : messageOf(error);
    throw new CortexdError(
      'unavailable',
      `Expected to listen on 127.0.0.1:${port} for the embedded broker but ${received}`,
      {
        hint: 'Choose another port; 0 takes any free one.',
        cause: error,
      },
    );
  }
}
