/**
 * page-server.ts - the live page: picture, heat map, score and events over plain HTTP and server-sent events.
 *
 * Answers only requests whose Host is a loopback name, so that no web site can reach it through a renamed address.
 */
import { readFile } from 'node:fs/promises';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { CortexdError } from '../errors.ts';
import { packageFile } from '../package-root.ts';
import type { LiveHub, LiveMessage } from './live.ts';

/** Turns a luma plane into a JPEG; given from outside so that this file draws nothing itself. */
export type EncodeFrame = (plane: { luma: Uint8Array; width: number; height: number }) => Promise<Buffer>;

export type PageServerOptions = {
  readonly host: string;
  /** 0 = any free port */
  readonly port: number;
  readonly cameras: readonly string[];
  readonly live: LiveHub;
  readonly encodeFrame: EncodeFrame;
};

/** The page and its pictures are for nobody's frame, script or guess but ours. */
const HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
/** Unread bytes after which a page that does not read is given up, and pages at once. */
const MOST_UNREAD = 256 << 10;
const MOST_PAGES = 50;

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);
const PUBLIC_FILES: { readonly [url: string]: readonly [file: string, type: string] } = {
  '/': ['src/web/public/index.html', 'text/html; charset=utf-8'],
  '/live.js': ['src/web/public/live.js', 'text/javascript; charset=utf-8'],
  '/live.css': ['src/web/public/live.css', 'text/css; charset=utf-8'],
};

export class PageServer {
  readonly #app: FastifyInstance;
  readonly url: string;

  private constructor(app: FastifyInstance, url: string) {
    this.#app = app;
    this.url = url;
  }

  /** Listen; throws CortexdError('unavailable') when the address is taken or not allowed. */
  static async start(options: PageServerOptions): Promise<PageServer> {
    const app = fastify({ forceCloseConnections: true });
    addRoutes(app, options);
    try {
      await app.listen({ host: options.host, port: options.port });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new CortexdError(
        'unavailable',
        `Expected to serve the live page on ${options.host}:${options.port} but received ${code ?? String(error)}`,
        { hint: 'Set web.port to another port, or web.enabled to false.', cause: error },
      );
    }
    const address = app.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : options.port;
    return new PageServer(app, `http://${options.host}:${port}/`);
  }

  async close(): Promise<void> {
    await this.#app.close();
  }
}

function addRoutes(app: FastifyInstance, { cameras, live, encodeFrame }: PageServerOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (!LOOPBACK_NAMES.has(host))
      return reply.code(403).send({ error: `Expected a loopback Host but received "${host}"` });
    for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value);
    return undefined;
  });
  for (const [url, [file, type]] of Object.entries(PUBLIC_FILES)) {
    app.get(url, async (_request, reply) => reply.type(type).send(await readFile(packageFile(file))));
  }
  app.get('/api/cameras', async () => cameras);
  app.get('/api/events', async () => live.events);
  app.get<{ Params: { camera: string } }>('/api/cameras/:camera/picture.jpg', async (request, reply) => {
    const frame = live.frameOf(request.params.camera);
    if (frame === undefined) return reply.code(404).send({ error: 'No frame of such a camera yet' });
    return reply.type('image/jpeg').send(await encodeFrame(frame));
  });
  let open = 0;
  app.get('/api/live', async (request, reply) => {
    if (open >= MOST_PAGES) return reply.code(503).send({ error: `Expected at most ${MOST_PAGES} open pages` });
    open++;
    streamMessages(reply, live, (close) =>
      request.raw.on('close', () => {
        open--;
        close();
      }),
    );
    return reply;
  });
}

function streamMessages(reply: FastifyReply, live: LiveHub, onClose: (close: () => void) => void): void {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
  raw.flushHeaders();
  const stop = live.listen((message) => {
    // A page that does not keep up misses frames and predictions; one that reads nothing is given up. It comes again by
    // itself, and memory never grows here.
    if (message.type !== 'event' && raw.writableNeedDrain) return;
    if (raw.writableLength > MOST_UNREAD) {
      raw.destroy();
      return;
    }
    raw.write(`event: ${message.type}\ndata: ${JSON.stringify(dataOf(message))}\n\n`);
  });
  onClose(stop);
}

function dataOf(message: LiveMessage): unknown {
  if (message.type === 'event') return message.event;
  if (message.type === 'prediction') return message.prediction;
  const { luma: _luma, grid, ...frame } = message.frame;
  return { ...frame, grid: Array.from(grid, (value) => Math.round(value * 100) / 100) };
}
