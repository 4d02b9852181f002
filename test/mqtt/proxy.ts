/** proxy.ts - a TCP connection that a test can close, fill, slow down or swallow. */
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** `pass` everything; `refuse` new connections; `swallow`: nothing comes through either way and nobody is told. */
export type ProxyMode = 'pass' | 'refuse' | 'swallow';

export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<{ readonly client: Socket; readonly upstream: Socket }>();
  #mode: ProxyMode = 'pass';
  /** Bytes a second from client to server; Infinity = as they come. */
  bytesPerSecond = Infinity;
  /** Connections that were let through. */
  connections = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(port: number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => proxy.#open(client, port));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** From now on; connections that are there are cut when they are refused. */
  set mode(mode: ProxyMode) {
    this.#mode = mode;
    if (mode === 'refuse') this.cut();
    for (const { client, upstream } of this.#pairs) {
      if (mode === 'swallow') for (const socket of [client, upstream]) socket.pause();
      if (mode === 'pass') for (const socket of [client, upstream]) socket.resume();
    }
  }

  cut(): void {
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #open(client: Socket, port: number): void {
    client.on('error', () => undefined);
    if (this.#mode === 'refuse') {
      client.destroy();
      return;
    }
    this.connections++;
    const upstream = connect(port, '127.0.0.1');
    const pair = { client, upstream };
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      // Bytes that have come are given on: what the other side said before it went.
      client.end();
      upstream.end();
    };
    for (const socket of [client, upstream]) socket.on('error', () => undefined).on('close', end);
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => {
      upstream.write(chunk);
      if (this.bytesPerSecond === Infinity) return;
      client.pause();
      setTimeout(
        () => {
          if (this.#mode !== 'swallow') client.resume();
        },
        (1000 * chunk.length) / this.bytesPerSecond,
      );
    });
    if (this.#mode === 'swallow') for (const socket of [client, upstream]) socket.pause();
  }
}
