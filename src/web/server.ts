/**
 * server.ts - the one HTTP server: on a Unix socket for the command line, whose file says who may ask, and on TCP for browsers
 * and other programs, where access.ts does.
 */
import { chmodSync, rmSync } from 'node:fs';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { Type } from 'typebox';
import { CortexdError, type ErrorCode, messageOf } from '../errors.ts';
import { MAX_FILE } from '../store/cortex-file.ts';
import { type Access, type Refusal, SIGN_OUT } from './access.ts';
import { addCameraRoutes } from './api/cameras.ts';
import { addEventRoutes } from './api/events.ts';
import type { ApiPort } from './api/port.ts';
import { API } from './api/path.ts';
import { addRoute } from './api/route.ts';
import { addSnapshotRoutes } from './api/snapshots.ts';
import { addSystemRoutes } from './api/system.ts';
import { EventCounts } from './event-counts.ts';
import { type PageFile, pageFiles } from './files.ts';
import type { Metrics } from './metrics.ts';
import { socketPath } from './socket-path.ts';
import { PageStreams } from './stream.ts';

/** What is asked is short; only models are not. */
const BODY_BYTES = 64 << 10;
const MOST_CONNECTIONS = 256;
/** Without a byte for so long a connection is closed: who does not read an answer holds nothing (ms). */
const SILENT_MS = 30_000;
const HEADERS_MS = 10_000;
/** Requests of one address: enough for twenty pages with moving pictures. */
const MOST_REQUESTS = 3000;
const REQUESTS_MS = 10_000;

/** The page and its pictures are for nobody's frame, script or guess but ours. */
const HEADERS: { readonly [name: string]: string } = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
};

export type ServerOptions = {
  readonly port: ApiPort;
  /** null: whoever can open the socket may ask. */
  readonly access: Access | null;
};

export type App = { readonly app: FastifyInstance; readonly streams: PageStreams };

/** The API, ready to be asked; with `access` also the pages. */
export async function createApp({ port, access }: ServerOptions): Promise<App> {
  const app = fastify({
    bodyLimit: BODY_BYTES,
    forceCloseConnections: true,
    connectionTimeout: SILENT_MS,
    requestTimeout: SILENT_MS,
    keepAliveTimeout: 5000,
    http: { headersTimeout: HEADERS_MS, maxHeaderSize: 16 << 10 },
    routerOptions: { maxParamLength: 128 },
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  const streams = new PageStreams(port.live);
  checkBySchemas(app);
  tellErrors(app, port.broke);
  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: MAX_FILE },
    (_request, body, done) => done(null, body),
  );
  app.addHook('onRequest', async (_request, reply) => void reply.headers(HEADERS));
  if (access !== null) {
    await app.register(rateLimit, {
      max: MOST_REQUESTS,
      timeWindow: REQUESTS_MS,
      cache: 2000,
      errorResponseBuilder: () =>
        new Refused({ status: 429, message: 'Expected fewer requests, try again in a moment' }),
    });
    guard(app, access);
  }
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'cortexd',
        version: port.version,
        description:
          'Everything the command line can do with a running daemon. Times are ISO 8601; a score of 0.5 is the alarm threshold.',
        license: { name: 'MIT' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  // After swagger, which hears of routes as they are added.
  await app.register(async (inner) => {
    addSystemRoutes(inner, port, { streams, headers: HEADERS, tellsLink: access === null });
    addCameraRoutes(inner, port);
    addEventRoutes(inner, port);
    addSnapshotRoutes(inner, port);
    if (access !== null) addSession(inner, access);
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  app.get('/healthz', { schema: { hide: true } }, async (request, reply) => {
    const ready = port.isReady();
    const asksReady = Object.hasOwn(request.query as object, 'ready');
    return reply.code(asksReady && !ready ? 503 : 200).send({ status: 'ok', ready });
  });
  const events = new EventCounts(port.live);
  let metrics: Promise<Metrics> | undefined;
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    metrics ??= import('./metrics.ts').then(({ Metrics }) => new Metrics(port, streams, events));
    const { type, text } = await (await metrics).text();
    return reply.type(type).send(text);
  });
  if (access !== null) addPages(app);
  return { app, streams };
}

/** What a request is checked by: numbers in addresses are text there, in bodies they are not. Nothing is left out silently. */
function checkBySchemas(app: FastifyInstance): void {
  const made = (coerceTypes: boolean): Ajv => {
    const ajv = new Ajv({ strict: false, allErrors: false, coerceTypes });
    (formats as unknown as (ajv: Ajv) => void)(ajv);
    return ajv;
  };
  const [texts, bodies] = [made(true), made(false)];
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? bodies : texts).compile(schema as object));
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

const STATUS: { readonly [code in ErrorCode]: number } = {
  usage: 400,
  config: 400,
  no_input: 404,
  unavailable: 503,
  in_use: 409,
  store: 503,
  newer_version: 409,
  corrupt: 422,
  model_shape: 409,
  internal: 500,
};

/** The log hears of an address that fails again after so long (ms): pages ask ten times a second. */
const BROKE_AGAIN_MS = 60_000;

function tellErrors(app: FastifyInstance, broke: ApiPort['broke']): void {
  const toldMs = new Map<string, number>();
  const note = (request: FastifyRequest, error: unknown): void => {
    const asked = `${request.method} ${request.routeOptions.url ?? 'an unknown address'}`;
    if (performance.now() - (toldMs.get(asked) ?? -Infinity) < BROKE_AGAIN_MS) return;
    toldMs.set(asked, performance.now());
    broke(asked, error);
  };
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    if (error instanceof Refused) return refuse(reply, error.refusal);
    const answered = error instanceof CortexdError ? STATUS[error.code] : ((error as FastifyError).statusCode ?? 500);
    if (answered === STATUS.internal) note(request, error);
    if (error instanceof CortexdError) {
      const { code, message, hint } = error;
      return reply.code(answered).send({ code, message, ...(hint === undefined ? {} : { hint }) });
    }
    const code = answered < 500 ? 'usage' : 'internal';
    return reply.code(answered).send({ code, message: messageOf(error).slice(0, 300) });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .send({ code: 'no_input', message: 'There is nothing at this address', hint: 'See /api/openapi.json' }),
  );
}

function refuse(reply: FastifyReply, { status, message, hint }: Refusal): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="cortexd"');
  return reply.code(status).send({ code: 'usage', message, ...(hint === undefined ? {} : { hint }) });
}

/** Files of the page and whether the daemon lives are no secret, and where to enter the token is not either. */
const SESSION = `${API}/session`;

function guard(app: FastifyInstance, access: Access): void {
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?', 1)[0]!;
    const asks = path.startsWith('/api/') || path === '/metrics';
    const stranger = access.refuseStranger(request.method, request.headers, asks);
    if (stranger !== null) return refuse(reply, stranger);
    if (!asks || path === SESSION) return undefined;
    const refusal = await access.refuse(request.raw.socket, request.headers);
    return refusal === null ? undefined : refuse(reply, refusal);
  });
}

function addSession(app: FastifyInstance, access: Access): void {
  addRoute(app, {
    method: 'GET',
    path: '/session',
    summary: 'Whether this browser or program may ask.',
    tag: 'session',
    answer: Type.Object({ allowed: Type.Boolean() }),
    handle: async ({ request }) => ({ allowed: (await access.refuse(request.raw.socket, request.headers)) === null }),
  });
  addRoute(app, {
    method: 'POST',
    path: '/session',
    summary: 'Enter the token; a cookie stands for it from then on.',
    tag: 'session',
    body: Type.Object({ token: Type.String({ maxLength: 512 }) }, { additionalProperties: false }),
    answer: Type.Object({ allowed: Type.Boolean() }),
    handle: async ({ body, request, reply }) => {
      const refusal = access.enter(request.ip, body.token);
      if (refusal !== null) throw new Refused(refusal);
      return reply.header('set-cookie', access.cookie()).send({ allowed: true });
    },
  });
  addRoute(app, {
    method: 'DELETE',
    path: '/session',
    summary: 'Forget the token in this browser.',
    tag: 'session',
    handle: async ({ reply }) => reply.header('set-cookie', SIGN_OUT).send({}),
  });
}

function addPages(app: FastifyInstance): void {
  for (const [path, file] of pageFiles())
    app.get(path, { schema: { hide: true } }, async (request, reply) => sendFile(reply, file, request.headers));
}

function sendFile(
  reply: FastifyReply,
  { type, bytes, packed, etag }: PageFile,
  headers: {
    readonly 'if-none-match'?: string | undefined;
    readonly 'accept-encoding'?: string | string[] | undefined;
  },
): FastifyReply {
  reply.header('etag', etag).header('cache-control', 'no-cache').header('vary', 'accept-encoding');
  if (headers['if-none-match'] === etag) return reply.code(304).send();
  const takesPacked = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
  if (takesPacked) reply.header('content-encoding', 'gzip');
  return reply.type(type).send(takesPacked ? packed : bytes);
}

/** The server on TCP; `url` without a token. */
export type PageServer = { readonly url: string; readonly close: () => Promise<void> };

/**
 * Listen on an address, 0 = any free port; throws CortexdError('unavailable') when it is taken or not one of this machine, and
 * then the same app may be tried again.
 */
export async function serveTcp({ app, streams }: App, host: string, tcpPort: number): Promise<PageServer> {
  try {
    await app.listen({ host, port: tcpPort });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CortexdError(
      'unavailable',
      `Expected to serve the dashboard on ${host}:${tcpPort} but received ${code ?? String(error)}`,
      {
        hint: 'Set web.port to another port, web.host to an address of this machine, or web.enabled to false.',
        cause: error,
      },
    );
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : tcpPort;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${bound}/`, close: () => closeAll({ app, streams }) };
}

/** Listen on the control socket. The caller holds the lock of the directory, so a socket file that is there is left over. */
export async function serveSocket(
  port: ApiPort,
  directory: string,
): Promise<{ readonly path: string; readonly close: () => Promise<void> }> {
  const path = socketPath(directory);
  rmSync(path, { force: true });
  const { app, streams } = await createApp({ port, access: null });
  try {
    await app.listen({ path });
  } catch (error) {
    throw new CortexdError('store', `Expected to listen on ${path} but received: ${messageOf(error)}`, {
      cause: error,
    });
  }
  // Whoever may enter the state directory (the group of the service) may talk to the daemon.
  chmodSync(path, 0o660);
  return {
    path,
    close: async () => {
      await closeAll({ app, streams });
      rmSync(path, { force: true });
    },
  };
}

async function closeAll({ app, streams }: App): Promise<void> {
  streams.close();
  await app.close();
}
